"""Contract of the table: whatever it says is made is made of each kind of head, opens, and answers as PyTorch does."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from export.asking import ask
from export.calibration import METHODS, Ranges
from export.convert import convert
from export.optimise import LEVELS, halve, optimise
from export.predictor import Predictor
from export.quantise import LADDER, STATIC_LADDER, quantise
from export.reference import Reference
from export.report import VariantName
from export.verify import Gate, compare
from pipeline.spec import MATRIX, Calibration, TaskName

#: One task of each kind of head.
TASKS: tuple[TaskName, ...] = ("sentence-pair-classification", "entity-recognition", "language-modelling")
#: Without the provider, for the graph is the same; and int8 is made of the converted graph, whatever the level.
MADE = sorted(
    {
        ("none" if kind.startswith("int8") else level, kind)
        for (level, kind, _), refused in MATRIX.items()
        if not refused
    }
)
OTHERS = [("deberta-v2", "plain"), ("roberta", "bridge"), ("bert", "shared"), ("distilbert", "ensemble")]


@pytest.fixture(scope="module")
def make(zoo, asked, tmp_path_factory: pytest.TempPathFactory):
    """Makes the last variant of a combination; the parts that several share are made once."""
    root = tmp_path_factory.mktemp("variants")

    @cache
    def reference(family: str, task: TaskName, kind: str) -> Reference:
        return Reference(zoo.model(family, task, kind), task)

    def made(family: str, task: TaskName, kind: str, level: str, quantisation: str) -> tuple[Path, Reference]:
        base = zoo.variants(family, task, kind) / "fp32"
        out, model = root / f"{family}-{task}-{kind}-{level}-{quantisation}", reference(family, task, kind)
        if quantisation == "none":
            if level == "none":
                with warnings.catch_warnings(action="ignore", category=torch.jit.TracerWarning):
                    convert(model, out)
            else:
                optimise(base, out, level, gpu=True)
        elif quantisation == "fp16":
            halve(base, out, level)
        elif quantisation == "int8":
            quantise(base, out, LADDER[0])
        else:
            texts = asked[task][:8]
            quantise(base, out, STATIC_LADDER[0], Ranges(base / "model.onnx", model, texts, "minmax"))
        return out, model

    return made


def _near(folder: Path, model: Reference, task: TaskName, asked, *, exact: bool, most: float) -> None:
    expected, given = ask(model, task, asked[task]), ask(Predictor(folder), task, asked[task])
    parity = compare(task, given, expected, lambda _: 1.0, exact=exact, gate=Gate())
    if exact:
        assert parity.passed, parity.reason
    error = np.nanstd(given.numbers - expected.numbers) / np.nanstd(expected.numbers)
    assert error < most


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("level", "quantisation"), MADE)
def test_what_the_table_says_is_made(make, asked, level: str, quantisation: str, task: TaskName):
    folder, model = make("bert", task, "plain", level, quantisation)
    exact = quantisation == "none" and (level == "none" or LEVELS[level].exact)
    # Of random weights, which are wide: a trained model's answers move less.
    _near(folder, model, task, asked, exact=exact, most=0.3 if quantisation.startswith("int8") else 0.05)
    types = {weight.data_type for weight in onnx.load(folder / "model.onnx").graph.initializer}
    half = quantisation == "fp16" or level == "O4"
    assert (onnx.TensorProto.FLOAT16 in types) is half
    assert (onnx.TensorProto.INT8 in types) is quantisation.startswith("int8")


@pytest.mark.parametrize("other", OTHERS, ids="-".join)
@pytest.mark.parametrize("way", [("O2", "fp16"), ("none", "fp16"), ("none", "int8-static")], ids="-".join)
def test_other_kinds_of_model(make, asked, other: tuple[str, str], way: tuple[str, str]):
    folder, model = make(other[0], "text-classification", other[1], *way)
    _near(folder, model, "text-classification", asked, exact=False, most=0.35)


@pytest.mark.parametrize("method", METHODS)
def test_every_calibration_gives_ranges_of_what_is_rounded(zoo, asked, method: Calibration):
    folder, task = zoo.variants("bert", "text-classification") / "fp32", "text-classification"
    ranges = Ranges(folder / "model.onnx", Reference(zoo.model("bert", task), task), asked[task][:8], method)
    assert len(ranges) == 8
    # In each of two layers: what query, key and value read, the attention's output, and two of the feed-forward
    # block; and what the head reads.
    assert 8 <= len(ranges.found.keys()) <= 10
    assert all(low < high for low, high in (ranges.found[name].range_value for name in ranges.found))


def test_every_name_of_a_variant_is_of_the_table():
    names = {"fp32"} | {name for level, kind, _ in MATRIX for name in (level, kind) if name != "none"}
    assert set(VariantName.__args__) == names
