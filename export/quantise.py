"""int8 of a converted graph, dynamic and static, and the ladders of repairs for a model that loses by it.

The converted graph is quantised, not the optimised one: onnxruntime gives the fused Attention
weights of 7 bits only. When it loads the quantised graph it fuses a part by itself: layer norms, GELUs
without their bias, and no attention. That is faster even so. Measured on MiniLM, one text of 32 tokens on one
thread: 3.2 ms from the converted graph, 3.9 ms from O2's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
from onnxruntime.quantization.calibrate import TensorsData
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import QuantizationConfig

from export.calibration import Ranges
from export.lean import lighten
from export.remainder import refine
from export.smoothing import read_by, smooth
from export.weighted import Weighted
from export.weights import beside, rewriting
from pipeline.errors import ExportError
from pipeline.messages import Message


@dataclass(frozen=True)
class Rung:
    """One way to quantise; weights are always scaled per output channel, which costs nothing.

    What costs accuracy is the range of the activations: one outlier widens the steps for all,
    and in the first layers the error travels through all that follow. So a repair moves outliers into the
    weights, and leaves early products in float32, those of the feed-forward blocks first, where the outliers are.

    Attributes:
        title: For people.
        kept_feed_forward: Share of the feed-forward products left in float32, from the first on.
        kept_attention: Likewise of the other products.
        embeddings: Whether the embeddings are quantised too; that makes the file small, not fast.
        seven_bits: Weights of 7 bits: without VNNI, a processor's sums overflow with 8.
        static: Whether the ranges of the activations come from calibration, rather than from each batch.
        smoothed: Whether outliers are moved into the weights before; which channels have them comes from calibration.
        twice: Share, from the first on, of those feed-forward products that read the outliers which are computed a
            second time, with what rounding left of their input.
    """

    title: Message
    kept_feed_forward: float
    kept_attention: float
    embeddings: bool
    seven_bits: bool
    static: bool = False
    smoothed: bool = False
    twice: float = 0

    @property
    def calibrated(self) -> bool:
        """Whether it takes texts to calibrate on."""
        return self.static or self.smoothed


ALL = Rung(Message("everything in int8"), 0, 0, embeddings=True, seven_bits=False)
SMOOTHED = replace(
    ALL, title=Message("outliers smoothed, a third of what reads them computed twice"), smoothed=True, twice=1 / 3
)
SMOOTHED_TWICE = replace(SMOOTHED, title=Message("outliers smoothed, all that reads them computed twice"), twice=1)
EARLY_FEED_FORWARD = Rung(Message("early feed-forward in float32"), 0.5, 0, embeddings=True, seven_bits=False)
EARLY_LAYERS = Rung(Message("early layers and embeddings in float32"), 0.6, 0.6, embeddings=False, seven_bits=True)
#: For small test sets, on which a single label more than allowed is a miss.
LAST_LAYERS = Rung(Message("all but the last layers in float32"), 0.85, 0.85, embeddings=False, seven_bits=True)

#: Fastest first; the first that passes the gate is taken. Beside each, of the first graphs that were made so: label
#: flips of MiniLM on the 1,821 test texts of SST-2, and megabytes. Times that were measured are in docs/results.md.
LADDER = (
    ALL,  # 27 · 24
    SMOOTHED,
    SMOOTHED_TWICE,
    EARLY_FEED_FORWARD,  # 7 · 34
    # Static instead of dynamic: a batch's longest text does not move the ranges of the others.
    replace(EARLY_FEED_FORWARD, title=Message("early feed-forward in float32, calibrated"), static=True),
    # 13 · 70
    Rung(Message("early feed-forward and embeddings in float32"), 0.5, 0, embeddings=False, seven_bits=True),
    EARLY_LAYERS,  # 4 · 78
    LAST_LAYERS,
)

#: Likewise where static int8 was asked for.
STATIC_LADDER = tuple(replace(rung, static=True) for rung in (ALL, EARLY_FEED_FORWARD, EARLY_LAYERS, LAST_LAYERS))


def prepare(onnx_folder: Path, out: Path) -> None:
    """Write a lighter copy of a converted folder, once for all that is quantised of it.

    Before, for of a quantised graph less is known of the sizes.

    Args:
        onnx_folder: What :func:`export.convert.convert` made.
        out: Folder to make; there is none if it fails.

    Raises:
        ExportError: onnxruntime's tools fail on this kind of model.
    """
    with _or_nothing(out):
        shutil.copytree(onnx_folder, out)
        lighten(out / "model.onnx")


def quantise(onnx_folder: Path, out: Path, rung: Rung, ranges: Ranges | None = None) -> Message:
    """Write a quantised copy of a converted folder.

    Args:
        onnx_folder: What :func:`prepare` made; a converted folder as it is gives a slower graph.
        out: Folder to make; there is none if it fails.
        rung: How to quantise.
        ranges: Of the activations, for a rung that is calibrated.

    Returns:
        What was done, in words.

    Raises:
        ExportError: onnxruntime's quantiser fails on this kind of model, or there is nothing to calibrate on.
    """
    found = Weighted.of(onnx.load(onnx_folder / "model.onnx", load_external_data=False).graph)
    twice = found.narrowing[: round(len(found.narrowing) * rung.twice)]
    products = _after(rung.kept_feed_forward, found.feed_forward) + _after(rung.kept_attention, found.others)
    embeddings = found.embeddings if rung.embeddings else []
    values = {"way": rung.title, "count": len(products), "total": len(found.feed_forward) + len(found.others)}

    def calibration() -> Ranges:
        assert ranges is not None  # noqa: S101 - whoever asks for a calibrated rung brings them
        return ranges

    with _or_nothing(out):
        if rung.smoothed:
            shutil.copytree(onnx_folder, out)
            # What is computed twice has its outliers dealt with already; smoothed weights are rounded more coarsely.
            once = [product for product in products if product not in twice]
            _smooth(out, once, calibration())
            _dynamic(out, out, products + refine(out, twice) + embeddings, rung)
            _drop_unread(out)
            return Message(
                "dynamic int8 of the fp32 graph, {way}: {count} of {total} weight products quantised, "
                "smoothed by {texts} target training texts",
                {**values, "texts": len(calibration())},
            )
        if not rung.static:
            _dynamic(onnx_folder, out, products + embeddings, rung)
            return Message(
                "dynamic int8 of the fp32 graph, {way}: {count} of {total} weight products quantised", values
            )
        calibrated = calibration().found
        # What looks up a weight has no range to calibrate; a language model's head goes with it, and is dynamic.
        _dynamic(onnx_folder, out, embeddings, rung)
        _static(out, products, rung, calibrated)
        _drop_unread(out)
    return Message(
        "static int8 of the fp32 graph, {way}: {count} of {total} weight products quantised, "
        "calibrated on {texts} target training texts ({method})",
        {**values, "texts": len(calibration()), "method": calibration().method},
    )


@contextmanager
def _or_nothing(out: Path) -> Iterator[None]:
    """Leave no folder behind if what is done within fails, and say what that means."""
    try:
        yield
    except Exception as error:  # the quantiser fails in as many ways as there are graphs
        shutil.rmtree(out, ignore_errors=True)
        if isinstance(error, ExportError):
            raise
        raise ExportError(
            "int8 is not to be had for this model: {fault}.", "Export without quantisation.", fault=str(error)
        ) from error


def _dynamic(onnx_folder: Path, out: Path, nodes: list[str], rung: Rung) -> None:
    config = QuantizationConfig(
        is_static=False,
        format=QuantFormat.QOperator,
        mode=QuantizationMode.IntegerOps,
        activations_dtype=QuantType.QUInt8,
        weights_dtype=QuantType.QInt8,
        per_channel=True,
        reduce_range=rung.seven_bits,
        nodes_to_quantize=nodes or ["none of them"],  # an empty list would mean all
        operators_to_quantize=["MatMul", "Gather"],
    )
    ORTQuantizer.from_pretrained(onnx_folder).quantize(
        quantization_config=config,
        save_dir=out,
        file_suffix="",
        use_external_data_format=bool(beside(onnx_folder)),  # above 2 GB; the result may be so too
    )


def _smooth(folder: Path, products: list[str], ranges: Ranges) -> None:
    """Move the outliers of what these products read into their weights, in place."""
    read = read_by(onnx.load(folder / "model.onnx", load_external_data=False).graph, products)
    smooth(folder, products, ranges.peaks(folder / "model.onnx", list(read)))


def _static(folder: Path, products: list[str], rung: Rung, ranges: TensorsData) -> None:
    """Quantise products of a folder's graph in place.

    With the quantiser of onnxruntime itself, for Optimum's can't be told to leave the products' outputs as
    they are. Rounding these too would cost flips (21 of 600 on Chinese reviews, where 12 changed without) and
    save next to no time.
    """
    quantiser = QDQQuantizer(
        onnx.load(folder / "model.onnx"),
        per_channel=True,
        reduce_range=rung.seven_bits,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=ranges,
        nodes_to_quantize=products,
        nodes_to_exclude=[],
        op_types_to_quantize=["MatMul"],
        extra_options={"WeightSymmetric": True, "OpTypesToExcludeOutputQuantization": ["MatMul"]},
    )
    quantiser.quantize_model()
    quantiser.model.save_model_to_file(str(folder / "model.onnx"), bool(beside(folder)))


def _drop_unread(folder: Path) -> None:
    """Weights beside a graph that was quantised in place were written behind those it had: keep what it reads."""
    if beside(folder):
        with rewriting(folder):
            pass


def _after(share: float, nodes: list[str]) -> list[str]:
    return nodes[round(len(nodes) * share) :]
