"""Whether this machine multiplies matrices so much faster in bf16 that training should: found once, and kept.

A seed is to repeat a run exactly, so runs on one machine have to choose alike: they may not time it anew, with whatever
else is going on. A GPU's features decide: one that has bf16 has cores for it that are many times as fast. A CPU's
do not: one with AVX512_BF16 was measured at half its float32 speed, others without AMX, too, at four times. So that is
timed on a product of a fixed shape, when it is first asked for, and lies in the user's cache from then on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from filelock import FileLock

from pipeline.gemm import cpu_has_bf16, gemm_speed
from pipeline.processor import generation
from pipeline.storage import write_atomically

PAYS = 1.5  # times float32's speed; below that the casts eat the gain
SHAPE = (2048, 384, 1536)  # a batch through MiniLM's widest layer
ROUNDS = 5  # by turns, each at its best: the machine may be busy at the moment


def pays() -> bool:
    """Whether bf16 is worth it here; the same at every call on one machine, unless its cache is deleted."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return cpu_has_bf16() and _gain() >= PAYS


def _gain() -> float:
    """How many times as fast as float32, as it was first found on this processor with this torch."""
    machine = f"{generation()}, torch {torch.__version__}"
    try:
        kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graft" / "bf16.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(kept.with_name(f".{kept.name}.lock")):
            found = _read(kept)
            if machine not in found:
                found[machine] = _timed()
                write_atomically(kept, json.dumps(found, indent=1))
            return found[machine]
    except (OSError, RuntimeError):  # there is no place to keep it, or no home
        return _timed()


def _read(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): float(gain) for name, gain in found.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):  # damaged, it is as good as none
        return {}


def _timed() -> float:
    plain = half = 0.0
    for _ in range(ROUNDS):
        plain = max(plain, gemm_speed(SHAPE, torch.float32, torch.device("cpu")))
        half = max(half, gemm_speed(SHAPE, torch.bfloat16, torch.device("cpu")))
    return half / plain
