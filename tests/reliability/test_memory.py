"""Want of memory ends a run with words about it, or with none if the system kills the worker; the run is kept."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import LocalSource, RunSpec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wide_model(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """An encoder with a table of embeddings of 400 MB."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("wide")
    shape = {"hidden_size": 512, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=200_000, max_position_embeddings=64, **shape)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_a_model_that_does_not_fit_ends_the_run_with_the_reason(
    store: RunStore, short_spec: RunSpec, wide_model: Path
) -> None:
    run = store.create(short_spec.model_copy(update={"source": LocalSource(path=str(wide_model))})).id
    line = [sys.executable, str(Path(__file__).with_name("run_short_of_memory.py")), str(store.root), run, "300"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(line, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.stdout.split()[-1:] == ["failed"], done.stderr[-2000:]
    record = store.get(run)
    assert record.state is RunState.FAILED
    assert "memory" in record.error, record.error


def test_a_worker_that_the_system_kills_leaves_a_run_that_can_be_resumed(store: RunStore, short_spec: RunSpec) -> None:
    supervisor = Supervisor(store, LocalEngine(store), Settings(runs_dir=store.root))
    run = supervisor.submit(short_spec).id
    pid = store.get(run).pid
    assert pid
    os.kill(pid, signal.SIGKILL)  # as Linux does with the process that takes most
    deadline = time.monotonic() + 20
    while store.get(run).state is RunState.RUNNING and time.monotonic() < deadline:
        time.sleep(0.05)
        supervisor.tick()
    record = store.get(run)
    assert record.state is RunState.INTERRUPTED
    assert "short of memory" in record.error
    assert supervisor.resume(run).state is RunState.RUNNING
    supervisor.cancel(run)
    LocalEngine(store).kill(run, store.get(run).pid)
