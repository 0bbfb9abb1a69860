"""What is wrong with an argument, as the page tells what is wrong with a field."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pipeline.errors import SpecError
from ui.fields import told_fault
from ui.text import say


def wrong(error: ValidationError) -> SpecError:
    """The first fault that pydantic found, naming the argument."""
    first: dict[str, Any] = dict(error.errors()[0])
    name = ".".join(str(part) for part in first["loc"])
    told = say("api.bad_argument", name=name, fault=told_fault(first))
    return SpecError(told, say("api.bad_argument_remedy"))
