"""PyTorch's candidates, and the rates of plain matrix products. Loads torch, which has a GPU or has none.

On a GPU, too, the inputs start in the machine's memory and the logits end there, as with onnxruntime; and
TensorFloat-32 is off, as the parity gate asks, so that float32 means the same on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch

from export.reference import Reference
from export.speed.onnx_gemm import OPERATORS, onnx_gemm_speed
from export.speed.opening import Call, LackingError, Opened, nothing, tokens
from export.speed.ways import WAYS
from pipeline.gemm import cpu_has_bf16, gemm_speed

#: Where not every device computes in a precision: the two, as ``LACKS`` in :mod:`export.speed.turns` has them → whether
#: this one does.
COMPUTES: dict[str, Callable[[], bool]] = {
    "bfloat16 on cpu": cpu_has_bf16,
    "bfloat16 on cuda": lambda: bool(torch.cuda.is_bf16_supported(including_emulation=False)),
    "float16 on cpu": lambda: False,  # few have such products; the others turn each number into float32 and back
}


def device() -> torch.device:
    """Where PyTorch's candidates run."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def peer(asked: dict[str, Any]) -> Opened:
    """The trained model in PyTorch.

    Args:
        asked: The peer as ``kind``, the model's folder, its task, and threads of the CPU, or None.

    Raises:
        LackingError: Here is no device that computes in its precision.
    """
    way, where = WAYS[asked["kind"]], device()
    lacking = f"{way.precision} on {where.type}"
    if lacking in COMPUTES and not COMPUTES[lacking]():
        raise LackingError(lacking)
    _settings(asked["threads"])
    reference = Reference(Path(asked["folder"]), asked["task"])
    reference.move(where, getattr(torch, way.precision))
    if way.compiled:
        reference.model = torch.compile(reference.model, dynamic=False)  # of its own for each shape: the fastest
    config = reference.config

    def prepare(batch: int, length: int) -> Call:
        inputs = reference.inputs(tokens(batch, length, config.vocab_size, config.pad_token_id or 0))
        return partial(reference.logits, inputs)

    return Opened(
        prepare,
        where=where.type,
        device=where.type,
        precision=way.precision,
        score=partial(_score, reference),
        settle=torch.cuda.synchronize if where.type == "cuda" else nothing,
    )


def rates(asked: dict[str, Any]) -> dict[str, Any]:
    """What plain products of some shapes reach on a device, in a precision: operations a second of each.

    On a CPU the faster of PyTorch's and onnxruntime's kernels counts, so that nobody is held against a slow one.

    Args:
        asked: Shapes, device, precision, and threads of the CPU, or None.
    """
    _settings(asked["threads"])
    precision, where = asked["precision"], torch.device(asked["device"])
    kernels: list[Callable[[tuple[int, int, int]], float]] = []
    if precision != "int8":  # of which PyTorch has no plain product
        kernels.append(partial(gemm_speed, dtype=getattr(torch, precision), where=where))
    if where.type == "cpu" and precision in OPERATORS:
        kernels.append(partial(onnx_gemm_speed, precision=precision, threads=asked["threads"]))
    return {"rates": [max(speed((m, k, n)) for speed in kernels) for m, k, n in asked["shapes"]]}


def machine(_: dict[str, Any]) -> dict[str, Any]:
    """What there is: the GPU's name, and how many bytes of its memory nobody holds; empty and None without one."""
    if not torch.cuda.is_available():
        return {"gpu": "", "free": None}
    free, _ = torch.cuda.mem_get_info()
    return {"gpu": torch.cuda.get_device_name(), "free": free}


def _settings(threads: int | None) -> None:
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    if threads:
        torch.set_num_threads(threads)


def _score(reference: Reference, file: Path) -> float:
    from export.asking import ask, questions  # noqa: PLC0415
    from export.measuring import measure  # noqa: PLC0415
    from pipeline.report import Report  # noqa: PLC0415

    report = Report.read(file)
    replies = ask(reference, reference.task, questions(reference.task, report.examples))
    return measure(reference.task, report)(replies.scores, range(len(report.examples)))
