"""The first screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.spec import RunSpec
from ui.handlers import start
from ui.services import Services
from ui.views import start as views

HOSTILE = "<script>alert('x')</script>\"&"


@pytest.mark.parametrize(("reachable", "words"), [(None, "checking"), (True, "reachable, 6 more"), (False, "offline")])
def test_the_hub_is_told_as_it_is(
    settings: Settings, services_for: Callable[..., Services], reachable: bool | None, words: str
) -> None:
    assert words in views.sources(start.overview(services_for(settings, hub=reachable), None))


def test_the_hosts_own_source_is_named(settings: Settings, services_for: Callable[..., Services]) -> None:
    services = services_for(settings.model_copy(update={"default_source": Path("/models") / HOSTILE.replace("/", "")}))
    page = views.sources(start.overview(services, None))
    assert "this host&#x27;s own model" in page
    assert "<script" not in page


def test_runs_are_listed_newest_first_and_escaped(services: Services, spec: RunSpec) -> None:
    for name in ("first", HOSTILE):
        services.store.create(spec.model_copy(update={"name": name}))
    found = start.overview(services, None)
    page = views.runs(found, found.runs[0].created + 120)
    assert page.index("&lt;script&gt;") < page.index("first")
    assert "<script" not in page
    assert "2 min ago" in page
    assert f'data-pick="{found.runs[1].id}"' in page


def test_without_runs_the_screen_says_what_to_do(services: Services) -> None:
    assert "Run the demo" in views.runs(start.overview(services, None), 0)


def test_of_many_runs_the_newest_are_shown_and_the_way_to_all(services: Services, spec: RunSpec) -> None:
    ids = [services.store.create(spec).id for _ in range(start.NEWEST)]
    assert "g-all" not in views.runs(start.overview(services, None), 0)
    newest = services.store.create(spec).id
    page = views.runs(start.overview(services, None), 0)
    assert f"All {start.NEWEST + 1} runs" in page
    assert newest in page
    assert ids[0] not in page
    assert 'data-pick=""' in page


def test_an_overview_that_looks_the_same_is_the_same(services: Services, spec: RunSpec) -> None:
    """A poll sends nothing then; Gradio hashes it besides."""
    services.store.create(spec)
    first, second = start.overview(services, None), start.overview(services, None)
    assert first == second
    assert hash(first) == hash(second)
