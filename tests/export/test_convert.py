"""From PyTorch to ONNX: what the folder says, and what can't be converted; the answers are in test_tasks.py."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from torch.onnx.errors import UnsupportedOperatorError
from transformers import AutoConfig, AutoTokenizer, XLNetConfig, XLNetForSequenceClassification

from export.convert import convert
from export.fusion import fusions
from export.reference import Reference
from pipeline.errors import ExportError

pytestmark = pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")


def test_an_exported_folder_is_of_the_encoders_kind(zoo):
    """So that it loads where Graft is not installed."""
    for kind in ("bridge", "shared"):
        folder = zoo.variants("roberta", "text-classification", kind) / "fp32"
        config = AutoConfig.from_pretrained(folder)
        assert config.model_type == "roberta"
        assert config.id2label == {0: "O", 1: "B-LOC", 2: "I-LOC"}
        assert not hasattr(config, "encoder")


def _attentions(model: Path) -> int:
    return next(found.there for found in fusions(model, model) if found.kind == "attention")


@pytest.mark.parametrize(
    ("kind", "attentions"),
    [
        ("plain", 2),
        ("ensemble", 3 * 2),
        ("shared", 1 + 3),
        ("bridges", 1 + 3 * (2 + 2)),  # the source's, but for its last; of each member its own and those to the source
    ],
)
def test_what_members_share_runs_once(zoo, kind: str, attentions: int):
    assert _attentions(zoo.variant("bert", "text-classification", kind) / "model.onnx") == attentions


def test_padding_and_length_are_set_right(model_folder: Path, tmp_path: Path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    wrong = {**settings, "padding_side": "left", "model_max_length": 10**30}
    (folder / "tokenizer_config.json").write_text(json.dumps(wrong))
    convert(Reference(folder, "text-classification"), tmp_path / "fp32")
    written = AutoTokenizer.from_pretrained(tmp_path / "fp32")
    assert written.padding_side == "right"
    assert written.model_max_length == 32  # the model's positions
    alone = Tokenizer.from_file(str(tmp_path / "fp32" / "tokenizer.json"))
    assert len(alone.encode("soup " * 90).ids) == 32


def test_an_operator_that_onnx_lacks(model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise UnsupportedOperatorError("aten::lacking", 17, None)

    monkeypatch.setattr("export.convert.export", fail)
    with pytest.raises(ExportError, match=r"can't export a model of type bert: .*aten::lacking"):
        convert(Reference(model_folder, "text-classification"), tmp_path / "fp32")


def test_a_full_disk_is_no_fault_of_the_model(model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("export.convert.export", fail)
    with pytest.raises(OSError, match="No space left"):
        convert(Reference(model_folder, "text-classification"), tmp_path / "fp32")


def test_a_kind_that_optimum_does_not_know(model_folder: Path, tmp_path: Path):
    config = XLNetConfig(vocab_size=21, d_model=16, n_layer=1, n_head=2, d_inner=16)
    XLNetForSequenceClassification(config).save_pretrained(tmp_path / "model")
    AutoTokenizer.from_pretrained(model_folder).save_pretrained(tmp_path / "model")
    with pytest.raises(ExportError, match="can't export a model of type xlnet"):
        convert(Reference(tmp_path / "model", "text-classification"), tmp_path / "fp32")
