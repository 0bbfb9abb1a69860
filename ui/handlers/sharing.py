"""A link to one run's report, for anybody: made, found again, taken back."""

from __future__ import annotations

import secrets
import time

from pipeline.errors import RunError
from pipeline.storage import write_atomically
from ui.access import SHARE, Share, guest_of, readable_runs, run_of, share_of
from ui.handlers.progress import has_report
from ui.services import Services
from ui.text import say


def shared(services: Services, visitor: str | None, run_id: str) -> str | None:
    """The token of the link to a run's report; None if it is not shared.

    Raises:
        RunError: There is no such run for this visitor.
    """
    run_of(services, visitor, run_id)
    share = share_of(services.store, run_id)
    return share.token if share else None


def share(services: Services, visitor: str | None, run_id: str) -> str:
    """Share a run's report: the token of its link, the same as long as it is not taken back.

    Raises:
        RunError: There is no such run for this visitor, or it has no report yet.
    """
    run_of(services, visitor, run_id)
    if not has_report(services, run_id):
        raise RunError(say("runs.nothing_to_share"), say("runs.nothing_to_share_remedy"))
    with services.store.locked(run_id):
        found = share_of(services.store, run_id) or Share(token=secrets.token_urlsafe(24), created=time.time())
        write_atomically(services.store.folder(run_id) / SHARE, found.model_dump_json(indent=2))
    return found.token


def take_back(services: Services, visitor: str | None, run_id: str) -> None:
    """Let the link to a run's report lead nowhere any more.

    Raises:
        RunError: There is no such run for this visitor.
    """
    run_of(services, visitor, run_id)
    (services.store.folder(run_id) / SHARE).unlink(missing_ok=True)


def linked_run(services: Services, token: str) -> str | None:
    """The run whose report a link leads to; None if it leads nowhere."""
    return next((record.id for record in readable_runs(services, guest_of(token))), None)
