"""Hands a finished model over to the export package, as the command that people use too."""

from __future__ import annotations

from pipeline.messages import Message
from pipeline.parameters import ExportParameters
from pipeline.spec import NOTHING
from pipeline.stages.commands import carry_out
from pipeline.stages.context import Context


def run(context: Context[ExportParameters]) -> None:
    """Run ``python -m export`` for one model, and keep what it wrote."""
    export = context.parameters.export
    out = context.out / "onnx"
    arguments = [context.run_folder.name, "--model", export.model, "--out", str(out)]
    arguments += ["--optimise", ",".join(export.optimisation) or NOTHING]
    arguments += ["--quantise", ",".join(export.quantisation) or NOTHING]
    arguments += ["--provider", export.provider, "--calibrate", export.calibration]
    arguments += ["--calibration-texts", str(export.calibration_texts)]
    arguments += ["--max-loss", str(export.max_metric_loss), "--max-flips", str(export.max_flips)]
    arguments += ["--max-logit-difference", str(export.max_logit_difference)]
    failed = Message("{model} could not be exported.", model=export.model)
    carry_out(context, arguments, failed, Message("The end of the log says more; the trained models are kept."))
    for path in out.iterdir():
        path.rename(context.out / path.name)
    out.rmdir()
