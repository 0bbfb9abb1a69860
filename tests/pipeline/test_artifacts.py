"""Artifacts are whole or absent."""

import threading
import time
from pathlib import Path

import pytest

from pipeline.artifacts import ArtifactStore, Building


def build(store: ArtifactStore, key: str) -> Building:
    """Write one file and finish."""
    with store.build(key) as building:
        assert building is not None
        (building.out / "file").write_text("whole")
    return building


def test_a_finished_artifact_is_complete(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    assert not store.complete("k")
    building = build(store, "k")
    assert store.complete("k")
    assert (store.path("k") / "file").read_text() == "whole"
    assert not building.work.exists()


def test_a_failure_keeps_the_work_and_publishes_nothing(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    with pytest.raises(ZeroDivisionError), store.build("k") as building:
        assert building is not None
        (building.work / "checkpoint").write_text("step 7")
        (building.out / "half").write_text("")
        raise ZeroDivisionError
    assert not store.complete("k")
    with store.build("k") as building:
        assert building is not None
        assert (building.work / "checkpoint").read_text() == "step 7"
        assert not (building.out / "half").exists()


def test_two_runs_build_the_same_artifact_once(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    built: list[bool] = []

    def work() -> None:
        with store.build("k") as building:
            built.append(building is not None)
            time.sleep(0.1)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(built) == [False, False, True]
