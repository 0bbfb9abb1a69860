"""What is wrong with an argument, as the page tells what is wrong with a field."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pipeline.errors import SpecError
from ui.fields import told_fault
from ui.text import say


def wrong(error: ValidationError) -> SpecError:
    """What pydantic found, naming the argument: the fault that lies deepest, where it may have several types."""
    found: dict[str, Any] = dict(max(error.errors(), key=lambda one: len(one["loc"])))
    name = ".".join(str(part) for part in found["loc"])
    told = say("api.bad_argument", name=name, fault=told_fault(found))
    return SpecError(told, say("api.bad_argument_remedy"))
