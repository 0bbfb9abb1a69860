"""What one visitor may ask of a host."""

from __future__ import annotations

import os

import pytest

from pipeline.errors import RunError
from pipeline.quotas import admit, disk, overdue
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec


@pytest.fixture
def limits(store: RunStore) -> Settings:
    return Settings(runs_dir=store.root, max_active=2, max_disk_gb=1e-6, max_run_minutes=5)  # a thousand bytes


def test_a_visitor_with_room_is_admitted(store: RunStore, settings: Settings, tiny_spec: RunSpec) -> None:
    store.create(tiny_spec, "a")
    admit(store, settings, "a")


def test_who_has_as_many_runs_as_allowed_must_wait(store: RunStore, limits: Settings, tiny_spec: RunSpec) -> None:
    limits = limits.model_copy(update={"max_disk_gb": None})
    first = store.create(tiny_spec, "a").id
    store.create(tiny_spec, "a")
    with pytest.raises(RunError, match="2 runs waiting or at work; here 2 is the limit"):
        admit(store, limits, "a")
    admit(store, limits, "b")
    store.move(first, RunState.CANCELLED)
    admit(store, limits, "a")


def test_who_keeps_too_much_must_delete(store: RunStore, limits: Settings, tiny_spec: RunSpec) -> None:
    run = store.create(tiny_spec, "a").id
    (store.folder(run) / "large").write_bytes(b"x" * 2000)
    with pytest.raises(RunError, match=r"take 0\.0 GB.* Delete a run"):
        admit(store, limits, "a")
    store.move(run, RunState.CANCELLED)
    store.delete(run)
    admit(store, limits, "a")


def test_what_is_linked_counts_once(store: RunStore) -> None:
    store.root.mkdir(exist_ok=True)
    (store.root / "one").write_bytes(b"x" * 100)
    os.link(store.root / "one", store.root / "other")
    assert disk([store.root]) == 100


def test_a_run_is_overdue_once_it_has_worked_too_long(store: RunStore, limits: Settings, tiny_spec: RunSpec) -> None:
    run = store.create(tiny_spec).id
    record = store.move(run, RunState.RUNNING, pid=1)
    assert not overdue(record, limits, record.changed + 299)
    assert overdue(record, limits, record.changed + 301)
    assert not overdue(record, Settings(runs_dir=store.root), record.changed + 1e9)
    assert not overdue(store.move(run, RunState.CANCELLED), limits, record.changed + 301)
