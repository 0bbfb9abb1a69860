"""Who may see what.

A visitor is a random token that their browser keeps. On a host with many visitors a run
belongs to the hash of the token that started it; on one's own machine everybody sees all.
"""

from __future__ import annotations

import hashlib
import os
import secrets

from pipeline.errors import RunError
from pipeline.runs import RunRecord, RunStore
from ui.services import Services


def new_visitor() -> str:
    """A token for a browser that has none."""
    return secrets.token_urlsafe(24)


def owner_of(services: Services, visitor: str | None) -> str:
    """The owner under which this visitor's runs are kept.

    Raises:
        RunError: Visitors are told apart here, and this one has no token.
    """
    if not services.settings.shared:
        return ""
    if not visitor:
        raise RunError("Your browser keeps no data of this page.", "Allow local storage, then reload the page.")
    return hashlib.sha256(visitor.encode()).hexdigest()


def visible_runs(services: Services, visitor: str | None) -> list[RunRecord]:
    """The runs that this visitor may see, newest first."""
    if not services.settings.shared:
        return services.store.list()
    return services.store.list(owner_of(services, visitor)) if visitor else []


def run_of(services: Services, visitor: str | None, run_id: str) -> RunRecord:
    """The record of a run that this visitor may see. Every handler that takes a run id asks here.

    Raises:
        RunError: There is no such run, or it is somebody else's: the answer is the same.
    """
    unknown = RunError("There is no such run, or it is not yours.", "Choose one of the list.")
    try:
        record = services.store.get(run_id)
    except RunError:
        raise unknown from None
    if services.settings.shared and not (visitor and secrets.compare_digest(record.owner, owner_of(services, visitor))):
        raise unknown
    return record


def storage_secret(store: RunStore) -> str:
    """The key that browsers' tokens are encrypted with; kept, so that they survive a restart."""
    path = store.root / ".browser-secret"
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
