"""What somebody has filled in but not sent yet, kept for the moment in which the page is loaded anew."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any


class Shelf:
    """Forms that are put away under a ticket and taken back once.

    Args:
        size: How many are kept; the oldest goes first.
    """

    def __init__(self, size: int = 200) -> None:
        self._size = size
        self._forms: OrderedDict[str, tuple[Any, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, values: Sequence[Any]) -> str:
        """Put a form's values away; the ticket can't be guessed."""
        ticket = secrets.token_urlsafe(16)
        with self._lock:
            self._forms[ticket] = tuple(values)
            while len(self._forms) > self._size:
                self._forms.popitem(last=False)
        return ticket

    def take(self, ticket: str | None) -> tuple[Any, ...] | None:
        """The values under a ticket, which is void from then on; None if there are none."""
        with self._lock:
            return self._forms.pop(ticket, None) if ticket else None
