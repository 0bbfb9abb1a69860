"""A tiny classifier that has learnt something, a finished run around it, its exports; and a zoo of random models."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from export.exporting import export_model
from export.package import write_checksums
from export.predictor import Question
from export.record import Record
from pipeline.messages import Message
from pipeline.report import (
    DataSummary,
    Example,
    Interval,
    ModelReport,
    Report,
    TokenizerFit,
    TrainingCost,
    Verdict,
)
from pipeline.runs import RunStore
from pipeline.spec import DatasetSpec, DataSpec, ExportSpec, RunSpec, TaskName
from pipeline.storage import write_atomically
from tests.export.zoo import Zoo

GOOD = ["tasty", "warm", "quick", "friendly"]
BAD = ["cold", "late", "rude", "stale"]
NEUTRAL = ["the", "food", "was", "and", "rider", "rice", "soup", "very", "came"]
LABELS = ["bad", "good"]
LONGEST = 24
#: What a variant is made to say of its gate.
REASON = Message("the metric is worse by {value:.2%} ({limit:.2%} allowed)", value=0.02, limit=0.005)


def make_texts(count: int, seed: int) -> list[tuple[str, str]]:
    """Texts of 1 to 30 words with a few that tell the label."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        label = LABELS[number % 2]
        words = draw.choices(GOOD if label == "good" else BAD, k=3) + draw.choices(NEUTRAL, k=draw.randrange(15))
        rows.append((" ".join(draw.sample(words, len(words))), label))
    return rows


@pytest.fixture(scope="session")
def texts() -> list[tuple[str, str]]:
    return make_texts(60, seed=1)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers, trained for some seconds, with a tokenizer of whole words."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *GOOD, *BAD, *NEUTRAL]
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=LONGEST,
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=32,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = make_texts(640, seed=0)
    for start in range(0, len(rows), 16):
        batch = rows[start : start + 16]
        inputs = tokenizer([text for text, _ in batch], padding=True, truncation=True, return_tensors="pt")
        model(**inputs, labels=torch.tensor([LABELS.index(label) for _, label in batch])).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


MakeRun = Callable[[Path], tuple[RunStore, str]]


@pytest.fixture(scope="session")
def make_run(model_folder: Path, texts: list[tuple[str, str]]) -> MakeRun:
    """Makes a finished run below a folder: model, spec and report."""

    def make(root: Path) -> tuple[RunStore, str]:
        store = RunStore(root)
        data = DataSpec(source=DatasetSpec(path="/private/source.csv"), target=DatasetSpec(path="/private/target.csv"))
        run_id = store.create(RunSpec(name="tiny", data=data)).id
        shutil.copytree(model_folder, store.model_folder(run_id, "transferred"))
        write_atomically(store.folder(run_id) / "report.json", _report(texts).model_dump_json())
        _prepare_data(store, run_id)
        return store, run_id

    return make


def _prepare_data(store: RunStore, run_id: str) -> None:
    """What the run's stage ``data`` leaves behind: training texts, none of which is a test text."""
    folder = store.artifacts / "a1b2c3"
    splits = {"target_train": make_texts(40, seed=2), "unlabelled": make_texts(10, seed=3)}
    for name, rows in splits.items():
        Dataset.from_dict({"text": [text for text, _ in rows]}).save_to_disk(str(folder / name))
    stage = {"name": "data", "title": "Read", "cost": 1, "key": folder.name, "after": []}
    store.events(run_id).append("plan", stages=[stage])


def _report(texts: list[tuple[str, str]]) -> Report:
    interval = Interval(value=0.9, low=0.85, high=0.95)
    model = ModelReport(
        name="transferred",
        title="transferred",
        description="trained on both",
        metrics={"accuracy": interval, "macro_f1": interval},
        confusion=[[1, 0], [0, 1]],
        per_class={},
        slices=[],
        calibration_error=None,
        source_score=None,
        tokenizer=TokenizerFit(vocabulary_size=21, unknown_rate=0, pieces_per_character=0.2),
        parameters=1,
        cost=TrainingCost(seconds=1),
    )
    return Report(
        task="text-classification",
        labels=LABELS,
        data=DataSummary(source_train=640, source_test=60, target_train=32, dev=0, test=60, unlabelled=0, dictionary=0),
        models=[model.model_copy(update={"name": "source-only", "title": "source-only (linear probe)"}), model],
        comparisons=[],
        verdict=Verdict(code="noise", sentence="No difference can be told.", remarks=["A classical model would do."]),
        examples=[Example(text=text, label=label, predictions={}, probabilities={}) for text, label in texts],
        notes=[],
    )


@pytest.fixture
def run(make_run: MakeRun, tmp_path: Path) -> tuple[RunStore, str]:
    """A finished run that nothing was exported of yet."""
    return make_run(tmp_path / "runs")


@pytest.fixture(scope="session")
def exported(make_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished export with fp32, O2 and int8; not to be changed."""
    root = tmp_path_factory.mktemp("exported")
    export_model(*make_run(root / "runs"), ExportSpec(), out=root / "onnx")
    return root / "onnx"


@pytest.fixture
def failed(exported: Path, tmp_path: Path) -> Path:
    """A whole variant, copied out of its export, that missed its gate."""
    folder = shutil.copytree(exported / "o2", tmp_path / "failed")
    record = Record.read(folder)
    assert record is not None
    assert record.parity is not None
    parity = record.parity.model_copy(update={"passed": False, "reason": REASON})
    record.model_copy(update={"parity": parity}).write(folder)
    write_checksums(folder)
    return folder


@pytest.fixture(scope="session")
def zoo(family: Callable[[str], Path], asked, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    return Zoo(family, tmp_path_factory.mktemp("zoo"), asked)


@pytest.fixture(scope="session")
def asked() -> dict[TaskName, list[Question]]:
    """Questions of every length for each task, an empty text and one beyond the longest among them."""
    draw = random.Random(0)
    words = ["good", "great", "warm", "slow", "rude", "soup", "room", "hotel", "driver", "zebra", "x9", "it's"]
    lists = [draw.choices(words, k=draw.randrange(1, 30)) for _ in range(16)]
    lists += [[words[0]], draw.choices(words, k=90)]
    texts = [" ".join(some) for some in lists]
    return {
        "text-classification": [*texts, ""],
        "multi-label-classification": [*texts, ""],
        "sentence-pair-classification": [*zip(texts, reversed(texts), strict=True), ("", "good")],
        "entity-recognition": [*lists, [], ["good", " ", "soup"]],
        "part-of-speech": [*lists, [], ["good", " ", "soup"]],
        "language-modelling": texts,
    }


@pytest.fixture
def weights_beside(exported: Path, tmp_path: Path) -> Path:
    """A converted folder as it is of a model above 2 GB: the weights lie beside the graph."""
    folder = shutil.copytree(exported / "fp32", tmp_path / "fp32", ignore=shutil.ignore_patterns("model.onnx"))
    onnx.save(
        onnx.load(exported / "fp32" / "model.onnx"),
        folder / "model.onnx",
        save_as_external_data=True,
        location="model.onnx_data",
        size_threshold=0,
    )
    return folder
