"""Which source model suits the files in use, asked of a process of its own; and the best one put into the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.errors import DataError, SourceError
from pipeline.messages import Message
from pipeline.ranking import Ranking, ask_ranking
from pipeline.spec import SourceSpec
from pipeline.tasks import TASKS
from ui import fields
from ui.handlers.sources import Picked, picked
from ui.handlers.training import Files
from ui.services import Services
from ui.text import say


@dataclass(frozen=True)
class Place:
    """One source model.

    Attributes:
        name: What people call it.
        source: As a spec has it.
        score: LogME; higher is better; None if it could not be tried.
        parameters: Numbers that it holds; None likewise.
        seconds: That trying it took.
        fault: Why it could not be tried.
        chosen: Whether it is the one in the form.
    """

    name: str
    source: SourceSpec
    score: float | None
    parameters: int | None
    seconds: float
    fault: Message
    chosen: bool


@dataclass(frozen=True)
class Places:
    """A ranking as the page shows it.

    Attributes:
        lines: The best first; those that could not be tried at the end.
        side: The file that the sample was drawn from: ``source`` or ``target``.
        texts: In the sample.
        labels: Different ones among them.
    """

    lines: tuple[Place, ...]
    side: str
    texts: int
    labels: int

    @property
    def best(self) -> Place | None:
        """The most promising one, unless it is in the form already."""
        first = self.lines[0] if self.lines else None
        return first if first and first.score is not None and not first.chosen else None


def rank(services: Services, files: Files, source: SourceSpec, values: dict[str, Any]) -> Places:
    """Compare the sources that are at hand on a sample of the labelled texts. Takes seconds to minutes.

    Args:
        services: The page's services.
        files: What was brought.
        source: The one in the form, which is compared, too.
        values: The form, by the fields' keys.

    Raises:
        DataError: There are no labelled texts to compare them on.
        SpecError: A value of the form is not allowed.
        RunError: It took too long, or went wrong in the process.
    """
    document = files.document
    data = document["data"]
    labelled = data.get("target") or data.get("source")
    if labelled is None or TASKS[files.task].label_column is None:
        raise DataError(say("doctor.rank_no_labels"), say("doctor.rank_no_labels_remedy"))
    if "target" not in data:
        # A spec wants something to test on and to read; a ranking looks at neither.
        data = {"test": labelled, "unlabelled": labelled, **data}
    wanted = {field.key for field in (*fields.DATA, *fields.RUN)} & values.keys()
    base = {**document, "data": data, "source": source.model_dump()}
    spec = fields.compose(base, {key: values[key] for key in wanted if key != "learning_curve"})
    services.pace.spend("measurements", None)  # one at a time on the whole host; the address is enough
    return places(services, ask_ranking(spec, services.settings), source)


def places(services: Services, ranking: Ranking, chosen: SourceSpec) -> Places:
    """A ranking in the page's words."""
    lines = tuple(
        Place(
            name=picked(services, each.source).name or each.title,
            source=each.source,
            score=each.score,
            parameters=each.parameters,
            seconds=each.seconds,
            fault=each.fault,
            chosen=each.source == chosen,
        )
        for each in ranking.sources
    )
    return Places(lines, ranking.side, ranking.texts, ranking.labels)


def take(services: Services, source: SourceSpec) -> Picked:
    """The controls' values for a source of the ranking.

    Raises:
        SourceError: It can't be chosen now.
    """
    found = picked(services, source)
    if not found.available:
        raise SourceError(say("doctor.rank_not_now", name=found.name), say("data.hub_refused_remedy"))
    return found
