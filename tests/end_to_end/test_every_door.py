"""A stranger on a real server of many visitors tries every endpoint, event and route to reach what is another's.

What there is to try is read off the app itself: an endpoint's argument, a route's parameter or a component's kind that
this file does not know fails the test, so that a new door can't be forgotten.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from gradio.utils import HASH_SEED_PATH

from pipeline.engine.local import LocalEngine
from pipeline.settings import ON_A_SHARED_HOST
from tests.apart import apart
from tests.end_to_end.conftest import served
from tests.end_to_end.made import finished
from tests.end_to_end.test_programs import with_tools
from ui.access import GUEST
from ui.api.endpoints import ENDPOINTS

MARK = "zq7-nobody-else's"
VICTIM, STRANGER = "v" * 32, "s" * 32
FREELY = {f"GRAFT_{name.upper()}": "off" for name in ON_A_SHARED_HOST}  # a refusal for haste would prove nothing
#: Endpoints that look at nobody's run, file or link.
OF_NOBODY = {"about_server", "new_visitor", "list_samples", "list_presets", "list_sources", "list_runs", "start_demo"}
#: An endpoint's arguments that name nothing of anybody's.
HARMLESS = {
    "task", "name", "second", "preset", "label_mapping", "source_label_mapping", "text", "variant", "role", "seed",
    "offset", "limit", "kind", "contains", "first", "content", "dataset", "config", "split", "reading", "seconds",
    "measure", "label", "said", "by", "sure", "provider", "optimisation", "quantisation", "calibration",
    "calibration_texts", "compiled", "repository", "private", "token", "model", "visitor",
}  # fmt: skip


class Neighbour(ThreadingHTTPServer):
    """What only the server's own network can reach; counts who connects, and says what nobody should see."""

    class Handler(BaseHTTPRequestHandler):
        """Answers everybody."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(f"text,label\n{MARK},good\n".encode())

        do_POST = do_HEAD = do_GET  # noqa: N815 - as http.server calls them

        def log_message(self, *_: Any) -> None:
            pass

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.met = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def verify_request(self, *_: Any) -> bool:
        """Called once for each connection."""
        self.met += 1
        return True


@dataclass
class Place:
    """The server, and what on it is the victim's.

    Attributes:
        app: The server.
        run: Id of the victim's run.
        file: Name of the victim's upload.
        folder: The run's.
        upload: The upload's path.
        neighbour: Listens beside the server.
    """

    app: Any
    run: str
    file: str
    folder: Path
    upload: Path
    neighbour: Neighbour

    @property
    def paths(self) -> list[str]:
        """Files that hold what nobody else may see."""
        names = ("report.json", "spec.json", "state.json", "worker.log", "exports/transferred/fp32/model.onnx")
        root = self.app.store.root
        return [*(str(self.folder / name) for name in names), str(self.upload), str(root / ".account-secret")]

    @property
    def secrets(self) -> list[bytes]:
        """What must be in no answer."""
        return [MARK.encode(), (self.app.store.root / ".account-secret").read_bytes().strip()]

    def ask(self, name: str, /, **given: Any) -> httpx.Response:
        """Call an endpoint."""
        arguments = {argument.name: argument.default for argument in ENDPOINTS[name].arguments} | given
        return httpx.post(f"{self.app.url}/gradio_api/run/{name}", json={"data": [*arguments.values()]}, timeout=120)

    def stamp(self) -> dict[str, str]:
        """All that is the victim's, to see that nobody changed it."""
        files = [path for top in (self.folder, self.upload.parent) for path in top.rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Neighbour]:
    with Neighbour() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, neighbour: Neighbour) -> Iterator[Place]:
    runs = tmp_path_factory.mktemp("doors") / "runs"
    with served(runs, tiny_model, GRAFT_SHARED="true", **FREELY) as app:
        (app.store.root / ".account-secret").write_text("5ec4e7" * 6, encoding="ascii")
        run = finished(app, VICTIM, f"run {MARK}", mark=MARK)
        found = Place(app, run, "", app.store.folder(run), runs, neighbour)
        content = f"text,label\n{MARK},good\nother,bad\n"
        answer = found.ask("upload_text", name="mine.csv", content=content, visitor=VICTIM)
        found.file = answer.json()["data"][0]["file"]
        found.upload = app.store.uploads / found.file
        yield found
        for record in app.store.list():
            LocalEngine(app.store).kill(record.id, record.pid)


