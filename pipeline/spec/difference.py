"""Two specs, shown as what differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from pipeline.spec.run import RunSpec


class Absence(Enum):
    """Stands for the value of a field that a part does not have."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT


@dataclass(frozen=True)
class Difference:
    """A value that two specs do not share.

    Attributes:
        path: Names of the fields that lead to it: ``("recipe", "fine_tuning", "epochs")``.
        first: In the first spec, as JSON has it; :data:`ABSENT` if the part chosen there has no such field.
        second: The same in the second.
    """

    path: tuple[str, ...]
    first: Any
    second: Any


def differences(first: RunSpec, second: RunSpec) -> list[Difference]:
    """What two specs differ in, in the order of their fields; their names are left out."""
    found = _between((), first.model_dump(mode="json"), second.model_dump(mode="json"))
    return [difference for difference in found if difference.path != ("name",)]


def _between(path: tuple[str, ...], first: Any, second: Any) -> Iterator[Difference]:
    if first == second:
        return
    if isinstance(first, dict) and isinstance(second, dict):
        for name in dict.fromkeys([*first, *second]):
            yield from _between((*path, name), first.get(name, ABSENT), second.get(name, ABSENT))
    else:
        yield Difference(path, first, second)
