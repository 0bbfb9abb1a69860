"""Secrets go through runs, errors, exports, packages and the Hub, and are found nowhere afterwards."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from pipeline.spec import RunSpec
from tests.end_to_end.conftest import served
from tests.end_to_end.leaks import HOSTS, PUSHED, SECRETS, SIGNED_IN, VISITOR, contents, unfound
from tests.ui.test_accounts import cookie
from ui.api.endpoints import ENDPOINTS

#: What a Space is given that lets people sign in.
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/graft",
    "OAUTH_CLIENT_ID": "id",
    "OAUTH_SCOPES": "openid",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:9",
}


class Echo(BaseHTTPRequestHandler):
    """A Hub that is there, but refuses all it is asked, and quotes the request, its token included."""

    asked: list[str]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.rfile.read(length)
        self.asked.append(self.headers.get("authorization", ""))
        told = f"refused: {self.headers.get('authorization')} may not {self.command} {self.path}"
        content = json.dumps({"error": told}).encode()
        there = self.path.startswith("/api/models?")  # so it is asked at the start, before anything else
        self.send_response(200 if there else 500 if "broken" in self.path else 403)
        self.send_header("content-type", "application/json")
        self.send_header("x-error-message", told)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - as http.server calls them


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Echo,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Gradio and the runs leave in the system's temporary folder is looked through, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))


class Caller:
    """Calls endpoints, and keeps all that was answered."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.answers: list[bytes] = []

    def __call__(self, name: str, /, **given: Any) -> Any:
        """What an endpoint answers; None where it refuses."""
        known = {argument.name: argument.default for argument in ENDPOINTS[name].arguments} | given
        if "visitor" in known:
            known["visitor"] = VISITOR
        path = f"{self.app.url}/gradio_api/run/{name}"
        body: dict[str, Any] = {"data": [*known.values()]}
        if ENDPOINTS[name].queue:
            return self._queued(name, body)
        answer = httpx.post(path, json=body, headers={"x-graft-visitor": VISITOR}, timeout=120)
        self.answers += [answer.content, str(answer.headers).encode()]
        return answer.json()["data"][0] if answer.status_code == 200 else None

    def _queued(self, name: str, body: dict[str, Any]) -> None:
        path = f"{self.app.url}/gradio_api/call/{name}"
        event = httpx.post(path, json=body, timeout=60).json()["event_id"]
        self.answers.append(httpx.get(f"{path}/{event}", timeout=120).content)

    def fetched(self, path: str) -> bytes:
        """A file or page of the server."""
        content = httpx.get(path if path.startswith("http") else f"{self.app.url}{path}", timeout=60).content
        self.answers.append(content)
        return content

    def ended(self, run: str) -> str:
        """The state in which a run ends."""
        until = time.monotonic() + 240
        while time.monotonic() < until:
            if (state := self.app.store.get(run).state).value not in ("queued", "running"):
                return str(state.value)
            time.sleep(0.5)
        raise AssertionError(f"{run} does not end")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "spelled",
    [
        str,
        lambda secret: f"https://hub/?{urlencode({'token': secret})}",
        lambda secret: f"https://hub/{quote(secret)}/x",
        lambda secret: f"https://hub/{quote(secret, safe='')}/x",
        lambda secret: json.dumps({"token": f"Bearer {secret}"}),
        lambda secret: json.dumps({"token": f"Bearer {secret}"}, ensure_ascii=False),
    ],
    ids=["as it is", "query", "path", "part", "JSON", "JSON in UTF-8"],
)
def test_a_secret_would_be_found(secret: str, spelled: Callable[[str], str]) -> None:
    with pytest.raises(AssertionError, match="here"):
        unfound([("here", spelled(secret).encode())])


@pytest.mark.slow
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.usefixtures("own_place")
def test_secrets_are_in_nothing_that_a_run_leaves_or_a_server_says(
    echo: tuple[str, list[str]], tiny_spec: RunSpec, tiny_model: Path, tmp_path: Path, *, shared: bool
) -> None:
    url, asked = echo
    asked.clear()
    runs = tmp_path / "server" / "runs"
    runs.parent.mkdir()
    given = {
        "HF_ENDPOINT": url,
        "HF_HUB_OFFLINE": "0",
        "GRAFT_SHARED": str(shared).lower(),
        "HF_HOME": str(tmp_path / "hf"),
        "GRAFT_SYNC_REPO": "someone/kept",
    }
    with served(runs, tiny_model, **given, **HOSTS) as app:
        call = Caller(app)
        spec = tiny_spec.model_dump(mode="json", exclude={"exports", "source"})
        for role in ("source", "target", "test", "unlabelled"):
            spec["data"][role]["path"] = brought(call, Path(getattr(tiny_spec.data, role).path))
        spec["data"]["dictionary"] = brought(call, Path(str(tiny_spec.data.dictionary)))
        spec["exports"] = [{"model": "transferred", "optimisation": "none", "quantisation": "none"}]
        run = call("start_run", spec=json.dumps(spec))["run"]

        refusals(call, spec)
        assert call.ended(run) == "done"
        looks(call, run)
        call("push_export", run=run, model="transferred", repository="me/mine", token=PUSHED)
        call("push_export", run=run, model="transferred", repository="me/mine")
        call("push_export", run=run, model="transferred", repository="me/broken", token=PUSHED)
        packed = call("download_export", run=run, model="transferred")
        assert call.fetched(packed["url"])[:2] == b"PK"
        for path in ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json", f"/?run={run}"):
            call.fetched(path)
        assert f"Bearer {PUSHED}" in asked  # the code path has been taken
        assert f"Bearer {HOSTS['GRAFT_SYNC_TOKEN']}" in asked
        if not shared:
            assert f"Bearer {HOSTS['HF_TOKEN']}" in asked
        assert not shared or not any(HOSTS["HF_TOKEN"] in one for one in asked)  # nor lent to a visitor
    assert unfound([(f"answer {number}", answer) for number, answer in enumerate(call.answers)]) > 50
    assert unfound(contents(tmp_path)) > 50  # runs, artifacts, exports, uploads, the server's log, caches
    assert (runs.parent / "server.log").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("own_place")
