"""Which engine a host has, and how a stage takes turns on a GPU that is there for a while only."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.artifacts import ArtifactStore
from pipeline.engine import command, engines, gpu, turns
from pipeline.engine.local import LocalEngine
from pipeline.engine.turns import Outcome, Turn
from pipeline.engine.zerogpu import ON_GPU, ZeroGpuEngine, _Run
from pipeline.errors import Cancelled, Paused, RunError
from pipeline.messages import Message
from pipeline.plan import Stage, plan
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec


def test_a_host_chooses_its_engine_and_zerogpu_has_its_own(store: RunStore) -> None:
    assert isinstance(engines.engine_of(store, Settings()), LocalEngine)
    assert isinstance(engines.engine_of(store, Settings(engine="zerogpu")), ZeroGpuEngine)
    space = {"SPACE_ID": "someone/graft"}
    assert Settings.from_environment(space).engine == "local"
    assert Settings.from_environment({**space, "SPACES_ZERO_GPU": "true"}).engine == "zerogpu"
    assert Settings.from_environment({**space, "SPACES_ZERO_GPU": "1", "GRAFT_ENGINE": "local"}).engine == "local"


def test_elsewhere_the_decorator_changes_nothing() -> None:
    assert not gpu.there()
    assert not hasattr(gpu.stage, "zerogpu")
    assert gpu.stage.__code__.co_filename == gpu.__file__


@pytest.fixture
def run(store: RunStore, tiny_spec: RunSpec) -> _Run:
    """A run at work, whose first stage that wants a GPU is expected to take two seconds."""
    engine = ZeroGpuEngine(store, Settings(runs_dir=store.root, engine="zerogpu", gpu_seconds=60))
    record = store.create(tiny_spec)
    store.move(record.id, RunState.RUNNING, pid=os.getpid())
    made = _Run(engine, record.id)
    made.expected = {}
    return made


@pytest.fixture
def stage(tiny_spec: RunSpec) -> Stage:
    return next(stage for stage in plan(tiny_spec) if stage.kind in ON_GPU)


class Script:
    """Gives outcomes in turn, and notes what was asked for."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.asked = list(outcomes), []

    def __call__(self, turn: Turn) -> Outcome:
        self.asked.append((turn.seconds, turn.spent))
        return self.outcomes.pop(0)


