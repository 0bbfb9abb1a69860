"""What each kind of hardware needs: which wheels, which Python, which way of building the Space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub import SpaceHardware
from packaging.requirements import Requirement

DEFAULT_HARDWARE = "cpu-basic"
HARDWARE = tuple(item.value for item in SpaceHardware)
#: Where the build of torch is that has no CUDA in it; on Linux the one from PyPI brings gigabytes of it.
CPU_WHEELS = "--extra-index-url https://download.pytorch.org/whl/cpu"
OPTIONS = frozenset({CPU_WHEELS})  # the lines of a Space's requirements that are no pins
#: A Gradio Space is built with ``gradio[oauth,mcp]``, whose second extra holds pydantic below 2.13, and websockets.
PLATFORM = {"pydantic": "2.12.5", "pydantic-core": "2.41.5", "websockets": "16.0"}
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}


@dataclass(frozen=True)
class Kind:
    """A kind of hardware.

    Attributes:
        title: For people.
        python: Version that the Space runs.
        instead: Package of the requirements → the package that takes its place in the same version.
        suffix: Package → what its version ends in.
        options: Lines before the pins.
        sdks: The ways of building that it allows, the usual one first.
    """

    title: str
    python: str = "3.11"
    instead: Mapping[str, str] = field(default_factory=dict)
    suffix: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    sdks: tuple[str, ...] = ("gradio", "docker")


#: A GPU is there in a forked process alone, and for a minute: onnxruntime stays on the CPU. Of the two versions of
#: Python that ZeroGPU has, only one is new enough for Graft.
ZERO = Kind("ZeroGPU", "3.12.12", {"onnxruntime-gpu": "onnxruntime"}, sdks=("gradio",))
CPU = Kind("CPU", instead={"onnxruntime-gpu": "onnxruntime"}, suffix={"torch": "+cpu"}, options=(CPU_WHEELS,))
GPU = Kind("GPU")
#: How the names of hardware begin → kind; all others are GPUs.
KINDS = {"cpu-": CPU, "zero-": ZERO}


def kind_of(hardware: str) -> Kind:
    """The kind of a hardware."""
    return next((kind for start, kind in KINDS.items() if hardware.startswith(start)), GPU)


def requirements(lines: list[str], kind: Kind, sdk: str) -> list[str]:
    """The requirements of a Space, from the repository's own.

    Args:
        lines: Pins, each of which may end in a marker.
        kind: Of the hardware.
        sdk: How the Space is built; on a container of one's own the platform installs nothing besides.
    """
    pins: dict[str, str] = {}
    environment = {**LINUX, "python_version": ".".join(kind.python.split(".")[:2])}
    for line in lines:
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate(environment):
            name = kind.instead.get(wanted.name, wanted.name)
            version = next(iter(wanted.specifier)).version
            pins[name] = f"{version}{kind.suffix.get(name, '')}"
    if sdk == "gradio":
        pins |= PLATFORM
    else:
        pins.pop("spaces", None)  # for Spaces that are built with Gradio
    return [*kind.options, *(f"{name}=={version}" for name, version in pins.items())]


def header(kind: Kind, sdk: str, hardware: str, gradio: str) -> dict[str, Any]:
    """What the card's header says of the hardware and of how the Space is built."""
    ways: dict[str, dict[str, Any]] = {
        "gradio": {"sdk": "gradio", "sdk_version": gradio, "python_version": kind.python, "app_file": "app.py"},
        "docker": {"sdk": "docker", "app_port": 7860},
    }
    return {**ways[sdk], "suggested_hardware": hardware}
