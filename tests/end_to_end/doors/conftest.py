"""One server for all doors, and what has to hold of it after each try."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.local import LocalEngine
from tests.end_to_end.conftest import served
from tests.end_to_end.doors.place import FREELY, MARK, VICTIM, Neighbour, Place
from tests.end_to_end.made import finished


@pytest.fixture(scope="package")
def neighbour() -> Iterator[Neighbour]:
    with Neighbour() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, neighbour: Neighbour) -> Iterator[Place]:
    runs = tmp_path_factory.mktemp("doors") / "runs"
    with served(runs, tiny_model, GRAFT_SHARED="true", **FREELY) as app:
        (app.store.root / ".account-secret").write_text("5ec4e7" * 6, encoding="ascii")
        run = finished(app, VICTIM, f"run {MARK}", mark=MARK)
        found = Place(app, run, "", app.store.folder(run), runs, neighbour)
        content = f"text,label\n{MARK},good\nother,bad\n"
        answer = found.ask("upload_text", name="mine.csv", content=content, visitor=VICTIM)
        found.file = answer.json()["data"][0]["file"]
        found.upload = app.store.uploads / found.file
        yield found
        for record in app.store.list():
            LocalEngine(app.store).kill(record.id, record.pid)


@pytest.fixture
def unchanged(place: Place) -> Iterator[None]:
    """Nothing that is the victim's has changed, it is still theirs, and the server has asked no neighbour."""
    before, met = place.stamp(), place.neighbour.met
    yield
    assert place.stamp() == before
    assert place.neighbour.met == met
    told = place.ask("list_runs", visitor=VICTIM).json()["data"][0]
    assert [run["run"] for run in told["runs"]] == [place.run]
