"""What can go wrong, told so that a person can act on it.

Every error Graft raises on purpose is one of these::

    GraftError
    ├── SpecError          a run's specification is invalid or can't be read
    ├── DataError          a file of texts, a label set or a dictionary can't be used
    ├── SourceError        a source model is missing, altered, or of a kind that is refused
    ├── RunError           an unknown run, or an action its state does not allow
    ├── TrainingError      training could not go on
    ├── ExportError        a model could not be exported, or missed its parity gate
    └── Cancelled          a person asked the run to stop

Each carries two sentences: what happened, and what to do about it. The command line
prints them on one line and exits with 1; the page shows them beside the control that
caused them. Anything else is a defect of Graft and is logged with its traceback.
"""


class GraftError(Exception):
    """An expected failure.

    Args:
        message: What happened, naming the file, row or field.
        remedy: What the person can do about it; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


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


class Cancelled(GraftError):  # noqa: N818 - not a fault
    """A person asked the run to stop; its finished stages and checkpoints are kept."""

    def __init__(self) -> None:
        super().__init__("The run was cancelled.", "Resume it to go on from its last checkpoint.")
