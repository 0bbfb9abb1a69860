"""``python -m export serve --engine ray``: replicas of the application on a Ray cluster, by Ray Serve.

A replica is a process with the models open, the same application as a server by itself has. Serve's proxy shares
requests out among them, replaces those that die, and makes more or fewer by how much there is to answer. Every machine
has to see the folders under the same path.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from export.choosing import chosen
from export.predictor import PredictorError
from export.serving.app import build
from export.serving.gate import State
from export.serving.metrics import Metrics
from export.serving.models import Model, Models
from export.serving.server import MARGIN, bound, settle
from export.serving.settings import ServeSettings
from pipeline.cluster.connecting import connected
from pipeline.errors import ExportError
from pipeline.messages import Message

logger = logging.getLogger(__name__)

NAME = "graft"  # of the application and its deployment, on the cluster
LOOK_SECONDS = 0.5  # between two looks for signals
#: Requests that a replica is given at a time, for each text that may wait. Were it one, requests of one text would
#: never fill the application's queue, and who is one too many would wait before it, instead of being told 429 and when
#: to come again.
HEADROOM = 2


class Replica:
    """One process that answers.

    Args:
        folders: By name: an export's folder, or a variant's.
        settings: How they are served.

    Raises:
        ExportError: A folder can't be served.
    """

    def __init__(self, folders: Mapping[str, Path], settings: ServeSettings) -> None:
        metrics = Metrics()
        self._models = Models.opened(folders, settings, metrics)
        self._app = build(self._models, settings, State(), metrics, _reload_everywhere)
        settle()

    def __serve_build_asgi_app__(self) -> Any:
        """What answers."""
        return self._app

    async def reload(self, name: str) -> tuple[str, str] | None:
        """Load a model's folder anew; gives why it can't be."""
        try:
            await asyncio.to_thread(self._models.get(name).reload)
        except (PredictorError, ExportError, OSError) as error:
            return _said(error)
        return None

    def check_health(self) -> None:
        """Asked by Serve now and then; a replica that fails is replaced."""
        if not self._models.alive:
            raise RuntimeError("A model's thread has died.")


def serve(folders: Mapping[str, Path], settings: ServeSettings) -> None:
    """Deploy, and stay until a signal takes it down again.

    Raises:
        RunError: There is no Ray, or no cluster.
        ExportError: A folder can't be served, the port can't be had, or the cluster serves something already.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    folders = {name: folder.absolute() for name, folder in folders.items()}
    for folder in folders.values():
        chosen(folder, allow_failed=settings.allow_failed)  # told before anything is deployed
    with bound(settings) as port:
        settings = settings.model_copy(update={"port": port.getsockname()[1]})
    with connected(NAME, {}):
        heard = _Signals()  # now, for Ray hears signals, too
        from ray import serve as replicas  # noqa: PLC0415 - only who asks for it has Ray

        if replicas.status().proxies:  # with a port of its own; and taking it down would take others' along
            raise ExportError(
                "The cluster serves something already.", "Name all models in one command, or end the other one."
            )
        where = "EveryNode" if settings.everywhere else "HeadOnly"
        replicas.start(
            proxy_location=where,
            http_options={
                "host": settings.host,
                "port": settings.port,
                "request_timeout_s": settings.timeout + settings.body_timeout + MARGIN,
            },
        )
        try:
            handle = replicas.run(_deployment(settings).bind(folders, settings), name=NAME, route_prefix="/")
        except RuntimeError as error:
            replicas.shutdown()
            raise ExportError("The models could not be deployed.", "The log says why.") from error
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        logger.info("listening at http://%s:%d", host, settings.port)
        while not heard.over.wait(LOOK_SECONDS):
            if heard.reload.is_set():
                heard.reload.clear()
                for name in folders:
                    _reload_all(handle, name)
        logger.info("shutting down")
        replicas.delete(NAME)  # each answers what it has accepted
        replicas.shutdown()


class _Signals:
    """What the process was told."""

    def __init__(self) -> None:
        self.over, self.reload = threading.Event(), threading.Event()
        signal.signal(signal.SIGINT, lambda *_: self.over.set())
        signal.signal(signal.SIGTERM, lambda *_: self.over.set())
        signal.signal(signal.SIGHUP, lambda *_: self.reload.set())


def _deployment(settings: ServeSettings) -> Any:
    from ray import serve as replicas  # noqa: PLC0415
    from ray.serve.schema import LoggingConfig  # noqa: PLC0415

    most = settings.max_replicas or settings.replicas
    scaled: dict[str, Any] = {"num_replicas": settings.replicas}
    if most > settings.replicas:
        growth = {"min_replicas": settings.replicas, "max_replicas": most}
        scaled = {"autoscaling_config": {**growth, "target_ongoing_requests": settings.replica_load}}
    made = replicas.deployment(
        name=NAME,
        ray_actor_options={"num_cpus": settings.threads or 1},
        max_ongoing_requests=HEADROOM * settings.queue_size,
        max_queued_requests=settings.queue_size,  # in the proxy, past what replicas are given; by itself without end
        graceful_shutdown_timeout_s=settings.timeout + settings.body_timeout + MARGIN,
        logging_config=LoggingConfig(enable_access_log=False),
        **scaled,
    )
    return made(replicas.ingress()(Replica))


def _reload_everywhere(model: Model) -> None:
    """In a replica: let all of them load a model anew.

    Raises:
        ExportError, PredictorError: One of them can't, and serves it on as it was.
    """
    from ray import serve as replicas  # noqa: PLC0415

    for message, remedy in _reload_all(replicas.get_deployment_handle(NAME, NAME), model.name):
        raise ExportError(Message(message), Message(remedy)) if remedy else PredictorError(message)


def _reload_all(handle: Any, name: str) -> list[tuple[str, str]]:
    faults = [said for said in handle.broadcast("reload", name).results() if said is not None]
    for said in faults:
        logger.error("%s is served on as it was: %s", name, " ".join(said))
    return faults


def _said(error: Exception) -> tuple[str, str]:
    """Why a folder can't be served, and what to do, as what travels; a predictor says both in one."""
    if isinstance(error, ExportError):
        return str(error.message), str(error.remedy)
    return (str(error), "") if isinstance(error, PredictorError) else (f"{error}.", "Mend the folder.")
