"""Hands a finished model over to the export package, as the command that people use too.

The pipeline never imports the export package: it only names its command. The command runs in
a process of its own, in the worker's process group, and tells its progress in the run's events.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from pipeline.errors import Cancelled, ExportError
from pipeline.messages import Message
from pipeline.parameters import ExportParameters
from pipeline.stages.context import Context


def run(context: Context[ExportParameters]) -> None:
    """Run ``python -m export`` for one model, and keep what it wrote."""
    parameters = context.parameters
    export = parameters.export
    out = context.out / "onnx"
    command = [sys.executable, "-m", "export", context.run_folder.name, "--runs-dir", str(context.run_folder.parent)]
    command += ["--model", export.model, "--optimise", export.optimisation, "--quantise", export.quantisation]
    command += ["--provider", export.provider, "--calibrate", export.calibration]
    command += ["--calibration-texts", str(export.calibration_texts)]
    command += ["--out", str(out), "--stage", context.name, "--json"]
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
        raise ExportError(_error(said, export.model), "The end of the log says more; the trained models are kept.")
    for path in out.iterdir():
        path.rename(context.out / path.name)
    out.rmdir()


def _error(said: str, model: str) -> Message:
    try:
        answer = json.loads(said)
        return Message.of(str(answer["error"]), answer.get("told"))
    except (AttributeError, ValueError, KeyError, TypeError):
        return Message("{model} could not be exported.", model=model)
