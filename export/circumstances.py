"""What a model card owes to where the export was made: the libraries, and the processor."""

from __future__ import annotations

from contextlib import suppress
from importlib import metadata

from pipeline.processor import flags

#: Flags of processors that sum products of 8 bits in 32 bits: Intel's and AMD's names, and ARM's.
DOT_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
#: Distributions that an export is made and checked with; onnxruntime comes in two builds.
LIBRARIES = ("onnxruntime", "onnxruntime-gpu", "optimum", "optimum-onnx", "transformers", "tokenizers", "torch")


def libraries() -> dict[str, str]:
    """Those of :data:`LIBRARIES` that are installed here, and their versions."""
    found = {}
    for name in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def processor() -> str:
    """Which kind of processor int8 was compared on, as a sentence; empty where that can't be found out."""
    found = flags()
    if not found:
        return ""
    if found & DOT_PRODUCTS:
        return "Its parity was found on a processor with VNNI or its like; one without may round sums off, and differ."
    return "Its parity was found on a processor without VNNI; one with it does not round sums off, and may differ."
