"""The event log, and the progress folded from it."""

from pathlib import Path

from pipeline.events import EventLog, Progress, as_fields
from pipeline.messages import Message

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


def test_notes_titles_and_errors_keep_what_they_were_made_from(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    title = Message("Train member {number}", number=2)
    log.append("plan", stages=[{"name": "a", **as_fields("title", title), "cost": 1.0}])
    log.append(
        "note", stage="a", **as_fields("text", Message("{stage}: goes on from step {step}.", stage=title, step=3))
    )
    log.append("end", state="failed", **as_fields("error", Message("{file} is empty.", file="{a}.csv")))
    progress = Progress().add(log.read()[0])
    assert progress.stages["a"].title == title
    assert progress.stages["a"].title.values == title.values
    ((_, note),) = progress.notes
    assert note == "Train member 2: goes on from step 3."
    assert isinstance(note.values["stage"], Message)
    assert (progress.error, progress.error.values) == ("{a}.csv is empty.", {"file": "{a}.csv"})


def test_what_an_older_worker_wrote_is_read_as_text() -> None:
    progress = Progress().add(
        [
            {"time": 0.0, "kind": "plan", "stages": PLAN},
            {"time": 0.0, "kind": "note", "stage": "a", "text": "A {note}."},
            {"time": 0.0, "kind": "end", "state": "failed", "error": "An error."},
        ]
    )
    assert (progress.stages["a"].title, progress.notes, progress.error) == ("A", [(0.0, "A {note}.")], "An error.")


def test_a_text_without_values_is_written_as_before() -> None:
    assert as_fields("text", Message("Plain.")) == as_fields("text", "Plain.") == {"text": "Plain."}