def test_a_turn_is_as_long_as_the_estimate_says_and_what_was_spent_is_handed_on(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = ArtifactStore(run.store.artifacts)
    work = artifacts.root / f"{stage.key}.work" / "train"

    class Learning(Script):
        def __call__(self, turn: Turn) -> Outcome:
            (work / f"checkpoint-{len(self.asked)}").mkdir(parents=True)
            return super().__call__(turn)

    script = Learning(Outcome("paused", 20), Outcome("lost", 25), Outcome("done", 3))
    monkeypatch.setattr(gpu, "turn_of", script)
    run.expected = {stage.name: 10.0}
    run._take_turns(Turn(run.store.root, run.run_id, stage, run.settings), artifacts)
    assert script.asked == [(25, 0), (25, 20), (25, 45)]
    run.expected = {stage.name: 1000.0}
    assert run._asked_for(stage) == 60


def test_a_turn_that_brings_nothing_is_followed_by_a_longer_one_until_none_is(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(*[Outcome("paused", 1)] * 5)
    monkeypatch.setattr(gpu, "turn_of", script)
    run.expected = {stage.name: 0.0}
    with pytest.raises(RunError, match=r"not even 60 seconds on the GPU.*Raise GRAFT_GPU_SECONDS"):
        run._take_turns(Turn(run.store.root, run.run_id, stage, run.settings), ArtifactStore(run.store.artifacts))
    assert [seconds for seconds, _ in script.asked] == [15, 30, 60]


def test_what_failed_in_a_turn_ends_the_run_with_its_own_words(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, artifacts = Turn(run.store.root, run.run_id, stage, run.settings), ArtifactStore(run.store.artifacts)
    told = Message("The loss became {loss}.", loss="nan")
    monkeypatch.setattr(gpu, "turn_of", Script(Outcome("failed", 1, told), Outcome("cancelled")))
    with pytest.raises(RunError) as failed:
        run._take_turns(turn, artifacts)
    assert failed.value.told == told
    assert failed.value.told.kept == told.kept
    with pytest.raises(Cancelled):
        run._take_turns(turn, artifacts)
    monkeypatch.setattr(gpu, "turn_of", Script(Outcome("done")))
    run.store.request_cancel(run.run_id)
    with pytest.raises(Cancelled):
        run._take_turns(turn, artifacts)


def test_no_gpu_is_told_apart_from_one_that_was_taken_away(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Turn(run.store.root, run.run_id, stage, run.settings, seconds=30)

    def refuse(_: Turn) -> Outcome:
        raise ValueError("No GPU\n was available")

    monkeypatch.setattr(gpu, "stage", refuse)
    with pytest.raises(gpu.NoGpuError, match="ZeroGPU gave no GPU, or took it away: No GPU was available"):
        gpu.turn_of(turn)

    def vanish(turn: Turn) -> Outcome:
        (run.store.folder(run.run_id) / turns.MARK).write_text("1", encoding="ascii")
        raise ValueError("GPU task aborted")

    monkeypatch.setattr(gpu, "stage", vanish)
    assert gpu.turn_of(turn) == Outcome("lost", 30)


def test_two_runs_do_not_wait_for_each_other_on_the_gpu(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run._claimed(stage):
        other = _Run(run.engine, run.run_id)
        other.store.request_cancel(run.run_id)
        with pytest.raises(Cancelled), other._claimed(stage):
            pytest.fail("two at once")
    run.store.clear_cancel(run.run_id)
    with run._claimed(stage):
        pass


@pytest.mark.parametrize(("raised", "state"), [(Paused(), "paused"), (Cancelled(), "cancelled"), (None, "done")])
def test_what_comes_of_a_turn(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch, raised: Exception | None, state: str
) -> None:
    given = {}

    def bring(*_: object, **options: float) -> None:
        given.update(options)
        if raised:
            raise raised

    monkeypatch.setattr(turns, "bring_about", bring)
    outcome = turns.take(Turn(run.store.root, run.run_id, stage, run.settings, seconds=60, spent=7))
    assert outcome.state == state
    assert given["spent"] == 7
    assert Outcome.read(outcome.as_json()) == outcome
    assert not (run.store.folder(run.run_id) / turns.MARK).exists()


def test_a_defect_in_a_turn_is_in_the_run_s_log_and_comes_back_as_a_sentence(
    run: _Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring(*_: object, **__: float) -> None:
        raise ZeroDivisionError("of this test")

    monkeypatch.setattr(turns, "bring_about", bring)
    outcome = turns.take(Turn(run.store.root, run.run_id, stage, run.settings))
    assert outcome.state == "failed"
    assert "unexpected happened (ZeroDivisionError)" in outcome.error
    assert "of this test" in run.store.log_path(run.run_id).read_text(encoding="utf-8")
    assert Outcome.read(outcome.as_json()) == outcome
    assert Outcome.read(b"Killed").state == "lost"


def test_a_run_of_another_process_is_alive_while_its_lock_is_held(run: _Run, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, other = run.engine, os.getppid()
    assert not engine.alive(run.run_id, os.getpid())  # this process has no thread for it
    assert not engine.alive(run.run_id, None)
    assert not engine.alive(run.run_id, other)
    with run.store.at_work(run.run_id, seconds=0):
        assert engine.alive(run.run_id, other)
    engine.kill(run.run_id, other)  # which is none of ours


def test_commands_are_asked_on_the_gpu_where_there_is_one_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(arguments: list[str], seconds: float) -> tuple[int, str]:
        asked.append((arguments, seconds))
        return 0, '{"found": 1}'

    monkeypatch.setattr(gpu, "there", lambda: True)
    monkeypatch.setattr(gpu, "command", answer)
    assert command.ask("rank", ["x.json"], 120, "zerogpu") == {"found": 1}
    assert asked == [(["rank", "x.json", "--json"], 60)]


def test_a_command_on_the_gpu_gives_what_it_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = gpu.command(["list", "--runs-dir", str(tmp_path), "--json"], 5)
    assert (code, printed.strip()) == (0, "[]")
    code, printed = gpu.command(["estimate", str(tmp_path / "none.json"), "--json"], 5)
    assert code == 1
    assert "none.json" in printed
    assert capsys.readouterr().out == ""


def test_only_zerogpu_brings_torch_into_the_server() -> None:
    import subprocess

    code = """
import sys
from pipeline.engine.engines import engine_of
from pipeline.runs import RunStore
from pipeline.settings import Settings
for name in ("local", "zerogpu"):
    engine_of(RunStore("."), Settings(engine=name))
    assert "torch" not in sys.modules, name
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[3], check=True)


def test_stages_that_need_no_gpu_are_done_in_a_plain_process(run: _Run, tiny_spec: RunSpec) -> None:
    data = next(stage for stage in plan(tiny_spec) if stage.kind == "data")
    turn = Turn(run.store.root, run.run_id, data, run.settings)
    outcome = run._apart(turn)
    assert (outcome.state, outcome.error) == ("done", "")
    assert ArtifactStore(run.store.artifacts).complete(data.key)
    assert run._apart(replace(turn, stage=replace(data, name="none"))).state == "lost"
    with pytest.raises(RunError, match="ended without a word"):
        run._settle(Outcome("lost"))
