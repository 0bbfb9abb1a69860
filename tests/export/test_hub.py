"""Pushing to the Hub, against one that is made up: nothing leaves this machine, and no token is told."""

from __future__ import annotations

import inspect
import shutil
from fnmatch import fnmatch
from pathlib import Path

import huggingface_hub
import pytest
import requests
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
)

from export.hub import Api, push
from pipeline.errors import ExportError

TOKEN = "hf_secret"


class FakeHub:
    """Keeps what it is given, or fails."""

    tokens: list[str] = []  # noqa: RUF012

    def __init__(self, token: str = "", fault: Exception | None = None):
        self.tokens.append(token)
        self.fault, self.made, self.files = fault, {}, []
        self.sums: Path | None = None
        self.deleted: list[str] = []

    def create_repo(self, repo_id: str, **options: object) -> None:
        if self.fault:
            raise self.fault
        self.made[repo_id] = options

    def hf_hub_download(self, repo_id: str, filename: str, *, repo_type: str, local_dir: str) -> str:
        if self.sums is None:
            response = requests.Response()
            response.status_code = 404
            raise EntryNotFoundError("404", response=response)
        return str(self.sums)

    def upload_folder(
        self, *, repo_id: str, folder_path: Path, commit_message: str, repo_type: str, delete_patterns: list[str]
    ) -> object:
        there = set(self.files)
        kept = {path.name for path in folder_path.iterdir()}
        self.deleted = [name for name in sorted(there - kept) if any(fnmatch(name, each) for each in delete_patterns)]
        self.files = sorted((there - set(self.deleted)) | kept)
        return type("Commit", (), {"commit_url": f"https://hub/{repo_id}/commit/1"})


def _answered(status: int) -> HfHubHTTPError:
    response = requests.Response()
    response.status_code = status
    return HfHubHTTPError(f"{status} for a request with {TOKEN}", response=response)


@pytest.fixture(autouse=True)
def nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)


def test_the_folder_goes_there_whole(exported: Path):
    hub = FakeHub()
    address = push(exported / "int8", "me/tiny", private=True, token=TOKEN, api=hub)
    assert address == "https://hub/me/tiny/commit/1"
    assert hub.made == {"me/tiny": {"private": True, "exist_ok": True, "repo_type": "model"}}
    assert {"model.onnx", "README.md", "SHA256SUMS", "config.json", "tokenizer.json"} <= set(hub.files)


def test_what_an_earlier_push_left_is_deleted_and_nothing_else(exported: Path, tmp_path: Path):
    """A larger variant's weights lie beside its graph, and would stay without being in any checksum."""
    hub = FakeHub()
    hub.files = [".gitattributes", "LICENSE", "config.json", "model.onnx", "model.onnx_data", "notes[1].txt"]
    push(exported / "int8", "me/tiny", token=TOKEN, api=hub)
    assert hub.deleted == []  # nothing there says that it came from a push
    hub.sums = tmp_path / "sums"
    digest = "0" * 64
    names = ("config.json", "model.onnx", "model.onnx_data", "notes[1].txt", "*")
    hub.sums.write_text("".join(f"{digest}  {name}\n" for name in names))
    push(exported / "int8", "me/tiny", token=TOKEN, api=hub)
    assert hub.deleted == ["model.onnx_data", "notes[1].txt"]
    assert {".gitattributes", "LICENSE", "model.onnx", "SHA256SUMS"} <= set(hub.files)


