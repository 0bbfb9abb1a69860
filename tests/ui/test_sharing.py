"""A link to a report opens that report for anybody, and nothing else for anyone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pipeline.errors import RunError
from pipeline.spec import RunSpec
from ui import access
from ui.handlers import ask, compare, editing, export, progress, recipes, runs, sharing, speed, start
from ui.services import Services

#: Every handler that takes a run id and gives more than its report, asked by a guest.
REFUSED: dict[str, Callable[[Services, str, str], object]] = {
    "watch": progress.watch,
    "cancel": progress.cancel,
    "resume": progress.resume,
    "log": progress.log_tail,
    "rename": lambda services, visitor, run: runs.rename(services, visitor, run, "Another"),
    "delete": runs.delete,
    "recipe": recipes.recipe_of,
    "edit": editing.draft,
    "share": sharing.share,
    "take back": sharing.take_back,
    "ask": lambda services, visitor, run: ask.ask(services, visitor, run, "text"),
    "exports": export.exports_of,
    "export": lambda services, visitor, run: export.export(services, visitor, run, {}),
    "speed": lambda services, visitor, run: speed.measure(services, visitor, run, "transferred"),
}


@pytest.fixture(params=[False, True], ids=["own machine", "shared host"])
def host(request: pytest.FixtureRequest, services: Services, shared: Services) -> Services:
    """A link means the same wherever the page runs."""
    return shared if request.param else services


@pytest.fixture
def mine(host: Services, spec: RunSpec, finished: Callable[..., str]) -> str:
    return finished(host.store, spec, owner=access.owner_of(host, "mine"))


def test_a_guest_reads_the_report(host: Services, mine: str) -> None:
    token = sharing.share(host, "mine", mine)
    guest = access.guest_of(token)
    assert sharing.linked_run(host, token) == mine
    assert compare.whole_report(host, guest, mine).examples
    assert [run.id for run in access.readable_runs(host, guest)] == [mine]
    assert progress.choose_run(host, guest, None, finished=True) == mine


@pytest.mark.parametrize("name", REFUSED)
def test_a_guest_reaches_nothing_else_of_the_run(name: str, host: Services, mine: str) -> None:
    guest = access.guest_of(sharing.share(host, "mine", mine))
    with pytest.raises(RunError, match="no such run, or it is not yours"):
        REFUSED[name](host, guest, mine)
    assert host.supervisor.asked == []


def test_a_guest_sees_no_list_and_no_other_report(
    host: Services, mine: str, spec: RunSpec, finished: Callable[..., str]
) -> None:
    other = finished(host.store, spec, owner=access.owner_of(host, "mine"))
    guest = access.guest_of(sharing.share(host, "mine", mine))
    assert access.visible_runs(host, guest) == []
    assert start.overview(host, guest).runs == ()
    assert runs.page(host, guest, 0).total == 0
    assert progress.choose_run(host, guest, mine) is None
    assert progress.choose_run(host, guest, other, finished=True) == mine
    with pytest.raises(RunError, match="no such run"):
        compare.whole_report(host, guest, other)


def test_a_guest_starts_nothing(host: Services, mine: str) -> None:
    guest = access.guest_of(sharing.share(host, "mine", mine))
    with pytest.raises(RunError, match="can be read, and nothing more"):
        start.run_demo(host, guest)
    assert len(host.store.list()) == 1


def test_a_link_stays_the_same_until_it_is_taken_back(host: Services, mine: str) -> None:
    token = sharing.share(host, "mine", mine)
    assert sharing.share(host, "mine", mine) == sharing.shared(host, "mine", mine) == token
    runs.rename(host, "mine", mine, "Another name")
    assert sharing.linked_run(host, token) == mine
    sharing.take_back(host, "mine", mine)
    sharing.take_back(host, "mine", mine)
    assert sharing.shared(host, "mine", mine) is None
    assert sharing.linked_run(host, token) is None
    with pytest.raises(RunError, match="no such run"):
        compare.report_of(host, access.guest_of(token), mine)
    assert sharing.share(host, "mine", mine) != token


@pytest.mark.parametrize("token", ["", "x", "ü", "../escape", "null", "*"])
def test_other_tokens_lead_nowhere(token: str, host: Services, mine: str) -> None:
    sharing.share(host, "mine", mine)
    assert sharing.linked_run(host, token) is None
    assert sharing.linked_run(host, mine) is None  # a run id is no token


def test_a_damaged_or_deleted_link_leads_nowhere(host: Services, mine: str) -> None:
    token = sharing.share(host, "mine", mine)
    path = host.store.folder(mine) / access.SHARE
    assert json.loads(path.read_text())["token"] == token
    path.write_text("{")
    assert sharing.linked_run(host, token) is None
    runs.delete(host, "mine", mine)
    assert sharing.linked_run(host, token) is None


def test_without_a_report_there_is_nothing_to_share(services: Services, spec: RunSpec) -> None:
    run_id = services.store.create(spec).id
    with pytest.raises(RunError, match="no report yet"):
        sharing.share(services, None, run_id)


def test_no_visitors_token_can_be_taken_for_a_guests() -> None:
    assert not any(access.is_guest(access.new_visitor()) for _ in range(50))
    assert not access.is_guest(None)
    assert not access.is_guest("")
