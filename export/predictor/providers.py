"""Where onnxruntime computes: TensorRT, else CUDA, else the CPU, by what is there."""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import onnxruntime as ort

from .folder import Folder, PredictorError
from .threads import allowed_threads, processors

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Provider:
    """Where onnxruntime can compute.

    Attributes:
        kind: What exported folders call it.
        batch_tokens: Most padded tokens in one batch.
        overhead: What a batch costs besides its padded tokens, in tokens.
        drivers: Libraries that it needs, each by its name on one platform or another; none: it is always there.
        options: Given to onnxruntime.
        device: Where its inputs and outputs are bound; empty: they are in the machine's memory anyway.
        together: Whether it computes calls faster at the same time than one after the other.
        kept: Option that names a folder for what is compiled for this machine; empty: nothing is.
        keeping: Given to onnxruntime besides, where there is such a folder.
        half: Given to onnxruntime besides, for a variant in half precision.
    """

    kind: str
    batch_tokens: int
    overhead: int
    drivers: tuple[tuple[str, ...], ...]
    options: dict[str, str]
    device: str = ""
    together: bool = False
    kept: str = ""
    keeping: dict[str, str] = field(default_factory=dict)
    half: dict[str, str] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether the machine has all drivers; asking onnxruntime without them prints errors."""
        return all(any(map(_loads, names)) for names in self.drivers)


_CUDA = ("libcuda.so.1", "nvcuda.dll")
#: Best first. A CPU gains nothing from batches that outgrow its cache, and begins one at the cost of 8 to 16 tokens
#: (measured with MiniLM); a GPU's figures are reckoned from what launching its kernels takes. TensorFloat-32 would cost
#: the logits three digits, and the parity gate with them.
PROVIDERS = {
    "TensorrtExecutionProvider": Provider(
        "tensorrt",
        16_384,
        1024,
        drivers=(_CUDA, ("libnvinfer.so.10", "nvinfer_10.dll")),
        options={},
        device="cuda",
        kept="trt_engine_cache_path",
        keeping={"trt_engine_cache_enable": "1", "trt_timing_cache_enable": "1"},
        half={"trt_fp16_enable": "1"},
    ),
    "CUDAExecutionProvider": Provider("cuda", 16_384, 1024, drivers=(_CUDA,), options={"use_tf32": "0"}, device="cuda"),
    "CPUExecutionProvider": Provider("cpu", 512, 16, drivers=(), options={}, together=True),
}


#: Why a provider is not tried.
Fault = Literal["better", "absent", "unfit", "driverless"]
#: For the log.
FAULTS: dict[Fault, str] = {
    "better": "is better than {best}, the best that may be used",
    "absent": "is not in this build of onnxruntime",
    "unfit": "is not what the variant is made for: {unfit}",
    "driverless": "finds no driver",
}


#: Given a session and its provider's name, asks it for the first time.
Begin = Callable[[ort.InferenceSession, str], None]


def open_graph(folder: Folder, threads: int | None, callers: int, begin: Begin, best: str | None = None) -> None:
    """Begin a session on the best provider that works here and may be used; the log says why.

    Args:
        folder: What the folder says.
        threads: CPU threads of all calls together; None: as many as suit the machine.
        callers: Threads that will call at the same time. Each computes itself and shares the others with the rest, so
            that a call that is alone has all but those of the callers.
        begin: Called with the session. Where it fails the next provider is tried, as TensorRT compiles only when it is
            asked, and can't compile every graph.
        best: Kind of the best provider that may be used; None: any may.

    Raises:
        PredictorError: There is no provider of that kind.
    """
    kinds = [provider.kind for provider in PROVIDERS.values()]
    if best is not None and best not in kinds:
        raise PredictorError(
            "There is no provider {provider!r}. Give one of {providers}.", provider=best, providers=", ".join(kinds)
        )
    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors; warnings tell of nodes placed on the CPU, as they should be
    options.intra_op_num_threads = threads or allowed_threads() or 0
    if callers > 1:
        options.intra_op_num_threads = max(1, processors(threads) - callers + 1)
    # Threads that spin for a next call would hinder the other models, and a training beside them.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    reasons = []
    for name, provider in PROVIDERS.items():
        fault = _fault(name, provider, folder.unfit, best)
        if fault is not None:
            reasons.append(f"{name} {FAULTS[fault].format(unfit=folder.unfit.get(provider.kind), best=best)}")
        elif reason := _begun(name, folder, options, begin):
            reasons.append(f"{name} {reason}")
        else:
            break
    logger.info("%s runs on %s%s", folder.path, name, "".join(f"; {reason}" for reason in reasons))
    if unfit := folder.unfit.get(PROVIDERS[name].kind):
        logger.warning("%s runs on %s, for which it is not made: %s", folder.path, name, unfit)


def _begun(name: str, folder: Folder, options: ort.SessionOptions, begin: Begin) -> str:
    """Begin a session on a provider; why it can't be, if it can't. What needs no driver is the last, and has to."""
    if PROVIDERS[name].drivers:
        ort.preload_dlls()  # CUDA from the nvidia or torch wheels, where it is no system library
        # TensorRT has no option for it; CUDA's says the same.
        os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    try:
        session = ort.InferenceSession(str(folder.path / "model.onnx"), options, providers=_asked(name, folder))
        if session.get_providers()[0] != name:
            return "can't be started; onnxruntime says above what it lacks"
        begin(session, name)
    except Exception as error:  # onnxruntime raises bare and private types
        if not PROVIDERS[name].drivers:
            raise
        return f"can't compute the graph: {' '.join(str(error).split())}"
    return ""


def passed_over(unfit: Mapping[str, str]) -> tuple[str, dict[str, Fault]]:
    """The provider that a variant is opened on here, and of each better one why it is not.

    Told from what can be known without opening it: a provider may be there, and yet refuse to start.

    Args:
        unfit: By the kind of a provider why the variant is not made for it; empty where it is.
    """
    over: dict[str, Fault] = {}
    for name, provider in PROVIDERS.items():
        fault = _fault(name, provider, unfit)
        if fault is None:
            break
        over[name] = fault
    return name, over


def _asked(name: str, folder: Folder) -> list[tuple[str, dict[str, str]]]:
    """The provider with its options, and below it those that take the nodes that it can't compute."""
    order = list(PROVIDERS)
    needed = PROVIDERS[name].drivers
    below = [other for other in order[order.index(name) + 1 :] if set(PROVIDERS[other].drivers) <= set(needed)]
    return [(each, _options(PROVIDERS[each], folder)) for each in (name, *below)]


def _options(provider: Provider, folder: Folder) -> dict[str, str]:
    half = provider.half if folder.half else {}
    return {**provider.options, **half, **_kept(provider, folder.path / "model.onnx")}


def _kept(provider: Provider, model: Path) -> dict[str, str]:
    """A folder of its own for each graph: TensorRT names engines by their shape, which another training shares."""
    if not provider.kept:
        return {}
    with model.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = root / "graft" / "engines" / digest
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # no home, or none to write to
        logger.warning("What is compiled for this machine is not kept, and compiled at each start: %s", error)
        return {}
    return {provider.kept: str(folder), **provider.keeping}


def _fault(name: str, provider: Provider, unfit: Mapping[str, str], best: str | None = None) -> Fault | None:
    """Why a provider is not to be tried; None if it is. What needs no driver is what is left, and always tried."""
    order = list(PROVIDERS)
    faults: dict[Fault, bool] = {
        "better": best in [PROVIDERS[other].kind for other in order[order.index(name) + 1 :]],
        "absent": name not in ort.get_available_providers(),
        "unfit": bool(unfit.get(provider.kind) and provider.drivers),
        "driverless": not provider.present,
    }
    return next((fault for fault, holds in faults.items() if holds), None)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
