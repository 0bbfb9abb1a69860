"""What a run would take, asked of a process of its own before it is started."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.estimate import Estimate, ask_estimate
from pipeline.messages import Message
from pipeline.plan import plan
from pipeline.spec import RunSpec
from ui.services import Services

SECONDS = 120  # a busy machine may need more than the command line is given


@dataclass(frozen=True)
class Forecast:
    """An estimate, and what its stages are called.

    Attributes:
        estimate: As the process made it.
        titles: Stage → its title, which can be told in any language.
    """

    estimate: Estimate
    titles: dict[str, Message]


def forecast(services: Services, spec: RunSpec, visitor: str | None = None) -> Forecast:
    """Measure a few training steps and scale them by the run's plan. Takes about half a minute.

    Raises:
        DataError: A file can't be used.
        SourceError: The source model can't be used.
        RunError: It took too long, or went wrong in the process.
    """
    services.pace.spend("measurements", visitor)
    titles = {stage.name: Message(stage.title) for stage in plan(spec)}
    return Forecast(ask_estimate(spec, services.settings, seconds=SECONDS), titles)
