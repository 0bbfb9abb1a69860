"""Errors as the page tells them: what happened and what to do, or a number to find in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pipeline.errors import GraftError
from pipeline.messages import sentences
from pipeline.mishaps import behind
from ui.text import say
from ui.text.telling import tell

logger = logging.getLogger(__name__)


T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """One message on the page."""

    message: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """Both in a line."""
        return tell(sentences([self.message, self.remedy])) if self.remedy else self.message


def attempt(make: Callable[[], T]) -> T | Failure:
    """What ``make`` gives, or what to tell in its place."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - it is told by a number, and logged
        return explain(error)


def explain(error: Exception) -> Failure:
    """What to tell of an error; one that nobody expected is logged, and told by its number."""
    if isinstance(error, GraftError):
        return Failure(tell(error.message), tell(error.remedy))
    if (told := behind(error)) is not None:
        logger.error("The machine is in want.", exc_info=error)
        return Failure(tell(told))
    number = secrets.token_hex(4).upper()
    logger.error("Unexpected error %s", number, exc_info=error)
    return Failure(say("common.unexpected", number=number), say("common.unexpected_remedy"))
