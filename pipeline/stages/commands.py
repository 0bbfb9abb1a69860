"""Commands of the export package, which the pipeline never imports: it only names them.

A command runs in a process of its own, in the worker's process group, and tells its progress in the run's events.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from pipeline.errors import Cancelled, ExportError
from pipeline.messages import Message
from pipeline.stages.context import Context


def carry_out(context: Context[Any], arguments: Sequence[str], failed: Message, remedy: Message) -> None:
    """Run ``python -m export`` to its end; a cancelled run ends it.

    Args:
        context: Of the stage.
        arguments: What follows; where runs lie, and the stage, are added.
        failed: What is said if it fails without saying why.
        remedy: What the person can do then.

    Raises:
        ExportError: It failed.
        Cancelled: Somebody asked for that.
    """
    command = [sys.executable, "-m", "export", *arguments]
    command += ["--runs-dir", str(context.run_folder.parent), "--stage", context.name, "--json"]
    with open(context.work / "answer.json", "w+", encoding="utf-8") as answer:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=answer)
        try:
            while process.poll() is None:
                context.check()
                time.sleep(0.2)
        except Cancelled:
            process.terminate()
            process.wait()
            raise
        answer.seek(0)
        said = answer.read()
    if process.returncode:
        raise ExportError(_error(said, failed), remedy)


def _error(said: str, failed: Message) -> Message:
    try:
        answer = json.loads(said)
        return Message.of(str(answer["error"]), answer.get("told"))
    except (AttributeError, ValueError, KeyError, TypeError):
        return failed
