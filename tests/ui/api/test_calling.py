"""Around a call: who calls, in which language, with what, and what is told of an error."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.context import LocalContext

from pipeline.spec import RunSpec
from ui import access
from ui.api.calling import HEADER, Refusal, bound, documentation
from ui.api.endpoints import ENDPOINTS
from ui.services import Services
from ui.text.languages import COOKIE

Call = Callable[..., Any]


@pytest.fixture
def request_with() -> Any:
    """Lets a call come from a request with these headers and cookies."""
    tokens = []

    def made(headers: dict[str, str] | None = None, cookies: dict[str, str] | None = None) -> None:
        request: Any = SimpleNamespace(headers=headers or {}, cookies=cookies or {})
        tokens.append(LocalContext.request.set(request))

    yield made
    for token in reversed(tokens):
        LocalContext.request.reset(token)


def test_an_error_is_the_sentence_alone(services: Services, call: Call) -> None:
    with pytest.raises(Refusal) as refused:
        call(services, "watch_run", run="<b>nobody</b>")
    assert str(refused.value) == "There is no such run, or it is not yours. Choose one of the list."
    assert refused.value.print_exception is False


def test_what_nobody_expected_is_told_by_its_number(
    services: Services, call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services.store, "get", lambda _: 1 / 0)
    with caplog.at_level(logging.ERROR), pytest.raises(Refusal, match=r"went wrong on our side, id [0-9A-F]+"):
        call(services, "watch_run", run="some-run")
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("list_runs", {"limit": "many"}, "limit: "),
        ("export_model", {"run": "some-run", "model": "best"}, "model: "),
        ("inspect_file", {"file": "samples/reviews.en.csv", "reading": {"encoding": "latin-1"}}, "encoding: "),
        ("inspect_file", {"file": "samples/reviews.en.csv", "role": "teacher"}, "role: "),
        ("start_run", {"spec": 7}, "spec"),
        ("write_spec", {"files": ["samples/reviews.en.csv"]}, "files: "),
        ("watch_run", {}, "run: Field required"),
        ("compare_models", {"run": "some-run", "models": "all"}, "models: "),
    ],
)
def test_a_wrong_argument_is_named(services: Services, call: Call, name: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        call(services, name, **given)
    assert said in str(refused.value)
    assert "The API page describes each argument." in str(refused.value)


def test_null_stands_for_what_is_left_out(services: Services, call: Call) -> None:
    assert call(services, "list_runs", offset=None, limit=None, visitor=None) == {"runs": [], "total": 0}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([{}, {}], "There is no such run"),
        ([{"accept-language": "zh-CN,zh;q=0.9"}, {}], "没有这次运行"),
        ([{"accept-language": "fr, de;q=0.8"}, {}], "There is no such run"),
        ([{"accept-language": "en"}, {COOKIE: "zh"}], "没有这次运行"),
    ],
)
def test_the_caller_is_answered_in_their_language(
    services: Services, call: Call, request_with: Any, sent: list[dict[str, str]], said: str
) -> None:
    request_with(*sent)
    for name in ("watch_run", "wait_for_run"):
        with pytest.raises(Refusal, match=said):
            call(services, name, run="nobody")


def test_a_shared_server_wants_to_know_who_calls(shared: Services, call: Call) -> None:
    for weak in ("", "me", "a" * 31, "with blanks " * 5):
        with pytest.raises(Refusal, match=r"does not say who makes it\. Ask new_visitor for a token"):
            call(shared, "list_runs", visitor=weak)
    token = call(shared, "new_visitor")
    assert call(shared, "list_runs", visitor=token)["total"] == 0
    assert call(shared, "new_visitor") != token


def test_everything_that_takes_a_visitor_asks_for_one_there(shared: Services, call: Call) -> None:
    filled: dict[Any, Any] = {str: "x", dict: {}}
    for name, endpoint in ENDPOINTS.items():
        if "visitor" not in {argument.name for argument in endpoint.arguments}:
            continue
        given = {one.name: filled.get(one.type, {}) for one in endpoint.arguments if one.required}
        if name == "upload_file":
            given = {"file": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}}
        with pytest.raises(Refusal, match="does not say who makes it"):
            call(shared, name, **given)


def test_on_ones_own_machine_nobody_needs_a_token(services: Services, spec: RunSpec, call: Call) -> None:
    services.store.create(spec)
    assert call(services, "list_runs")["total"] == call(services, "list_runs", visitor="anybody")["total"] == 1


def test_the_token_may_stand_in_a_header(
    shared: Services, spec: RunSpec, call: Call, request_with: Any, mine: str
) -> None:
    shared.store.create(spec, access.owner_of(shared, mine))
    request_with({HEADER: mine})
    assert call(shared, "list_runs")["total"] == 1
    assert call(shared, "list_runs", visitor="t" * 32)["total"] == 0  # what the call says counts


def test_gradio_reads_the_arguments_off_the_function(services: Services) -> None:
    endpoint = ENDPOINTS["list_runs"]
    function = bound(endpoint, services)
    assert function.__name__ == "list_runs"
    assert [*inspect.signature(function).parameters] == ["offset", "limit", "visitor"]
    assert inspect.iscoroutinefunction(bound(ENDPOINTS["wait_for_run"], services))  # it takes no thread


def test_a_docstring_has_a_line_an_argument() -> None:
    for endpoint in ENDPOINTS.values():
        lines = documentation(endpoint).splitlines()
        for argument in endpoint.arguments:
            assert f"    {argument.name}: {argument.description}" in lines
