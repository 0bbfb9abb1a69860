"""A model is replaced while it answers: no request is lost, and what can't be served does not replace it."""

from __future__ import annotations

import json
import shutil
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.predictor import CHECKSUMS
from export.record import CHECKSUMS as WRITTEN
from export.report import FILE
from tests.export.serving.conftest import LONG, Running, Start, until

KEY = {"Authorization": "Bearer key"}
Together = Callable[..., list[Any]]


@pytest.fixture
def copied(exported: Path, tmp_path: Path) -> Path:
    """An export that may be changed."""
    return shutil.copytree(exported, tmp_path / "onnx")


@pytest.fixture
def running(start: Start, copied: Path) -> Running:
    return start({"model": copied}, api_keys="key")


def renamed(folder: Path) -> None:
    """Another training of the model: its labels have other names."""
    for variant in folder.glob("*/config.json"):
        config = json.loads(variant.read_text())
        names = {number: label.upper() for number, label in config["id2label"].items()}
        variant.write_text(json.dumps({**config, "id2label": names}))
        (variant.parent / CHECKSUMS).unlink()


def test_the_new_model_answers_and_no_request_is_lost(running: Running, copied: Path, together: Together):
    stop: list[bool] = []

    def ask() -> list[Any]:
        replies = []
        while not stop:
            replies.append(running.ask({"texts": ["tasty warm food", "rude rider"]}, **KEY))
        return replies

    asked = together(ask, 8)
    generations = [running.post("/v1/models/model/reload", **KEY).json["generation"] for _ in range(2)]
    renamed(copied)
    last = running.post("/v1/models/model/reload", **KEY)
    assert [*generations, last.json["generation"]] == [2, 3, 4]
    assert (last.json["labels"], last.json["verified"]) == (["BAD", "GOOD"], False)
    assert running.ask({"text": "tasty"}, **KEY).json["answers"][0]["label"] == "GOOD"
    stop.append(True)
    until(lambda: len(asked) == 8)
    replies = [reply for each in asked for reply in each]
    assert {reply.status for reply in replies} == {200}
    assert {reply.json["answers"][0]["label"] for reply in replies} <= {"good", "GOOD"}
    assert len(replies) > 20


def test_what_is_waiting_ends_with_the_old_model(running: Running, copied: Path, together: Together):
    old = running.server.models.get("model").generation
    held = running.hold()
    first = together(lambda: running.ask({"text": "tasty"}, **KEY))
    assert held.begun.wait(LONG)
    waiting = together(lambda: running.ask({"text": "tasty"}, **KEY), 3)
    until(lambda: running.waiting() == 3)
    renamed(copied)
    assert running.post("/v1/models/model/reload", **KEY).status == 200
    assert running.ask({"text": "tasty"}, **KEY).json["answers"][0]["label"] == "GOOD"
    assert old.batcher.alive
    held.go.set()
    until(lambda: len(first + waiting) == 4)
    assert [reply.json["answers"][0]["label"] for reply in first + waiting] == ["good"] * 4
    assert old.batcher.join(LONG)


def _damaged(folder: Path) -> str:
    path = folder / "int8" / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    return "is not the file that was exported"


def _lost(folder: Path) -> str:
    (folder / "int8" / "tokenizer.json").unlink()
    return "is not the file that was exported"


def _unreadable(folder: Path) -> str:
    (folder / "int8" / CHECKSUMS).unlink()
    (folder / "int8" / "model.onnx").write_text("{")
    return "can't be loaded"


def _failed(folder: Path) -> str:
    document = json.loads((folder / FILE).read_text())
    for variant in document["variants"]:
        if variant["name"] == document["served"]:
            variant["parity"] |= {"passed": False, "reason": "9.00 % of the labels flipped"}
    (folder / FILE).write_text(json.dumps(document))
    return "missed its parity gate: 9.00 % of the labels flipped."


def _gone(folder: Path) -> str:
    shutil.rmtree(folder)
    return "lacks model.onnx"


def _unfit(folder: Path) -> str:
    """It can be opened, and no question answered: the labels are more than what the graph says."""
    (folder / "int8" / CHECKSUMS).unlink()
    config = json.loads((folder / "int8" / "config.json").read_text())
    config["id2label"]["2"] = "neither"
    (folder / "int8" / "config.json").write_text(json.dumps(config))
    return "can't be served"


def test_an_old_model_is_gone_with_its_last_answer(running: Running, unsearched: None):
    """Without a search for garbage, of which the server makes few."""
    old = weakref.ref(running.server.models.get("model").generation)
    kept = [old, weakref.ref(old().predictor), weakref.ref(old().predictor._session)]
    assert running.ask({"text": "tasty"}, **KEY).status == 200
    assert running.post("/v1/models/model/reload", **KEY).json["generation"] == 2
    assert running.ask({"text": "tasty"}, **KEY).status == 200
    until(lambda: [reference() for reference in kept] == [None] * 3)


@pytest.mark.parametrize("spoil", [_damaged, _lost, _unreadable, _unfit, _failed, _gone])
def test_what_can_not_be_served_does_not_replace(running: Running, copied: Path, spoil: Callable[[Path], str]):
    document = json.loads((copied / FILE).read_text())
    assert document["served"] == "int8"
    said = spoil(copied)
    reply = running.post("/v1/models/model/reload", **KEY)
    assert (reply.status, reply.code) == (409, "reload_failed")
    assert said in reply.json["error"]["message"]
    assert "served on" in reply.json["error"]["remedy"]
    assert running.ask({"text": "tasty"}, **KEY).json["answers"][0]["label"] == "good"
    assert running.get("/v1/models/model", **KEY).json["generation"] == 1


def test_a_key_is_needed(start: Start, exported: Path, running: Running):
    assert running.post("/v1/models/model/reload").code == "no_key"
    open_to_all = start({"model": exported})
    reply = open_to_all.post("/v1/models/model/reload")
    assert (reply.status, reply.code) == (403, "no_keys_set")
    assert running.post("/v1/models/nobody/reload", **KEY).code == "unknown_model"


def test_the_checksums_are_those_that_the_export_writes():
    assert CHECKSUMS == WRITTEN
