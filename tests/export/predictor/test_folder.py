"""What is read from an exported folder's files, and what is guessed where they say nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest

from export.predictor.folder import Folder, longest_input
from pipeline.spec import MATRIX, Provider


@pytest.fixture
def folder(exported: Path, tmp_path: Path):
    """A folder whose config.json says something else."""

    def make(**changes: Any) -> Path:
        copy = shutil.copytree(exported / "fp32", tmp_path / "copy")
        config = json.loads((copy / "config.json").read_text()) | changes
        kept = {name: value for name, value in config.items() if value is not None}
        (copy / "config.json").write_text(json.dumps(kept))
        return copy

    return make


def test_an_export_says_its_task(exported: Path):
    assert json.loads((exported / "o2" / "config.json").read_text())["graft_task"] == "text-classification"


@pytest.mark.parametrize(
    ("changes", "task"),
    [
        ({"graft_task": "part-of-speech"}, "part-of-speech"),
        ({"graft_task": None}, "text-classification"),
        ({"graft_task": None, "problem_type": "multi_label_classification"}, "multi-label-classification"),
        ({"graft_task": None, "architectures": ["DebertaV2ForTokenClassification"]}, "entity-recognition"),
        ({"graft_task": None, "architectures": ["RobertaForMaskedLM"]}, "language-modelling"),
        ({"graft_task": None, "architectures": None}, "text-classification"),
    ],
)
def test_the_task(folder, changes: dict[str, Any], task: str):
    assert Folder.read(folder(**changes)).task == task


def test_labels_that_the_config_leaves_out(folder):
    assert Folder.read(folder(id2label=None)).labels == ["LABEL_0", "LABEL_1"]


def test_a_language_model_has_no_labels_but_a_vocabulary(folder):
    says = Folder.read(folder(graft_task="language-modelling"))
    assert says.labels == []
    assert says.width == 21


@pytest.mark.parametrize("name", ["fp32", "O2", "int8"])
def test_what_a_variant_is_not_for_is_what_the_table_says(exported: Path, name: Any):
    says = Folder.read(exported / name.lower())
    assert says.unfit == {provider: MATRIX[name, provider] for provider in get_args(Provider)}


def test_a_folder_of_another_maker_is_for_every_provider(folder):
    path = folder()
    (path / "variant.json").unlink()
    assert Folder.read(path).unfit == {}


@pytest.mark.parametrize("mask", ["[MASK]", {"content": "[MASK]", "lstrip": False}])
def test_the_mask_in_either_form_of_settings(folder, mask: Any):
    path = folder()
    settings = json.loads((path / "tokenizer_config.json").read_text())
    (path / "tokenizer_config.json").write_text(json.dumps({**settings, "mask_token": mask}))
    assert Folder.read(path).mask == "[MASK]"


@pytest.mark.parametrize(
    ("config", "settings", "longest"),
    [
        ({"max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"max_position_embeddings": 512}, {"model_max_length": 10**30}, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, {}, 512),
        ({}, {"model_max_length": None}, 512),
    ],
)
def test_longest_input(config: dict, settings: dict, longest: int):
    assert longest_input(config, settings) == longest
