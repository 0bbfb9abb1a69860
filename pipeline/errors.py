"""What can go wrong, told so that a person can act on it.

Every error Graft raises on purpose is one of these::

    GraftError
    ├── SpecError          a run's specification is invalid or can't be read
    ├── DataError          a file of texts, a label set or a dictionary can't be used
    ├── SourceError        a source model is missing, altered, or of a kind that is refused
    ├── RunError           an unknown run, or an action its state does not allow
    ├── TrainingError      training could not go on
    ├── ExportError        a model could not be exported, or missed its parity gate
    ├── RateError          somebody asks more often than the host allows
    └── Cancelled          a person asked the run to stop
        └── Paused         the time for a part of the work is over; the rest comes later

Each carries two sentences: what happened, and what to do about it. The command line
prints them on one line and exits with 1; the page shows them beside the control that
caused them. Anything else is a defect of Graft and is logged with its traceback.
"""

from __future__ import annotations

import errno

from pipeline.messages import Message, filled, sentences

_SYSTEM = {
    errno.ENOENT: Message("No such file or directory"),
    errno.EACCES: Message("Permission denied"),
    errno.EISDIR: Message("Is a directory"),
    errno.ENOSPC: Message("No space left on device"),
    errno.EADDRINUSE: Message("Address already in use"),
}


class GraftError(Exception):
    """An expected failure.

    Args:
        message: What happened, naming the file, row or field: a template with places, or a message.
        remedy: What the person can do about it, likewise; may be empty.
        values: Of the places of both.

    Attributes:
        message: What happened; English, and to be told in other languages.
        remedy: What to do about it.
        told: Both together.
    """

    def __init__(self, message: str, remedy: str = "", /, **values: object) -> None:
        self.message, self.remedy = filled(message, values), filled(remedy, values)
        self.told: Message = sentences([self.message, self.remedy]) if self.remedy else self.message
        super().__init__(str(self.told).strip())


def system_fault(error: OSError) -> Message:
    """What the system says against a file or a port; the commonest words of it can be told in other languages."""
    return _SYSTEM.get(error.errno or 0, Message(error.strerror or str(error)))


class SpecError(GraftError):
    """A run's specification is invalid or can't be read."""


class DataError(GraftError):
    """A file of texts, a label set or a dictionary can't be used."""


class SourceError(GraftError):
    """A source model is missing, altered, or of a kind that is refused."""


class RunError(GraftError):
    """An unknown run, or an action that the run's state does not allow."""


class TrainingError(GraftError):
    """Training could not go on."""


class ExportError(GraftError):
    """A model could not be exported, or missed its parity gate."""


class RateError(GraftError):
    """Somebody asks more often than the host allows."""


class Cancelled(GraftError):  # noqa: N818 - not a fault
    """A person asked the run to stop; its finished stages and checkpoints are kept."""

    def __init__(self) -> None:
        super().__init__(Message("The run was cancelled."), Message("Resume it to go on from its last checkpoint."))


class Paused(Cancelled):
    """The time given for a part of a stage is over; the stage goes on later, from its last checkpoint."""