@pytest.fixture
def unchanged(place: Place) -> Iterator[None]:
    """Nothing that is the victim's has changed, it is still theirs, and the server has asked no neighbour."""
    before, met = place.stamp(), place.neighbour.met
    yield
    assert place.stamp() == before
    assert place.neighbour.met == met
    told = place.ask("list_runs", visitor=VICTIM).json()["data"][0]
    assert [run["run"] for run in told["runs"]] == [place.run]


def clean(place: Place, answer: httpx.Response, door: str) -> None:
    """Nothing that is the victim's is in an answer, and no traceback."""
    for secret in place.secrets:
        assert secret not in answer.content, door
        assert secret not in str(answer.headers).encode(), door
    assert b"Traceback" not in answer.content, door


def strangers(place: Place) -> list[str]:
    """Who a stranger can say that they are: themselves, nobody, a guest, the owner as the run's record has it."""
    owner = hashlib.sha256(VICTIM.encode()).hexdigest()
    return [STRANGER, "", f"{GUEST}x", f"{GUEST}{place.run}", GUEST, owner, f"{VICTIM} x", VICTIM[:-1], VICTIM.upper()]


# ── endpoints ───────────────────────────────────────────────────────────────────────────


def foreign(place: Place) -> dict[str, list[Any]]:
    """Argument → values that lead to the victim's, or would if somebody forgot to look."""
    run, file, path = place.run, place.file, str(place.upload)
    spelled = [run, f"../{run}", f"{run}/", f" {run}", f"./{run}", str(place.folder), f"{run}\x00", run.upper()]
    files = [file, f"{file}/.", f"x/../{file}", path, f"file://{path}", f"samples/../{file}", f"samples/{path}",
             f"{place.file.partition('/')[0]}/.owner", *place.paths]  # fmt: skip
    specs: list[Any] = [{"data": {"source": {"path": one}, "target": {"path": one}}} for one in files]
    specs += [{"data": {"target": {"path": file}}, "source": {"kind": "local", "path": str(place.folder)}}]
    return {
        "run": spelled,
        "other": spelled,
        "models": [[f"{one}/transferred"] for one in spelled] + [[f"{run}/transferred/fp32"], ["transferred"]],
        "file": [*files, {"path": path}, {"path": path, "meta": {"_type": "gradio.FileData"}}],
        "files": [{"target": one, "source": one} for one in files] + [{"target": {"file": file}}],
        "spec": [*specs, json.dumps(specs[0])],
        "source": [str(place.folder), run, f"{run}/transferred", f"local:{place.folder}"],
        "link": [run, f"/?report={run}", f"/?report={VICTIM}", hashlib.sha256(VICTIM.encode()).hexdigest(), "", "*"],
    }


def filled(name: str, argument: str, value: Any) -> dict[str, Any]:
    """Arguments of an endpoint with one of them foreign, and the others as they have to be."""
    usual: dict[str, Any] = {
        "files": {"target": "samples/reviews.zh.train.csv", "test": "samples/reviews.zh.test.csv"},
        "text": "text", "name": "a name", "content": "text,label\na,b\n", "model": "transferred", "dataset": "a/b",
        "repository": "a/b", "token": "hf_x", "spec": {"data": {"target": {"path": "samples/reviews.zh.train.csv"}}},
        "file": "samples/reviews.zh.train.csv", "run": "no-run", "other": "no-run", "link": "no",
        "first": "transferred", "second": "source-only",
    }  # fmt: skip
    needed = {one.name: usual[one.name] for one in ENDPOINTS[name].arguments if one.required}
    return {**needed, argument: value}


