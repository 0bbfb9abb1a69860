"""Asks a command of ``python -m pipeline`` in a process of its own, so that whoever asks need not load torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from pipeline.engine.local import PROJECT, WORKER_ENVIRONMENT
from pipeline.errors import RunError
from pipeline.messages import Message


def ask(command: str, arguments: Sequence[str], seconds: float) -> Any:
    """The JSON document that a command prints.

    Args:
        command: Row of ``COMMANDS`` in ``pipeline/__main__.py``.
        arguments: What follows it; ``--json`` is added.
        seconds: After that, the process is ended.

    Raises:
        RunError: It took longer, ended with an error, or printed something else.
    """
    line = [sys.executable, "-m", "pipeline", command, *arguments, "--json"]
    environment = {**WORKER_ENVIRONMENT, **os.environ}
    try:
        done = subprocess.run(
            line,
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RunError(
            "“{command}” took longer than {seconds:g} seconds and was ended.",
            "Try again when the machine is less busy, or with a smaller model.",
            command=command,
            seconds=seconds,
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode == 0 and answer is not None:
        return answer
    if isinstance(answer, dict) and "error" in answer:
        raise RunError(Message.of(answer["error"], answer.get("told")))
    raise RunError(
        "“{command}” ended without an answer (exit code {code}).",
        "Run it on the command line to see why: python -m pipeline {command}.",
        command=command,
        code=done.returncode,
    )
