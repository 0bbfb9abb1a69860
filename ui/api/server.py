"""About the server, and who calls."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from pipeline.errors import RunError
from ui import access
from ui.access import REPORT, guest_of
from ui.handlers.sharing import linked_run
from ui.services import Services
from ui.text import say


class About(TypedDict):
    """What holds on a server."""

    visitors: Annotated[bool, "Whether visitors are told apart, so that calls need a token of `new_visitor`."]
    max_upload_mb: Annotated[float, "Largest file, in MB."]
    max_rows: Annotated[int, "Most rows read from one file."]
    max_active: Annotated[int, "Runs that one visitor may have waiting or at work."]
    max_disk_gb: Annotated[float | None, "What one visitor's runs may take, in GB; null: no limit."]
    max_run_minutes: Annotated[float | None, "Longest that a run may work; null: no limit."]
    keep_days: Annotated[float | None, "How long a run that has ended is kept; null: until it is deleted."]


class SharedReport(TypedDict):
    """What a link to a report opens."""

    run: Annotated[str, "The run whose report it is."]
    visitor: Annotated[str, "Who to be to read it, in `read_report`, `compare_models` and what else shows a report."]


def about_server(services: Services) -> Annotated[About, "The limits of this server."]:
    """What holds on this server: whether visitors are told apart, and its limits."""
    settings = services.settings
    return {
        "visitors": settings.shared,
        "max_upload_mb": settings.max_upload_mb,
        "max_rows": settings.max_rows,
        "max_active": settings.max_active,
        "max_disk_gb": settings.max_disk_gb,
        "max_run_minutes": settings.max_run_minutes,
        "keep_days": settings.keep_days,
    }


def new_visitor(
    services: Services,  # noqa: ARG001 - as all endpoints
) -> Annotated[str, "The token. Whoever has it sees and changes your runs."]:
    """Become a visitor: a new token that nobody can guess. Keep it, and give it as `visitor` with every call.

    On a server that tells visitors apart, files and runs belong to the token that they were brought and started
    with, and without it nobody finds them again. On your own machine it is not needed.
    """
    return access.new_visitor()


def open_shared_report(
    services: Services, *, link: Annotated[str, "The address that somebody shared, or the token at its end."]
) -> Annotated[SharedReport, "The run, and who to be to read its report."]:
    """Follow a link to a report that somebody shared. That one report can be read, and nothing else of theirs."""
    token = link.strip().rpartition(f"{REPORT}=")[2].partition("&")[0]
    run_id = linked_run(services, token)
    if run_id is None:
        raise RunError(say("api.dead_link"), say("api.dead_link_remedy"))
    return {"run": run_id, "visitor": guest_of(token)}
