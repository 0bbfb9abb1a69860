"""What a model card owes to where the export was made: the source's own card, the libraries, and the processor."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import metadata

from pipeline.processor import flags
from pipeline.spec import HubSource

#: Flags of processors that sum products of 8 bits in 32 bits: Intel's and AMD's names, and ARM's.
DOT_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
#: Distributions that an export is made and checked with; onnxruntime comes in two builds.
LIBRARIES = ("onnxruntime", "onnxruntime-gpu", "optimum", "optimum-onnx", "transformers", "tokenizers", "torch")
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
