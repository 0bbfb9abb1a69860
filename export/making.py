"""How each variant of an export is made, and held against PyTorch."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from export.calibration import ranges_of
from export.convert import convert
from export.fusion import FUSED_WHEN_LOADED, fused_nodes, fusions, fusions_when_loaded, missing, told
from export.half import HALF_LADDER, HalfRung
from export.optimise import LEVELS, halve, optimise
from export.predictor import PROVIDERS, Predictor, PredictorError
from export.quantise import LADDER, STATIC_LADDER, Rung, prepare, quantise
from export.record import Record
from export.yardstick import Variant, Yardstick
from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.spec import ExportSpec, Optimisation, VariantName

Maker = Callable[[Yardstick, Path], Variant]
Way = TypeVar("Way", Rung, HalfRung)

#: Within the folder of an export, while it is made: what every rung of both ladders of int8 is made of.
PREPARED = "prepared"


def ways(options: ExportSpec) -> list[tuple[VariantName, str, Maker]]:
    """Name, title and maker of each variant, in the order in which they build on each other."""
    return [(name, *MAKING[name]) for name in options.variants]


def _unseen(predictor: Predictor, options: ExportSpec) -> list[Message]:
    """Says so where a variant was not checked where it is to run."""
    used = PROVIDERS[predictor.provider].kind
    if options.provider in ("cpu", used):
        return []
    return [
        Message(
            "Made for {provider} and checked on {used}, for {provider} was not to be had here: its speed is not "
            "what it is to be.",
            provider=PROVIDER_TITLES[options.provider],
            used=PROVIDER_TITLES[used],
        )
    ]


def _fp32(yardstick: Yardstick, out: Path) -> Variant:
    convert(yardstick.reference, out / "fp32")
    predictor = _opened(yardstick, out / "fp32", "fp32")
    parity = yardstick.compare(predictor, exact=True)
    notes = _unseen(predictor, yardstick.job.options)
    return Variant("fp32", Message("converted in float32"), predictor, parity, notes=notes)


def _optimised(level: Optimisation, yardstick: Yardstick, out: Path) -> Variant:
    gpu = yardstick.job.options.provider != "cpu"
    method = Message("fp32 with {changes}", changes=LEVELS[level].title)
    if not LEVELS[level].half:
        optimise(out / "fp32", out / level.lower(), level, gpu=gpu)
        return _graph(yardstick, out, level, level, method)

    def make(rung: HalfRung, folder: Path) -> Message:
        optimise(out / "fp32", folder, level, gpu=gpu, rung=rung)
        return _halved(method, rung)

    return _laddered(out, level, HALF_LADDER, make, partial(_graph, yardstick, out, level, level))


def _fp16(yardstick: Yardstick, out: Path) -> Variant:
    """Of the furthest float32 level that was asked for; without one, of the graph as it was converted."""
    levels = [level for level in yardstick.job.options.optimisation if not LEVELS[level].half]
    level = levels[-1] if levels else None
    method = Message("fp32 in half precision")
    if level is not None:
        method = Message("fp32 in half precision, with {changes}", changes=LEVELS[level].title)

    def make(rung: HalfRung, folder: Path) -> Message:
        halve(out / "fp32", folder, level, rung)
        return _halved(method, rung)

    return _laddered(out, "fp16", HALF_LADDER, make, partial(_graph, yardstick, out, "fp16", level))


def _halved(method: Message, rung: HalfRung) -> Message:
    """How it was made, with what was left in float32, if anything was."""
    return Message("{method}; {way}", method=method, way=rung.title) if rung.types else method


def _int8(name: Literal["int8", "int8-static"], ladder: tuple[Rung, ...], yardstick: Yardstick, out: Path) -> Variant:
    prepared = out / PREPARED
    if not prepared.exists():
        prepare(out / "fp32", prepared)
    ranges = yardstick.ranges(prepared / "model.onnx")

    def make(rung: Rung, folder: Path) -> Message:
        return quantise(prepared, folder, rung, ranges)

    def compared(method: Message) -> Variant:
        predictor = _opened(yardstick, out / name, name)
        return Variant(name, method, predictor, yardstick.compare(predictor, exact=False))

    # Where there is nothing to calibrate on, dynamic int8 has other repairs.
    rungs = [rung for rung in ladder if ranges or not rung.calibrated or name == "int8-static"]
    made = _laddered(out, name, rungs, make, compared)
    found = fusions_when_loaded(out / "fp32" / "model.onnx", out / name / "model.onnx")
    notes = [note for note in (told(found, FUSED_WHEN_LOADED),) if note]
    whence = ranges_of(out / name / "model.onnx")
    return replace(made, fusions=tuple(found), ranges=whence, notes=[*made.notes, *notes])


def _laddered(
    out: Path,
    name: VariantName,
    ladder: Iterable[Way],
    make: Callable[[Way, Path], Message],
    compared: Callable[[Message], Variant],
) -> Variant:
    """The first rung that passes; if none does, the nearest to float32 that could be made and answers.

    Args:
        out: Folder of the export.
        name: Of the variant.
        ladder: Ways to make it, fastest first.
        make: Makes it so in a folder, and says how.
        compared: Opens what was made and holds it against PyTorch, given how it was made.

    Raises:
        ExportError: In no way that it can be made does it answer.
    """
    folder, attempt, earlier = out / name.lower(), out / "attempt", out / "earlier"
    repairs: list[Message] = []
    made: Variant | None = None
    own: Message | None = None  # of what was made, if it missed its gate: not a repair
    fault: ExportError | None = None
    for rung in ladder:
        shutil.rmtree(attempt, ignore_errors=True)
        try:
            method = make(rung, attempt)
        except ExportError as error:
            fault = error
            repairs.append(Message("{way} could not be made: {fault}", way=rung.title, fault=error.message))
            continue
        if folder.exists():
            folder.rename(earlier)
        attempt.rename(folder)
        try:
            made = compared(method)
        except ExportError as error:
            fault = error
            repairs.append(Message("{way} could not be used: {fault}", way=rung.title, fault=error.message))
            shutil.rmtree(folder)
            if earlier.exists():
                earlier.rename(folder)
            continue
        shutil.rmtree(earlier, ignore_errors=True)
        if made.parity.passed:
            break
        own = Message("{way} missed the gate: {reason}.", way=rung.title, reason=made.parity.reason)
        repairs.append(own)
    shutil.rmtree(attempt, ignore_errors=True)
    if made is None:
        assert fault is not None  # noqa: S101 - a ladder has rungs, and each answered or failed
        raise fault
    return replace(made, repairs=[each for each in repairs if made.parity.passed or each is not own])


def _opened(yardstick: Yardstick, folder: Path, name: VariantName, level: Optimisation | None = None) -> Predictor:
    """A variant's folder, opened on the provider that the export is for: what it is for is written down before.

    Raises:
        ExportError: onnxruntime can't open it.
    """
    Record.of(name, level).write(folder)
    try:
        return Predictor(folder, provider=yardstick.job.options.provider)
    except PredictorError as error:
        raise ExportError(Message(error.template, error.values)) from error


def _graph(yardstick: Yardstick, out: Path, name: VariantName, level: Optimisation | None, method: Message) -> Variant:
    """A variant that optimising or halving made, compared, with proof of what was fused."""
    folder = out / name.lower()
    exact = name in LEVELS and LEVELS[name].exact
    found = fusions(out / "fp32" / "model.onnx", folder / "model.onnx") if level in FUSING else []
    predictor = _opened(yardstick, folder, name, level)
    return Variant(
        name,
        method,
        predictor,
        yardstick.compare(predictor, exact=exact),
        fused=fused_nodes(folder / "model.onnx"),
        fusions=tuple(found),
        notes=[note for note in (told(found), missing(found)) if note] + _unseen(predictor, yardstick.job.options),
    )


#: The levels that promise fused nodes.
FUSING = frozenset(name for name, level in LEVELS.items() if level.fuses)

PROVIDER_TITLES: dict[str, str] = {"cpu": "CPU", "cuda": "CUDA", "tensorrt": "TensorRT"}

#: What is said while a variant is made, and what makes it.
MAKING: dict[VariantName, tuple[str, Maker]] = {
    "fp32": ("Converting to ONNX", _fp32),
    **{level: (f"Optimising ({level})", partial(_optimised, level)) for level in LEVELS},
    "int8": ("Quantising (int8)", partial(_int8, "int8", LADDER)),
    "int8-static": ("Quantising (int8-static)", partial(_int8, "int8-static", STATIC_LADDER)),
    "fp16": ("Halving (fp16)", _fp16),
}
