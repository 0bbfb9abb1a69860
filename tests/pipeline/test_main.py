"""The command line: exit codes, one-line errors, JSON for machines."""

import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.runs import RunState, RunStore
from pipeline.spec import RunSpec


@pytest.fixture
def spec_file(tiny_spec: RunSpec, tmp_path: Path) -> Path:
    path = tmp_path / "spec.json"
    path.write_text(tiny_spec.model_dump_json(), encoding="utf-8")
    return path


def test_a_spec_is_run_to_its_report(spec_file: Path, store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(spec_file), "--runs-dir", str(store.root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["state"] == "done"
    names = [model["name"] for model in answer["report"]["models"]]
    assert names == ["source-only", "transferred", "target-only", "classical"]

    run = answer["id"]
    assert main(["list", "--runs-dir", str(store.root)]) == 0
    assert run in capsys.readouterr().out
    assert main(["show", run[:9], "--runs-dir", str(store.root)]) == 0
    said = capsys.readouterr().out
    assert "macro-F1" in said
    assert answer["report"]["verdict"]["sentence"] in said
    folder = store.folder(run)
    for name in ("spec.json", "events.jsonl", "worker.log", "report.json", "models/transferred/model.safetensors"):
        assert (folder / name).is_file(), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere.json"], "nowhere.json"),
        (["show", "nothing"], "no run"),
        (["cancel", "nothing"], "no run"),
        (["resume", "nothing"], "no run"),
        (["show", "../../etc"], "no run"),
    ],
)
def test_an_error_is_one_line_and_exit_code_one(
    arguments: list[str], said: str, store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--runs-dir", str(store.root)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert said in output.err
    assert output.err.count("\n") == 1
    assert main([*arguments, "--runs-dir", str(store.root), "--json"]) == 1
    assert said in json.loads(capsys.readouterr().out)["error"]


def test_wrong_usage_is_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["dance"])
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_missing_data_file_is_told_before_anything_is_queued(
    spec_file: Path, store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(spec_file.read_text(encoding="utf-8"))
    document["data"]["target"]["path"] = "gone.csv"
    spec_file.write_text(json.dumps(document), encoding="utf-8")
    assert main(["run", str(spec_file), "--runs-dir", str(store.root)]) == 1
    assert "gone.csv" in capsys.readouterr().err
    assert store.list() == []


@pytest.mark.slow
def test_a_detached_run_can_be_cancelled_and_resumed(
    spec_file: Path, store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--runs-dir", str(store.root)]
    assert main(["run", str(spec_file), "--detach", *where]) == 0
    run = store.list()[0].id
    assert main(["cancel", run, *where]) == 0
    assert store.get(run).state is RunState.CANCELLED
    assert main(["cancel", run, *where]) == 1
    assert main(["resume", run, "--json", *where]) == 0
    assert store.get(run).state is RunState.DONE


def test_an_empty_list_says_how_to_begin(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--runs-dir", str(store.root)]) == 0
    assert "pipeline run" in capsys.readouterr().out
