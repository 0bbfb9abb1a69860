"""Models whose files ask for code or files from elsewhere are refused before a library reads them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError
from pipeline.harmless import asks_for_more
from pipeline.sources import resolve
from pipeline.spec import LocalSource


def altered(folder: Path, tmp_path: Path, file: str, fields: dict[str, Any]) -> Path:
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    path = copy / file
    document = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**document, **fields}))
    return copy


ASKING: list[tuple[str, dict[str, Any]]] = [
    ("config.json", {"_attn_implementation_internal": "evil/kernel"}),  # CVE-2026-4372
    ("config.json", {"_attn_implementation": "evil/kernel@main:attention"}),
    ("config.json", {"attn_implementation": {"text_config": "evil/kernel"}}),
    ("config.json", {"text_config": {"_attn_implementation_internal": "evil/kernel"}}),
    ("config.json", {"model_type": "lightglue", "trust_remote_code": True}),  # CVE-2026-5241
    ("config.json", {"keypoint_detector_config": {"trust_remote_code": True}}),
    ("config.json", {"sub": [{"auto_map": {"AutoModel": "evil.Model"}}]}),
    ("config.json", {"use_kernels": True}),
    ("tokenizer_config.json", {"chat_template": {"../../x": "evil"}}),  # CVE-2026-9856
    ("tokenizer_config.json", {"chat_template": [{"name": "/etc/cron.d/x", "template": "evil"}]}),
    ("tokenizer_config.json", {"chat_template": 7}),
    ("generation_config.json", {"custom_generate": "evil/code"}),
    ("model.safetensors.index.json", {"weight_map": {"a": "../../somebody/models/x/model.safetensors"}}),
    ("model.safetensors.index.json", {"weight_map": {"a": "/etc/passwd"}}),
    ("model.safetensors.index.json", {"weight_map": ["a"]}),
]


@pytest.mark.parametrize(("file", "fields"), ASKING)
def test_it_is_refused(tiny_model: Path, tmp_path: Path, file: str, fields: dict[str, Any]) -> None:
    folder = altered(tiny_model, tmp_path, file, fields)
    with pytest.raises(SourceError, match="code"):
        resolve(LocalSource(path=str(folder)))


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        ("config.json", {"_attn_implementation_autoset": True, "_attn_implementation": "sdpa", "_name_or_path": "a/b"}),
        ("config.json", {"_attn_implementation_internal": None, "trust_remote_code": False}),
        ("tokenizer_config.json", {"chat_template": "{{ messages }}"}),
        ("tokenizer_config.json", {"chat_template": [{"name": "tool_use", "template": "x"}]}),
        ("model.safetensors.index.json", {"weight_map": {"a": "model-00001-of-00002.safetensors"}}),
    ],
)
def test_what_honest_models_have_is_not(tiny_model: Path, tmp_path: Path, file: str, fields: dict[str, Any]) -> None:
    folder = altered(tiny_model, tmp_path, file, fields)
    assert resolve(LocalSource(path=str(folder))).path == folder


def test_what_can_not_be_read_is_for_others_to_tell(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_bytes(b"\xff")
    (tmp_path / "config.json").write_text("[" * 100_000)
    assert [*asks_for_more(tmp_path)] == []


def test_a_config_that_is_no_object_is_told(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(tiny_model, copy)
    (copy / "config.json").write_text("[]")
    with pytest.raises(SourceError, match=r"no readable config\.json"):
        resolve(LocalSource(path=str(copy)))
