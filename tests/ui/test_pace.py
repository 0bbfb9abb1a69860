"""How often somebody may do what costs something: by visitor, by address, from the page and from programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import gradio as gr
import pytest
from gradio.context import LocalContext, get_blocks_context
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pipeline.errors import RateError
from pipeline.rates import Rate
from pipeline.settings import ON_A_SHARED_HOST, SPACE_PROXIES, Settings
from pipeline.spec import RunSpec
from ui import server
from ui.api.calling import Refusal, bound
from ui.api.endpoints import ENDPOINTS
from ui.handlers import ask, estimate, export, progress, ranking, speed, start, training, uploads
from ui.languages import LanguageMiddleware
from ui.pace import ACTIONS, Action, Pace, PaceMiddleware, calling
from ui.services import Services
from ui.text.languages import LANGUAGES, speaking

MINE, THEIRS = "m" * 32, "t" * 32


def paced(services: Services, *actions: Action, times: int = 1, factor: int = 3) -> Services:
    return replace(services, pace=Pace({action: Rate(times, 3600) for action in actions}, factor))


def request_from(host: str, refused: list[float] | None = None) -> Any:
    scope = {"graft.refused": refused if refused is not None else []}
    return SimpleNamespace(client=SimpleNamespace(host=host), scope=scope, headers={}, cookies={})


def test_one_visitor_is_counted_apart_from_another() -> None:
    pace = Pace({"starts": Rate(2, 60)}, 5)
    pace.spend("starts", MINE)
    pace.spend("starts", MINE)
    with pytest.raises(RateError, match=r"Too many runs were started in a short time\. Try again in 30 s."):
        pace.spend("starts", MINE)
    pace.spend("starts", THEIRS)
    pace.spend("questions", MINE)


def test_made_up_visitors_have_one_address() -> None:
    pace = Pace({"starts": Rate(2, 60)}, 2)
    refused: list[float] = []
    with calling(request_from("192.0.2.1", refused)):
        for number in range(4):
            pace.spend("starts", f"visitor {number}")
        with pytest.raises(RateError):
            pace.spend("starts", "another one")
    assert refused == [pytest.approx(15, abs=0.1)]
    assert ("starts", "visitor", "another one") not in pace.counts._whole
    with calling(request_from("192.0.2.2")):
        pace.spend("starts", "another one")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_told_in_every_language(language: str) -> None:
    assert set(ACTIONS) == set(get_args(Action))
    with speaking(language):
        for action in ACTIONS:
            pace = Pace({action: Rate(1, 7200)})
            pace.spend(action, MINE)
            with pytest.raises(RateError, match=r"2 h 00 min|2 小时 00 分"):
                pace.spend(action, MINE)


def asks(services: Services, run_id: str, spec: RunSpec, file: Path) -> dict[Action, list[Callable[[], Any]]]:
    """What costs something → every handler that does it."""
    empty = {role: uploads.Slot() for role in uploads.ROLES}
    given = {"mapping": {}, "source": spec.source, "values": {}}
    sampled = {**empty, **uploads.sample(services, "reviews")[0]}
    files = training.Files(sampled)
    return {
        "uploads": [
            lambda: failing(uploads.accept(services, empty["target"], "target", file, spec.task, visitor=MINE)),
            lambda: failing(uploads.accept_dictionary(services, uploads.DictionarySlot(), file, MINE)),
            lambda: call(services, "upload_text", name="a.csv", content="text,label\na,b\n"),
            lambda: call(services, "fetch_dataset", dataset="owner/name"),
        ],
        "starts": [
            lambda: start.run_demo(services, MINE),
            lambda: training.start(services, MINE, files, **given),
            lambda: progress.resume(services, MINE, run_id),
            lambda: call(services, "start_run", spec=spec.model_dump(mode="json")),
            lambda: call(services, "start_training", files={"source": "samples/reviews.en.csv",
                                                            "target": "samples/reviews.zh.train.csv"}),
        ],
        "measurements": [
            lambda: estimate.forecast(services, spec, MINE),
            lambda: speed.measure(services, MINE, run_id, {"model": "transferred"}),
        ],
        "questions": [
            lambda: ask.ask(services, MINE, run_id, "a text"),
            lambda: call(services, "predict", run=run_id, text="a text"),
        ],
        "exports": [
            lambda: export.export(services, MINE, run_id, {"model": "transferred"}),
            lambda: export.zip_export(services, MINE, run_id, "transferred", file.parent),
            lambda: export.push_export(services, MINE, run_id, "transferred", "a/b", private=True, token="t"),
            lambda: call(services, "download_export", run=run_id, model="transferred"),
        ],
    }  # fmt: skip


def failing(slot: Any) -> None:
    """A card tells why; here it is raised."""
    if slot.failure:
        raise Refusal(slot.failure.sentence)


def call(services: Services, name: str, /, **given: Any) -> Any:
    endpoint = ENDPOINTS[name]
    known = {argument.name: argument.default for argument in endpoint.arguments} | given
    if "visitor" in known:
        known["visitor"] = MINE
    return bound(endpoint, services)(*known.values())


@pytest.mark.parametrize("action", ["uploads", "starts", "measurements", "questions", "exports"])
def test_whoever_does_it_is_counted(
    services: Services, spec: RunSpec, tmp_path: Path, finished: Callable[..., str], action: Action
) -> None:
    run_id = finished(services.store, spec)
    file = tmp_path / "brought.csv"
    file.write_text("text,label\na,b\n")
    spent = paced(services, action)
    spent.pace.spend(action, MINE)
    for each in asks(spent, run_id, spec, file)[action]:
        with pytest.raises((RateError, Refusal), match="in a short time"):
            each()
    assert not [*services.store.uploads.glob("*/*")]


def test_a_ranking_is_counted_by_address(services: Services, spec: RunSpec) -> None:
    spent = paced(services, "measurements", factor=1)
    files = training.Files(uploads.sample(services, "reviews")[0])
    with calling(request_from("192.0.2.1")), pytest.raises(RateError):
        spent.pace.spend("measurements", None)
        ranking.rank(spent, files, spec.source, {})


def test_every_call_of_a_program_is_counted(services: Services) -> None:
    spent = paced(services, "calls", times=2, factor=1)
    token = LocalContext.request.set(request_from("192.0.2.1"))
    try:
        call(spent, "about_server")  # knows no visitor, but the address
        call(spent, "list_runs")
        with pytest.raises(Refusal, match="Too many calls in a short time"):
            call(spent, "about_server")
    finally:
        LocalContext.request.reset(token)


def test_defaults_are_off_at_home_and_on_where_many_come() -> None:
    assert not Pace.of(Settings.from_environment({})).rates
    shared = Pace.of(Settings.from_environment({"GRAFT_SHARED": "true", "GRAFT_RATE_STARTS": "off"}))
    assert set(shared.rates) == {*ACTIONS} - {"starts"}
    space = Settings.from_environment({"SPACE_ID": "a/b", "GRAFT_RATE_CALLS": "1/second"})
    assert set(Pace.of(space).rates) == {*ACTIONS}
    assert Pace.of(space).rates["calls"] == Rate(1, 1)
    assert space.trusted_proxies == SPACE_PROXIES
    assert {name.removeprefix("rate_") for name in ON_A_SHARED_HOST} == {*ACTIONS}


# ── over HTTP ───────────────────────────────────────────────────────────────────────────


def client_of(services: Services, *, trusted: str = "", host: str = "192.0.2.1") -> TestClient:
    """A page with one endpoint, behind what stands before Graft's."""
    with gr.Blocks() as page:
        name = "about_server"
        get_blocks_context().set_event_trigger(
            [], bound(ENDPOINTS[name], services), [], [gr.JSON()], api_name=name, queue=False, postprocess=False
        )
    page.max_file_size = None  # as launch() sets it
    layers = [Middleware(LanguageMiddleware), Middleware(PaceMiddleware, pace=services.pace)]
    app: Any = App.create_app(page, app_kwargs={"middleware": layers})
    return TestClient(ProxyHeadersMiddleware(app, trusted), client=(host, 1234), raise_server_exceptions=False)


