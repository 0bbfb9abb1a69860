"""What int8 is calibrated on: target training texts of the run, never its test texts."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from datasets import load_from_disk
from onnxruntime.quantization.calibrate import (
    CalibraterBase,
    CalibrationDataReader,
    EntropyCalibrater,
    MinMaxCalibrater,
    PercentileCalibrater,
    TensorsData,
)

from export.predictor import Question, Tokens
from export.reference import Reference
from export.report import RangesFrom
from pipeline.artifacts import ArtifactStore
from pipeline.errors import ExportError
from pipeline.runs import RunStore
from pipeline.spec import Calibration, ExportSpec, RunSpec
from pipeline.tasks import TASKS

#: Splits to draw from: the first that holds texts.
SPLITS = ("target_train", "unlabelled")

#: By ExportSpec.calibration: what of onnxruntime takes the range, and its options. "percentile" lets a ten-thousandth
#: of the values lie outside, for it is the outliers that make the steps wide.
METHODS: dict[Calibration, tuple[type[CalibraterBase], dict[str, Any]]] = {
    "minmax": (MinMaxCalibrater, {}),
    "percentile": (PercentileCalibrater, {"num_bins": 2048, "percentile": 99.99}),
    "entropy": (EntropyCalibrater, {"num_bins": 128, "num_quantized_bins": 128}),
}


#: Whence the ranges of activations come → the type of the nodes that round by them.
ROUNDING: dict[RangesFrom, str] = {"batch": "DynamicQuantizeLinear", "calibration": "QuantizeLinear"}


def ranges_of(model: Path) -> tuple[RangesFrom, ...]:
    """Whence a quantised graph has the ranges of its activations; what is calibrated may have a dynamic part."""
    types = {node.op_type for node in onnx.load(model, load_external_data=False).graph.node}
    return tuple(whence for whence, mark in ROUNDING.items() if mark in types)


def calibration_texts(store: RunStore, run_id: str, spec: RunSpec, options: ExportSpec) -> list[Question]:
    """Texts to calibrate on, drawn by the run's seed; none if the run's prepared data is not kept any more.

    They come from the run's stage ``data``, so that a test set that was held out of the target texts is not among them.
    """
    columns = TASKS[spec.task].columns
    data = ArtifactStore(store.artifacts).path(store.events(run_id).planned_key("data") or "none")
    for split in (data / name for name in SPLITS):
        if split.is_dir() and len(texts := load_from_disk(str(split))):
            chosen = random.Random(spec.seed).sample(range(len(texts)), min(options.calibration_texts, len(texts)))
            rows = texts.select(sorted(chosen))
            parts = [list(rows[column]) for column in columns]
            return parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))
    return []


class Ranges:
    """The ranges of a converted graph's activations, found when they are first asked for.

    Args:
        model: The graph.
        reference: Its model, which turns texts into tokens.
        texts: To calibrate on.
        method: How a range is taken from the values.
    """

    def __init__(self, model: Path, reference: Reference, texts: Sequence[Question], method: Calibration) -> None:
        self._model, self._reference, self._texts, self.method = model, reference, texts, method
        self._found: TensorsData | None = None

    def __bool__(self) -> bool:
        """Whether there are texts to calibrate on."""
        return bool(self._texts)

    def __len__(self) -> int:
        """How many texts."""
        return len(self._texts)

    @property
    def found(self) -> TensorsData:
        """Name of a tensor → its range.

        Raises:
            ExportError: There is no text to calibrate on.
        """
        if not self:
            raise ExportError(
                "The run's training texts are not kept any more, and static int8 is calibrated on them.",
                "Run it anew, or choose dynamic int8.",
            )
        if self._found is None:
            self._found = self._calibrate()
        return self._found

    def peaks(self, model: Path, tensors: Collection[str]) -> dict[str, np.ndarray]:
        """Name of a tensor → the largest size of each of its channels, ``[channels]``, its last axis.

        Args:
            model: The graph, which may be written beside while it is watched.
            tensors: Of it.
        """
        watched = model.with_name("watched.onnx")
        proto = onnx.load(model, load_external_data=False)
        names = [item.name for item in proto.graph.input]
        proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors)
        found: dict[str, np.ndarray] = {}
        try:
            onnx.save(proto, watched)  # beside its weights, where they lie beside it
            session = ort.InferenceSession(str(watched), providers=["CPUExecutionProvider"])
            for feeds in self._feeds(names):
                for name, values in zip(tensors, session.run(list(tensors), feeds), strict=True):
                    sizes = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
                    found[name] = np.maximum(found.get(name, sizes), sizes)
        finally:
            watched.unlink(missing_ok=True)
        return found

    def _calibrate(self) -> TensorsData:
        kind, options = METHODS[self.method]
        graph = onnx.load(self._model, load_external_data=False).graph
        weights = {weight.name for weight in graph.initializer}
        # What products with a weight read is all that is rounded; the libraries' choice would be four times as much.
        rounded = {node.input[0] for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights}
        with tempfile.TemporaryDirectory() as folder:
            calibrator: Any = kind(
                str(self._model),
                ["MatMul"],
                str(Path(folder) / "watched.onnx"),
                use_external_data_format=self._model.with_name("model.onnx_data").exists(),
                **options,
            )
            chosen = calibrator.select_tensors_to_calibrate
            calibrator.select_tensors_to_calibrate = lambda model: (rounded & chosen(model)[0], chosen(model)[1])
            calibrator.augment_graph()
            calibrator.create_inference_session()
            # One by one: no padding among the values, and histograms are added up as they come, which
            # otherwise would hold the activations of all texts at once.
            for feeds in self._feeds([item.name for item in graph.input]):
                calibrator.collect_data(_Reader(feeds))
            found: TensorsData = calibrator.compute_data()
        return found

    def _feeds(self, names: list[str]) -> Iterator[dict[str, np.ndarray]]:
        for encoding in self._reference.encode(self._texts):
            inputs = self._reference.inputs([Tokens(encoding.ids, encoding.type_ids)])
            blank = np.zeros((1, len(encoding.ids)), np.int64)
            yield {name: inputs[name].numpy() if name in inputs else blank for name in names}


class _Reader(CalibrationDataReader):
    """Hands out one text."""

    def __init__(self, feeds: dict[str, np.ndarray]) -> None:
        self._feeds: dict[str, np.ndarray] | None = feeds

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The text, then nothing."""
        feeds, self._feeds = self._feeds, None
        return feeds
