"""The one way from a spec to a run in the queue."""

from __future__ import annotations

from pipeline.plan import check_layers
from pipeline.presence import at_hand
from pipeline.runs import RunRecord
from pipeline.spec import RunSpec
from ui.access import owner_of
from ui.services import Services


def submit(services: Services, visitor: str | None, spec: RunSpec) -> RunRecord:
    """Queue a visitor's run.

    Raises:
        SpecError: The source model, where it is at hand, lacks the layers that are asked for.
        RateError: They start too many in a short time.
        RunError: They may have no more runs, or none at all.
    """
    if (source := at_hand(spec.source)) is not None:
        check_layers(spec, source)
    owner = owner_of(services, visitor)
    services.pace.spend("starts", visitor)
    return services.supervisor.submit(spec, owner)
