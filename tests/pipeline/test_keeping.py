"""Runs that outlive a restart: what is sent to the data set, what comes back, and what is never sent."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.keeping import Keeper, keeper_of, on_a_volume
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from tests.hub import COMMIT, TOKEN, Hub, Repository
from tests.writable_hub import writable

REPO = "someone/kept"
Log = pytest.LogCaptureFixture


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub that this process may reach."""
    import huggingface_hub
    from huggingface_hub import constants

    with writable() as made:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        huggingface_hub.configure_http_backend()  # sessions that were made offline stay so
        yield made
    monkeypatch.undo()
    huggingface_hub.configure_http_backend()


@pytest.fixture
def keeping(hub: Hub) -> Callable[[RunStore], Keeper]:
    from huggingface_hub import HfApi

    return lambda store: Keeper(store, REPO, HfApi(endpoint=hub.url, token=TOKEN), TOKEN, seconds=60)


def finished(store: RunStore, spec: RunSpec) -> str:
    """A run that has ended, with an export, a log and a lock."""
    run = store.create(spec, "somebody").id
    store.move(run, RunState.RUNNING, pid=1)
    folder = store.export_folder(run, "transferred")
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"a graph")
    store.log_path(run).write_text("a log", encoding="utf-8")
    (store.folder(run) / ".worker.lock").touch()
    store.move(run, RunState.DONE)
    return run


def files(hub: Hub) -> dict[str, bytes]:
    return hub.repositories[REPO].files[COMMIT]


def test_a_run_comes_back_whole_after_a_restart_on_an_empty_disk(
    hub: Hub, keeping: Callable[[RunStore], Keeper], tmp_path: Path, tiny_spec: RunSpec
) -> None:
    store = RunStore(tmp_path / "runs")
    upload = store.uploads / "abc" / "mine.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("text,label\na,b\n", encoding="utf-8")
    target = tiny_spec.data.target.model_copy(update={"path": str(upload)})  # type: ignore[union-attr]
    spec = tiny_spec.model_copy(update={"data": tiny_spec.data.model_copy(update={"target": target})})
    for name in (".account-secret", ".browser-secret"):
        (store.root / name).write_text("known again", encoding="ascii")
    (store.uploads / "of-nobody").mkdir()
    keeper = keeping(store)
    assert keeper.restore()
    assert hub.repositories[REPO].private
    run = finished(store, spec)
    keeper.sync()
    assert keeper.standing == "kept"
    assert f"{run}/exports/transferred/model.onnx" in files(hub)
    assert not [path for path in files(hub) if ".lock" in path or "of-nobody" in path]
    before = {path.relative_to(store.root).as_posix(): path.read_bytes() for path in store.root.rglob("*.*")
              if path.is_file() and ".lock" not in path.name}  # fmt: skip
    asked = len(hub.asked)
    keeper.sync()  # nothing is new: the Hub is not even asked
    assert len(hub.asked) == asked

    shutil.rmtree(store.root)
    again = keeping(store)
    assert again.restore()
    for path, content in before.items():
        assert (store.root / path).read_bytes() == content, path
    assert store.get(run).owner == "somebody"
    assert (store.root / ".account-secret").stat().st_mode & 0o777 == 0o600
    assert not (store.root / ".cache").exists()
    asked = len(hub.asked)
    again.sync()  # what came from there is there
    assert len(hub.asked) == asked


def test_a_run_at_work_is_sent_without_what_still_grows_and_can_be_resumed(
    hub: Hub, keeping: Callable[[RunStore], Keeper], tmp_path: Path, tiny_spec: RunSpec
) -> None:
    store = RunStore(tmp_path / "runs")
    keeper = keeping(store)
    keeper.restore()
    run = store.create(tiny_spec).id
    (store.folder(run) / "models" / "transferred").mkdir(parents=True)
    (store.folder(run) / "models" / "transferred" / "half").touch()
    keeper.sync()
    assert set(files(hub)) == {f"{run}/spec.json", f"{run}/state.json"}
    store.move(run, RunState.RUNNING, pid=1)
    store.move(run, RunState.DONE)
    keeper.sync()
    assert f"{run}/models/transferred/half" in files(hub)


def test_what_is_deleted_here_is_deleted_there_with_the_commits_that_held_it(
    hub: Hub, keeping: Callable[[RunStore], Keeper], tmp_path: Path, tiny_spec: RunSpec
) -> None:
    store = RunStore(tmp_path / "runs")
    keeper = keeping(store)
    keeper.restore()
    run, other = finished(store, tiny_spec), finished(store, tiny_spec)
    keeper.sync()
    assert not [path for _, path, _ in hub.asked if "super-squash" in path]
    store.delete(run)
    keeper.sync()
    assert {path.split("/")[0] for path in files(hub)} == {other}
    assert [path for _, path, _ in hub.asked if "super-squash" in path]


