"""Over real sockets: every task's answers, and every way of asking wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.predictor import Predictor
from export.serving.refusals import KINDS
from export.showing import answers as asked_alone
from tests.export.serving.conftest import Running, Start, send

TEXTS = ["tasty warm food", "rude late rider", "the soup was cold and stale"]


@pytest.fixture
def running(start: Start, exported: Path) -> Running:
    return start({"model": exported}, max_texts=4, max_text_length=100, max_body_mb=0.01)


def test_one_text_and_many(running: Running):
    one, many = running.ask({"text": TEXTS[0]}), running.ask({"texts": TEXTS})
    assert (one.status, many.status) == (200, 200)
    assert one.headers["content-type"] == "application/json"
    assert one.json["model"] == "model"
    assert [answer["label"] for answer in many.json["answers"]] == ["good", "bad", "bad"]
    assert one.json["answers"][0]["probabilities"] == pytest.approx(many.json["answers"][0]["probabilities"], abs=1e-3)
    assert running.ask({"texts": []}).json["answers"] == []


@pytest.mark.parametrize(
    ("task", "body"),
    [
        ("text-classification", {"texts": ["warm soup", ""]}),
        ("multi-label-classification", {"text": "warm soup"}),
        ("sentence-pair-classification", {"pair": ["warm soup", "a hotel"]}),
        ("sentence-pair-classification", {"pairs": [["warm soup", "a hotel"], ["", "x"]]}),
        ("entity-recognition", {"texts": ["warm soup in hotel, 好", ""]}),
        ("part-of-speech", {"words": [["warm", "soup"], []]}),
        ("language-modelling", {"text": "warm [MASK]", "top": 3}),
    ],
)
def test_every_task_answers_what_the_predictor_does(start: Start, zoo, task: str, body: dict[str, Any]):
    folder = zoo.variants("bert", task) / "fp32"
    running = start({"model": folder})
    (name, value), *_ = body.items()
    questions = [value] if name in ("text", "pair") else value
    expected = [
        [vars(each) for each in answer][: body.get("top")] if isinstance(answer, list) else vars(answer)
        for answer in asked_alone(Predictor(folder, threads=1), questions)
    ]
    reply = running.ask(body)
    assert reply.status == 200, reply.body
    answered = reply.json["answers"]
    assert json.dumps(_rounded(answered)) == json.dumps(_rounded(json.loads(json.dumps(expected, default=vars))))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        (b"", 400, "bad_json", "EOF"),
        (b"{", 400, "bad_json", "line 1"),
        (b'{"text": "a"} b', 400, "bad_json", "trailing"),
        (b'{"text": "\xff"}', 400, "bad_json", "JSON"),
        (b'{"text": "\\ud800"}', 400, "bad_json", "JSON"),
        (b"[" * 5000, 400, "bad_json", "recursion"),
        (["a"], 422, "wrong_type", "The body"),
        ({"text": 3}, 422, "wrong_type", "text: "),
        ({"text": ["a"]}, 422, "wrong_type", "text: "),
        ({"texts": "a"}, 422, "wrong_type", "texts: "),
        ({"texts": ["a", None]}, 422, "wrong_type", "texts[1]: "),
        ({"text": "a", "top": "5"}, 422, "wrong_type", "top: "),
        ({"text": "a", "top": 0}, 422, "wrong_type", "top: "),
        ({"txet": "a"}, 422, "wrong_type", "txet: "),
        ({}, 422, "wrong_form", "nothing"),
        ({"text": None}, 422, "wrong_form", "nothing"),
        ({"text": "a", "texts": ["a"]}, 422, "wrong_form", "text and texts"),
        ({"pair": ["a", "b"]}, 422, "wrong_form", "pair"),
        ({"texts": ["a"] * 5}, 422, "too_many_texts", "5 texts"),
        ({"text": "a" * 101}, 422, "text_too_long", "text has 101"),
        ({"texts": ["a", "b" * 101]}, 422, "text_too_long", "texts[1] has 101"),
    ],
)
def test_what_is_asked_wrongly_is_told(running: Running, body: Any, status: int, code: str, said: str):
    reply = running.ask(body)
    assert (reply.status, reply.code) == (status, code)
    assert said in reply.json["error"]["message"]
    assert running.ask({"text": "fine"}).status == 200


@pytest.mark.parametrize(
    ("task", "body", "said"),
    [
        ("language-modelling", {"text": "no mask"}, "0 masks"),
        ("language-modelling", {"text": "warm " * 100 + "[MASK]"}, "beyond what the model reads"),
    ],
)
def test_what_the_model_can_not_answer_is_told(start: Start, zoo, task: str, body: Any, said: str):
    reply = start({"model": zoo.variants("bert", task) / "fp32"}).ask(body)
    assert (reply.status, reply.code) == (422, "unanswerable")
    assert said in reply.json["error"]["message"]


def test_scores_that_are_no_numbers_are_no_answer(running: Running, monkeypatch: pytest.MonkeyPatch):
    """Whoever asks with another text is answered, though both were computed at once."""
    session = running.server.models.get("model").generation.predictor._session
    compute = session._compute

    def overflowing(feeds: dict[str, np.ndarray]) -> np.ndarray:
        answers = compute(feeds).copy()
        answers[feeds["attention_mask"].sum(axis=1) > 5] = np.nan
        return answers

    monkeypatch.setattr(session, "_compute", overflowing)
    reply = running.ask({"texts": ["warm", "the soup was warm and tasty"]})
    assert (reply.status, reply.code) == (500, "no_number")
    assert reply.json["error"]["remedy"] == "Ask a variant in float32."
    assert running.ask({"texts": ["warm", "tasty"]}).status == 200


def test_words_are_counted_as_one_text(start: Start, zoo):
    running = start({"model": zoo.variants("bert", "entity-recognition") / "fp32"}, max_text_length=20)
    assert running.ask({"words": [["word"] * 5]}).code == "text_too_long"


def test_unknown_models_paths_and_methods(running: Running):
    reply = running.ask({"text": "a"}, model="nobody")
    assert (reply.status, reply.code) == (404, "unknown_model")
    assert "model" in reply.json["error"]["remedy"]
    assert running.get("/v1/models/nobody").code == "unknown_model"
    assert running.get("/v2").code == "unknown_path"
    assert running.get("/v1/models/").code == "unknown_path", "no redirect"
    assert running.get("/v1/models/model/predict").code == "wrong_method"
    assert running.get("/v1/models/../../etc/passwd").status == 404


def test_what_is_served_is_listed(running: Running):
    (listed,) = running.get("/v1/models").json["models"]
    assert listed == {**running.get("/v1/models/model").json}
    assert (listed["task"], listed["labels"]) == ("text-classification", ["bad", "good"])
    assert (listed["provider"], listed["verified"], listed["generation"]) == ("CPUExecutionProvider", True, 1)


def test_several_models(start: Start, exported: Path):
    running = start({"fast": exported / "int8", "exact": exported / "fp32"})
    assert [model["variant"] for model in running.get("/v1/models").json["models"]] == ["int8", "fp32"]
    for name in ("fast", "exact"):
        assert running.ask({"text": TEXTS[0]}, model=name).json["answers"][0]["label"] == "good"


def test_a_defect_is_told_without_a_traceback(running: Running, monkeypatch: pytest.MonkeyPatch):
    generation = running.server.models.get("model").generation
    monkeypatch.setattr(generation.predictor, "batch", lambda texts: 1 / 0)
    reply = running.ask({"text": "a"})
    assert (reply.status, reply.code) == (500, "internal")
    assert "division" not in reply.body.decode()


def test_metrics_count_requests_texts_and_padding(running: Running):
    running.ask({"texts": TEXTS})
    running.ask(b"{")
    reply = running.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    lines = dict(line.rsplit(" ", 1) for line in reply.body.decode().splitlines() if line.startswith("graft_"))
    route = 'route="/v1/models/{name}/predict"'
    assert lines[f'graft_requests_total{{{route},status="200"}}'] == "1.0"
    assert lines[f'graft_requests_total{{{route},status="400"}}'] == "1.0"
    assert lines['graft_texts_total{model="model"}'] == "3.0"
    assert float(lines['graft_tokens_total{kind="read",model="model"}']) > 10
    assert lines['graft_refusals_total{code="bad_json"}'] == "1.0"
    assert lines['graft_queue_texts{model="model"}'] == "0.0"
    assert lines["graft_requests_active"] == "1.0"  # this one


def test_openapi_shows_bodies_examples_and_refusals(running: Running):
    document = running.get("/openapi.json").json
    post = document["paths"]["/v1/models/{name}/predict"]["post"]
    body = post["requestBody"]["content"]["application/json"]
    assert set(body["schema"]["properties"]) == {"text", "texts", "pair", "pairs", "words", "top"}
    assert len(body["examples"]) == 5
    assert {"200", "400", "401", "404", "408", "413", "422", "429", "500", "503", "504"} == set(post["responses"])
    assert post["security"] == [{"key": []}]
    assert document["paths"]["/healthz"]["get"]["security"] == []
    assert {"401", "429", "500", "503"} < set(document["paths"]["/v1/models"]["get"]["responses"])
    told = " ".join(each["description"] for each in post["responses"].values())
    assert set(KINDS) - set(told.replace(",", "").split()) == {
        "bad_http",
        "crowded",
        "gone",
        "large_head",
        "no_keys_set",
        "reload_failed",
        "slow_head",
        "unknown_path",
        "wrong_method",
    }


def test_the_examples_are_taken(start: Start, zoo, exported: Path):
    from export.serving.questions import EXAMPLES

    tasks = ("entity-recognition", "sentence-pair-classification", "language-modelling")
    running = start({task: zoo.variants("bert", task) / "fp32" for task in tasks})
    served = {"pairs": tasks[1], "words": tasks[0], "texts": tasks[0], "text": tasks[0], "top": tasks[2]}
    for example in EXAMPLES.values():
        (name, *_), body = [key for key in served if key in example["value"]][::-1], example["value"]
        reply = send(running.port, "POST", f"/v1/models/{served[name]}/predict", body)
        assert reply.status == 200, reply.body


def test_a_server_one_of_whose_threads_has_died_is_neither_healthy_nor_ready(running: Running):
    assert [running.get(path).status for path in ("/healthz", "/readyz")] == [200, 200]
    batcher = running.server.models.get("model").generation.batcher
    batcher.close()
    assert batcher.join(10)
    for path in ("/healthz", "/readyz"):
        reply = running.get(path)
        assert (reply.status, reply.code) == (500, "internal")
        assert reply.json["error"]["message"] == "A model's thread has died."
