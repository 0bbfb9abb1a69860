"""What the page's handlers work with; tests replace any of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

from pipeline.engine.engines import engine_of
from pipeline.engine.supervisor import Supervisor
from pipeline.hub.asking import fetching
from pipeline.hub.records import Fetched
from pipeline.keeping import Keeper, keeper_of
from pipeline.reachability import HubProbe
from pipeline.runs import RunStore
from pipeline.settings import Settings
from ui.pace import Pace
from ui.predictors import Predictors


@dataclass(frozen=True)
class Services:
    """The backend as the page sees it.

    Attributes:
        store: All runs.
        supervisor: Who starts them.
        settings: What the host decides.
        hub: Whether the Hub answers.
        predictors: Exported models that are open.
        pace: Who has done what how often.
        fetch: How a data set of the Hub is brought here.
        space: Id of the Space that the page is on; empty elsewhere.
        login: Whether people can sign in with Hugging Face.
        keeper: Who keeps runs where they outlive a restart, if the host's own disk does not.
    """

    store: RunStore
    supervisor: Supervisor
    settings: Settings
    hub: HubProbe
    predictors: Predictors
    pace: Pace = field(default_factory=Pace)
    fetch: Callable[..., Generator[int, None, Fetched]] = fetching
    space: str = ""
    login: bool = False
    keeper: Keeper | None = None


#: What a Space is given that has ``hf_oauth: true`` in its card; Gradio wants all of it.
OAUTH = ("SPACE_ID", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL")


def has_login(environment: Mapping[str, str]) -> bool:
    """Whether people can sign in here: elsewhere Gradio would mock it, and sign sessions with a key that all know."""
    return environment.get("SYSTEM") == "spaces" and all(environment.get(name) for name in OAUTH)


def create(settings: Settings) -> Services:
    """The services of one server; nothing is started yet.

    Raises:
        RunError: The folder of runs can't be made.
    """
    store = RunStore(settings.runs_dir)
    store.make()
    return Services(
        store=store,
        supervisor=Supervisor(store, engine_of(store, settings), settings),
        settings=settings,
        hub=HubProbe(settings.hub_probe_seconds),
        predictors=Predictors(),
        pace=Pace.of(settings),
        space=os.environ.get("SPACE_ID", ""),
        login=has_login(os.environ),
        keeper=keeper_of(store, settings, os.environ),
    )
