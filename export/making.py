"""How each variant of an export is made, and held against PyTorch."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from export.convert import convert
from export.fusion import FUSED_WHEN_LOADED, fused_nodes, fusions, fusions_when_loaded, missing, told
from export.optimise import LEVELS, LevelName, halve, optimise
from export.predictor import Predictor
from export.quantise import LADDER, STATIC_LADDER, Rung, quantise
from export.record import Record
from export.report import VariantName
from export.yardstick import Variant, Yardstick
from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.spec import ExportSpec, Optimisation, Provider, Quantisation

Maker = Callable[[Yardstick, Path], Variant]


def ways(options: ExportSpec) -> list[tuple[VariantName, str, Maker]]:
    """Name, title and maker of each variant, in the order in which they build on each other."""
    found: list[tuple[VariantName, str, Maker]] = [("fp32", "Converting to ONNX", _fp32)]
    if (level := options.optimisation) != "none":
        found.append((level, f"Optimising ({level})", partial(_optimised, level)))
    if (kind := options.quantisation) != "none":
        found.append((kind, f"Quantising ({kind})", QUANTISERS[kind]))
    return found


def _unseen(predictor: Predictor, options: ExportSpec) -> list[Message]:
    """Says so where a variant for a GPU was checked without one."""
    if options.provider == "cpu" or predictor.provider != "CPUExecutionProvider":
        return []
    return [
        Message(
            "Made for {provider} and checked on a CPU, for there was no GPU here: its speed is not what a GPU gives.",
            provider=PROVIDER_TITLES[options.provider],
        )
    ]


def _fp32(yardstick: Yardstick, out: Path) -> Variant:
    convert(yardstick.reference, out / "fp32")
    predictor = _opened(out / "fp32", "fp32")
    return Variant("fp32", Message("converted in float32"), predictor, yardstick.compare(predictor, exact=True))


def _optimised(level: LevelName, yardstick: Yardstick, out: Path) -> Variant:
    folder, options = out / level.lower(), yardstick.job.options
    optimise(out / "fp32", folder, level, gpu=options.provider != "cpu")
    method = Message("fp32 with {changes}", changes=LEVELS[level].title)
    return _graph(yardstick, out, level, method, level)


def _fp16(yardstick: Yardstick, out: Path) -> Variant:
    level = yardstick.job.options.optimisation
    halve(out / "fp32", out / "fp16", level)
    method = Message("fp32 in half precision")
    if level != "none":
        method = Message("fp32 in half precision, with {changes}", changes=LEVELS[level].title)
    return _graph(yardstick, out, "fp16", method, level, quantisation="fp16")


def _opened(
    folder: Path, name: VariantName, level: Optimisation = "none", quantisation: Quantisation = "none"
) -> Predictor:
    """A variant's folder, opened where it is to be served: what it is for is written down before."""
    Record.of(name, level, quantisation).write(folder)
    return Predictor(folder)


def _graph(
    yardstick: Yardstick,
    out: Path,
    name: VariantName,
    method: Message,
    level: Optimisation,
    *,
    quantisation: Quantisation = "none",
) -> Variant:
    """A variant that optimising made, compared, with proof of what was fused."""
    folder = out / name.lower()
    exact = name != "fp16" and level != "none" and LEVELS[level].exact
    found = fusions(out / "fp32" / "model.onnx", folder / "model.onnx") if level in FUSING else []
    predictor = _opened(folder, name, level, quantisation)
    return Variant(
        name,
        method,
        predictor,
        yardstick.compare(predictor, exact=exact),
        fused=fused_nodes(folder / "model.onnx"),
        fusions=tuple(found),
        notes=[note for note in (told(found), missing(found)) if note] + _unseen(predictor, yardstick.job.options),
    )


def _int8(name: Literal["int8", "int8-static"], ladder: tuple[Rung, ...], yardstick: Yardstick, out: Path) -> Variant:
    """The first rung of the ladder that passes; if none does, the nearest to float32 that could be made.

    Raises:
        ExportError: No rung can be made of this model.
    """
    folder = out / name
    ranges = yardstick.ranges(out / "fp32" / "model.onnx")
    repairs: list[Message] = []
    made: Variant | None = None
    fault: ExportError | None = None
    for rung in ladder:
        if rung.static and name == "int8" and not ranges:
            continue  # only a repair; there are others
        shutil.rmtree(out / "attempt", ignore_errors=True)
        try:
            method = quantise(out / "fp32", out / "attempt", rung, ranges)
        except ExportError as error:
            fault = error
            repairs.append(Message("{way} could not be made: {fault}", way=rung.title, fault=error.message))
            if rung.static and name == "int8":
                continue
            break
        shutil.rmtree(folder, ignore_errors=True)
        (out / "attempt").rename(folder)
        predictor = _opened(folder, name, quantisation=name)
        made = Variant(name, method, predictor, yardstick.compare(predictor, exact=False), repairs=list(repairs))
        if made.parity.passed:
            break
        repairs.append(Message("{way} missed the gate: {reason}.", way=rung.title, reason=made.parity.reason))
    shutil.rmtree(out / "attempt", ignore_errors=True)
    if made is None:
        raise fault or ExportError("int8 is not to be had for this model.", "Export without quantisation.")
    found = fusions_when_loaded(out / "fp32" / "model.onnx", folder / "model.onnx")
    notes = [note for note in (told(found, FUSED_WHEN_LOADED),) if note]
    return replace(made, fusions=tuple(found), notes=[*made.notes, *notes])


#: The levels that promise fused nodes.
FUSING = frozenset(name for name, level in LEVELS.items() if level.fuses)

PROVIDER_TITLES: dict[Provider, str] = {"cpu": "CPU", "cuda": "CUDA", "tensorrt": "TensorRT"}

#: By ExportSpec.quantisation.
QUANTISERS: dict[str, Maker] = {
    "int8": partial(_int8, "int8", LADDER),
    "int8-static": partial(_int8, "int8-static", STATIC_LADDER),
    "fp16": _fp16,
}
