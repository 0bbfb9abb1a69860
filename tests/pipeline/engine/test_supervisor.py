"""The state machine, with an engine whose workers do nothing but live."""

import os
import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from pipeline.engine import supervisor as supervising
from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.errors import RunError
from pipeline.housekeeping import Swept
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec


@dataclass
class FakeEngine:
    """Workers are numbers in a dictionary."""

    workers: dict[int, str] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)

    def start(self, run_id: str) -> int:
        self.workers[len(self.workers) + 1] = run_id
        return len(self.workers)

    def alive(self, run_id: str, pid: int | None) -> bool:
        return pid is not None and self.workers.get(pid) == run_id

    def kill(self, run_id: str, pid: int | None) -> None:
        self.killed.append(run_id)
        self.die(run_id)

    def die(self, run_id: str) -> None:
        self.workers = {pid: run if run != run_id else "" for pid, run in self.workers.items()}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def supervisor(store: RunStore, engine: FakeEngine, settings: Settings) -> Supervisor:
    return Supervisor(store, engine, settings)  # type: ignore[arg-type]


def test_runs_wait_for_room_and_start_in_order(supervisor: Supervisor, engine: FakeEngine, tiny_spec: RunSpec) -> None:
    first, second, third = (supervisor.submit(tiny_spec).id for _ in range(3))
    states = [supervisor.store.get(run).state for run in (first, second, third)]
    assert states == [RunState.RUNNING, RunState.QUEUED, RunState.QUEUED]
    supervisor.store.move(first, RunState.DONE)
    engine.die(first)
    supervisor.tick()
    assert supervisor.store.get(second).state is RunState.RUNNING
    assert supervisor.store.get(third).state is RunState.QUEUED


def test_a_dead_worker_is_noticed_and_can_be_resumed(
    supervisor: Supervisor, engine: FakeEngine, tiny_spec: RunSpec
) -> None:
    run = supervisor.submit(tiny_spec).id
    engine.die(run)
    supervisor.tick()
    record = supervisor.store.get(run)
    assert record.state is RunState.INTERRUPTED
    assert "without a word" in record.error
    assert supervisor.resume(run).state is RunState.RUNNING
    assert supervisor.store.get(run).error == ""


def test_a_run_whose_worker_died_unseen_is_resumed(
    supervisor: Supervisor, engine: FakeEngine, tiny_spec: RunSpec
) -> None:
    run = supervisor.submit(tiny_spec).id
    engine.die(run)  # as when the machine went down, and nobody has looked since
    assert supervisor.resume(run).state is RunState.RUNNING


def test_a_new_supervisor_adopts_a_living_worker(
    supervisor: Supervisor, engine: FakeEngine, settings: Settings, tiny_spec: RunSpec
) -> None:
    run = supervisor.submit(tiny_spec)
    Supervisor(supervisor.store, engine, settings).tick()  # type: ignore[arg-type]
    assert supervisor.store.get(run.id) == run


def test_cancelling_a_queued_run_needs_no_worker(
    supervisor: Supervisor, engine: FakeEngine, tiny_spec: RunSpec
) -> None:
    supervisor.submit(tiny_spec)
    waiting = supervisor.submit(tiny_spec).id
    supervisor.cancel(waiting)
    assert supervisor.store.get(waiting).state is RunState.CANCELLED
    assert waiting not in engine.workers.values()


def test_a_worker_that_does_not_stop_is_ended(store: RunStore, engine: FakeEngine, tiny_spec: RunSpec) -> None:
    supervisor = Supervisor(store, engine, Settings(cancel_seconds=0.05))  # type: ignore[arg-type]
    run = supervisor.submit(tiny_spec).id
    supervisor.cancel(run)
    assert engine.killed == []  # it is asked first
    time.sleep(0.1)
    supervisor.tick()
    assert engine.killed == [run]
    supervisor.tick()
    assert store.get(run).state is RunState.CANCELLED


def test_a_run_that_ended_can_not_be_cancelled_nor_a_working_one_resumed(
    supervisor: Supervisor, tiny_spec: RunSpec
) -> None:
    run = supervisor.submit(tiny_spec).id
    with pytest.raises(RunError, match="running"):
        supervisor.resume(run)
    supervisor.store.move(run, RunState.DONE)
    with pytest.raises(RunError, match="done"):
        supervisor.cancel(run)


