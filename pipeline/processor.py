"""What this machine's processor is called and can do."""

from __future__ import annotations

import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
#: What products of matrices are faster by: wide registers, and instructions for 8 bits and bf16.
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp", "bf16")

#: Fields of what the kernel says that tell generations apart.
GENERATION = ("model name", "cpu family", "model", "stepping")


def flags() -> frozenset[str]:
    """What it can do, as the kernel names it; none where that can't be found out."""
    return frozenset(
        flag for line in _cpu_info() if line.lower().startswith(("flags", "features")) for flag in line.split()
    )


def features() -> tuple[str, ...]:
    """What the speed of a model hangs on, of what it can do."""
    found = flags()
    return tuple(flag.upper() for flag in FEATURES if flag in found)


def model_name() -> str:
    """What it calls itself."""
    named = (line.partition(":")[2].strip() for line in _cpu_info() if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def generation() -> str:
    """Its name and generation; virtual machines tell a name that several generations share."""
    first = "\n".join(_cpu_info()).partition("\n\n")[0].splitlines()  # of the cores, which are alike
    told = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first)}
    return " ".join(told[name] for name in GENERATION if name in told) or platform.processor() or platform.machine()


def _cpu_info() -> list[str]:
    try:
        return CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
