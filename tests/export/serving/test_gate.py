"""Who comes through the gate: with a key, not too often, and what every answer forbids a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.serving.conftest import Start, send


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic first", "Bearer firs", "Bearer first,second"])
def test_without_a_key_nothing_is_answered(start: Start, exported: Path, header: str):
    running = start({"model": exported}, api_keys="first, second")
    headers = {"Authorization": header} if header else {}
    for path in ("/v1/models", "/v1/models/model", "/metrics", "/v1/models/model/predict", "/nowhere"):
        reply = running.get(path, **headers)
        assert (reply.status, reply.code) == (401, "no_key")
        assert reply.headers["www-authenticate"].startswith("Bearer")
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert running.get(path, **headers).status == 200


def test_every_answer_tells_a_browser_what_it_must_not_do(
    start: Start, exported: Path, monkeypatch: pytest.MonkeyPatch
):
    running = start({"model": exported}, api_keys="a-key-of-sixteen-letters", max_body_mb=0.01)
    key = {"Authorization": "Bearer a-key-of-sixteen-letters"}
    answers = {
        **{path: (running.get(path), 200) for path in ("/healthz", "/readyz", "/docs", "/openapi.json")},
        **{path: (running.get(path, **key), 200) for path in ("/metrics", "/v1/models")},
        "an answer": (running.ask({"text": "tasty warm food"}, **key), 200),
        "asked wrongly": (running.ask({"text": 7}, **key), 422),
        "too large": (running.ask({"text": "x" * 20_000}, **key), 413),
        "without a key": (running.get("/v1/models"), 401),
        "no path": (running.get("/no", **key), 404),
        "no method": (send(running.port, "DELETE", "/v1/models", **key), 405),
    }
    monkeypatch.setattr(running.server.models.get("model").generation.predictor, "batch", lambda texts: 1 / 0)
    answers["a defect"] = (running.ask({"text": "a"}, **key), 500)
    expected = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
    for name, (reply, status) in answers.items():
        assert reply.status == status, (name, reply.body)
        assert expected.items() <= reply.headers.items(), name
        policy = reply.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'none'"), name
        assert (policy == "frame-ancestors 'none'") == (name != "/docs"), name


def test_each_key_opens(start: Start, exported: Path):
    running = start({"model": exported}, api_keys="first, second")
    for key in ("first", "second"):
        assert running.ask({"text": "a"}, Authorization=f"Bearer {key}").status == 200


def test_metrics_can_be_opened(start: Start, exported: Path):
    assert start({"model": exported}, api_keys="key", open_metrics=True).get("/metrics").status == 200


def test_a_key_that_asks_too_often_is_told_when_to_come_back(start: Start, exported: Path):
    running = start({"model": exported}, api_keys="first, second", rate="2/hour")
    for _ in range(2):
        assert running.ask({"text": "a"}, Authorization="Bearer first").status == 200
    reply = running.ask({"text": "a"}, Authorization="Bearer first")
    assert (reply.status, reply.code) == (429, "too_fast")
    assert 1700 < int(reply.headers["retry-after"]) <= 1800
    assert running.ask({"text": "a"}, Authorization="Bearer second").status == 200
    assert [running.get("/v1/models").status for _ in range(3)] == [401, 401, 429]  # who guesses keys is counted, too
    assert [running.get(path).status for path in ("/healthz", "/readyz")] == [200, 200]


@pytest.mark.parametrize(("trusted", "last"), [("", 429), ("127.0.0.1", 200)])
def test_an_address_is_counted_and_only_a_trusted_proxy_says_which(start: Start, exported: Path, trusted, last):
    running = start({"model": exported}, rate="1/hour", trusted_proxies=trusted)
    assert running.ask({"text": "a"}, X_Forwarded_For="198.51.100.1").status == 200
    assert running.ask({"text": "a"}, X_Forwarded_For="198.51.100.2").status == last
    assert running.ask({"text": "a"}, X_Forwarded_For="203.0.113.1, 198.51.100.2").status == 429