def test_every_argument_of_every_endpoint_is_known(place: Place) -> None:
    info = httpx.get(f"{place.app.url}/gradio_api/info").json()["named_endpoints"]
    assert {name.lstrip("/") for name in info} == ENDPOINTS.keys()
    found = {one["parameter_name"] for endpoint in info.values() for one in endpoint["parameters"]}
    assert found == HARMLESS | foreign(place).keys()
    named = {name for name, one in ENDPOINTS.items() if {each.name for each in one.arguments} & foreign(place).keys()}
    others = {"upload_text", "fetch_dataset"}  # take no name of anything that is there
    assert ENDPOINTS.keys() - named - others == OF_NOBODY


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ENDPOINTS.keys() - OF_NOBODY))
def test_no_endpoint_gives_a_stranger_what_is_anothers(place: Place, unchanged: None, name: str) -> None:
    values = foreign(place)
    mine = [argument.name for argument in ENDPOINTS[name].arguments]
    for argument in mine:
        for value in values.get(argument, []):
            given = filled(name, argument, value)
            for visitor in strangers(place) if value == values[argument][0] else [STRANGER]:
                if "visitor" in mine:
                    given["visitor"] = visitor
                answer = place.ask(name, **given)
                clean(place, answer, f"{name} {given}")
                if argument in ("run", "file", "spec", "link", "files"):
                    assert answer.status_code == 500, f"{name} {given}: {answer.text}"


def test_the_victim_gets_what_the_strangers_do_not(place: Place) -> None:
    """Else the tests above would show nothing."""
    for name in ("watch_run", "read_log", "compare_models", "list_exports", "read_report", "list_test_texts"):
        answer = place.ask(name, run=place.run, visitor=VICTIM)
        assert answer.status_code == 200, name
        assert MARK in answer.text, name
    assert MARK in place.ask("inspect_file", file=place.file, visitor=VICTIM).text
    assert place.ask("list_runs", visitor=STRANGER).json()["data"][0]["total"] == 0


def test_the_neighbour_notices_who_connects(place: Place) -> None:
    before = place.neighbour.met
    assert MARK in httpx.get(f"{place.neighbour.url}/a.csv").text
    assert place.neighbour.met == before + 1


def test_a_header_makes_nobody_somebody_else(place: Place, unchanged: None) -> None:
    owner = hashlib.sha256(VICTIM.encode()).hexdigest()
    for headers in (
        {"x-graft-visitor": owner},
        {"x-graft-visitor": STRANGER, "cookie": f"visitor={VICTIM}; oauth_info={VICTIM}; session={VICTIM}"},
        {"x-graft-visitor": STRANGER, "authorization": f"Bearer {VICTIM}", "x-forwarded-user": VICTIM},
    ):
        body = {"data": [place.run, ""]}
        answer = httpx.post(f"{place.app.url}/gradio_api/run/watch_run", json=body, headers=headers)
        assert answer.status_code == 500
        clean(place, answer, str(headers))


# ── events of the page, which are private, but can be called by number ─────────────────────


def payloads(place: Place) -> dict[str, Any]:
    """What every input of an event may be given, besides who asks."""
    path = str(place.upload)
    file = {"path": path, "orig_name": "a.csv", "size": 1, "meta": {"_type": "gradio.FileData"}}
    return {
        "id": place.run,
        "list": [f"{place.run}/transferred"],
        "path": path,
        "file": file,
        "number": 0,
        "nothing": None,
        "address": {**file, "path": f"{place.app.url}/gradio_api/file={path}", "url": f"{place.app.url}/x"},
        "neighbour": {**file, "path": f"{place.neighbour.url}/a.csv", "url": f"{place.neighbour.url}/b.csv"},
        "link": f"{place.neighbour.url.replace('127.0.0.1', 'localhost')}/a.csv",
        "report": str(place.folder / "report.json"),
    }


