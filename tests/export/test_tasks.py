"""Every family and task: converted, optimised and quantised they answer as PyTorch does, and predict what it says."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
import transformers
from datasets import Dataset
from transformers import AutoTokenizer

from export.asking import Replies, ask
from export.predictor import WAYS, Predictor, PredictorError
from export.reference import Reference
from export.verify import Gate, compare
from pipeline.spec import ExportSpec, TaskName
from pipeline.stages import answering
from pipeline.stages.models import load_tokenizer
from pipeline.tasks import TASKS

FAMILIES = ("bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2")
#: Others that Graft trains, which differ from those in less than the tasks do.
FURTHER = ("camembert", "deberta", "ernie", "mpnet")
FEW: tuple[TaskName, ...] = ("text-classification", "entity-recognition", "language-modelling")
#: Graft's own kinds of model, on families that differ in what their graphs are made of, and for each kind of answer.
COMPOSITES = [
    *((family, "text-classification", "bridge") for family in ("distilbert", "electra", "roberta", "deberta-v2")),
    *((family, "text-classification", "shared") for family in ("bert", "electra", "roberta", "deberta-v2")),
    ("bert", "entity-recognition", "bridge"),
    ("bert", "multi-label-classification", "ensemble"),
    ("distilbert", "sentence-pair-classification", "ensemble"),
    ("xlm-roberta", "part-of-speech", "ensemble"),
]
CASES = [
    *((family, task, "plain") for family in FAMILIES for task in TASKS),
    *((family, task, "plain") for family in FURTHER for task in FEW),
    *COMPOSITES,
]
everything = pytest.mark.parametrize(("family_name", "task", "kind"), CASES)
plain = pytest.mark.parametrize(("family_name", "task"), [(family, task) for family in FAMILIES for task in TASKS])
labelled = pytest.mark.parametrize(
    ("family_name", "task"), [(family, task) for family in FAMILIES for task in TASKS if TASKS[task].label_column]
)


def test_every_task_can_be_asked():
    assert set(WAYS) == set(TASKS)


def _parity(task: TaskName, replies: Replies, reference: Replies, *, exact: bool):
    return compare(task, replies, reference, lambda _: 1.0, exact=exact, gate=Gate.of(ExportSpec()))


@everything
def test_float_variants_answer_as_pytorch(zoo, asked, family_name: str, task: TaskName, kind: str):
    questions, folder = asked[task], zoo.variants(family_name, task, kind)
    reference = ask(Reference(zoo.model(family_name, task, kind), task), task, questions)
    assert np.nanstd(reference.numbers) > 0.1
    for name in ("fp32", "o2"):
        parity = _parity(task, ask(Predictor(folder / name), task, questions), reference, exact=True)
        assert parity.passed, f"{name}: {parity.reason}"


@everything
def test_int8_is_near(zoo, asked, family_name: str, task: TaskName, kind: str):
    """Random weights leave many answers undecided, so that the gate itself is for trained models."""
    questions, folder = asked[task], zoo.variants(family_name, task, kind)
    exact, rounded = (ask(Predictor(folder / name), task, questions) for name in ("fp32", "int8"))
    products = [
        node for node in onnx.load(folder / "int8" / "model.onnx").graph.node if node.op_type == "MatMulInteger"
    ]
    assert len(products) >= 12  # six in each of two layers
    error = np.nanstd(rounded.numbers - exact.numbers) / np.nanstd(exact.numbers)
    assert 0 < error < 0.3
    assert _parity(task, rounded, exact, exact=False).flips < 0.2


@labelled
def test_the_reference_is_what_the_run_was_tested_with(zoo, asked, family_name: str, task: TaskName):
    """A language model is asked under masks of the export's own, the others as the pipeline asks them."""
    model, columns = Reference(zoo.model(family_name, task), task), TASKS[task].columns
    rows = asked[task] if len(columns) > 1 else [(question,) for question in asked[task]]
    texts = Dataset.from_dict(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    expected = answering.predict(model.model, load_tokenizer(zoo.model(family_name, task)), texts, task)
    scores = ask(model, task, asked[task]).scores
    np.testing.assert_allclose(scores.values, expected.values, atol=1e-4)
    np.testing.assert_array_equal(scores.offsets, expected.offsets)


@plain
def test_every_axis_that_grows_is_free(zoo, family_name: str, task: TaskName):
    graph = onnx.load(zoo.variants(family_name, task) / "fp32" / "model.onnx").graph
    axes = {
        item.name: [axis.dim_param for axis in item.type.tensor_type.shape.dim]
        for item in [*graph.input, *graph.output]
    }
    of_texts = TASKS[task].auto_class == "AutoModelForSequenceClassification"
    logits = axes.pop("logits")
    assert logits == (["batch_size", ""] if of_texts else ["batch_size", "sequence_length", ""])
    assert set(axes) >= {"input_ids", "attention_mask"}
    assert all(axis == ["batch_size", "sequence_length"] for axis in axes.values())


# ── what a person is told ───────────────────────────────────────────────────────────────

WORDS = ["good", "soup", "it's", "x9", "warm"]


def _torch(zoo, task: TaskName, family_name: str = "bert"):
    """A model and its tokenizer as transformers gives them."""
    folder = zoo.model(family_name, task)
    model = getattr(transformers, TASKS[task].auto_class).from_pretrained(folder).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def _predictor(zoo, task: TaskName, family_name: str = "bert") -> Predictor:
    return Predictor(zoo.variants(family_name, task) / "o2")


@torch.inference_mode()
def test_several_labels_are_predicted(zoo):
    model, tokenizer = _torch(zoo, "multi-label-classification")
    (answer,) = _predictor(zoo, "multi-label-classification").predict(["warm soup"])
    expected = model(**tokenizer("warm soup", return_tensors="pt")).logits[0].sigmoid().tolist()
    assert list(answer.probabilities) == ["O", "B-LOC", "I-LOC"]
    assert list(answer.probabilities.values()) == pytest.approx(expected, abs=1e-5)
    assert answer.labels == [label for label, value in answer.probabilities.items() if value > 0.5]


@torch.inference_mode()
def test_a_pair_is_predicted(zoo):
    model, tokenizer = _torch(zoo, "sentence-pair-classification")
    predictor = _predictor(zoo, "sentence-pair-classification")
    first, second = predictor.predict([("warm soup", "a hotel"), ["a hotel", "warm soup"]])
    logits = model(**tokenizer("warm soup", "a hotel", return_tensors="pt")).logits[0]
    assert list(first.probabilities.values()) == pytest.approx(logits.softmax(-1).tolist(), abs=1e-5)
    assert first.label == model.config.id2label[int(logits.argmax())]
    assert first.probabilities != second.probabilities
    with pytest.raises(PredictorError, match=r"compares two texts, not 'warm'\. Give pairs"):
        predictor.predict(["warm"])


@torch.inference_mode()
@pytest.mark.parametrize("family_name", ["bert", "roberta", "xlm-roberta"])
def test_words_are_tagged(zoo, family_name: str):
    model, tokenizer = _torch(zoo, "entity-recognition", family_name)
    tokenizer = AutoTokenizer.from_pretrained(tokenizer.name_or_path, add_prefix_space=True)
    encoded = tokenizer(WORDS, is_split_into_words=True, return_tensors="pt")
    chances = model(**encoded).logits[0].softmax(-1)[[encoded.word_ids().index(word) for word in range(len(WORDS))]]
    predictor = _predictor(zoo, "entity-recognition", family_name)
    as_words, as_text = predictor.predict([WORDS, " ".join(WORDS)])
    assert as_words == as_text
    assert [word.text for word in as_words.words] == WORDS
    assert [word.label for word in as_words.words] == [predictor.labels[best] for best in chances.argmax(-1)]
    assert [word.probability for word in as_words.words] == pytest.approx(chances.amax(-1).tolist(), abs=1e-5)
    assert all(as_words.text[word.start : word.end] == word.text for word in as_words.words)
    assert {entity.label for entity in as_words.entities} <= {"LOC"}


def test_words_beyond_the_longest_text_have_no_tag(zoo):
    (answer,) = _predictor(zoo, "part-of-speech").predict([["soup"] * 70])
    labels = [word.label for word in answer.words]
    assert len(labels) == 70
    assert "" not in labels[:62]  # 64 tokens with [CLS] and [SEP]
    assert labels[62:] == [""] * 8


@torch.inference_mode()
@pytest.mark.parametrize("family_name", ["bert", "roberta", "xlm-roberta"])
def test_a_mask_is_filled(zoo, family_name: str):
    model, tokenizer = _torch(zoo, "language-modelling", family_name)
    encoded = tokenizer(f"good {tokenizer.mask_token} warm", return_tensors="pt")
    place = encoded["input_ids"][0].tolist().index(tokenizer.mask_token_id)
    expected = model(**encoded).logits[0, place].softmax(-1).topk(3)
    predictor = _predictor(zoo, "language-modelling", family_name)
    answers = predictor.fill("good [MASK] warm", top=3)
    assert answers == predictor.fill("good <mask> warm", top=3)
    assert [answer.probability for answer in answers] == pytest.approx(expected.values.tolist(), abs=1e-5)
    for answer, number in zip(answers, expected.indices.tolist(), strict=True):
        assert answer.token == tokenizer.decode([number]).strip().removeprefix("##")
        assert answer.text == f"good {answer.token} warm"


def test_what_a_language_model_is_not_asked(zoo):
    predictor = _predictor(zoo, "language-modelling")
    for text, fault in (
        ("good soup", r"has 0 masks\. Put one \[MASK\]"),
        ("[MASK] <mask>", "has 2 masks"),
        ("good " * 70 + "[MASK]", "beyond what the model reads"),
    ):
        with pytest.raises(PredictorError, match=fault):
            predictor.fill(text)
    with pytest.raises(PredictorError, match=r"labels nothing\. Call fill"):
        predictor.predict(["good soup"])
    assert predictor.labels == []
    assert predictor.mask == "[MASK]"
