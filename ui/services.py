"""What the page's handlers work with; tests replace any of it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.sources import HubProbe
from ui.predictors import Predictors


@dataclass(frozen=True)
class Services:
    """The backend as the page sees it."""

    store: RunStore
    supervisor: Supervisor
    settings: Settings
    hub: HubProbe
    predictors: Predictors


def create(settings: Settings) -> Services:
    """The services of one server; nothing is started yet."""
    store = RunStore(settings.runs_dir)
    store.root.mkdir(parents=True, exist_ok=True)
    return Services(
        store=store,
        supervisor=Supervisor(store, LocalEngine(store), settings),
        settings=settings,
        hub=HubProbe(settings.hub_probe_seconds),
        predictors=Predictors(),
    )
