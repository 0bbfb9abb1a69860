"""What the figures of a benchmark hang on besides the code: the machine, the libraries, and what was asked for."""

from __future__ import annotations

import argparse
import platform
from contextlib import suppress
from importlib import metadata
from typing import Any

from export.predictor import processors
from pipeline.processor import features, model_name

#: Of what computes and of what answers requests.
LIBRARIES = ("onnxruntime-gpu", "onnxruntime", "torch", "transformers", "tokenizers", "fastapi", "uvicorn", "uvloop")


def circumstances(options: argparse.Namespace) -> dict[str, Any]:
    """For programs: the processor and what it can do, versions, and every option that is no place on this machine."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    places = ("bridge", "data", "export", "folder", "infinity", "out", "results", "torch")
    return {
        "processor": model_name(),
        "features": list(features()),
        "processors": processors(),
        "versions": found,
        "options": {name: value for name, value in vars(options).items() if name not in places},
    }


def told(found: dict[str, Any]) -> str:
    """For people, in Markdown."""
    lines = {
        "Processor": f"{found['processors']} of {found['processor']} ({', '.join(found['features'])})",
        "Versions": ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        "Asked for": "; ".join(f"{name} {_written(value)}" for name, value in found["options"].items()),
    }
    return "\n".join(f"- {name}: {line}." for name, line in lines.items())


def _written(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
