"""What a ranking says."""

from __future__ import annotations

from typing import Literal

from pipeline.messages import Message, Parts
from pipeline.spec import Part, SourceSpec, TaskName

Side = Literal["source", "target"]


class Ranked(Part):
    """One source model.

    Attributes:
        title: For people.
        source: As a spec has it.
        score: LogME on the sample; higher is better; None if the model could not be tried.
        parameters: Numbers that the encoder holds; None likewise.
        seconds: That it took.
        error: Why it could not be tried, in English; else empty.
        told: Parts of that message, if it has some.
    """

    title: str
    source: SourceSpec
    score: float | None
    parameters: int | None
    seconds: float
    error: str = ""
    told: Parts | None = None

    @property
    def fault(self) -> Message:
        """Why it could not be tried, to be told in another language."""
        return Message.of(self.error, self.told)


class Ranking(Part):
    """The available sources, the most promising first.

    Attributes:
        task: What the sample is labelled for.
        side: The file that it was drawn from.
        texts: How many texts it has.
        labels: How many different labels it has.
        sources: Best first; those that could not be tried at the end.
    """

    task: TaskName
    side: Side
    texts: int
    labels: int
    sources: tuple[Ranked, ...]
