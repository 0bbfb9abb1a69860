"""Servers in processes of their own, for a while: ours and its peers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180
QUIET = {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Peer:
    """A server that answers texts: how it is started, where it is asked, and how.

    Attributes:
        title: For people.
        command: That starts it.
        port: That it then listens at.
        path: That texts are posted to.
        form: What else the client must know of the body; see :func:`benchmarks.clients.ask_all`.
    """

    title: str
    command: Sequence[str]
    port: int
    path: str
    form: dict[str, str] = field(default_factory=dict)


def graft(variant: Path) -> Peer:
    """Ours, of an exported variant."""
    port = free_port()
    command = [sys.executable, "-m", "export", "serve", f"model={variant}", "--port", str(port)]
    return Peer("graft", command, port, "/v1/models/model/predict")


def pipeline(torch: Path) -> Peer:
    """What a newcomer would write, of a folder for PyTorch."""
    port = free_port()
    command = [sys.executable, str(ROOT / "benchmarks" / "pipeline_server.py"), str(torch), str(port)]
    return Peer("pipeline behind FastAPI (PyTorch, float32)", command, port, "/predict")


def infinity(program: str, engine: str, folder: Path) -> Peer:
    """infinity_emb from an environment of its own.

    Without its warm-up, which asks texts of more than 512 tokens and doesn't cut them, so that an exported BERT refuses
    them; the benchmark's first round, which isn't counted, warms all alike.
    """
    port = free_port()
    command = [
        *(program, "v2", "--port", str(port), "--model-id", str(folder), "--served-model-name", "model"),
        *("--engine", engine, "--device", "cpu", "--no-bettertransformer", "--no-model-warmup"),
    ]
    return Peer(f"infinity_emb ({engine})", command, port, "/classify", {"field": "input", "model": "model"})


@contextmanager
def stopping(command: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended afterwards; it has these variables besides its parent's."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **QUIET, **environment}, **silent)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def listening(command: Sequence[str], port: int, **environment: str) -> Iterator[None]:
    """A server, from when it listens."""
    with stopping(command, **environment) as process:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{' '.join(command)} did not start") from None
                time.sleep(0.02)
        yield
