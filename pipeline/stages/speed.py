"""Compares the speed of an export with PyTorch's, as the command that people use too."""

from __future__ import annotations

from pipeline.messages import Message
from pipeline.parameters import SpeedParameters
from pipeline.stages.commands import carry_out
from pipeline.stages.context import Context


def run(context: Context[SpeedParameters]) -> None:
    """Run ``python -m export benchmark`` for one model, and keep what it wrote."""
    speed = context.parameters.speed
    out = context.out / "exports" / speed.model  # where the run's folder shows it
    out.mkdir(parents=True)
    arguments = ["benchmark", context.run_folder.name, "--model", speed.model, "--out", str(out / "benchmark.json")]
    arguments += ["--batches", *map(str, speed.batches), "--lengths", *map(str, speed.lengths)]
    arguments += ["--rounds", str(speed.rounds), *([] if speed.compiled else ["--without", "torch.compile"])]
    failed = Message("The speed of {model} could not be compared.", model=speed.model)
    carry_out(context, arguments, failed, Message("The end of the log says more; the exports are kept."))
