"""Signing in with Hugging Face: whose runs are shown, in whichever browser, and what no cookie can make up."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import itsdangerous
import pytest
from gradio import oauth

from pipeline.errors import RunError
from pipeline.spec import RunSpec
from ui import access, layout
from ui.accounts import Account, token_of
from ui.services import OAUTH, Services, has_login

SECRET = "of the Space"


def info(subject: str, *, over: bool = False) -> dict[str, Any]:
    """What Gradio keeps of somebody who has signed in."""
    end = time.time() + (-10 if over else 3600)
    user = {"sub": subject, "preferred_username": f"name-{subject}", "name": subject}
    return {"access_token": f"hf_{subject}", "scope": "openid", "expires_at": end, "userinfo": user}


def request(session: dict[str, Any] | None) -> gr.Request:
    scope = {} if session is None else {"session": session}
    return gr.Request(SimpleNamespace(scope=scope))  # type: ignore[arg-type]


@pytest.fixture
def space(shared: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A Space on which people can sign in; Gradio read its variables when it was imported."""
    for name, value in {
        "OAUTH_CLIENT_ID": "id",
        "OAUTH_CLIENT_SECRET": SECRET,
        "OAUTH_SCOPES": "openid",
        "OPENID_PROVIDER_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setattr(oauth, name, value)
    monkeypatch.setattr(oauth, "get_space", lambda: "somebody/graft")
    return replace(shared, space="somebody/graft", login=True)


def test_an_account_is_the_same_visitor_everywhere_and_another_is_not(space: Services) -> None:
    ada, bob = (Account.of(space, request({"oauth_info": info(name)})) for name in ("ada", "bob"))
    assert ada
    assert bob
    assert ada.visitor(space) == replace(ada, name="renamed", token="another").visitor(space)
    assert ada.visitor(space) != bob.visitor(space)
    assert not access.is_guest(ada.visitor(space))
    assert "hf_ada" not in repr(ada)


def test_a_visitor_can_not_be_derived_from_what_browsers_are_sent(space: Services) -> None:
    page = layout.build(space)
    sent = json.dumps(page.config, default=str)
    secret = access.account_secret(space.store)
    assert access.storage_secret(space.store) in sent
    assert secret not in sent
    assert (space.store.root / ".account-secret").stat().st_mode & 0o777 == 0o600
    assert access.account_secret(space.store) == secret


@pytest.mark.parametrize("kept", ["x", {}, {"userinfo": {}}, info("ada", over=True), None])
def test_a_session_without_an_account_is_nobodys(kept: Any, space: Services) -> None:
    for session in (None, {}, {"oauth_info": kept}):
        assert Account.of(space, request(session)) is None
        assert token_of(space, request(session)) is None


def test_elsewhere_nobody_can_sign_in_whatever_the_session_says(shared: Services) -> None:
    assert Account.of(shared, request({"oauth_info": info("ada")})) is None
    whole = {**dict.fromkeys(OAUTH, "x"), "SYSTEM": "spaces"}
    assert has_login(whole)
    assert not has_login({**whole, "SYSTEM": ""})  # where Gradio would ask the Hub for the host's own account
    assert not any(has_login({**whole, name: ""}) for name in OAUTH)
    ids = {part["props"].get("elem_id") for part in layout.build(shared).config["components"]}
    assert not ids & {"sign-in", "duplicate", "claim"}


def test_what_a_browser_started_is_taken_over_when_asked_for(
    space: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    account = Account("ada", "Ada").visitor(space)
    run = finished(space.store, spec, owner=access.owner_of(space, "browser"))
    other = finished(space.store, spec, owner=access.owner_of(space, "another"))
    assert [record.id for record in access.unclaimed(space, "browser", account)] == [run]
    assert access.visible_runs(space, account) == []
    assert access.claim(space, "browser", account) == 1
    assert [record.id for record in access.visible_runs(space, account)] == [run]
    assert access.unclaimed(space, "browser", account) == []
    with pytest.raises(RunError):
        access.run_of(space, "browser", run)
    assert access.run_of(space, "another", other)
    with pytest.raises(RunError):
        access.claim(space, "another", access.guest_of("x"))


# ── the whole page, behind Gradio's own middleware ──────────────────────────────────────


@pytest.fixture
def served(space: Services) -> Iterator[tuple[Services, str, gr.Blocks]]:
    """The page as a Space serves it."""
    page = layout.build(space)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield space, url.rstrip("/"), page
    page.close()


def cookie(session: dict[str, Any], secret: str = SECRET) -> str:
    """A session as Gradio's middleware signs it."""
    key = hashlib.sha256(f"{secret}-v4".encode()).hexdigest()
    content = base64.b64encode(json.dumps(session).encode())
    return itsdangerous.TimestampSigner(key).sign(content).decode()


def arrive(served: tuple[Services, str, gr.Blocks], session: str | None, kept: str = "browser") -> str:
    """Everything that somebody is told who opens the page."""
    _, url, page = served
    number = next(index for index, call in page.fns.items() if call.name == "arrive")
    headers = {"cookie": f"session={session}"} if session else {}
    call = {"data": [kept], "fn_index": number, "session_hash": uuid.uuid4().hex}
    with httpx.Client(headers=headers, timeout=60) as client:
        client.post(f"{url}/gradio_api/queue/join", json=call).raise_for_status()
        with client.stream("GET", f"{url}/gradio_api/queue/data?session_hash={call['session_hash']}") as stream:
            for line in stream.iter_lines():
                if "process_completed" in line:
                    return line
    raise AssertionError("no answer")


def test_each_account_sees_its_own_and_a_forged_cookie_opens_nothing(
    served: tuple[Services, str, gr.Blocks], spec: RunSpec, finished: Callable[..., str]
) -> None:
    space = served[0]
    for name in ("ada", "bob"):
        owner = access.owner_of(space, Account(name, name).visitor(space))
        finished(space.store, spec.model_copy(update={"name": f"Run of {name}"}), owner=owner)
    finished(space.store, spec.model_copy(update={"name": "Run of nobody"}), owner=access.owner_of(space, "browser"))
    ada, bob = (cookie({"oauth_info": info(name)}) for name in ("ada", "bob"))
    for browser in ("browser", "another browser"):
        told = arrive(served, ada, browser)
        assert "Run of ada" in told
        assert "Run of bob" not in told
        assert "name-ada" in told
        assert ("started one run" in told) == (browser == "browser")
    assert "Run of ada" not in arrive(served, bob)
    for forged in (
        cookie({"oauth_info": info("ada")}, "another"),
        cookie({"oauth_info": info("ada")}, ""),
        ada[:-2],
        "x",
    ):
        told = arrive(served, forged)
        assert "Run of ada" not in told
        assert "Run of nobody" in told  # the browser's own
    assert "Run of nobody" in arrive(served, None)
    for token in ("hf_ada", "hf_bob"):
        assert all(token.encode() not in path.read_bytes() for path in space.store.root.rglob("*.json"))
