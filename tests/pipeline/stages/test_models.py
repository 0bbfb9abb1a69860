"""Loading and saving models of every family for every task."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig

from pipeline.errors import SourceError
from pipeline.stages.models import load_model, load_tokenizer, restore_dropouts, save_model
from pipeline.tasks import TASKS

FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
LABELS = {"none": []}


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_saved_is_what_is_loaded(family, tmp_path, name):
    tokenizer = load_tokenizer(family(name), 16)
    inputs = tokenizer(["good soup", "a cold room"], padding=True, return_tensors="pt")
    for task, row in TASKS.items():
        labels = LABELS.get(row.labelling, ["a", "b", "c"])
        model = load_model(family(name), task, labels, to_train=True).eval()
        with torch.no_grad():
            expected = model(**inputs).logits
            save_model(model, tokenizer, tmp_path / task)
            loaded = load_model(tmp_path / task, task, labels).eval()
            torch.testing.assert_close(loaded(**inputs).logits, expected, atol=1e-5, rtol=1e-4)
        assert list(loaded.config.id2label.values()) == labels or row.labelling == "none"
        assert load_tokenizer(tmp_path / task).model_max_length == 16
        assert {path.suffix for path in (tmp_path / task).iterdir()} <= {".json", ".safetensors", ".txt"}


def test_several_labels_are_told_to_whoever_reads_the_config(family, tmp_path):
    model = load_model(family("bert"), "multi-label-classification", ["a", "b"])
    assert model.config.problem_type == "multi_label_classification"


def test_random_weights_have_the_shape_of_the_folder_but_not_its_weights(family):
    torch.manual_seed(1)
    given = load_model(family("bert"), "text-classification", ["a", "b"])
    random = load_model(family("bert"), "text-classification", ["a", "b"], random=True)
    weights, drawn = given.get_input_embeddings().weight, random.get_input_embeddings().weight
    assert weights.shape == drawn.shape
    assert not torch.equal(weights, drawn)


@pytest.mark.parametrize("name", ["bert", "distilbert", "deberta-v2"])
def test_a_dropout_holds_for_encoder_and_head_and_is_taken_back(family, name):
    model = load_model(family(name), "text-classification", ["a", "b"], dropout=0.37)
    dropouts = {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)}
    assert dropouts == {0.37}
    restore_dropouts(model.config, family(name))
    original = AutoConfig.from_pretrained(family(name)).to_dict()
    now = model.config.to_dict()
    assert {key: now[key] for key in original if "dropout" in key} == {
        key: value for key, value in original.items() if "dropout" in key
    }


def test_a_head_of_another_shape_is_drawn_anew(family, tmp_path):
    tokenizer = load_tokenizer(family("bert"))
    save_model(load_model(family("bert"), "text-classification", ["a", "b", "c"]), tokenizer, tmp_path)
    assert load_model(tmp_path, "text-classification", ["a", "b"]).classifier.weight.shape[0] == 2


def test_an_encoder_of_another_shape_than_its_config_says_is_refused(family, tmp_path):
    tokenizer = load_tokenizer(family("bert"))
    save_model(load_model(family("bert"), "text-classification", ["a", "b"]), tokenizer, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    weights["bert.embeddings.word_embeddings.weight"] = torch.zeros(7, 32)
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(SourceError, match=r"word_embeddings\.weight has not the shape"):
        load_model(tmp_path, "text-classification", ["a", "b"])


def test_a_model_without_a_fast_tokenizer_is_refused(tiny_model, tmp_path, monkeypatch):
    from transformers import AutoTokenizer

    class Slow:
        is_fast = False

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *args, **options: Slow())
    with pytest.raises(SourceError, match="no fast tokenizer"):
        load_tokenizer(tiny_model)


def test_the_config_is_plain_json(family, tmp_path):
    save_model(
        load_model(family("bert"), "text-classification", ["好", "坏"]), load_tokenizer(family("bert")), tmp_path
    )
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))["id2label"] == {"0": "好", "1": "坏"}
