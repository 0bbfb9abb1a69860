"""Asks a command of ``python -m pipeline`` in a process of its own, so that whoever asks need not load torch."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import IO, Any

from pipeline.engine.local import PROJECT, WORKER_ENVIRONMENT
from pipeline.errors import RunError
from pipeline.messages import Message
from pipeline.settings import EngineName

NEWS_SECONDS = 0.5  # between two looks at how far a command is


def ask(command: str, arguments: Sequence[str], seconds: float, engine: EngineName = "local") -> Any:
    """The JSON document that a command prints.

    Args:
        command: Row of ``COMMANDS`` in ``pipeline/__main__.py``.
        arguments: What follows it; ``--json`` is added.
        seconds: After that, the process is ended.
        engine: The host's: where it carries out runs, torch has what it has there.

    Raises:
        RunError: It took longer, ended with an error, or printed something else.
    """
    code, printed = PLACES.get(engine, _in_a_process)(command, arguments, seconds)
    return _answer(command, code, printed)


def _in_a_process(command: str, arguments: Sequence[str], seconds: float) -> tuple[int, str | bytes]:
    try:
        done = subprocess.run(
            _line(command, arguments),
            cwd=PROJECT,
            env={**WORKER_ENVIRONMENT, **os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(
            command, seconds, Message("Try again when the machine is less busy, or with a smaller model.")
        ) from error
    return done.returncode, done.stdout


def _on_zerogpu(command: str, arguments: Sequence[str], seconds: float) -> tuple[int, str | bytes]:
    from pipeline.engine import gpu  # noqa: PLC0415 - on ZeroGPU it brings torch along

    if not gpu.there():
        return _in_a_process(command, arguments, seconds)
    return gpu.granted(gpu.command, [command, *arguments, "--json"], min(seconds, gpu.COMMAND_SECONDS))


#: Engine → how a command is asked there; a process of its own, where nothing else is said.
PLACES: dict[EngineName, Callable[[str, Sequence[str], float], tuple[int, str | bytes]]] = {"zerogpu": _on_zerogpu}


def following(
    command: str, arguments: Sequence[str], seconds: float, environment: dict[str, str]
) -> Generator[dict[str, Any], None, Any]:
    """As :func:`ask`, but tells at least every half second how far the command is.

    It yields the last JSON object that the command wrote to stderr, at first an empty one, and returns its answer.
    Closing it ends the command and all that it started.

    Args:
        command: Row of ``COMMANDS`` in ``pipeline/__main__.py``.
        arguments: What follows it; ``--json`` is added.
        seconds: After that, the process is ended.
        environment: All that it may know of the environment.

    Raises:
        RunError: It took longer, ended with an error, or printed something else.
    """
    process = subprocess.Popen(
        _line(command, arguments),
        cwd=PROJECT,
        env={**WORKER_ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    news: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    printed: list[bytes] = []
    readers = [
        threading.Thread(target=_listen, args=(process.stderr, news), daemon=True),
        threading.Thread(target=lambda: printed.append(process.stdout.read() if process.stdout else b""), daemon=True),
    ]
    deadline = time.monotonic() + seconds
    try:
        for reader in readers:
            reader.start()
        last: dict[str, Any] | None = {}
        while last is not None:
            yield last
            with suppress(queue.Empty):
                last = news.get(timeout=NEWS_SECONDS)
                while last is not None and not news.empty():
                    last = news.get()
            if time.monotonic() > deadline:
                raise _too_long(command, seconds, Message("Try again later, or with something smaller."))
        for reader in readers:
            reader.join()
        return _answer(command, process.wait(), b"".join(printed))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listen(stream: IO[bytes], news: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    """Hand on the JSON objects of a stream, and None at its end; other lines are the libraries' own."""
    with stream:
        for line in stream:
            with suppress(ValueError):
                if isinstance(found := json.loads(line), dict):
                    news.put(found)
    news.put(None)


def _line(command: str, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pipeline", command, *arguments, "--json"]


def _too_long(command: str, seconds: float, remedy: Message) -> RunError:
    return RunError(
        "“{command}” took longer than {seconds:g} seconds and was ended.",
        remedy,
        command=command,
        seconds=seconds,
    )


def _answer(command: str, code: int, printed: str | bytes) -> Any:
    try:
        answer = json.loads(printed)
    except ValueError:
        answer = None
    if code == 0 and answer is not None:
        return answer
    if isinstance(answer, dict) and "error" in answer:
        raise RunError(Message.of(answer["error"], answer.get("told")))
    raise RunError(
        "“{command}” ended without an answer (exit code {code}).",
        "Run it on the command line to see why: python -m pipeline {command}.",
        command=command,
        code=code,
    )
