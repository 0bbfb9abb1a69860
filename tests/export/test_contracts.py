"""Contracts of the tables: what they declare is made of each kind of model, opens, and answers as PyTorch does.

The lists come from the product's own tables, so that a new task, family, level or quantisation is held to them too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
import onnx
import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from export.asking import Replies, ask, joined
from export.calibration import METHODS, Ranges
from export.choosing import PREFERENCE
from export.making import MAKING
from export.optimise import LEVELS
from export.predictor import Predictor, Question
from export.reference import Reference
from export.verify import Gate, compare
from pipeline.models.layers import FAMILIES
from pipeline.spec import (
    MATRIX,
    Calibration,
    EnsembleSpec,
    ExportSpec,
    Optimisation,
    Quantisation,
    RunSpec,
    TaskName,
    VariantName,
)
from pipeline.stages.tunings import TUNINGS
from pipeline.tasks import TASKS
from tests.export.contracts import DATA, FOR_GPU, KINDS, REFUSED, SUPPORTED, WAYS, recipe, refused
from tests.export.zoo import ALPHAS, BUILDERS, EQUAL, Zoo

#: Of random weights, which are wide: a trained model's answers move less.
MOST_ERROR = {"int8": 0.35, "int8-static": 0.35}
MOST = 0.05  # of the others
#: Tuning that trains a plain model, merged or not.
LIKE_PLAIN = {"full", "probe", "gradual"}
#: One task of each kind of head, in a plain model held to everything at once; the rest is slow.
HEADS: tuple[TaskName, ...] = ("sentence-pair-classification", "entity-recognition", "language-modelling")
#: Kinds that are not one encoder as it is: each variant once, fp16 of one level; in other families than BERT less.
NAMED = [way for way in WAYS if way[0] != "fp16" or way[1] == "O2"]
LESS: list[tuple[VariantName, None]] = [("fp32", None), ("O2", None), ("int8", None)]
#: Kinds whose graphs for a GPU are tried: one encoder, one that attends to another, and several on one.
GPU = ("plain", "bridge", "shared")


class Case(NamedTuple):
    """A model and how it is exported."""

    family: str
    kind: str
    task: TaskName
    variant: VariantName
    level: Optimisation | None
    gpu: bool = False

    @property
    def exact(self) -> bool:
        """Whether the graph computes the same function."""
        return self.variant == "fp32" or (self.variant in LEVELS and LEVELS[self.variant].exact)


OTHERS = [family for family in FAMILIES if family != "bert"]
CASES = [
    *(Case("bert", kind, task, *way) for kind, task in SUPPORTED for way in (WAYS if kind == "plain" else NAMED)),
    *(Case(family, "plain", "text-classification", *way) for family in OTHERS for way in WAYS),
    *(
        Case(family, kind, "text-classification", *way)
        for family in OTHERS
        for kind in ("lora", "bridge", "boosted-shared")
        for way in LESS
    ),
    *(Case("bert", kind, task, level, None, gpu=True) for kind, task in SUPPORTED if kind in GPU for level in FOR_GPU),
]


def _param(case: Case) -> Any:
    quick = case.family == "bert" and case.kind == "plain" and case.task in HEADS
    name = "-".join(filter(None, (*case[:-1], "gpu" if case.gpu else None)))
    return pytest.param(case, id=name, marks=() if quick else pytest.mark.slow)


def test_the_kinds_are_all_that_a_run_makes():
    ensembles = {part.model_fields["kind"].default for part in get_args(get_args(EnsembleSpec)[0])}
    assert {each.ensemble.kind for each in KINDS.values()} == ensembles
    assert {each.fine_tuning.kind for each in KINDS.values()} | LIKE_PLAIN == set(TUNINGS)
    assert set(KINDS) == set(BUILDERS)
    of_one_label = {name for name, task in TASKS.items() if task.labelling == "one"}
    for kind, each in KINDS.items():
        tuned = of_one_label if each.ensemble.kind == "boosting" else set(TASKS) - {"language-modelling"}
        assert {task for one, task in SUPPORTED if one == kind} == (set(TASKS) if kind == "plain" else tuned), kind
    assert {case.kind for case in CASES if case.gpu} == set(GPU)


@pytest.mark.parametrize(("kind", "task"), REFUSED)
def test_what_no_run_makes_is_refused_with_the_reason(kind: str, task: TaskName):
    with pytest.raises(ValidationError) as caught:
        RunSpec(task=task, data=DATA, recipe=recipe(kind, task))
    assert all(reason in str(caught.value) for reason in refused(kind, task))


@pytest.fixture(scope="session")
def replies(zoo: Zoo, asked) -> Callable[[str, str, TaskName], Replies]:
    """What PyTorch says to the questions."""

    @cache
    def replies(family: str, kind: str, task: TaskName) -> Replies:
        return ask(Reference(zoo.model(family, task, kind), task), task, asked[task])

    return replies


def _served(folder: Path, task: TaskName, questions: list[Question]) -> list[Replies]:
    """What a variant says in batches, in the smaller ones of several callers, and text by text."""
    predictor = Predictor(folder)
    return [
        ask(predictor, task, questions),
        ask(Predictor(folder, callers=2, batch_tokens=64), task, questions),
        joined([ask(predictor, task, [question]) for question in questions]),
    ]


@pytest.mark.parametrize("case", map(_param, CASES))
def test_what_is_declared_is_made_and_answers_as_pytorch(zoo: Zoo, asked, replies, case: Case):
    family, kind, task, variant, level, gpu = case
    folder = zoo.variant(family, task, kind, variant, level, gpu=gpu)
    expected = replies(family, kind, task)
    for given in _served(folder, task, asked[task]):
        if case.exact:
            parity = compare(task, given, expected, lambda _: 1.0, exact=True, gate=Gate.of(ExportSpec()))
            assert parity.passed, parity.reason
        error = np.nanstd(given.numbers - expected.numbers) / np.nanstd(expected.numbers)
        assert error < MOST_ERROR.get(variant, MOST)
    types = {weight.data_type for weight in onnx.load(folder / "model.onnx").graph.initializer}
    assert (onnx.TensorProto.FLOAT16 in types) is (variant in ("fp16", "O4"))
    assert (onnx.TensorProto.INT8 in types) is variant.startswith("int8")


def test_what_is_made_for_a_gpu_is_held_to_it_too():
    levels = {level for level in get_args(Optimisation) if not (MATRIX[level, "cuda"] and MATRIX[level, "tensorrt"])}
    assert {level for level in levels if not LEVELS[level].half} == set(FOR_GPU)
    assert {case.variant for case in CASES if case.gpu or case.variant in ("fp16", "O4")} == {*levels, "fp16"}
    assert {case.task for case in CASES if case.gpu} == set(TASKS)


def test_a_graph_for_a_gpu_keeps_its_fused_norms(zoo: Zoo):
    cpu, gpu = (
        {node.op_type for node in onnx.load(folder / "model.onnx").graph.node}
        for folder in (zoo.variant("bert", HEADS[0], variant="O2", gpu=each) for each in (False, True))
    )
    assert gpu - cpu == {"SkipLayerNormalization"}


@pytest.mark.parametrize(("kind", "votes"), [("ensemble", EQUAL), ("boosted", ALPHAS)])
def test_one_graph_combines_the_members_votes_by_their_weights(zoo: Zoo, asked, kind: str, votes: tuple[float, ...]):
    task: TaskName = "text-classification"
    model = AutoModelForSequenceClassification.from_pretrained(zoo.model("bert", task, kind)).eval()
    tokenizer = AutoTokenizer.from_pretrained(zoo.model("bert", task, kind))
    text = asked[task][0]
    with torch.inference_mode():
        said = [
            member(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1).numpy() for member in model.members
        ]
    (answer,) = Predictor(zoo.variant("bert", task, kind, "O2")).predict([text])
    expected = np.average(said, axis=0, weights=votes)
    np.testing.assert_allclose(list(answer.probabilities.values()), expected, atol=1e-5)
    assert np.abs(expected - np.mean(said, axis=0)).max() > 0.01 or votes == EQUAL


def test_a_lora_is_merged(zoo: Zoo):
    """Nothing of it is left in the exported graph but what it changed."""
    plain, tuned = (
        onnx.load(zoo.variant("bert", "text-classification", kind) / "model.onnx").graph for kind in ("plain", "lora")
    )
    assert [node.op_type for node in plain.node] == [node.op_type for node in tuned.node]
    values = [{weight.name: weight.raw_data for weight in graph.initializer} for graph in (plain, tuned)]
    assert values[0].keys() == values[1].keys()
    assert sum(values[0][name] != values[1][name] for name in values[0]) >= 4


@pytest.mark.parametrize("method", METHODS)
def test_every_calibration_gives_ranges_of_what_is_rounded(zoo: Zoo, asked, method: Calibration):
    folder, task = zoo.variant("bert", "text-classification"), "text-classification"
    ranges = Ranges(folder / "model.onnx", Reference(zoo.model("bert", task), task), asked[task][:8], method)
    assert len(ranges) == 8
    # In each of two layers: what query, key and value read, the attention's output, and two of the feed-forward
    # block; and what the head reads.
    assert 8 <= len(ranges.found.keys()) <= 10
    assert all(low < high for low, high in (ranges.found[name].range_value for name in ranges.found))


def test_every_name_of_a_variant_is_of_the_table():
    assert {variant for variant, _ in MATRIX} == {"fp32", *get_args(Optimisation), *get_args(Quantisation)}
    assert {*MAKING} == {*PREFERENCE} == {*get_args(VariantName)}
