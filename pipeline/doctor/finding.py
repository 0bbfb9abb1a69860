"""What the doctor says: one finding a line, frozen and ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.messages import Message

#: ``fail``: the run would be refused, or its result would say nothing. ``warn``: a person should look at it.
Level = Literal["pass", "warn", "fail"]
#: What a file is brought for; the fields of :class:`~pipeline.spec.DataSpec`.
Role = Literal["source", "source_test", "target", "test", "dev", "unlabelled", "dictionary"]

ROLES: tuple[Role, ...] = get_args(Role)
TEXT_ROLES = ROLES[:-1]
TARGET_ROLES: tuple[Role, ...] = ("target", "test", "dev", "unlabelled")
MOST_ROWS = 100
NOTHING = Message("")


@dataclass(frozen=True)
class Finding:
    """One line of a diagnosis.

    Attributes:
        check: Row of :data:`~pipeline.doctor.checks.CHECKS`.
        level: How bad it is.
        roles: The files that it is about; the rows are those of the first one.
        message: What was found, naming the file.
        remedy: What to do; empty where there is nothing to be done.
        rows: The first :data:`MOST_ROWS` numbers of the rows concerned, as a person sees them in the file:
            a spreadsheet's rows (a header is row 1), lines in JSON lines, plain text and tagged files.
    """

    check: str
    level: Level
    roles: tuple[Role, ...]
    message: Message
    remedy: Message = NOTHING
    rows: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain data: a message is its English text, with its template and values beside it."""
        told = {
            name: {"text": str(message), **message.parts}
            for name, message in (("message", self.message), ("remedy", self.remedy))
        }
        return {"check": self.check, "level": self.level, "roles": [*self.roles], **told, "rows": [*self.rows]}


def first_rows(rows: Sequence[int]) -> tuple[int, ...]:
    """As many row numbers as a finding holds, ascending and each once."""
    return tuple(sorted(set(rows))[:MOST_ROWS])


def file_name(path: str) -> str:
    """What people call a file."""
    return Path(path).name or path