def test_nothing_is_sent_to_a_data_set_that_others_can_read(
    hub: Hub,
    keeping: Callable[[RunStore], Keeper],
    tmp_path: Path,
    tiny_spec: RunSpec,
    caplog: Log,
) -> None:
    hub.repositories[REPO] = Repository({COMMIT: {}}, private=False)
    store = RunStore(tmp_path / "runs")
    keeper = keeping(store)
    assert not keeper.restore()
    finished(store, tiny_spec)
    keeper.sync()
    assert files(hub) == {}
    assert keeper.standing == "failing"
    assert "it is public, and visitors' texts must not be" in caplog.text

    hub.repositories[REPO].private = True
    later = keeping(store)
    later.restore()
    later.sync()
    sent = dict(files(hub))
    assert sent
    hub.repositories[REPO].private = False  # somebody makes it public meanwhile
    finished(store, tiny_spec)
    later.sync()
    assert files(hub) == sent
    assert later.standing == "failing"


def test_without_the_hub_nothing_is_lost_there_and_the_token_stays_out_of_the_log(
    hub: Hub,
    keeping: Callable[[RunStore], Keeper],
    tmp_path: Path,
    tiny_spec: RunSpec,
    caplog: Log,
) -> None:
    caplog.set_level(logging.INFO)
    store = RunStore(tmp_path / "runs")
    keeper = keeping(store)
    keeper.restore()
    finished(store, tiny_spec)
    keeper.sync()
    sent = dict(files(hub))
    shutil.rmtree(store.root)
    url, keeper.api.endpoint = keeper.api.endpoint, "http://127.0.0.1:9"
    later = Keeper(store, REPO, keeper.api, TOKEN)
    assert not later.restore()  # an empty store that is none
    later.sync()
    later.stop()
    keeper.api.endpoint = url
    assert files(hub) == sent
    assert keeping(store).restore()
    again = keeping(store)
    again.restore()
    hub.slowness = -1
    finished(store, tiny_spec)
    again.sync()
    assert again.standing == "failing"
    assert "Writing to someone/kept failed" in caplog.text
    hub.slowness = 0
    again.sync()
    assert again.standing == "kept"
    assert TOKEN not in caplog.text


def test_a_store_that_has_outlived_is_sent_and_not_overwritten(
    hub: Hub, keeping: Callable[[RunStore], Keeper], tmp_path: Path, tiny_spec: RunSpec
) -> None:
    store = RunStore(tmp_path / "runs")
    run = finished(store, tiny_spec)
    hub.repositories[REPO] = Repository({COMMIT: {"older/state.json": b"{}"}}, private=True)
    keeper = keeping(store)
    assert keeper.restore()
    assert not (store.root / "older").exists()
    keeper.sync()
    assert f"{run}/state.json" in files(hub)


def test_keeping_wants_a_name_and_a_token_which_no_other_process_sees(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    environment = {"GRAFT_SYNC_TOKEN": TOKEN, "HF_TOKEN": "hf_other"}
    assert keeper_of(store, Settings(), environment) is None
    assert environment == {"HF_TOKEN": "hf_other"}
    wanted = Settings(sync_repo=REPO)
    assert keeper_of(store, wanted, {}) is None
    own = keeper_of(store, wanted, {"GRAFT_SYNC_TOKEN": TOKEN, "HF_TOKEN": "hf_other"})
    other = keeper_of(store, wanted, {"HF_TOKEN": "hf_other"})
    assert own is not None
    assert other is not None
    assert (own.api.token, other.api.token) == (TOKEN, "hf_other")


@pytest.mark.parametrize(
    ("repo", "environment", "missing"),
    [
        ("", {"GRAFT_SYNC_TOKEN": TOKEN}, "GRAFT_SYNC_TOKEN is set, but not GRAFT_SYNC_REPO"),
        (REPO, {"GRAFT_SYNC_TOKEN": " "}, "GRAFT_SYNC_REPO is set, but neither of GRAFT_SYNC_TOKEN, HF_TOKEN"),
        ("", {"HF_TOKEN": TOKEN}, ""),
        ("", {"GRAFT_SYNC_TOKEN": " "}, ""),
        (REPO, {"GRAFT_SYNC_TOKEN": TOKEN}, ""),
    ],
)
def test_half_of_what_keeping_wants_is_told_at_start(
    repo: str, environment: dict[str, str], missing: str, tmp_path: Path, caplog: Log
) -> None:
    keeper_of(RunStore(tmp_path), Settings(sync_repo=repo), environment)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == bool(missing)
    assert all(one.startswith(missing) and one.endswith("nothing is kept.") for one in told)
    assert TOKEN not in caplog.text


def test_a_mounted_folder_is_told_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place) in (Path("/"), tmp_path))
    assert on_a_volume(tmp_path / "runs")
    assert not on_a_volume(tmp_path.parent)
