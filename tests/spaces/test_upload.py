"""Uploading: what is asked of the Hub, and what is told when it can't be."""

from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import deploy
import folder
import pytest

TOKEN = "hf_" + "aB3" * 11  # of a token's form; written nowhere as a whole


class FakeHub:
    """Stands in for huggingface_hub's HfApi and keeps what it was asked."""

    calls: ClassVar[list[tuple[str, dict]]] = []
    token: ClassVar[str] = ""
    known: ClassVar[bool] = False
    failure: ClassVar[Exception | None] = None
    runs_on: ClassVar[str] = "cpu-upgrade"
    sdk: ClassVar[str] = "gradio"

    def __init__(self, token: str) -> None:
        type(self).token = token

    def repo_exists(self, repo: str, **options) -> bool:
        return self.known

    def space_info(self, repo: str) -> SimpleNamespace:
        runtime = SimpleNamespace(hardware=self.runs_on, requested_hardware=None)
        return SimpleNamespace(sdk=self.sdk, runtime=runtime)

    def create_repo(self, repo: str, **options) -> None:
        if self.failure:
            raise self.failure
        self.calls.append(("create", {"repo": repo, **options}))

    def update_repo_settings(self, repo: str, **options) -> None:
        self.calls.append(("settings", {"repo": repo, **options}))

    def request_space_hardware(self, repo: str, hardware: str) -> None:
        self.calls.append(("hardware", {"repo": repo, "hardware": hardware}))

    def upload_folder(self, **options) -> None:
        place = Path(options["folder_path"])
        files = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        pins = (place / "requirements.txt").read_text(encoding="utf-8")
        self.calls.append(("upload", {"files": files, "pins": pins, **options}))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> type[FakeHub]:
    fake = type("Hub", (FakeHub,), {"calls": []})
    monkeypatch.setattr(deploy, "HfApi", fake)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    return fake


def test_upload_creates_the_space_and_sends_the_folder(hub: type[FakeHub], capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["--repo", "someone/graft", "--private"]) == 0
    (_, made), (_, sent) = hub.calls
    assert (made["repo"], made["repo_type"], made["space_sdk"]) == ("someone/graft", "space", "gradio")
    assert (made["space_hardware"], made["private"]) == ("cpu-basic", True)
    assert (sent["repo_id"], sent["repo_type"]) == ("someone/graft", "space")
    assert sent["files"] - set(sent["ignore_patterns"]) == {*folder.belongings(), "README.md", "requirements.txt"}
    output = "".join(capsys.readouterr())
    assert "spaces/someone/graft" in output
    assert hub.token == TOKEN
    assert TOKEN not in output
    assert not Path(sent["folder_path"]).exists()


def test_upload_to_a_space_that_is_there_keeps_what_was_not_asked_for(hub: type[FakeHub]) -> None:
    hub.known = True
    assert deploy.main(["--repo", "someone/graft"]) == 0
    assert [name for name, _ in hub.calls] == ["upload"]
    hub.calls.clear()
    assert deploy.main(["--repo", "someone/graft", "--private", "--hardware", "t4-small"]) == 0
    assert [name for name, _ in hub.calls] == ["settings", "upload", "hardware"]
    assert (hub.calls[0][1]["private"], hub.calls[2][1]["hardware"]) == (True, "t4-small")


def test_what_is_built_fits_where_the_space_runs_and_how_it_is_built(hub: type[FakeHub]) -> None:
    hub.known, hub.runs_on, hub.sdk = True, "a10g-small", "docker"
    assert deploy.main(["--repo", "someone/graft"]) == 0
    sent = hub.calls[0][1]
    assert "Dockerfile" in sent["files"]
    assert "onnxruntime-gpu==" in sent["pins"]
    assert deploy.main(["--repo", "someone/graft", "--hardware", "zero-a10g"]) == 0  # which has no Docker
    sent = hub.calls[1][1]
    assert "Dockerfile" not in sent["files"]
    assert "onnxruntime-gpu==" not in sent["pins"]
    assert hub.calls[2][1]["hardware"] == "zero-a10g"


def test_a_new_space_is_created_for_its_hardware(hub: type[FakeHub]) -> None:
    assert deploy.main(["--repo", "someone/graft", "--hardware", "t4-small", "--sdk", "docker"]) == 0
    made = hub.calls[0][1]
    assert (made["space_sdk"], made["space_hardware"]) == ("docker", "t4-small")


def test_hardware_that_nobody_knows_has_to_be_told(hub: type[FakeHub], capsys: pytest.CaptureFixture[str]) -> None:
    hub.known, hub.runs_on = True, "tpu-v9"
    assert deploy.main(["--repo", "someone/graft"]) == 1
    assert "runs on 'tpu-v9', which is not known here; say --hardware" in capsys.readouterr().err


def test_what_the_hub_refuses_is_told_in_one_line_without_the_token(
    hub: type[FakeHub], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.failure = OSError(f"403 Forbidden:\n{TOKEN} can't write to someone.")
    assert deploy.main(["--repo", "someone/graft"]) == 1
    error = capsys.readouterr().err
    assert error == "error: Uploading to someone/graft failed: 403 Forbidden: *** can't write to someone.\n"


def test_a_folder_with_problems_is_not_uploaded(
    hub: type[FakeHub], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "check", lambda place, **_: ["app.py holds a private key."])
    assert deploy.main(["--repo", "someone/graft"]) == 1
    assert hub.calls == []
    assert "problem: app.py holds a private key." in capsys.readouterr().err


@pytest.mark.parametrize("token", [None, "", "  "])
def test_a_missing_token_is_one_line_and_exit_code_1(
    token: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    assert deploy.main(["--repo", "someone/graft"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "HF_TOKEN is not set" in captured.err


@pytest.mark.parametrize("repo", ["graft", "a/b/c", "/graft", "some one/graft", "someone/gr--aft", TOKEN])
def test_an_invalid_id_is_one_line_and_exit_code_1(
    repo: str, hub: type[FakeHub], capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main(["--repo", repo]) == 1
    error = capsys.readouterr().err
    assert "is no Space's id" in error
    assert error.count("\n") == 1
    assert TOKEN not in error
    assert hub.calls == []
