import json

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedTokenizerFast,
)

from pipeline.parameters import EnsembleParameters
from pipeline.spec import Bagging, Boosting, NoEnsemble
from pipeline.stages.ensemble import run
from pipeline.stages.judging import Judged
from pipeline.stages.models import load_model
from pipeline.stages.sharing import RECORD

LABELS = ["negative", "neutral", "positive"]
TEXTS = ["good soup", "a bad film and a cold room", "kind driver", "slow phone cable", "great bed"]
HEADS = {
    "text-classification": AutoModelForSequenceClassification,
    "multi-label-classification": AutoModelForSequenceClassification,
    "entity-recognition": AutoModelForTokenClassification,
}


@pytest.fixture
def data(tmp_path):
    """A data stage's output with development texts, for any of the tasks."""
    folder = tmp_path / "data"
    words = [text.split() for text in TEXTS]
    columns = {
        "text": TEXTS,
        "tokens": words,
        "label": [0] * 5,
        "labels": [[0]] * 5,
        "tags": [[0] * len(w) for w in words],
    }
    Dataset.from_dict(columns).save_to_disk(folder / "dev")
    Dataset.from_dict(columns).save_to_disk(folder / "unlabelled")
    (folder / "data.json").write_text(json.dumps({"labels": LABELS}))
    return folder


@pytest.fixture
def members(tiny_model, tmp_path):
    """A function: the folders of trained members that differ in their upper layer and head."""

    def make(task, weights):
        folders = []
        for number, weight in enumerate(weights, start=1):
            config = AutoConfig.from_pretrained(tiny_model, num_labels=3)
            model = HEADS[task].from_pretrained(tiny_model, config=config)
            torch.manual_seed(number)
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    if "layer.1." in name or "classifier" in name:
                        parameter.add_(0.2 * torch.randn_like(parameter))
            folder = tmp_path / "artifacts" / f"member-{number}"
            model.save_pretrained(folder)
            PreTrainedTokenizerFast.from_pretrained(tiny_model).save_pretrained(folder)
            if weight is not None:
                (folder / "member.json").write_text(json.dumps({"weight": weight}))
                values = np.array([[3, 0, 0], [0, 3, 0]], np.float32)
                said = Judged(np.array([0, number]), np.arange(3), values, np.array([0, 0]))
                said.save(folder / "unseen.safetensors")
            folders.append(folder)
        return folders

    return make


@pytest.fixture
def put_together(make_context, data):
    """A function: runs the stage and gives its folder."""

    def put_together(task, ensemble, folders):
        inputs = {"data": data} | {f"member-{number}": folder for number, folder in enumerate(folders, start=1)}
        context = make_context(EnsembleParameters(task=task, ensemble=ensemble, seed=0), inputs, "ensemble")
        run(context)
        return context.out

    return put_together


def probabilities(folder, task, activate):
    model = load_model(folder, task, LABELS).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    return activate(model(**tokenizer(TEXTS, padding=True, return_tensors="pt")).logits)


@pytest.mark.parametrize("task", HEADS)
@torch.no_grad()
def test_the_folder_votes_as_its_members_do(task, members, put_together):
    activate = torch.sigmoid if task == "multi-label-classification" else lambda logits: logits.softmax(-1)
    folders = members(task, [None, None, None])
    expected = torch.stack([probabilities(folder, task, activate) for folder in folders]).mean(0)
    out = put_together(task, NoEnsemble(), folders)
    torch.testing.assert_close(probabilities(out, task, activate), expected)


@torch.no_grad()
def test_boosted_members_vote_by_their_weights(members, put_together):
    task = "text-classification"
    folders = members(task, [2.0, 1.0, 1.0])
    each = torch.stack([probabilities(folder, task, lambda logits: logits.softmax(-1)) for folder in folders])
    out = put_together(task, Boosting(members=3), folders)
    expected = 0.5 * each[0] + 0.25 * each[1] + 0.25 * each[2]
    torch.testing.assert_close(probabilities(out, task, lambda logits: logits.softmax(-1)), expected)
    assert json.loads((out / "facts.json").read_text())["weights"] == "2.00, 1.00, 1.00"


def test_the_facts_of_a_bag(members, put_together):
    out = put_together("text-classification", Bagging(members=3), members("text-classification", [1.0] * 3))
    facts = json.loads((out / "facts.json").read_text())
    # Text 0 is right by all; 1, 2 and 3 are each wrong by the one member that did not see them.
    assert facts["out_of_bag_accuracy"] == pytest.approx(0.25)
    assert facts["out_of_bag_texts"] == 4
    assert facts["members"] == 3
    assert 0 <= facts["agreement"] <= 1


def test_a_seed_ensemble_has_no_out_of_bag_estimate_and_trains_nothing(members, put_together):
    out = put_together("text-classification", NoEnsemble(), members("text-classification", [None, None]))
    assert set(json.loads((out / "facts.json").read_text())) == {"members", "weights", "agreement"}
    assert set(json.loads((out / "training.json").read_text()).values()) == {0}


def test_members_that_agree_always_do_so(members, put_together):
    folder = members("text-classification", [None])[0]
    out = put_together("text-classification", NoEnsemble(), [folder, folder])
    assert json.loads((out / "facts.json").read_text())["agreement"] == 1


def test_shared_layers_are_stored_once_and_their_activations_deleted(members, put_together):
    folders = members("text-classification", [1.0] * 3)
    activations = folders[0].parent / "abc.activations.npy"
    activations.touch()
    (folders[1] / RECORD).write_text(json.dumps([activations.name]))
    shared = put_together("text-classification", Bagging(members=3, shared_layers=1), folders)
    weights = load_model(shared, "text-classification", LABELS).state_dict()
    assert sum("word_embeddings" in name for name in weights) == 1
    assert not activations.exists()


def test_members_come_in_the_order_of_their_numbers(members, put_together):
    weights = [float(number) for number in range(1, 12)]
    out = put_together("text-classification", Boosting(members=11), members("text-classification", weights))
    assert load_model(out, "text-classification", LABELS).config.weights == weights
