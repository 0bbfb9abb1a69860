"""Settings come from the environment, and a wrong one is named."""

import os
from pathlib import Path

import pytest

from pipeline.errors import SpecError
from pipeline.settings import Settings, bearable


def test_defaults_are_for_one_person_on_one_machine() -> None:
    settings = Settings.from_environment({})
    assert settings.runs_dir == Path("runs")
    assert not settings.shared


def test_variables_are_read() -> None:
    settings = Settings.from_environment({"GRAFT_MAX_UPLOAD_MB": "1.5", "GRAFT_SHARED": "true"})
    assert settings.max_upload_mb == 1.5
    assert settings.shared


def test_a_space_is_shared_and_sets_limits() -> None:
    settings = Settings.from_environment({"SPACE_ID": "someone/graft", "GRAFT_KEEP_DAYS": "2"})
    assert settings.shared
    assert (settings.max_active, settings.max_disk_gb, settings.max_run_minutes) == (3, 5, 120)
    assert settings.keep_days == 2


@pytest.mark.parametrize(
    ("environment", "writable", "runs_dir"),
    [
        ({"SPACE_ID": "someone/graft"}, True, "/data/graft"),
        ({"SPACE_ID": "someone/graft"}, False, "runs"),
        ({"SPACE_ID": "someone/graft", "GRAFT_RUNS_DIR": "/elsewhere"}, True, "/elsewhere"),
        ({}, True, "runs"),
    ],
)
def test_a_space_keeps_runs_on_its_volume_if_it_has_one(
    environment: dict[str, str], writable: bool, runs_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {os.curdir, "/data"} if writable else {os.curdir}
    monkeypatch.setattr("os.access", lambda path, mode: path in places and mode == os.W_OK)
    assert Settings.from_environment(environment).runs_dir == Path(runs_dir)


@pytest.mark.parametrize(("name", "value"), [("MAX_ROWS", "many"), ("MAX_RUNNING", "0"), ("HUB_PROBE_SECONDS", "60")])
def test_a_wrong_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(SpecError, match=f"GRAFT_{name}"):
        Settings.from_environment({f"GRAFT_{name}": value})


@pytest.mark.parametrize(
    ("cores", "gigabytes", "gpu", "runs"),
    [
        (2, 24, False, 1),
        (16, 128, False, 4),
        (16, 13, False, 2),
        (1, 1, False, 1),
        (64, 512, True, 1),
        (999, 9999, False, 64),
    ],
)
def test_a_machine_bears_as_many_runs_as_have_room(cores: int, gigabytes: int, gpu: bool, runs: int) -> None:
    assert bearable(cores, gigabytes << 30, gpu=gpu) == runs


def test_the_host_has_the_last_word_on_how_many_run() -> None:
    assert Settings.from_environment({"GRAFT_MAX_RUNNING": "7"}).max_running == 7


@pytest.mark.parametrize(("writable", "expected"), [(True, Path("runs")), (False, Path("/home/user/graft"))])
def test_a_space_that_may_not_write_beside_its_code_writes_at_home(
    writable: bool, expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, _: writable and path == os.curdir)
    environment = {"SPACE_ID": "someone/graft", "HOME": "/home/user"}
    assert Settings.from_environment(environment).runs_dir == expected
    assert Settings.from_environment({**environment, "GRAFT_RUNS_DIR": "elsewhere"}).runs_dir == Path("elsewhere")
