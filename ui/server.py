"""The server behind the page: arguments, services, launch."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path

from gradio import processing_utils
from starlette.middleware import Middleware

from pipeline.errors import GraftError, system_fault
from pipeline.settings import Settings
from ui import layout, services
from ui.api.tools import ToolsMiddleware
from ui.compression import CompressionMiddleware
from ui.documents import DocumentMiddleware
from ui.headers import SPACES, HeadersMiddleware
from ui.languages import LanguageMiddleware
from ui.pace import PaceMiddleware
from ui.sessions import MOST
from ui.starting import StartingMiddleware
from ui.theme import ICON, STYLE, theme

logger = logging.getLogger("graft")


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until interrupted; the exit code is 1 if it can't be."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    warnings.filterwarnings("ignore", message="'HTTP_422", module="gradio")  # its own; once a request
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment()
        options = _parser(settings).parse_args(arguments)
        settings = settings.model_copy(update={"runs_dir": options.runs_dir})
        _check_port(options.host, options.port)
        serve(settings, options.host, options.port)
    except GraftError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def serve(settings: Settings, host: str, port: int) -> None:
    """Start looking after runs, and serve the page."""
    # Whose word uvicorn takes on where a request comes from; by itself it takes that of everybody on this machine.
    os.environ["FORWARDED_ALLOW_IPS"] = settings.trusted_proxies
    # Gradio names what it keeps for visitors by a keyed hash, and keeps the key beside its code, where an image has it.
    processing_utils.hash_seed = secrets.token_bytes(32)
    backend = services.create(settings)
    if backend.keeper:  # before anybody looks for a run, and before new keys are made for visitors
        backend.keeper.restore()
        backend.keeper.start()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what is new is kept before the end
    page, ready = layout.build(backend), threading.Event()
    backend.supervisor.start()
    backend.hub.start()
    try:
        page.queue(default_concurrency_limit=None).launch(
            server_name=host,
            server_port=port,
            theme=theme(),
            css_paths=STYLE,
            head=layout.head(settings),
            favicon_path=ICON,
            max_file_size=int(settings.max_upload_mb * 1_000_000),
            blocked_paths=[str(backend.store.root)],
            footer_links=["api", "settings"],
            app_kwargs={
                "middleware": [
                    Middleware(HeadersMiddleware, framed_by=SPACES if "SPACE_ID" in os.environ else ()),
                    Middleware(DocumentMiddleware, ready=ready),
                    Middleware(CompressionMiddleware),
                    Middleware(LanguageMiddleware),
                    Middleware(StartingMiddleware, ready=ready),
                    Middleware(PaceMiddleware, pace=backend.pace),
                    Middleware(ToolsMiddleware, page=page),
                ]
            },
            state_session_capacity=MOST,
            show_error=False,
            ssr_mode=False,
            quiet=True,
            prevent_thread_lock=True,
        )
        ready.set()
        print(f"Graft is at http://{'localhost' if host == '0.0.0.0' else host}:{port}", flush=True)  # noqa: S104
        page.block_thread()
    finally:
        backend.supervisor.stop()
        if backend.keeper:
            backend.keeper.stop()


def _parser(settings: Settings) -> argparse.ArgumentParser:
    on_space = "SPACE_ID" in os.environ
    parser = argparse.ArgumentParser(prog="python app.py", description="Serve Graft's page.")
    parser.add_argument(
        "--host",
        default=os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0" if on_space else "127.0.0.1"),  # noqa: S104
        help="address to listen at (default: %(default)s)",
    )
    port = int(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    parser.add_argument("--port", type=int, default=port, help="port to listen at (default: %(default)s)")
    parser.add_argument(
        "--runs-dir", type=Path, default=settings.runs_dir, help="folder of the runs (default: %(default)s)"
    )
    return parser


def _check_port(host: str, port: int) -> None:
    """Gradio would look for another port; here the person chooses."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise GraftError(
                "{host}:{port} can't be used: {fault}.",
                "Choose another --port.",
                host=host,
                port=port,
                fault=system_fault(error),
            ) from None
