"""The article's settings as they were written down, from the preset and its example to the network that learns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from datasets import Dataset

from pipeline import sources
from pipeline import spec as specs
from pipeline.data.texts import read_texts
from pipeline.presets import PRESETS
from pipeline.settings import Settings
from pipeline.spec import EmbeddedSource, FullFineTuning
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.models import load_model, load_tokenizer

EXAMPLE = specs.load(Path(__file__).resolve().parents[2] / "examples" / "article.json")
RECIPE = PRESETS["article"].recipe
CLASSES = 10


@pytest.mark.parametrize("part", ["source_training", "fine_tuning", "target_only"])
def test_the_article_trains_as_it_says(part: str) -> None:
    tuning = getattr(RECIPE, part)
    assert isinstance(tuning, FullFineTuning)
    assert (tuning.batch_size, tuning.learning_rate, tuning.epochs, tuning.dropout) == (32, 2e-5, 50, 0.1)
    assert not tuning.class_weights  # plain cross-entropy
    assert tuning.patience is None  # all of its epochs
    assert tuning.embedding_learning_rate is None  # one rate for every weight


def test_the_example_is_the_preset_on_ten_classes_of_train_txt() -> None:
    assert EXAMPLE.recipe == RECIPE
    assert EXAMPLE.task == "text-classification"
    assert EXAMPLE.source == EmbeddedSource()
    assert EXAMPLE.data.source is not None
    assert Path(EXAMPLE.data.source.path).name == "train.txt"
    assert EXAMPLE.data.test is not None
    assert Path(EXAMPLE.data.test.path).name == "test.txt"
    found = {}
    for role in ("source", "target", "test"):
        texts, _ = read_texts(getattr(EXAMPLE.data, role), Settings(), labelled=True, task=EXAMPLE.task)
        found[role] = {*texts.labels}
    assert len(found["source"]) == CLASSES
    assert found["source"] == found["target"] == found["test"]


def test_its_network_is_bert_with_a_linear_head_on_the_pooled_output_and_cross_entropy() -> None:
    folder = sources.resolve(EXAMPLE.source).path
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "bert"
    labels = [f"class {number}" for number in range(CLASSES)]
    model = load_model(folder, EXAMPLE.task, labels, to_train=True, dropout=RECIPE.fine_tuning.dropout)
    assert type(model).__name__ == "BertForSequenceClassification"
    dropouts = [part.p for part in model.modules() if isinstance(part, torch.nn.Dropout)]
    assert set(dropouts) == {0.1}
    assert isinstance(model.dropout, torch.nn.Dropout)
    assert type(model.classifier) is torch.nn.Linear
    assert (model.classifier.in_features, model.classifier.out_features) == (model.config.hidden_size, CLASSES)

    tokenizer = load_tokenizer(folder, EXAMPLE.data.max_length)
    texts = Dataset.from_dict({"text": ["Central bank holds rates", "Rents outpace wages"], "label": [3, 7]})
    rows = encode(texts, tokenizer, EXAMPLE.task, labels)
    batch = HEADS[EXAMPLE.task].collate(tokenizer)([*rows])
    inputs = {name: value for name, value in batch.items() if name not in ("labels", "weight")}
    model.eval()
    with torch.no_grad():
        pooled = model.bert(**inputs).pooler_output
        logits = model(**inputs).logits
        total, units = objective(EXAMPLE.task)(model, dict(batch))
    torch.testing.assert_close(logits, model.classifier(pooled))
    torch.testing.assert_close(total, torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="sum"))
    assert float(units) == 2
