"""Artifacts and checkpoints that a disk has spoilt are noticed, and made anew; nothing is read from them."""

import shutil
from pathlib import Path

import pytest
import torch

from pipeline.artifacts import ArtifactStore
from pipeline.errors import TrainingError
from pipeline.events import Progress
from pipeline.plan import plan
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import FullFineTuning, RecipeSpec, RunSpec
from pipeline.stages.checkpoints import BEST, Checkpoints, State
from pipeline.worker import carry_out


def flip(path: Path, place: float = 0.5) -> None:
    """Turn one bit over, ``place`` of the way through the file."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.unlink()  # the published file is the same one: leave it whole
    path.write_bytes(data)


def cut(path: Path) -> None:
    """Leave the first half."""
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])


DAMAGES = {
    "a flipped bit": flip,
    "half a file": cut,
    "a missing file": Path.unlink,
    "one file too many": lambda path: path.with_name("stray").write_text("?"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_spec: RunSpec) -> tuple[RunStore, str]:
    """A finished run without exports, and its store."""
    short = FullFineTuning(epochs=1, batch_size=16, learning_rate=1e-3)
    recipe = RecipeSpec(
        source_training=short, vocabulary=tiny_spec.recipe.vocabulary, fine_tuning=short, target_only=short
    )
    store = RunStore(tmp_path_factory.mktemp("runs"))
    run = store.create(tiny_spec.model_copy(update={"recipe": recipe})).id
    store.move(run, RunState.RUNNING)
    assert carry_out(store, run, Settings(runs_dir=store.root)) is RunState.DONE
    return store, run


@pytest.fixture
def copied(whole: tuple[RunStore, str], tmp_path: Path) -> tuple[RunStore, str]:
    """A copy of it to spoil."""
    store, run = whole
    shutil.copytree(store.root, tmp_path / "runs")
    return RunStore(tmp_path / "runs"), run


def test_what_a_run_leaves_is_whole(whole: tuple[RunStore, str]) -> None:
    store, run = whole
    keys = store.events(run).planned_keys()
    assert len(keys) >= 6
    assert all(ArtifactStore(store.artifacts).whole(key) for key in keys)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("stage", ["data", "transferred"])
def test_a_damaged_artifact_is_made_anew_and_the_report_is_the_same(
    copied: tuple[RunStore, str], stage: str, damage: str
) -> None:
    store, run = copied
    before = store.report(run)
    keys = {each.name: each.key for each in plan(store.spec(run))}
    place = store.artifacts / keys[stage]
    largest = max((path for path in place.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    DAMAGES[damage](largest)

    store.move(run, RunState.QUEUED)
    store.move(run, RunState.RUNNING)
    assert carry_out(store, run, Settings(runs_dir=store.root)) is RunState.DONE
    told = Progress().add(store.events(run).read()[0])
    assert [str(note) for _, note in told.notes if "is damaged, and is made anew" in str(note)]
    states = {name: each.state for name, each in told.stages.items()}
    assert states.pop(stage) == "done"
    assert set(states.values()) == {"reused"}
    assert all(ArtifactStore(store.artifacts).whole(key) for key in keys.values())
    assert store.report(run) == before


def test_damaged_checksums_are_not_trusted(copied: tuple[RunStore, str]) -> None:
    store, run = copied
    key = next(iter(store.events(run).planned_keys()))
    (store.artifacts / f"{key}.sums.json").write_text("{", encoding="utf-8")
    assert not ArtifactStore(store.artifacts).whole(key)
    assert not (store.artifacts / key).exists()


def test_an_artifact_from_before_there_were_checksums_is_used(copied: tuple[RunStore, str]) -> None:
    store, run = copied
    key = next(iter(store.events(run).planned_keys()))
    (store.artifacts / f"{key}.sums.json").unlink()
    assert ArtifactStore(store.artifacts).whole(key)


def trained(folder: Path, steps: int = 3) -> tuple[torch.nn.Linear, Checkpoints]:
    """A layer that has learned for some steps, each of which was kept."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 4)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1, fused=True)
    checkpoints = Checkpoints(folder, layer, optimizer)
    for step in range(1, steps + 1):
        layer(torch.ones(2, 4)).sum().backward()
        optimizer.step()
        checkpoints.save(State(step=step))
    checkpoints.keep_best()
    return layer, checkpoints


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors"])
@pytest.mark.parametrize("damage", ["half a file", "a missing file", "a flipped bit"])
@pytest.mark.parametrize("place", [0.0, 0.1, 0.2, 0.5, 1.0])
def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, name: str, damage: str, place: float) -> None:
    _, checkpoints = trained(tmp_path)
    path = tmp_path / "checkpoint-3" / name
    if damage == "a flipped bit":
        flip(path, place)
    else:
        DAMAGES[damage](path)
    state = checkpoints.load()
    assert state is not None
    assert state.step == 2


def test_damaged_best_weights_end_the_stage_with_a_remedy_and_are_not_met_again(tmp_path: Path) -> None:
    _, checkpoints = trained(tmp_path)
    flip(tmp_path / BEST)
    with pytest.raises(TrainingError, match="begins anew"):
        checkpoints.restore_best()
    assert checkpoints.load() is None
