"""Data sets of the Hub by name: brought into use, refused in place, and nothing left of what failed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RunError
from pipeline.hub.records import Fetched, Wanted
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.spec import Origin
from ui import access
from ui.handlers import hub, uploads
from ui.handlers.hub import Brought, Named
from ui.handlers.uploads import Slot
from ui.services import Services
from ui.views import data as data_views
from ui.views import hub as views

TASK = "text-classification"
ROWS = "".join(
    f'{{"sentence": "a text {number}", "label": "{number % 2}", "other": "{number}"}}\n' for number in range(9)
)
NOTE = "Columns that hold no text were left out: picture."


class FakeFetch:
    """Writes what it is told to, and remembers who asked with what."""

    def __init__(self, content: str = ROWS, error: Exception | None = None) -> None:
        self.content, self.error = content, error
        self.asked: list[tuple[Wanted, str | None]] = []

    def __call__(
        self, wanted: Wanted, out: Path, settings: Settings, *, token: str | None = None
    ) -> Generator[int, None, Fetched]:
        self.asked.append((wanted, token))
        yield 5
        if self.error:
            raise self.error
        path = out.with_name(f"{out.name}.jsonl")
        path.write_text(self.content, encoding="utf-8")
        origin = Origin(dataset=wanted.dataset, split=wanted.split or "train", commit="c" * 40, licence="mit")
        return Fetched(path=str(path), rows=9, origin=origin, notes=(NOTE,))


def finish(steps: Generator[int, None, Brought]) -> tuple[list[int], Brought]:
    seen = []
    try:
        while True:
            seen.append(next(steps))
    except StopIteration as end:
        return seen, end.value


@pytest.fixture
def reached(settings: Settings, services_for: Callable[..., Services]) -> Callable[..., Services]:
    """The page's services, with a Hub that answers and a fetch of one's own."""

    def made(fetch: FakeFetch, *, shared: bool = False, reachable: bool | None = True) -> Services:
        chosen = settings.model_copy(update={"shared": shared})
        return replace(services_for(chosen, hub=reachable), fetch=fetch)

    return made


def bring(services: Services, name: str, slot: Slot | None = None, **options: Any) -> tuple[list[int], Brought]:
    given = {"role": "source", "task": TASK, **options}
    visitor = given.pop("visitor", "somebody")
    return finish(hub.bring(services, visitor, slot or Slot(), Named(name, given.pop("config", "")), **given))


def test_a_data_set_comes_into_use_and_its_origin_goes_with_it(reached: Callable[..., Services]) -> None:
    services = reached(FakeFetch())
    seen, found = bring(services, "tiny/reviews")
    assert (seen, found.rows) == ([5], 9)
    assert found.slot.accepted
    dataset = found.slot.accepted.dataset
    assert dataset.origin
    assert dataset.origin.dataset == "tiny/reviews"
    assert Path(dataset.path).is_relative_to(services.store.uploads)
    assert "From tiny/reviews (default, train) of the Hugging Face Hub" in data_views.status(found.slot)
    assert NOTE in str(views.brought(found))
    corrected = uploads.reread(services, found.slot, "source", {"skip_missing": True}, TASK)
    again = uploads.look_again(services, corrected, "source", "language-modelling")
    for slot in (corrected, again):
        assert slot.accepted
        assert slot.accepted.dataset.origin == dataset.origin


def test_the_columns_of_an_example_are_known(reached: Callable[..., Services]) -> None:
    services = reached(FakeFetch())
    _, found = finish(
        hub.bring(services, "x", Slot(), Named("stanfordnlp/sst2", "", "train"), role="source", task=TASK)
    )
    assert found.slot.accepted
    assert found.slot.accepted.dataset.text_column == "sentence"


@pytest.mark.parametrize(
    ("fetch", "name", "words"),
    [
        (FakeFetch(error=RunError(Message("The Hub has no data set x."))), "tiny/x", "no data set x"),
        (FakeFetch(content="nothing"), "tiny/x", "not JSON"),
        (FakeFetch(), "../secrets", "can't be a data set"),
    ],
)
def test_what_fails_is_told_in_place_changes_nothing_and_leaves_nothing(
    fetch: FakeFetch, name: str, words: str, reached: Callable[..., Services]
) -> None:
    _, before = bring(reached(FakeFetch()), "tiny/reviews")
    services = reached(fetch)
    kept = set(services.store.uploads.glob("*"))
    _, found = bring(services, name, before.slot)
    assert found.slot.accepted is before.slot.accepted
    assert found.slot.failure
    assert words in found.slot.failure.sentence
    assert set(services.store.uploads.glob("*")) == kept
    assert views.brought(found) is None


def test_one_who_leaves_leaves_nothing(reached: Callable[..., Services]) -> None:
    services = reached(FakeFetch())
    steps = hub.bring(services, "x", Slot(), Named("tiny/reviews"), role="source", task=TASK)
    next(steps)
    steps.close()
    assert list(services.store.uploads.glob("*")) == []


@pytest.mark.parametrize("reachable", [None, False])
def test_without_a_hub_nothing_is_asked(reachable: bool | None, reached: Callable[..., Services]) -> None:
    fetch = FakeFetch()
    _, found = bring(reached(fetch, reachable=reachable), "tiny/reviews")
    assert found.slot.failure
    assert "Upload the texts as a file" in found.slot.failure.remedy
    assert fetch.asked == []
    assert views.note(reachable)
    assert views.note(True) is None


@pytest.mark.parametrize("visitor", ["", access.guest_of("token")])
def test_guests_and_strangers_bring_nothing(visitor: str, reached: Callable[..., Services]) -> None:
    fetch = FakeFetch()
    _, found = bring(reached(fetch, shared=True), "tiny/reviews", visitor=visitor)
    assert found.slot.failure
    assert fetch.asked == []


def test_a_token_is_handed_on_once_and_written_nowhere(reached: Callable[..., Services]) -> None:
    fetch = FakeFetch()
    services = reached(fetch, shared=True)
    bring(services, "tiny/reviews", token="hf_own")
    bring(services, "tiny/reviews")
    assert [token for _, token in fetch.asked] == ["hf_own", None]
    files = [path for path in services.store.root.rglob("*") if path.is_file()]
    assert files
    assert all(b"hf_own" not in path.read_bytes() for path in files)


def test_the_examples_are_those_of_the_task() -> None:
    assert "SST-2" in views.examples("text-classification")
    assert "UNER" in views.examples("entity-recognition")
    assert views.examples("part-of-speech") == ""