def answers(client: httpx.Client, sent: int, session: str) -> str:
    """All that the queue says of a session's events."""
    said, done = [], 0
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}, timeout=180) as stream:
        for line in stream.iter_lines():
            said.append(line)
            done += '"process_completed"' in line
            if done >= sent or '"close_stream"' in line:
                break
    return "\n".join(said)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["id", "list", "path", "file", "number", "nothing", "address", "neighbour", "link", "report"]
)
def test_no_event_of_the_page_gives_a_stranger_what_is_anothers(place: Place, unchanged: None, kind: str) -> None:
    value = payloads(place)[kind]
    config = httpx.get(f"{place.app.url}/config").json()
    parts = {part["id"]: part for part in config["components"]}
    events = [one for one in config["dependencies"] if one["backend_fn"] and one["api_visibility"] != "public"]
    assert len(events) > 100
    demo = {one["id"] for one in parts.values() if one["props"].get("elem_id") == "demo"}

    def given(number: int) -> Any:
        part = parts[number]
        if part["type"] == "state":
            return None
        return STRANGER if part["props"].get("elem_id") == "visitor" else value

    session, sent = f"stranger{kind}", 0
    query = f"?run={place.run}&report={place.run}"
    with httpx.Client(base_url=place.app.url, timeout=120) as client:
        for event in events:
            if {target for target, _ in event["targets"]} & demo:
                continue  # starts a run of the stranger's own, and is tried as an endpoint
            body = {"fn_index": event["id"], "data": [*map(given, event["inputs"])], "session_hash": session}
            body["event_data"] = {"value": place.run, "index": 0, "_type": "x"}
            if not event["queue"]:
                clean(place, client.post(f"/gradio_api/run/predict{query}", json=body), f"event {event['id']}")
                continue
            answer = client.post(f"/gradio_api/queue/join{query}", json=body)
            assert answer.status_code in (200, 422), answer.text
            clean(place, answer, f"event {event['id']}")
            sent += answer.status_code == 200
        said = answers(client, sent, session)
    assert said.count('"process_completed"') == sent
    for secret in place.secrets:
        at = said.find(secret.decode())
        assert at < 0, said[max(0, at - 300) : at + 100]
    assert "Traceback" not in said


# ── routes ──────────────────────────────────────────────────────────────────────────────


