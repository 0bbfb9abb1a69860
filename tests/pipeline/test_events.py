"""The event log, and the progress folded from it."""

from pathlib import Path

from pipeline.events import EventLog, Progress

PLAN = [{"name": "a", "title": "A", "cost": 1.0}, {"name": "b", "title": "B", "cost": 3.0}]


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    assert log.read() == ([], 0)
    log.append("note", stage="a", text="你好")
    first, offset = log.read()
    assert [event["text"] for event in first] == ["你好"]
    assert log.read(offset) == ([], offset)
    log.append("note", stage="a", text="again")
    assert [event["text"] for event in log.read(offset)[0]] == ["again"]


def test_a_partial_line_of_a_killed_worker_spoils_nothing(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.append("note", stage="a", text="before")
    with open(log.path, "ab") as file:
        file.write(b'{"time": 1, "kind": "no')
    events, offset = log.read()
    assert len(events) == 1
    log.append("note", stage="a", text="after")
    assert [event["text"] for event in log.read(offset)[0]] == ["after"]


def test_progress_weighs_stages_by_cost() -> None:
    progress = Progress().add(
        [
            {"time": 100.0, "kind": "plan", "stages": PLAN},
            {"time": 101.0, "kind": "stage", "stage": "a", "state": "done", "seconds": 1.0},
            {"time": 101.0, "kind": "stage", "stage": "b", "state": "running"},
            {"time": 102.0, "kind": "step", "stage": "b", "step": 1, "total": 3, "loss": 0.5},
        ]
    )
    assert progress.fraction == 0.5
    assert progress.current is not None
    assert progress.current.name == "b"
    assert progress.seconds_left(now=102.0) == 2.0  # half the work took two seconds


def test_reused_stages_do_not_flatter_the_time_left() -> None:
    progress = Progress().add(
        [
            {"time": 100.0, "kind": "plan", "stages": PLAN},
            {"time": 100.0, "kind": "stage", "stage": "a", "state": "reused", "seconds": 0.0},
            {"time": 100.0, "kind": "stage", "stage": "b", "state": "running"},
            {"time": 110.0, "kind": "step", "stage": "b", "step": 1, "total": 2},
        ]
    )
    assert progress.seconds_left(now=110.0) == 10.0


def test_a_resumed_fine_tuning_overwrites_the_losses_it_repeats() -> None:
    steps = [(1, 0.9), (2, 0.8), (3, 0.7), (2, 0.81), (3, 0.71)]
    progress = Progress().add([{"time": 0.0, "kind": "plan", "stages": PLAN}])
    progress.add({"time": 0.0, "kind": "step", "stage": "a", "step": s, "total": 3, "loss": v} for s, v in steps)
    assert progress.curves == {"a": {"loss": [(1, 0.9), (2, 0.81), (3, 0.71)]}}


def test_every_measure_of_a_step_has_a_curve_of_its_own() -> None:
    progress = Progress().add([{"time": 0.0, "kind": "plan", "stages": PLAN}])
    step = {"time": 0.0, "kind": "step", "stage": "a", "total": 3}
    progress.add([{**step, "step": 1, "loss": 0.9, "learning_rate": 1e-4}, {**step, "step": 2, "dev_score": 0.8}])
    assert progress.curves["a"] == {"loss": [(1, 0.9)], "learning_rate": [(1, 1e-4)], "dev_score": [(2, 0.8)]}


def test_the_end_is_told_with_its_reason() -> None:
    progress = Progress().add([{"time": 0.0, "kind": "plan", "stages": PLAN}])
    progress.add([{"time": 1.0, "kind": "end", "state": "failed", "error": "No memory."}])
    assert (progress.ended, progress.error) == ("failed", "No memory.")
    assert progress.seconds_left(now=2.0) is None
