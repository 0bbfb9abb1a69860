"""The process: opens the models, listens, reloads on SIGHUP, goes down on SIGTERM when all is answered."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from export.predictor import PredictorError
from export.serving.app import build
from export.serving.connections import Bounds, Connection
from export.serving.gate import State
from export.serving.metrics import Metrics
from export.serving.models import Models
from export.serving.settings import ServeSettings
from pipeline.errors import ExportError, system_fault

logger = logging.getLogger(__name__)

#: Seconds for which a thread may keep Python to itself while another wants it. The batcher's thread has its next batch
#: to start, and onnxruntime stands still until it does.
SWITCH = 0.0005
#: New objects after which garbage is looked for. A request leaves next to none that is not gone by itself.
GARBAGE = 100_000
#: Seconds above the deadlines of body and answer that the last responses may take to be read.
MARGIN = 5


def serve(folders: Mapping[str, Path], settings: ServeSettings) -> None:
    """Serve until a signal ends it.

    Args:
        folders: By name: an export's folder, or a variant's.
        settings: How.

    Raises:
        ExportError: A folder can't be served, or the port can't be had.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with bound(settings) as port:  # before the models are opened, which takes its time
        server = assembled(folders, settings)
        settle()
        server.run([port])
        if not server.force_exit:
            server.models.close()


def settle() -> None:
    """Set this process to answering, once all is loaded that stays; called in the event loop's thread.

    What stays is not looked through for garbage again. And the thread is scheduled as one of a batch: it gets its share
    of the processors, but does not throw a thread that computes off its own, and out of its caches, at every request.
    """
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    if hasattr(os, "SCHED_BATCH"):  # Linux
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def bound(settings: ServeSettings) -> socket.socket:
    """The port, which nobody else can have from now on; it is listened at when the models are open."""
    if not settings.api_keys and not _own(settings.host):
        logger.warning("no keys are set: whoever reaches %s may ask; set GRAFT_SERVE_API_KEYS", settings.host)
    port = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        port.bind((settings.host, settings.port))
    except OSError as error:
        port.close()
        raise ExportError(
            "{host}:{port} can't be used: {fault}.",
            "Choose another --port.",
            host=settings.host,
            port=settings.port,
            fault=system_fault(error),
        ) from error
    return port


def _own(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def assembled(folders: Mapping[str, Path], settings: ServeSettings) -> Server:
    """The server, its models open.

    Raises:
        ExportError: A folder can't be served.
    """
    metrics, state = Metrics(), State()
    models = Models.opened(folders, settings, metrics)
    config = uvicorn.Config(
        build(models, settings, state, metrics),
        http=partial(Connection, Bounds(settings, metrics)),  # type: ignore[arg-type]  # all it does is call it
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=int(settings.timeout + settings.body_timeout + MARGIN),
    )
    return Server(config, models, settings, state)


class Server(uvicorn.Server):
    """uvicorn, but for what signals do: it goes down with 0 once all that was accepted is answered."""

    def __init__(self, config: uvicorn.Config, models: Models, settings: ServeSettings, state: State) -> None:
        super().__init__(config)
        self.models, self._settings, self._state = models, settings, state
        self._since = 0.0
        self._reloading: set[asyncio.Task[None]] = set()
        self._hung_up = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where."""
        await super().startup(sockets)
        for each in self.servers[0].sockets:
            host, port = each.getsockname()[:2]
            logger.info("listening at http://%s:%d", f"[{host}]" if ":" in host else host, port)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals while serving; in another thread than the first there are none to hear."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        heard = {signal.SIGINT: self.handle_exit, signal.SIGTERM: self.handle_exit}
        if hasattr(signal, "SIGHUP"):  # not on Windows
            heard[signal.SIGHUP] = self._hang_up
        before = {number: signal.signal(number, handler) for number, handler in heard.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Accept nothing more; a second signal ends at once."""
        if self._state.draining:
            self.should_exit = self.force_exit = True
            return
        logger.info("shutting down: %d requests are being answered", self._state.active)
        self._state.draining, self._since = True, time.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to close the port."""
        if self._hung_up:
            self._hung_up = False
            task = asyncio.create_task(self._reload())
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)
        if self._state.draining:
            passed = time.monotonic() - self._since
            answered = not self._state.active and passed >= self._settings.drain
            late = passed > max(self._settings.drain, self._settings.timeout + self._settings.body_timeout) + MARGIN
            self.should_exit = self.should_exit or answered or late
        return await super().on_tick(counter)

    def _hang_up(self, sig: int, frame: FrameType | None) -> None:
        self._hung_up = True

    async def _reload(self) -> None:
        for model in self.models:
            try:
                await asyncio.to_thread(model.reload)
            except (PredictorError, ExportError, OSError) as error:
                logger.error("%s is served on as it was: %s", model.name, error)  # noqa: TRY400 - told in one line