def routes() -> set[tuple[str, str]]:
    """Method and path of every route that the app has."""
    from gradio.routes import App

    from pipeline.settings import Settings
    from ui import layout, services

    app: Any = App.create_app(layout.build(services.create(Settings(runs_dir=Path(os.environ["GRAFT_DOORS_DIR"])))))

    def walk(given: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
        for route in given:
            if inner := getattr(route, "original_router", None):
                yield from walk(inner.routes, before + (route.include_context.prefix or ""))
            elif inner := getattr(route, "routes", None):
                yield from walk(inner, before + getattr(route, "path", ""))
            else:
                path = before + route.path
                yield from ((method, path) for method in getattr(route, "methods", None) or ())

    return {*walk(app.routes)}


def test_no_route_gives_a_stranger_what_is_anothers(
    place: Place, unchanged: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_DOORS_DIR", str(tmp_path))
    found = routes()
    assert {path for _, path in found} >= {"/gradio_api/file={path_or_url:path}", "/gradio_api/upload", "/config"}
    spellings = [
        spelled
        for path in place.paths
        for spelled in (
            path, quote(path, safe=""), f"/{path}", f"{'../' * 12}{path.lstrip('/')}", f"{'..%2f' * 12}{path[1:]}",
            f"{'%2e%2e/' * 12}{path[1:]}", f"{Path(path).parent}/./{Path(path).name}", f"file://{path}",
            f"{place.neighbour.url}/{path}", f"{path}%00.png", f"{Path(path).parent}//{Path(path).name}",
        )
    ]  # fmt: skip
    ids = [place.run, VICTIM, "0"]
    #: Parameter of a route → what is tried for it.
    tried: dict[str, list[str]] = {
        "path": spellings, "path_or_url": spellings, "url_path": spellings, "file_name": spellings[:11],
        "api_name": ["read_report", "predict", place.run], "event_id": ids, "session_hash": ids, "run": ["0"],
        "component_id": ["0"], "segment_id": ["0", *spellings[:2]], "ext": ["ts"], "size": ["64", "1"], "key": ids,
        "id": ids, "environment": ["client", "server"], "type": ["component"], "page": ["x"],
    }  # fmt: skip
    report = place.paths[0]
    bodies: list[Any] = [
        {"data": [place.run, STRANGER], "session_hash": "x", "event_id": place.run, "fn_index": 0},
        {"data": [{"path": report, "meta": {"_type": "gradio.FileData"}}, STRANGER], "fn_name": "ls",
         "component_id": 0, "session_hash": "x"},
        {"prompt": report, "code": report, "hash": place.run, "username": VICTIM, "password": VICTIM},
    ]  # fmt: skip
    source = (Path("app.py").read_bytes(), Path("ui/layout.py").read_bytes())
    count = 0
    with httpx.Client(base_url=place.app.url, timeout=30, headers={"connection": "close"}) as client:
        for method, path in sorted(found):
            names = re.findall(r"{(\w+)(?::\w+)?}", path)
            assert {*names} <= tried.keys(), f"{path} has a parameter that nobody has thought of here"
            for number in range(max([len(tried[name]) for name in names], default=1)):
                filled_in = path
                for name in names:
                    value = tried[name][number % len(tried[name])]
                    filled_in = re.sub(rf"{{{name}(:\w+)?}}", lambda _, value=value: value, filled_in, count=1)
                for body in bodies if method == "POST" else [None]:
                    query = {"session_hash": place.run, "deep_link": report, "upload_id": place.run}
                    clean(place, taken(client, method, filled_in, body, query), f"{method} {filled_in}")
                    count += 1
    assert count > 500
    assert source == (Path("app.py").read_bytes(), Path("ui/layout.py").read_bytes())


def test_where_gradio_keeps_a_file_can_t_be_reckoned_by_who_has_its_content(place: Place) -> None:
    content = f"text,label\n{MARK},good\n".encode()
    sent = {"files": ("mine.csv", content, "text/csv")}
    kept = Path(httpx.post(f"{place.app.url}/gradio_api/upload", files=sent).raise_for_status().json()[0])
    fetched = httpx.get(f"{place.app.url}/gradio_api/file={kept}")
    assert fetched.content == content  # so whoever knew the path would have the file
    own_key = Path(HASH_SEED_PATH).read_bytes().strip()  # of an installation, which others may have as well
    reckoned = {hashlib.sha256(key + content).hexdigest() for key in (b"", own_key)}
    assert kept.parent.name not in reckoned
    for name in reckoned:
        assert httpx.get(f"{place.app.url}/gradio_api/file={kept.parent.parent / name / kept.name}").status_code >= 400


def taken(client: httpx.Client, method: str, path: str, body: Any, query: dict[str, str]) -> httpx.Response:
    """The beginning of an answer; streams of events have no end, and a refused body may be left unread."""
    try:
        with client.stream(method, path, json=body, params=query, follow_redirects=False) as stream:
            content = b""
            if "event-stream" not in stream.headers.get("content-type", ""):
                content = stream.read()
            return httpx.Response(stream.status_code, headers={"x": str(stream.headers)}, content=content)
    except httpx.ReadError:
        client.get("/config").raise_for_status()  # the server is well
        return httpx.Response(400)


def test_no_link_and_no_address_opens_anothers_report(place: Place, unchanged: None) -> None:
    with httpx.Client(base_url=place.app.url) as client:
        for query in (
            f"run={place.run}",
            f"report={place.run}",
            "report=",
            f"report={VICTIM}",
            "report=*",
            "report=../x",
        ):
            answer = client.get(f"/?{query}")
            assert answer.status_code == 200
            clean(place, answer, query)
            clean(place, client.get(f"/config?{query}"), query)


def test_no_tool_gives_an_assistant_what_is_anothers(place: Place, unchanged: None) -> None:
    async def look(tools: Any) -> list[Any]:
        calls = [
            (name, {"run": place.run}) for name in ("watch_run", "read_log", "read_spec", "delete_run", "read_report")
        ]
        calls.append(("inspect_file", {"file": place.file}))
        owner = hashlib.sha256(VICTIM.encode()).hexdigest()
        return [
            await tools.call_tool(name, {**given, "visitor": visitor})
            for visitor in (STRANGER, owner, f"{GUEST}{place.run}")
            for name, given in calls
        ]

    for found in apart(with_tools(place.app.url, {}, look)):
        assert found.isError
        assert MARK not in str(found)
