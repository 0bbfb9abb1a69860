"""Replicas on a cluster, beside one process: the same application to whoever asks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.serving.replicas import Replica
from export.serving.settings import ServeSettings
from tests.export.serving.conftest import ROOT, Process, send, until

KEY = {"Authorization": "Bearer key"}
Make = Callable[..., Process]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["local", "ray"])
def test_one_interface_whoever_answers(
    engine: str, request: pytest.FixtureRequest, process: Make, exported: Path, tmp_path: Path
) -> None:
    """In one test, for a server takes its time to come up."""
    from export.choosing import chosen
    from export.predictor import Predictor

    folder = shutil.copytree(exported, tmp_path / "onnx")
    more = {"RAY_ADDRESS": request.getfixturevalue("cluster").address} if engine == "ray" else {}
    count = ["--replicas", "2"] if engine == "ray" else []
    arguments = [f"model={folder}", "--engine", engine, *count, "--max-body-mb", "0.1"]
    server = process(*arguments, GRAFT_SERVE_API_KEYS="key", **more)

    def ask(body: Any, path: str = "/v1/models/model/predict", method: str = "POST", **headers: str) -> Any:
        return send(server.port, method, path, body, **(headers or KEY))

    texts = ["the food was very warm and tasty", "rude and slow", ""]
    expected = Predictor(chosen(exported)).predict(texts)
    reply = ask({"texts": texts})
    assert reply.status == 200
    found = reply.json["answers"]
    assert [each["label"] for each in found] == [each.label for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["probabilities"] == pytest.approx(other.probabilities, abs=1e-5)
    assert ask(None, "/v1/models", "GET").json["models"][0]["name"] == "model"
    assert ask(None, "/readyz", "GET").json == {"status": "ready"}
    refused = {
        "no_key": ask({"text": "x"}, Authorization="Bearer other"),
        "bad_json": ask(b"{"),
        "wrong_type": ask({"words": ["x"]}),
        "unknown_model": ask({"text": "x"}, "/v1/models/other/predict"),
        "unknown_path": ask(None, "/nothing", "GET"),
        "too_large": ask({"text": "x" * 200_000}),
    }
    assert {code: reply.code for code, reply in refused.items()} == {code: code for code in refused}

    def generations() -> set[int]:
        return {ask(None, "/v1/models/model", "GET").json["generation"] for _ in range(12)}

    assert ask(None, "/v1/models/model/reload").status == 200
    assert generations() == {2}  # all replicas
    server.process.send_signal(signal.SIGHUP)
    until(lambda: generations() == {3})
    (folder / "export.json").write_text("{")
    failed = ask(None, "/v1/models/model/reload")
    assert (failed.status, failed.code) == (409, "reload_failed")
    assert ask({"text": "tasty"}).status == 200  # served on as it was
    if engine == "ray":
        second = subprocess.run(
            [sys.executable, "-m", "export", "serve", str(exported), "--engine", "ray", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, "RAY_ADDRESS": request.getfixturevalue("cluster").address},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (second.returncode, second.stderr.count("serves something already")) == (1, 1)
        assert ask({"text": "tasty"}).status == 200
    assert server.end()[0] == 0, server.log.read_text()
    log = server.log.read_text()
    assert "the food was" not in log
    assert "Traceback" not in log
    assert json.dumps(texts[1]) not in log


def test_it_is_told_where_more_replicas_are_the_fewer(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from export.__main__ import main

    assert main(["serve", str(exported), "--replicas", "3", "--max-replicas", "2"]) == 1
    assert "max_replicas is below replicas" in capsys.readouterr().err


def test_replicas_come_and_go_with_what_is_asked_of_them() -> None:
    pytest.importorskip("ray", reason="requirements-ray.txt is not installed")
    from export.serving.replicas import _deployment
    from export.serving.settings import ServeSettings

    growing = _deployment(ServeSettings(replicas=2, max_replicas=5, replica_load=3, threads=2))
    scaling = growing._deployment_config.autoscaling_config
    assert (scaling.min_replicas, scaling.max_replicas, scaling.target_ongoing_requests) == (2, 5, 3)
    assert growing.ray_actor_options == {"num_cpus": 2}
    fixed = _deployment(ServeSettings(replicas=2))
    assert fixed._deployment_config.autoscaling_config is None
    assert fixed.num_replicas == 2


def test_a_full_queue_is_told_by_the_application_and_the_proxy_has_an_end() -> None:
    pytest.importorskip("ray", reason="requirements-ray.txt is not installed")
    from export.serving.replicas import _deployment
    from export.serving.settings import ServeSettings

    config = _deployment(ServeSettings(queue_size=300))._deployment_config
    assert config.max_ongoing_requests > 300 + 1  # of one text each
    assert config.max_queued_requests == 300


def test_a_replica_one_of_whose_threads_has_died_is_replaced(exported: Path) -> None:
    """Serve asks it by ``check_health``, and replaces what raises."""
    replica = Replica({"model": exported}, ServeSettings(threads=1))
    replica.check_health()
    replica._models.close()
    with pytest.raises(RuntimeError, match="thread has died"):
        replica.check_health()
