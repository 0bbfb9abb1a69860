"""Who may see what.

A visitor is a random token that their browser keeps, or who has signed in: then it is derived
from the account (:mod:`ui.accounts`). On a host with many visitors a run belongs to the hash of
the token that started it; on one's own machine everybody sees all.

Somebody who follows a link to a shared report is a guest: a visitor whose name holds the
link's token. A guest reads that one report, wherever the page runs, and reaches nothing else.
"""

from __future__ import annotations

import hashlib
import os
import secrets

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import RunError
from pipeline.runs import RunRecord, RunStore
from ui.services import Services
from ui.text import say

GUEST = "report:"  # begins no token of a visitor's own: those have no colon
REPORT = "report"  # in an address: the token of a shared report
SHARE = "share.json"  # in a run's folder, while its report is shared


class Share(BaseModel):
    """What a run's folder holds while its report is shared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str
    created: float


def same(known: str, given: str) -> bool:
    """Whether two tokens are one; takes as long, however much of them is alike."""
    return secrets.compare_digest(known.encode(errors="replace"), given.encode(errors="replace"))


def new_visitor() -> str:
    """A token for a browser that has none."""
    return secrets.token_urlsafe(24)


def owner_of(services: Services, visitor: str | None) -> str:
    """The owner under which this visitor's runs are kept.

    Raises:
        RunError: Visitors are told apart here, and this one has no token; or it is a guest, who owns nothing.
    """
    if is_guest(visitor):
        raise RunError(say("common.guest"), say("common.guest_remedy"))
    if not services.settings.shared:
        return ""
    if not visitor:
        raise RunError(say("common.no_storage"), say("common.no_storage_remedy"))
    return owner_named(visitor)


def owner_named(visitor: str) -> str:
    """The owner that a token stands for where visitors are told apart; the token can't be had from it."""
    return hashlib.sha256(visitor.encode()).hexdigest()


def visible_runs(services: Services, visitor: str | None) -> list[RunRecord]:
    """The runs that this visitor may see, newest first."""
    if is_guest(visitor):
        return []
    if not services.settings.shared:
        return services.store.list()
    return services.store.list(owner_of(services, visitor)) if visitor else []


def run_of(services: Services, visitor: str | None, run_id: str) -> RunRecord:
    """The record of a run that this visitor may see. Every handler that takes a run id asks here.

    Raises:
        RunError: There is no such run, or it is somebody else's: the answer is the same.
    """
    unknown = _unknown()
    if is_guest(visitor):
        raise unknown
    try:
        record = services.store.get(run_id)
    except RunError:
        raise unknown from None
    if services.settings.shared and not (visitor and same(record.owner, owner_of(services, visitor))):
        raise unknown
    return record


def claim(services: Services, browser: str, visitor: str) -> int:
    """Make a browser's runs the visitor's; how many they are.

    Raises:
        RunError: One of both is a guest.
    """
    owner = owner_of(services, visitor)
    own = unclaimed(services, browser, visitor)
    for record in own:
        services.store.give(record.id, owner)
    return len(own)


def unclaimed(services: Services, browser: str, visitor: str) -> list[RunRecord]:
    """The runs that this browser started while nobody was signed in."""
    return visible_runs(services, browser) if services.settings.shared and browser != visitor else []


# ── guests ──────────────────────────────────────────────────────────────────────────────


def guest_of(token: str) -> str:
    """The visitor that somebody is who follows a link with this token."""
    return GUEST + token


def is_guest(visitor: str | None) -> bool:
    """Whether this visitor came by a link to a report."""
    return bool(visitor) and str(visitor).startswith(GUEST)


def readable_runs(services: Services, visitor: str | None) -> list[RunRecord]:
    """The runs whose report this visitor may read: their own, or the one that was shared with them."""
    if not is_guest(visitor):
        return visible_runs(services, visitor)
    token = str(visitor).removeprefix(GUEST)
    for path in services.store.root.glob(f"*/{SHARE}"):
        share = share_of(services.store, path.parent.name)
        if share and same(share.token, token):
            return [services.store.get(path.parent.name)]
    return []


def reader_of(services: Services, visitor: str | None, run_id: str) -> RunRecord:
    """The record of a run whose report this visitor may read. For handlers that give nothing but the report.

    Raises:
        RunError: There is no such run, or it is not theirs to read: the answer is the same.
    """
    if not is_guest(visitor):
        return run_of(services, visitor, run_id)
    for record in readable_runs(services, visitor):
        if record.id == run_id:
            return record
    raise _unknown()


def share_of(store: RunStore, run_id: str) -> Share | None:
    """The link to a run's report, if there is one."""
    try:
        return Share.model_validate_json((store.folder(run_id) / SHARE).read_bytes())
    except (OSError, RunError, ValidationError):
        return None


def _unknown() -> RunError:
    return RunError(say("common.unknown_run"), say("common.unknown_run_remedy"))


def storage_secret(store: RunStore) -> str:
    """The key that browsers' tokens are encrypted with; kept, so that they survive a restart.

    Gradio sends it to every browser, so it keeps nothing from anybody who looks.
    """
    return _kept_secret(store, ".browser-secret")


def account_secret(store: RunStore) -> str:
    """What accounts' visitors are derived with. It never leaves the server."""
    return _kept_secret(store, ".account-secret")


def _kept_secret(store: RunStore, name: str) -> str:
    path = store.root / name
    store.root.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if found := path.read_text(encoding="ascii").strip():
            return found
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC, 0o600)  # another server died while writing it
    secret = secrets.token_hex(16)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
