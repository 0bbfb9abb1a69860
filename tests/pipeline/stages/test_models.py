"""Loading and saving models of every family for every task."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from sentencepiece import SentencePieceTrainer
from transformers import AutoConfig

from export.predictor.folder import OFFSET_POSITIONS
from pipeline.errors import SourceError
from pipeline.stages import models
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


@pytest.mark.parametrize(("name", "positions"), [("bert", 64), ("roberta", 64), ("mpnet", 64), ("deberta-v2", 64)])
def test_a_tokenizer_cuts_what_the_model_has_no_position_for(family, tmp_path, name, positions):
    folder = shutil.copytree(family(name), tmp_path / name)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "model_max_length": 10**30}))
    tokenizer = load_tokenizer(folder, 512)
    assert tokenizer.model_max_length == positions
    model = load_model(folder, "text-classification", ["a", "b"]).eval()
    inputs = tokenizer("soup " * 200, truncation=True, return_tensors="pt")
    assert inputs["input_ids"].shape == (1, positions)
    assert model(**inputs).logits.isfinite().all()
    assert load_tokenizer(folder, 16).model_max_length == 16


def test_the_predictor_counts_positions_alike():
    assert models.OFFSET_POSITIONS == OFFSET_POSITIONS


#: Family → what its SentencePiece model is called, and how its special pieces are laid out.
SENTENCE_PIECES = {
    "xlm-roberta": ("sentencepiece.bpe.model", {}),
    "camembert": ("sentencepiece.bpe.model", {}),
    "deberta-v2": (
        "spm.model",
        {
            "pad_id": 0,
            "bos_id": 1,
            "eos_id": 2,
            "unk_id": 3,
            "pad_piece": "[PAD]",
            "bos_piece": "[CLS]",
            "eos_piece": "[SEP]",
            "unk_piece": "[UNK]",
        },
    ),
}


@pytest.mark.parametrize("name", SENTENCE_PIECES)
def test_a_sentencepiece_model_will_do_for_a_tokenizer(family, tmp_path, name):
    """As DeBERTa-v3 and many descendants of XLM-R are published: without a tokenizer.json."""
    file, pieces = SENTENCE_PIECES[name]
    shutil.copy(family(name) / "config.json", tmp_path)
    texts = iter([f"good soup in a cold room, lovely coat {number}" for number in range(300)])
    with (tmp_path / file).open("wb") as written:
        SentencePieceTrainer.train(
            sentence_iterator=texts, model_writer=written, vocab_size=60, minloglevel=2, **pieces
        )
    tokenizer = load_tokenizer(tmp_path, 16)
    assert tokenizer.decode(tokenizer("good soup")["input_ids"], skip_special_tokens=True) == "good soup"
    tokenizer.save_pretrained(tmp_path / "saved")
    assert (tmp_path / "saved" / "tokenizer.json").is_file()


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
