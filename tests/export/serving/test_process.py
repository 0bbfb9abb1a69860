"""``python -m export serve`` as a process: signals, exit codes, what it loads, how soon it answers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from export.__main__ import main
from export.report import FILE
from tests.export.serving.conftest import LONG, ROOT, Process, send, until

HEAVY = ("torch", "transformers", "optimum", "onnx", "pandas", "gradio", "datasets", "scipy", "sklearn")
Make = Callable[..., Process]


def test_a_hang_up_reloads_and_a_folder_that_is_spoilt_changes_nothing(process: Make, exported: Path, tmp_path: Path):
    folder = shutil.copytree(exported, tmp_path / "onnx")
    server = process(f"model={folder}")

    def generation() -> int:
        return send(server.port, "GET", "/v1/models/model").json["generation"]

    server.process.send_signal(signal.SIGHUP)
    until(lambda: generation() == 2)
    (folder / FILE).write_text("{")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "model is served on as it was" in server.log.read_text())
    assert generation() == 2
    assert send(server.port, "POST", "/v1/models/model/predict", {"text": "tasty"}).status == 200
    assert server.end() == (0, "")


def test_it_loads_nothing_heavy_and_answers_soon(process: Make, exported: Path):
    """By the processor's time, so that other work on the machine has no part in it."""
    code = f"""
import atexit, json, sys
atexit.register(lambda: print(json.dumps([name for name in {HEAVY!r} if name in sys.modules])))
from export.__main__ import main
sys.exit(main(["serve", {str(exported)!r}, "--port", "0", "--threads", "1"]))
"""
    server = process(command=["-c", code])
    assert send(server.port, "POST", "/v1/models/onnx/predict", {"text": "tasty"}).status == 200
    taken = sum(psutil.Process(server.process.pid).cpu_times()[:2])
    importing = subprocess.run(
        [sys.executable, "-c", "import onnxruntime, time; print(time.process_time())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert taken - float(importing.stdout) < 2
    exit_code, printed = server.end()
    assert (exit_code, json.loads(printed)) == (0, [])


def test_the_log_says_where_it_is_computed_and_holds_no_text_and_no_key(process: Make, exported: Path):
    server = process(str(exported), GRAFT_SERVE_API_KEYS="secret-key")
    headers = {"Authorization": "Bearer secret-key"}
    assert send(server.port, "POST", "/v1/models/onnx/predict", {"text": "private words"}, **headers).status == 200
    assert send(server.port, "POST", "/v1/models/onnx/predict", b"private {", **headers).status == 400
    log = server.log.read_text()
    assert "runs on CPUExecutionProvider; TensorrtExecutionProvider" in log
    assert "private" not in log
    assert "secret-key" not in log


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux tells threads apart")
def test_requests_throw_no_thread_off_its_processor_that_computes(process: Make, exported: Path):
    server = process(str(exported))
    assert send(server.port, "POST", "/v1/models/onnx/predict", {"text": "tasty"}).status == 200
    first = server.process.pid
    policies = {int(task.name): os.sched_getscheduler(int(task.name)) for task in Path(f"/proc/{first}/task").iterdir()}
    assert policies.pop(first) == os.SCHED_BATCH
    assert os.SCHED_OTHER in policies.values()


def test_a_port_that_is_taken_is_told(exported: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "export", "serve", str(exported), "--port", str(taken.getsockname()[1])]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONG)
    assert said.returncode == 1
    assert "can't be used: Address already in use. Choose another --port" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{tmp}"], "lacks model.onnx"),
        (["a={tmp}", "a={tmp}"], "Two models would be called a"),
        (["{exported}", "--port", "99999"], "--port is '99999'"),
        (["{exported}", "--max-texts", "3", "--queue-size", "2"], "max_texts is above queue_size"),
    ],
)
def test_what_can_not_be_served_is_one_line(
    exported: Path, tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["serve", *(argument.format(tmp=tmp_path, exported=exported) for argument in arguments)]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("error: ")
    assert said in told
