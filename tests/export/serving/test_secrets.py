"""The keys of the server of models, and whatever else its environment holds, are in no log and no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.export.serving.conftest import Process, send

KEYS = ("serve-key-0000000000000001", "serve-key-0000000000000002")
TOKEN = "hf_hostsowntoken0000000000000003"


def test_secrets_are_told_nobody(process: Callable[..., Process], exported: Path) -> None:
    server = process(f"m={exported}", GRAFT_SERVE_API_KEYS=",".join(KEYS), HF_TOKEN=TOKEN)
    asked = [
        *(("GET", path, None) for path in ("/v1/models", "/v1/models/m", "/metrics", "/openapi.json", "/docs", "/no")),
        *(("POST", "/v1/models/m/predict", body) for body in (b'{"text": "good"}', b"{", b'{"text": 3}', b"{}")),
        ("POST", "/v1/models/m/reload", b""),
    ]
    replies = [
        send(server.port, *each, Authorization=f"Bearer {key}") for key in (*KEYS, "wrong-key") for each in asked
    ]
    assert {200, 401, 404, 422} <= {reply.status for reply in replies}
    code, printed = server.end()
    assert code == 0
    told = [reply.body.decode() + str(reply.headers) for reply in replies]
    for secret in (*KEYS, TOKEN):
        assert not [text for text in (*told, printed, server.log.read_text()) if secret in text]