def ask_about(client: TestClient, **headers: str) -> Any:
    return client.post("/gradio_api/run/about_server", json={"data": []}, headers=headers)


def test_too_many_calls_are_answered_with_429_and_when_to_come_back(services: Services) -> None:
    client = client_of(paced(services, "calls", factor=2))
    assert [ask_about(client).status_code for _ in range(2)] == [200, 200]
    answer = ask_about(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 1800
    assert answer.json()["error"].startswith("Too many calls in a short time.")
    assert "短时间内调用次数过多" in ask_about(client, **{"accept-language": "zh"}).json()["error"]


@pytest.mark.parametrize("path", ["run/about_server", "queue/join", "call/about_server", "run/predict", "mcp/"])
def test_too_many_requests_are_refused_unread(services: Services, path: str) -> None:
    client = client_of(paced(services, "requests"))
    ask_about(client)
    answer = client.post(f"/gradio_api/{path}", content=b"not even JSON")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 3500
    assert answer.json()["detail"] == answer.json()["error"]
    assert client.get("/config").status_code == 200  # reading goes on


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload?upload_id=x"])
def test_too_many_uploads_of_an_address_are_refused_before_they_are_kept(services: Services, path: str) -> None:
    client = client_of(paced(services, "uploads", factor=1))
    files = {"files": ("a.csv", b"text\n")}
    assert client.post("/gradio_api/upload", files=files).status_code == 200
    answer = client.post(path, files=files)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 3500
    assert answer.text.startswith("Too many files were brought in a short time.")
    assert client_of(paced(services, "uploads"), host="192.0.2.9").post(path, files=files).status_code == 200


def test_only_a_trusted_proxy_says_where_a_request_comes_from(services: Services) -> None:
    spent = paced(services, "calls", factor=1)
    direct = client_of(spent)
    assert ask_about(direct, **{"x-forwarded-for": "198.51.100.1"}).status_code == 200
    assert ask_about(direct, **{"x-forwarded-for": "198.51.100.2"}).status_code == 429  # made up
    behind = client_of(spent, trusted="10.0.0.0/8", host="10.1.2.3")
    assert ask_about(behind, **{"x-forwarded-for": "198.51.100.3"}).status_code == 200
    forged = {"x-forwarded-for": "203.0.113.9, 198.51.100.3"}  # what the visitor wrote, and what the proxy added
    assert ask_about(behind, **forged).status_code == 429


def test_the_server_trusts_whom_the_host_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from uvicorn import Config

    class Stop(Exception):  # noqa: N818
        pass

    def stop(_: Settings) -> None:
        raise Stop

    monkeypatch.setattr(server.services, "create", stop)
    for trusted in ("", "10.0.0.0/8, 192.0.2.4"):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
        with pytest.raises(Stop):
            server.serve(Settings(runs_dir=tmp_path, trusted_proxies=trusted), "127.0.0.1", 0)
        assert Config("app").forwarded_allow_ips == trusted
