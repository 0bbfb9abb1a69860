"""The first screen: the demo, the sources, and the visitor's runs."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.demo import demo_spec
from pipeline.runs import RunRecord, RunState
from pipeline.sources import CATALOGUE
from pipeline.spec import RunSpec
from ui.access import visible_runs
from ui.handlers.queueing import submit
from ui.services import Services
from ui.text import say

NEWEST = 6  # runs on the first screen; the others are listed where runs are watched


@dataclass(frozen=True)
class Overview:
    """What the first screen shows; equal overviews look the same."""

    hub_reachable: bool | None
    hub_models: int
    host_source: str | None
    runs: tuple[RunRecord, ...]
    older: int


def overview(services: Services, visitor: str | None) -> Overview:
    """The sources and the runs, as they are now."""
    folder = services.settings.default_source
    own = visible_runs(services, visitor)
    return Overview(
        hub_reachable=services.hub.reachable,
        hub_models=sum(entry.needs_hub for entry in CATALOGUE),
        host_source=folder.name if folder else None,
        runs=tuple(own[:NEWEST]),
        older=len(own[NEWEST:]),
    )


def run_demo(services: Services, visitor: str | None) -> RunRecord:
    """Start the demo, or give the one that is at work: two at once would only be slower."""
    spec = demo_spec(services.settings)
    for record in visible_runs(services, visitor):
        if record.state.active and _named(services.store.spec(record.id), spec.name) == spec:
            return record
    return submit(services, visitor, _named(spec, say("start.demo_name")))


def _named(spec: RunSpec, name: str) -> RunSpec:
    """The same run under a name; the demo's is told in the language of who starts it."""
    return spec.model_copy(update={"name": name})


def active_run(services: Services, visitor: str | None) -> RunRecord | None:
    """The run that a returning visitor wants to see: the one at work, else the one in the queue."""
    active = [record for record in visible_runs(services, visitor) if record.state.active]
    running = [record for record in active if record.state is RunState.RUNNING]
    return next(iter(running or active), None)
