"""A machine's own disk: a run's places while a stage is at work, and what is left of them."""

import os
import time
from pathlib import Path

import pytest

from pipeline.cluster import scratch as scratching
from pipeline.cluster.order import Order
from pipeline.cluster.scratch import WEEK, scratch
from pipeline.plan import plan
from pipeline.settings import Settings
from pipeline.shelf import Shelf
from pipeline.spec import RunSpec

RUN = "tiny-0123456789abcdef"


@pytest.fixture
def order(tiny_spec: RunSpec, tmp_path: Path) -> Order:
    stages = plan(tiny_spec)
    told = [{"name": stage.name, "title": stage.title, "cost": 1.0, "key": stage.key} for stage in stages]
    shared = tmp_path / "runs" / "artifacts"
    shared.mkdir(parents=True)
    return Order(RUN, "tiny", tiny_spec, told, stages[1], stages[:1], stages[0], Settings(), shared, None)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scratching.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def test_the_run_looks_as_it_does_on_the_server(order: Order, tiny_spec: RunSpec) -> None:
    with scratch(order, "one") as places:
        assert places.store.find("tiny").id == RUN
        assert places.store.spec(RUN) == tiny_spec
        assert places.store.events(RUN).planned_key("data") == order.data.key
        assert (places.store.artifacts).resolve() == order.shared
        root = places.store.root
        assert root.parent.stat().st_mode & 0o077 == 0  # nobody else's
    assert not root.exists()
    assert order.shared is not None
    assert order.shared.is_dir()  # what others share is not taken along


def test_what_lies_on_the_shelf_is_fetched_once(order: Order, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data.json").write_text("{}")
    shelf = Shelf((tmp_path / "shelf").as_uri())
    shelf.put(order.data.key, tmp_path / "data")
    there = Order(**{**vars(order), "shared": None, "shelf": shelf})
    with scratch(there, "one") as places:
        assert (places.fetch()["data"] / "data.json").read_text() == "{}"
    (tmp_path / "shelf" / f"{order.data.key}.json").unlink()
    with scratch(there, "one") as places:
        assert (places.fetch()["data"] / "data.json").read_text() == "{}"


def test_what_nobody_has_used_for_a_week_goes(order: Order, temporary: Path) -> None:
    with scratch(order, "one") as places:
        home = places.store.root.parent
        old = [home / "stage-killed", home / "artifacts" / "key", home.parent / "a machine that was"]
        new = home / "artifacts" / "other"
        for folder in (*old, new):
            folder.mkdir(parents=True)
        for folder in old:
            os.utime(folder, times=(time.time() - WEEK - 60,) * 2)
    with scratch(order, "one"):
        assert [folder for folder in old if folder.exists()] == []
        assert new.is_dir()
