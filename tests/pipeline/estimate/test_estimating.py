"""Real steps of a tiny model, in this process and in one of its own."""

import json
import time
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.artifacts import ArtifactStore
from pipeline.errors import RunError
from pipeline.estimate import ask_estimate, estimate, table
from pipeline.estimate.lengths import measure_lengths
from pipeline.estimate.measuring import STEPS, measure
from pipeline.plan import plan
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, LocalSource, MaskedLanguageModelling, RecipeSpec, RunSpec

SAMPLES = Path(__file__).resolve().parents[3] / "samples"


def test_steps_of_the_source_model_are_measured(tiny_spec: RunSpec, settings: Settings, tmp_path: Path) -> None:
    found = measure(tiny_spec, measure_lengths(tiny_spec, settings), settings, tmp_path)
    assert found.steps == STEPS
    assert found.train > 0
    assert found.read > 0
    assert 0 < found.idle <= 1
    assert found.width == 32
    assert found.embeddings == found.width * (found.embeddings // found.width)
    assert found.peak.after > found.peak.before > 0
    assert found.batch_tokens >= 4
    assert not [*tmp_path.glob("**/checkpoint-*")]  # nothing is kept that costs time


def test_no_further_step_is_taken_once_they_have_taken_long_enough(
    tiny_spec: RunSpec, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = measure_lengths(tiny_spec, settings)
    whole = measure(tiny_spec, lengths, settings, tmp_path)
    monkeypatch.setattr("pipeline.estimate.measuring.ENOUGH_SECONDS", 0)
    found = measure(tiny_spec, lengths, settings, tmp_path)
    assert found.steps == 2
    assert (found.parameters, found.embeddings) == (whole.parameters, whole.embeddings)


@pytest.mark.parametrize("task", ["entity-recognition", "language-modelling"])
def test_other_tasks_are_measured_with_their_own_heads(
    task: str, tiny_model: Path, settings: Settings, tmp_path: Path
) -> None:
    name = "entities.en.conll" if task == "entity-recognition" else "reviews.zh.unlabelled.txt"
    recipe = RecipeSpec(adaptation=MaskedLanguageModelling()) if task == "language-modelling" else RecipeSpec()
    spec = RunSpec(
        task=task,
        source=LocalSource(path=str(tiny_model)),
        data=DataSpec(target=DatasetSpec(path=str(SAMPLES / name)), max_length=32),
        recipe=recipe,
    )
    assert measure(spec, measure_lengths(spec, settings), settings, tmp_path).steps == STEPS


def test_an_estimate_covers_the_plan_and_leaves_out_what_is_there(tiny_spec: RunSpec, settings: Settings) -> None:
    found = estimate(tiny_spec, settings, time.time())
    stages = plan(tiny_spec)
    assert [stage.name for stage in found.stages] == [stage.name for stage in stages]
    assert found.seconds.expected == pytest.approx(sum(stage.seconds.expected for stage in found.stages))
    assert found.seconds.low < found.seconds.expected < found.seconds.high
    assert found.memory_mb.expected > 100
    assert found.disk_mb.expected > 0
    told = table(found).splitlines()
    assert [line.split()[0] for line in told[1:-4]] == [stage.name for stage in stages]

    artifacts = ArtifactStore(RunStore(settings.runs_dir).artifacts)
    artifacts.path(stages[1].key).mkdir(parents=True)
    again = estimate(tiny_spec, settings, time.time())
    assert [stage.name for stage in again.stages if stage.reused] == [stages[1].name]
    assert again.stages[1].seconds.expected == 0
    assert "there already" in table(again)


@pytest.mark.slow
def test_a_page_without_torch_asks_a_process(tiny_spec: RunSpec, settings: Settings) -> None:
    found = ask_estimate(tiny_spec, settings, seconds=300)
    assert found.steps == STEPS
    assert found.device in ("cpu", "cuda")
    gone = tiny_spec.data.model_copy(update={"target": DatasetSpec(path="/nowhere/gone.csv")})
    with pytest.raises(RunError, match=r"gone\.csv"):
        ask_estimate(tiny_spec.model_copy(update={"data": gone}), settings, seconds=300)


def test_the_command_prints_a_table_or_a_document(
    tiny_spec: RunSpec, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(tiny_spec.model_dump_json())
    assert main(["estimate", str(path), "--json", "--runs-dir", str(settings.runs_dir)]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"]["expected"] > 0
    assert main(["estimate", str(path), "--runs-dir", str(settings.runs_dir)]) == 0
    assert "tokens" in capsys.readouterr().out
