"""The index of runs: states, ids, atomic writing."""

import threading
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.messages import Message
from pipeline.runs import RunState, RunStore
from pipeline.spec import RunSpec
from pipeline.states import TRANSITIONS
from pipeline.storage import link_tree, write_atomically


def test_a_new_run_is_queued_and_holds_its_spec(store: RunStore, tiny_spec: RunSpec) -> None:
    record = store.create(tiny_spec, owner="me")
    assert record.state is RunState.QUEUED
    assert store.spec(record.id) == tiny_spec
    assert store.list() == [record]
    assert store.list(owner="someone else") == []


def test_ids_differ_for_the_same_name_and_can_not_be_guessed(store: RunStore, tiny_spec: RunSpec) -> None:
    ids = {store.create(tiny_spec).id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(run_id.rsplit("-", 1)[1]) == 16 for run_id in ids)


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("target", RunState)
def test_only_the_table_of_transitions_is_walked(
    store: RunStore, tiny_spec: RunSpec, state: RunState, target: RunState
) -> None:
    run_id = store.create(tiny_spec).id
    record = store.get(run_id).model_copy(update={"state": state})
    write_atomically(store.folder(run_id) / "state.json", record.model_dump_json())
    if state in TRANSITIONS[target]:
        assert store.move(run_id, target).state is target
    else:
        with pytest.raises(RunError):
            store.move(run_id, target)
        assert store.get(run_id).state is state


def test_two_threads_can_not_both_make_the_same_move(store: RunStore, tiny_spec: RunSpec) -> None:
    run_id = store.create(tiny_spec).id
    won: list[bool] = []

    def move() -> None:
        try:
            store.move(run_id, RunState.RUNNING)
            won.append(True)
        except RunError:
            won.append(False)

    threads = [threading.Thread(target=move) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_prefix_finds_one_run_or_says_which_it_fits(store: RunStore, tiny_spec: RunSpec) -> None:
    first = store.create(tiny_spec)
    assert store.find(first.id[:8]) == first
    second = store.create(tiny_spec)
    assert store.find(first.id) == first
    with pytest.raises(RunError, match=second.id):
        store.find("tiny")
    with pytest.raises(RunError, match="no run"):
        store.find("nothing")


def test_a_damaged_folder_hides_no_other_run(store: RunStore, tiny_spec: RunSpec) -> None:
    good, bad = store.create(tiny_spec), store.create(tiny_spec)
    (store.folder(bad.id) / "state.json").write_text("{", encoding="utf-8")
    assert store.list() == [good]
    with pytest.raises(RunError, match="damaged"):
        store.get(bad.id)


def test_a_spec_is_not_revised_under_a_working_run(store: RunStore, tiny_spec: RunSpec) -> None:
    run_id = store.create(tiny_spec).id
    with pytest.raises(RunError, match="still at work"):
        store.revise(run_id, tiny_spec)


def test_writing_leaves_the_old_file_if_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_linking_a_tree_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "source/inner").mkdir(parents=True)
    (tmp_path / "source/inner/file").write_text("new")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/stale").write_text("old")
    link_tree(tmp_path / "source", tmp_path / "out")
    assert (tmp_path / "out/inner/file").read_text() == "new"
    assert not (tmp_path / "out/stale").exists()


def test_a_run_can_be_called_something_else(store: RunStore, tiny_spec: RunSpec) -> None:
    run = store.create(tiny_spec).id
    assert store.rename(run, " Reviews, second try ").name == "Reviews, second try"
    assert store.get(run).name == "Reviews, second try"
    for name in (" ", "x" * 81):
        with pytest.raises(RunError, match="1 to 80 characters"):
            store.rename(run, name)


def test_a_deleted_run_leaves_nothing(store: RunStore, tiny_spec: RunSpec) -> None:
    run = store.create(tiny_spec).id
    with pytest.raises(RunError, match="still at work"):
        store.delete(run)
    store.move(run, RunState.CANCELLED)
    store.delete(run)
    assert [path.name for path in store.root.iterdir() if path.name not in ("artifacts", "uploads")] == []
    with pytest.raises(RunError, match="There is no run"):
        store.get(run)


def test_an_error_is_kept_with_what_it_was_made_from(store: RunStore, tiny_spec: RunSpec) -> None:
    run_id = store.create(tiny_spec).id
    store.move(run_id, RunState.RUNNING)
    error = RunError("{file} is empty.", "Choose {what}.", file="{a}.csv", what=Message("a picture")).told
    store.move(run_id, RunState.FAILED, error=error)
    record = store.get(run_id)
    assert record.error == record.fault == "{a}.csv is empty. Choose a picture."
    assert record.fault.parts == error.parts
    assert store.move(run_id, RunState.QUEUED).fault == ""


def test_what_needs_no_parts_is_written_as_an_older_graft_reads_it(store: RunStore, tiny_spec: RunSpec) -> None:
    run_id = store.create(tiny_spec).id
    store.move(run_id, RunState.RUNNING)
    store.move(run_id, RunState.FAILED, error="Just a text.")
    assert "told" not in (store.folder(run_id) / "state.json").read_text(encoding="utf-8")
    assert store.get(run_id).fault == "Just a text."
