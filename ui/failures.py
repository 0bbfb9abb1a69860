"""Errors as the page tells them: what happened and what to do, or a number to find in the log."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from pipeline.errors import GraftError
from ui.text import say

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """One message on the page."""

    message: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """Both in a line."""
        return f"{self.message} {self.remedy}".strip()


def explain(error: Exception) -> Failure:
    """What to tell of an error; one that nobody expected is logged, and told by its number."""
    if isinstance(error, GraftError):
        return Failure(error.message, error.remedy)
    number = secrets.token_hex(4).upper()
    logger.error("Unexpected error %s", number, exc_info=error)
    return Failure(say("common.unexpected", number=number), say("common.unexpected_remedy"))
