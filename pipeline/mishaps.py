"""What lies behind an exception that is none of Graft's own: what the machine lacks, told so that a person can act."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.errors import GraftError
from pipeline.messages import Message

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCKED = {errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True)
class Mishap:
    """One thing that a machine can lack.

    Attributes:
        signs: Whether an exception says so.
        told: What happened, and what to do.
    """

    signs: Callable[[BaseException], bool]
    told: Message


def _number(fault: BaseException) -> int:
    return (fault.errno or 0) if isinstance(fault, OSError) else 0


#: Libraries in other languages pass on the system's words, but not always its number.
MISHAPS: tuple[Mishap, ...] = (
    Mishap(
        lambda fault: _number(fault) in _FULL or "No space left on device" in str(fault),
        Message("The disk is full. Make room, then try again: a run that is resumed goes on where it stopped."),
    ),
    Mishap(
        lambda fault: _number(fault) in _LOCKED or "Read-only file system" in str(fault),
        Message(
            "Graft may not write to its folder of runs. Give it the right to, or choose another folder "
            "(GRAFT_RUNS_DIR), then try again."
        ),
    ),
    Mishap(
        lambda fault: (
            isinstance(fault, MemoryError)
            or _number(fault) == errno.ENOMEM
            or type(fault).__name__ == "OutOfMemoryError"  # torch's, which is not loaded here
            or "DefaultCPUAllocator" in str(fault)
        ),
        Message("The machine ran out of memory. Lower the batch size or the longest text."),
    ),
)


def behind(fault: BaseException) -> Message | None:
    """What a person is told of an exception that the machine is to blame for, by itself or by what it came of."""
    found = (mishap.told for cause in _chain(fault) for mishap in MISHAPS if mishap.signs(cause))
    return next(found, None)


def told_of(fault: BaseException) -> Message:
    """What a person is told of whatever went wrong."""
    if isinstance(fault, GraftError):
        return fault.told
    unknown = Message("Something unexpected happened ({kind}). The log has the details.", kind=type(fault).__name__)
    return behind(fault) or unknown


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__
