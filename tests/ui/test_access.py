"""Who may see what."""

from __future__ import annotations

import stat
from collections.abc import Callable

import pytest

from pipeline.errors import RunError
from pipeline.spec import RunSpec
from ui import access
from ui.handlers import ask, chosen, compare, editing, export, progress, recipes, runs, sharing, speed, start
from ui.services import Services

#: Every handler that takes a run id, asked by a visitor.
HANDLERS: dict[str, Callable[[Services, str | None, str], object]] = {
    "watch": progress.watch,
    "news": lambda services, visitor, run: progress.news(services, visitor, run, None),
    "cancel": progress.cancel,
    "resume": progress.resume,
    "log": progress.log_tail,
    "rename": lambda services, visitor, run: runs.rename(services, visitor, run, "Another"),
    "differences": lambda services, visitor, run: runs.compare(services, visitor, run, run),
    "recipe": recipes.recipe_of,
    "edit": editing.draft,
    "share": sharing.share,
    "shared": sharing.shared,
    "take back": sharing.take_back,
    "report": compare.report_of,
    "whole report": compare.whole_report,
    "chosen models": lambda services, visitor, run: chosen.shown(services, visitor, run, [f"{run}/transferred/int8"]),
    "models to choose": chosen.choosable,
    "variants": ask.variants,
    "ask": lambda services, visitor, run: ask.ask(services, visitor, run, "text"),
    "exports": export.exports_of,
    "export": lambda services, visitor, run: export.export(services, visitor, run, {}),
    "speed": lambda services, visitor, run: speed.measure(services, visitor, run, {}),
    "speeds": lambda services, visitor, run: speed.speeds_of(services, visitor, run, {}),
    "zip": lambda services, visitor, run: export.zip_export(
        services, visitor, run, "transferred", services.store.root.parent
    ),
    "delete": runs.delete,
}


@pytest.fixture
def mine(shared: Services, spec: RunSpec, finished: Callable[..., str]) -> str:
    """A finished run of the visitor "mine"."""
    return finished(shared.store, spec, owner=access.owner_of(shared, "mine"))


@pytest.mark.parametrize("name", HANDLERS)
def test_nobody_else_reaches_a_run_by_any_handler(name: str, shared: Services, mine: str) -> None:
    before = list(shared.supervisor.asked)
    for visitor in ("theirs", "", None):
        with pytest.raises(RunError, match="no such run, or it is not yours"):
            HANDLERS[name](shared, visitor, mine)
    assert shared.supervisor.asked == before


@pytest.mark.parametrize("name", HANDLERS)
def test_its_owner_does(name: str, shared: Services, mine: str) -> None:
    HANDLERS[name](shared, "mine", mine)


@pytest.mark.parametrize("run_id", ["unknown-run", "../escape", "a/b", "", "."])
def test_a_run_that_is_not_there_answers_as_a_foreign_one_does(run_id: str, services: Services) -> None:
    with pytest.raises(RunError, match="no such run, or it is not yours"):
        access.run_of(services, "anyone", run_id)


def test_lists_hold_the_visitors_own_runs(shared: Services, mine: str) -> None:
    assert [run.id for run in access.visible_runs(shared, "mine")] == [mine]
    assert access.visible_runs(shared, "theirs") == []
    assert access.visible_runs(shared, None) == []
    assert start.overview(shared, "theirs").runs == ()
    assert progress.choose_run(shared, "theirs", mine) is None
    assert progress.requested_run(shared, "theirs", mine) is None


def test_a_browser_without_a_token_starts_nothing_on_a_shared_host(shared: Services) -> None:
    with pytest.raises(RunError, match="local storage"):
        start.run_demo(shared, "")


def test_on_ones_own_machine_everybody_sees_all(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec)
    assert [run.id for run in access.visible_runs(services, None)] == [run_id]
    assert access.run_of(services, None, run_id).owner == ""


def test_the_token_itself_is_kept_nowhere(shared: Services, mine: str) -> None:
    for path in shared.store.folder(mine).rglob("*.json"):
        assert '"mine"' not in path.read_text(encoding="utf-8")
    assert access.new_visitor() != access.new_visitor()


def test_the_storage_secret_survives_a_restart_and_is_private(services: Services) -> None:
    first = access.storage_secret(services.store)
    assert access.storage_secret(services.store) == first
    path = services.store.root / ".browser-secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("")  # a server died while writing it
    assert access.storage_secret(services.store)
