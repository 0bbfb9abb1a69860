"""The estimate of a run, and the way to it for a page that must not load torch."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.artifacts import ArtifactStore
from pipeline.engine.command import ask
from pipeline.estimate.lengths import measure_lengths
from pipeline.estimate.records import Estimate, Range, StageEstimate
from pipeline.estimate.scaling import FASTER, SLOWER, Scale, checkpoints_of, disk_of, memory_of, seconds_of
from pipeline.plan import Stage, plan
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec

SECONDS = 60
MEGABYTE = 1_000_000
#: How far memory and disk were seen to lie from what was expected.
LESS_MEMORY, MORE_MEMORY = 0.8, 1.5
LESS_DISK, MORE_DISK = 0.8, 1.3


def ask_estimate(spec: RunSpec, settings: Settings, *, seconds: float = SECONDS) -> Estimate:
    """Estimate a run in a process of its own.

    Args:
        spec: The run, with absolute paths.
        settings: The host's: stages that are finished there cost nothing.
        seconds: Time limit.

    Raises:
        RunError: It took longer, or the run could not be carried out; with the reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.json"
        path.write_text(spec.model_dump_json(), encoding="utf-8")
        answer = ask("estimate", [str(path), "--runs-dir", str(settings.runs_dir.absolute())], seconds, settings.engine)
    return Estimate.model_validate(answer)


def estimate(spec: RunSpec, settings: Settings, started: float) -> Estimate:
    """Measure a few steps of a run's source model on its texts, and scale them by its plan. Loads torch.

    Args:
        spec: The run.
        settings: The host's.
        started: When this process was started, in seconds of ``time.time``.

    Raises:
        DataError: A file can't be used.
        SourceError: The source model can't be used.
    """
    stages = plan(spec)
    begun = time.monotonic()
    lengths = measure_lengths(spec, settings)
    reading = time.monotonic() - begun
    begun = time.time()
    from pipeline.estimate.measuring import measure  # noqa: PLC0415 - torch; only the command waits for it
    from pipeline.stages import quieten  # noqa: PLC0415
    from pipeline.stages.models import device  # noqa: PLC0415

    quieten()
    startup = time.time() - begun + reading
    with tempfile.TemporaryDirectory() as work:
        measured = measure(spec, lengths, settings, Path(work))
    scale = Scale(spec, lengths, measured, startup)
    artifacts = ArtifactStore(RunStore(settings.runs_dir).artifacts)
    reused = {stage.name for stage in stages if artifacts.complete(stage.key)}
    new = [stage for stage in stages if stage.name not in reused]
    times = {stage.name: seconds_of(stage, scale) for stage in new}
    less = min(FASTER, measured.idle)
    return Estimate(
        stages=tuple(
            StageEstimate(
                name=stage.name,
                kind=stage.kind,
                title=stage.title,
                seconds=around(times.get(stage.name, 0.0), less),
                reused=stage.name in reused,
            )
            for stage in stages
        ),
        seconds=around(sum(times.values()), less),
        memory_mb=around(memory_of(scale) / MEGABYTE, LESS_MEMORY, MORE_MEMORY),
        gpu_memory_mb=None
        if measured.gpu_bytes is None
        else around(measured.gpu_bytes / MEGABYTE, LESS_MEMORY, MORE_MEMORY),
        disk_mb=around(_disk(new, times, scale, settings) / MEGABYTE, LESS_DISK, MORE_DISK),
        device=device().type,
        precision=measured.precision,
        tokens_per_second=1 / measured.train,
        steps=measured.steps,
        took=time.time() - started,
    )


def _disk(new: Sequence[Stage], times: dict[str, float], scale: Scale, settings: Settings) -> float:
    """Most bytes that the run adds at one time: checkpoints are gone when exports begin."""
    sizes = {stage.name: disk_of(stage, scale) for stage in new}
    exports = sum(sizes[stage.name] for stage in new if stage.kind == "export")
    longest = max([times[stage.name] for stage in new if stage.kind in ("fine-tuning", "adaptation")], default=0.0)
    checkpoints = checkpoints_of(scale, longest, settings.checkpoint_seconds)
    return sum(sizes.values()) - exports + max(exports, checkpoints)


def around(expected: float, less: float = FASTER, more: float = SLOWER) -> Range:
    """A figure with its bounds."""
    return Range(low=less * expected, expected=expected, high=more * expected)


def table(found: Estimate) -> str:
    """The estimate for a terminal."""
    width = max(len(stage.name) for stage in found.stages) + 2
    lines = [f"{'stage':<{width}}{'seconds':>9}  range"]
    for stage in found.stages:
        told = "there already" if stage.reused else _between(stage.seconds)
        lines.append(f"{stage.name:<{width}}{stage.seconds.expected:>9,.0f}  {told}")
    lines.append(f"{'all':<{width}}{found.seconds.expected:>9,.0f}  {_between(found.seconds)}")
    lines.append(f"memory: {found.memory_mb.expected:,.0f} MB ({_between(found.memory_mb)})")
    if found.gpu_memory_mb is not None:
        lines.append(f"memory of the GPU: {found.gpu_memory_mb.expected:,.0f} MB ({_between(found.gpu_memory_mb)})")
    lines.append(f"disk: {found.disk_mb.expected:,.0f} MB ({_between(found.disk_mb)})")
    lines.append(
        f"Measured: {found.steps} steps on {found.device} in {found.precision}, {found.tokens_per_second:,.0f} tokens "
        f"a second; this took {found.took:.0f} s."
    )
    return "\n".join(lines)


def _between(bounds: Range) -> str:
    return f"{bounds.low:,.0f} to {bounds.high:,.0f}"