def test_a_hub_that_is_lost_half_way_is_told(exported: Path, monkeypatch: pytest.MonkeyPatch):
    def lost(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("no route")

    monkeypatch.setattr(FakeHub, "hf_hub_download", lost)
    with pytest.raises(ExportError, match=r"can't be reached: ConnectionError"):
        push(exported / "int8", "me/tiny", token=TOKEN, api=FakeHub())


def test_the_token_given_goes_before_that_of_the_login(exported: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(huggingface_hub, "HfApi", FakeHub)
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "hf_login")
    FakeHub.tokens.clear()
    push(exported / "fp32", "me/tiny", token=f" {TOKEN}\n")
    push(exported / "fp32", "me/tiny")
    assert FakeHub.tokens == [TOKEN, "hf_login"]


def test_without_a_token_nothing_is_asked(exported: Path):
    hub = FakeHub()
    with pytest.raises(ExportError, match=r"no token for the Hub\. Set HF_TOKEN"):
        push(exported / "fp32", "me/tiny", api=hub)
    assert hub.made == {}


@pytest.mark.parametrize("repo", ["", "tiny", "me/", "/tiny", "me/a/b", "me/a b", "../tiny", "me/a..b", "https://x/y"])
def test_what_is_no_repository_is_refused(exported: Path, repo: str):
    with pytest.raises(ExportError, match=r"Give OWNER/NAME"):
        push(exported / "fp32", repo, token=TOKEN, api=FakeHub())


@pytest.mark.parametrize("repo", ["me/tiny.git", "me/tiny-", "me/tiny."])
def test_what_the_library_takes_for_no_name_is_refused_likewise(exported: Path, repo: str):
    with pytest.raises(ExportError, match=r"is no name of a repository\. Give OWNER/NAME"):
        push(exported / "fp32", repo, token=TOKEN, api=huggingface_hub.HfApi(token=TOKEN))


def test_a_card_that_the_hub_does_not_take_is_told_without_the_token(exported: Path):
    refused = ValueError(f'- Error while validating metadata: "license" must be a string, {TOKEN}')
    with pytest.raises(
        ExportError, match=r"does not take fp32: - Error while.*\"license\" must be a string, …"
    ) as told:
        push(exported / "fp32", "me/tiny", token=TOKEN, api=FakeHub(fault=refused))
    assert TOKEN not in str(told.value)


@pytest.mark.parametrize("name", ["create_repo", "hf_hub_download", "upload_folder"])
def test_the_hub_that_is_made_up_is_asked_as_the_real_one_would_be(name: str):
    real = inspect.signature(getattr(huggingface_hub.HfApi, name)).parameters
    made_up = inspect.signature(getattr(FakeHub, name)).parameters
    wanted = inspect.signature(getattr(Api, name)).parameters
    assert wanted.keys() <= real.keys()
    assert {one for one in made_up if made_up[one].kind is not inspect.Parameter.VAR_KEYWORD} <= wanted.keys()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda folder: (folder / "config.json").write_text("{}"), "config.json"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json"),
        (lambda folder: (folder / "notes.txt").write_text("mine"), "notes.txt"),
    ],
)
def test_a_folder_that_was_changed_is_refused(exported: Path, tmp_path: Path, change, named: str):
    folder = shutil.copytree(exported / "fp32", tmp_path / "fp32")
    change(folder)
    hub = FakeHub()
    with pytest.raises(ExportError, match=rf"is not as it was exported: {named}"):
        push(folder, "me/tiny", token=TOKEN, api=hub)
    assert hub.made == {}


def test_what_missed_its_gate_is_refused_unless_it_is_wanted(failed: Path):
    hub = FakeHub()
    with pytest.raises(ExportError, match=r"missed its parity gate: the metric is worse by 2\.00%.*--allow-failed"):
        push(failed, "me/tiny", token=TOKEN, api=hub)
    assert hub.made == {}
    push(failed, "me/tiny", allow_failed=True, token=TOKEN, api=hub)
    assert "variant.json" in hub.files


def test_what_is_no_variant_is_refused(tmp_path: Path):
    with pytest.raises(ExportError, match="is no exported variant"):
        push(tmp_path, "me/tiny", token=TOKEN, api=FakeHub())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (_answered(401), r"does not know this token\. Make a new one"),
        (_answered(403), r"may not write to me/tiny\. Give a token with the right"),
        (_answered(404), r"no owner for me/tiny"),
        (_answered(503), r"answered 503\. Try again later"),
        (requests.ConnectionError(f"no route, {TOKEN}"), r"can't be reached: ConnectionError\. Check the network"),
        (requests.Timeout(), r"can't be reached: Timeout"),
        (OfflineModeIsEnabled(), r"can't be reached: OfflineModeIsEnabled"),
    ],
)
def test_what_goes_wrong_is_told_without_the_token(exported: Path, fault: Exception, said: str):
    with pytest.raises(ExportError, match=said) as caught:
        push(exported / "fp32", "me/tiny", token=TOKEN, api=FakeHub(fault=fault))
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__