def test_the_token_of_somebody_who_signed_in_is_lent_to_their_request_and_kept_nowhere(
    echo: tuple[str, list[str]], tiny_model: Path, tmp_path: Path
) -> None:
    url, asked = echo
    asked.clear()
    runs = tmp_path / "server" / "runs"
    runs.parent.mkdir()
    given = {"HF_ENDPOINT": url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "hf")}
    user = {"sub": "ada", "preferred_username": "ada", "name": "Ada"}
    info = {"access_token": SIGNED_IN, "scope": "openid", "expires_at": time.time() + 3600, "userinfo": user}
    signed = cookie({"oauth_info": info}, HOSTS["OAUTH_CLIENT_SECRET"])
    with (
        served(runs, tiny_model, **given, **HOSTS, **SPACE) as app,
        httpx.Client(base_url=app.url, headers={"cookie": f"session={signed}"}, timeout=120) as client,
    ):
        answers = [client.get("/").content]
        for dataset in ("tiny/secret", "tiny/broken"):
            answers += bring(client, dataset)
        assert f"Bearer {SIGNED_IN}" in asked
        assert not any(HOSTS["HF_TOKEN"] in one for one in asked)
    places = [*((f"answer {number}", answer) for number, answer in enumerate(answers)), *contents(tmp_path)]
    assert unfound(places) > 5
    assert not any(signed.encode() in content for _, content in places)


def bring(client: httpx.Client, dataset: str) -> list[bytes]:
    """Ask for a data set of the Hub as the page does; all that is said of it."""
    config = client.get("/config").json()
    parts = {part["id"]: part for part in config["components"]}
    names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    event = next(
        one for one in config["dependencies"] if "hub-source-bring" in {names[part] for part, _ in one["targets"]}
    )
    values = {"visitor": VISITOR, "hub-source-dataset": dataset, "task": "text-classification"}
    data = [values.get(names[one], None if parts[one]["type"] == "state" else "") for one in event["inputs"]]
    body = {"fn_index": event["id"], "data": data, "session_hash": dataset.replace("/", "")}
    said = [client.post("/gradio_api/queue/join", json=body).raise_for_status().content]
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": body["session_hash"]}) as stream:
        for line in stream.iter_lines():
            said.append(line.encode())
            if '"process_completed"' in line:
                break
    return said


def brought(call: Caller, path: Path) -> str:
    return str(call("upload_text", name=path.name, content=path.read_text(encoding="utf-8"))["file"])


def refusals(call: Caller, spec: dict[str, Any]) -> None:
    """What goes wrong, with the Hub's own words in it and without."""
    hub = {"kind": "hub", "repo_id": "tiny/secret"}
    for wrong in (
        {**spec, "source": hub, "name": "from the Hub"},
        {**spec, "source": {**hub, "repo_id": "tiny/broken"}, "name": "from a broken Hub"},
        {**spec, "source": {"kind": "local", "path": "/nowhere"}},
        {**spec, "token": PUSHED},
        {"data": {"target": {"path": "no/file"}}},
    ):
        started = call("start_run", spec=json.dumps({**wrong, "exports": []} if "token" not in wrong else {"name": 7}))
        if started:
            call("cancel_run", run=started["run"])
    call("fetch_dataset", dataset="tiny/secret")
    call("fetch_dataset", dataset="tiny/broken")
    call("watch_run", run="no-run")
    call("inspect_file", file="no/file")
    call("estimate_run", spec={**spec, "exports": []})
    call.fetched("/gradio_api/file=/proc/self/environ")
    call.fetched("/gradio_api/file=/etc/passwd")


def looks(call: Caller, run: str) -> None:
    """All that can be read of a run."""
    for name in ("watch_run", "read_log", "read_spec", "compare_models", "list_models", "list_exports", "read_report",
                 "list_test_texts", "read_curves", "share_report", "read_calibration"):  # fmt: skip
        assert call(name, run=run) is not None, name
    for name in ("about_server", "list_runs", "list_sources", "list_presets", "list_samples"):
        assert call(name) is not None, name
    assert call("predict", run=run, text="好", models=[f"{run}/transferred"])
