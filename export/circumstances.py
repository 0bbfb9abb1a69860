"""What a model card and a comparison of speed owe to where they were made: the source's own card, the processor."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from pipeline.spec import HubSource

CPU_INFO = Path("/proc/cpuinfo")
#: Flags of processors that sum products of 8 bits in 32 bits: Intel's and AMD's names, and ARM's.
DOT_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
#: What products of matrices are faster by: wide registers, and instructions for 8 bits and bf16.
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp", "bf16")
LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")


def licence(source: HubSource) -> str:
    """The licence that the source's card tells, as the Hub names it; empty where no card was brought along.

    Only what lies in the Hub's cache is read: the run has fetched it with the weights.
    """
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - a second that only an export waits for
    from huggingface_hub.repocard import metadata_load  # noqa: PLC0415

    card = try_to_load_from_cache(source.repo_id, "README.md", revision=source.revision)
    if not isinstance(card, str):
        return ""
    try:
        told = (metadata_load(card) or {}).get("license")
    except Exception:  # noqa: BLE001 - a stranger's YAML
        return ""
    return told if isinstance(told, str) and LICENCE.fullmatch(told) else ""


def flags() -> frozenset[str]:
    """What the processor can do, as the kernel names it; none where that can't be found out."""
    return frozenset(
        flag for line in _cpu_info() if line.lower().startswith(("flags", "features")) for flag in line.split()
    )


def features() -> tuple[str, ...]:
    """What the speed of a model hangs on, of what the processor can do."""
    found = flags()
    return tuple(flag.upper() for flag in FEATURES if flag in found)


def model_name() -> str:
    """What the machine calls its processor."""
    named = (line.partition(":")[2].strip() for line in _cpu_info() if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def processor() -> str:
    """Which kind of processor int8 was compared on, as a sentence; empty where that can't be found out."""
    found = flags()
    if not found:
        return ""
    if found & DOT_PRODUCTS:
        return "Its parity was found on a processor with VNNI or its like; one without may round sums off, and differ."
    return "Its parity was found on a processor without VNNI; one with it does not round sums off, and may differ."


def _cpu_info() -> list[str]:
    try:
        return CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