def test_a_finished_run_can_be_given_more_to_do(supervisor: Supervisor, engine: FakeEngine, tiny_spec: RunSpec) -> None:
    run = supervisor.submit(tiny_spec).id
    supervisor.store.move(run, RunState.DONE)
    engine.die(run)
    more = tiny_spec.model_copy(update={"seed": 5})
    assert supervisor.extend(run, more).state is RunState.RUNNING
    assert supervisor.store.spec(run).seed == 5


def test_another_process_with_the_same_id_is_not_the_worker(store: RunStore, tiny_spec: RunSpec) -> None:

    run = store.create(tiny_spec).id
    engine = LocalEngine(store)
    assert not engine.alive(run, os.getpid())
    assert not engine.alive(run, None)
    engine.kill(run, os.getpid())  # must not end this very test


def test_a_worker_is_alive_before_it_has_a_command_line(
    store: RunStore, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a process's birth and its program's first line, the system tells an empty one."""
    run, other = (store.create(tiny_spec).id for _ in range(2))
    monkeypatch.setattr("pipeline.engine.local.psutil.Process.cmdline", lambda _: [])
    engine = LocalEngine(store)
    worker = engine.start(run)
    assert engine.alive(run, worker)
    assert not engine.alive(other, worker)
    engine.kill(run, worker)
    assert not engine.alive(run, worker)


def test_who_has_too_many_runs_is_refused(store: RunStore, settings: Settings, tiny_spec: RunSpec) -> None:
    limited = settings.model_copy(update={"max_active": 1})
    supervisor = Supervisor(store, FakeEngine(), limited)  # type: ignore[arg-type]
    supervisor.submit(tiny_spec, "a")
    with pytest.raises(RunError, match="here 1 is the limit"):
        supervisor.submit(tiny_spec, "a")
    assert supervisor.submit(tiny_spec, "b").state is RunState.QUEUED


def test_a_run_that_works_too_long_is_stopped_and_told_why(
    store: RunStore, engine: FakeEngine, settings: Settings, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = settings.model_copy(update={"max_run_minutes": 30.0})
    supervisor = Supervisor(store, engine, limited)  # type: ignore[arg-type]
    run = supervisor.submit(tiny_spec).id
    later = time.time() + 31 * 60
    monkeypatch.setattr("pipeline.engine.supervisor.time.time", lambda: later)
    supervisor.tick()
    assert store.cancel_requested(run)
    told = [event["text"] for event in store.events(run).read()[0] if event["kind"] == "note"]
    assert told == ["The run is stopped: it has been at work for 30 minutes, the longest allowed here."]
    supervisor.tick()
    assert len([event for event in store.events(run).read()[0] if event["kind"] == "note"]) == 1


def test_old_runs_are_tidied_away_once_an_hour(
    store: RunStore, engine: FakeEngine, settings: Settings, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = settings.model_copy(update={"keep_days": 1.0})
    supervisor = Supervisor(store, engine, limited)  # type: ignore[arg-type]
    run = supervisor.submit(tiny_spec).id
    store.move(run, RunState.DONE)
    engine.die(run)
    now, started = time.time(), time.monotonic()
    for later, kept in ((60, True), (2 * 86_400, False)):
        monkeypatch.setattr("pipeline.engine.supervisor.time.time", lambda later=later: now + later)
        monkeypatch.setattr("pipeline.engine.supervisor.time.monotonic", lambda later=later: started + later)
        supervisor.tick()
        assert store.folder(run).exists() is kept


def test_a_server_tidies_up_once_it_has_started_and_a_single_command_does_not(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = threading.Event()
    monkeypatch.setattr(supervising, "sweep", lambda *_: swept.set() or Swept())
    supervisor.tick()
    assert not swept.is_set()
    supervisor.start(seconds=0.01)
    assert swept.wait(10)
    supervisor.stop()


@pytest.mark.parametrize(("at_once", "threads"), [(1, None), (2, "4"), (16, "1")])
def test_workers_that_share_a_machine_share_its_cores(
    store: RunStore, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch, at_once: int, threads: str | None
) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    worker = SimpleNamespace(pid=1)
    monkeypatch.setattr("pipeline.engine.local.subprocess.Popen", lambda *_, env, **__: given.append(env) or worker)
    LocalEngine(store, at_once).start(store.create(tiny_spec).id)
    assert given[0].get("OMP_NUM_THREADS") == threads
