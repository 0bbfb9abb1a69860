"""The whole way from a Hub that answers on this machine, in processes of their own, as the page goes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.data.inspection import inspect
from pipeline.errors import DataError, RunError
from pipeline.hub.asking import environment, fetching
from pipeline.hub.examples import EXAMPLES, examples_for
from pipeline.hub.records import Fetched, Wanted
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName
from ui.text.telling import tell

ROOT = Path(__file__).resolve().parents[3]
#: One process for many data sets: most of a fetch's time goes by until the library is there.
DRIVER = """
import json, sys
from pathlib import Path
from pipeline.errors import GraftError
from pipeline.hub.command import apart
from pipeline.hub.examples import EXAMPLES, examples_for
from pipeline.hub.records import Wanted
from pipeline.settings import Settings

folder, found = Path(sys.argv[1]), {}
settings = Settings(max_rows=6)
with apart():
    from pipeline.hub.fetching import fetch
    for name, given in json.loads(sys.argv[2]).items():
        try:
            Path("tiny/reviews").mkdir(parents=True, exist_ok=True)  # a folder of that name must not be taken for it
            Path("tiny/reviews/train.csv").write_text("text,label\\nof this machine,x\\n")
            found[name] = fetch(Wanted.of(**given), folder / name, settings).model_dump(mode="json")
        except GraftError as error:
            found[name] = {"error": str(error), "told": error.told.parts}
print(json.dumps(found))
"""
#: Name → what is asked for.
CASES: dict[str, dict[str, Any]] = {
    "labels": {"dataset": "tiny/reviews", "config": "plain", "split": "test"},
    "limited": {"dataset": "tiny/lines"},
    "converted": {"dataset": "tiny/scripted", "task": "entity-recognition"},
    "again": {"dataset": "tiny/scripted", "task": "entity-recognition", "revision": "d" * 40},
    "no config": {"dataset": "tiny/reviews"},
    "wrong config": {"dataset": "tiny/reviews", "config": "fancy"},
    "wrong split": {"dataset": "tiny/reviews", "config": "plain", "split": "dev"},
    "wrong revision": {"dataset": "tiny/reviews", "config": "plain", "revision": "old"},
    "unknown": {"dataset": "tiny/nothing"},
    "private": {"dataset": "tiny/secret"},
    "gated": {"dataset": "tiny/gated"},
    "script": {"dataset": "tiny/script"},
    "empty": {"dataset": "tiny/empty"},
    "packaged": {"dataset": "csv"},
    "no words": {"dataset": "tiny/reviews", "config": "plain", "task": "part-of-speech"},
}
FAULTS = {
    "no config": ("tiny/reviews has more than one configuration. Name one of these: plain, more.", "plain、more"),
    "wrong config": ("tiny/reviews has no configuration 'fancy'. There are these: plain, more.", "没有名为"),
    "wrong split": ("tiny/reviews has no split 'dev'. There are these: train, test.", "没有名为"),
    "wrong revision": ("tiny/reviews has no revision 'old'.", "没有版本"),
    "unknown": ("The Hub has no data set tiny/nothing, or it is private.", "Hub 上没有"),
    "private": ("The Hub has no data set tiny/secret, or it is private.", "HF_TOKEN"),
    "gated": ("tiny/gated is open only to those who were given access.", "获准"),
    "script": ("tiny/script is made by a script of its own, and Graft runs no code", "脚本"),
    "empty": ("tiny/empty has no files with texts.", "没有"),
    "packaged": ("The Hub has no data set csv, or it is private.", "Hub 上没有"),
    "no words": ("tiny/reviews has no column of words with a column of tags beside it.", "sentence、label"),
}


@pytest.fixture(scope="module")
def answering(hub: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of somebody who asks that Hub."""
    own = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
    return {**own, "HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path_factory.mktemp("home"))}


@pytest.fixture(scope="module")
def brought(answering: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of each case."""
    line = [sys.executable, "-c", DRIVER, str(tmp_path_factory.mktemp("files")), json.dumps(CASES)]
    done = subprocess.run(line, cwd=ROOT, env=answering, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fetch(wanted: Wanted, out: Path, settings: Settings, **options: Any) -> Fetched:
    steps = fetching(wanted, out, settings, **options)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def test_labels_come_by_name_and_the_origin_is_known(brought: dict[str, Any], settings: Settings) -> None:
    found = Fetched.read(brought["labels"])
    lines = [json.loads(line) for line in Path(found.path).read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"sentence": "a text 0", "label": "negative"},
        {"sentence": "a text 1", "label": "positive"},
        {"sentence": "of unknown label", "label": None},
    ]
    origin = found.origin
    assert (origin.dataset, origin.config, origin.split, origin.licence) == ("tiny/reviews", "plain", "test", "mit")
    assert (origin.commit, origin.rows, found.notes) == ("c" * 40, None, ())
    seen = inspect(DatasetSpec(path=found.path, origin=origin), settings, labelled=True)
    assert seen.label_counts == {"negative": 1, "positive": 1}
    assert [problem.code for problem in seen.problems if problem.code == "missing"]


def test_what_is_over_the_limit_stays_there_and_that_is_told(brought: dict[str, Any], settings: Settings) -> None:
    found = Fetched.read(brought["limited"])
    assert found.rows == found.origin.rows == 6
    assert found.remarks[0] == "Only the first 6 rows were taken: at most 6 rows (GRAFT_MAX_ROWS) are allowed here."
    assert tell(found.remarks[0], "zh") == "只取了开头的 6 行：这里最多允许 6 行（GRAFT_MAX_ROWS）。"
    assert inspect(DatasetSpec(path=found.path), settings, labelled=True).ok


def test_tagged_words_of_a_converted_script_become_a_file_of_words(brought: dict[str, Any], settings: Settings) -> None:
    found = Fetched.read(brought["converted"])
    assert (Path(found.path).name, found.rows) == ("converted.conll", 4)
    assert (found.origin.config, found.origin.commit) == ("en", "d" * 40)
    seen = inspect(DatasetSpec(path=found.path), settings, labelled=True, task="entity-recognition")
    assert (seen.ok, seen.row_count, seen.label_counts) == (True, 4, {"PER": 8})
    again = Fetched.read(brought["again"])  # by the commit that the origin names
    assert again.origin == found.origin
    assert Path(again.path).read_bytes() == Path(found.path).read_bytes()


@pytest.mark.parametrize("case", FAULTS)
def test_what_can_not_be_had_is_told_with_what_there_is(case: str, brought: dict[str, Any]) -> None:
    english, chinese = FAULTS[case]
    found = brought[case]
    assert found["error"].startswith(english)
    assert chinese in tell(Message.of(found["error"], found["told"]), "zh")


def test_the_asker_s_own_token_opens_what_is_theirs_and_the_host_s_does_not(
    hub: Any, answering: dict[str, str], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**answering, "HF_TOKEN": "hf_of_somebody"}.items():  # the host may read it
        monkeypatch.setenv(name, value)
    shared = settings.model_copy(update={"shared": True})
    wanted = Wanted.of("tiny/secret")
    with pytest.raises(RunError, match="no data set tiny/secret"):
        fetch(wanted, tmp_path / "secret", shared)
    monkeypatch.delenv("HF_TOKEN")
    hub.asked.clear()
    found = fetch(wanted, tmp_path / "secret", shared, token="hf_of_somebody")
    assert found.rows == 8
    assert {token for _, _, token in hub.asked} == {"Bearer hf_of_somebody"}
    assert "hf_of_somebody" not in found.model_dump_json() + Path(found.path).read_text(encoding="utf-8")
    assert not list(Path(answering["HF_HOME"]).rglob("*"))  # nothing of it is kept


def test_one_who_leaves_ends_the_fetch_and_nothing_is_left(
    answering: dict[str, str], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *given, **options: started.append(real(*given, **options)) or started[-1]
    )
    for name, value in answering.items():
        monkeypatch.setenv(name, value)
    steps = fetching(Wanted.of("tiny/reviews", "plain"), tmp_path / "left", settings)
    next(steps)
    assert started[0].poll() is None
    steps.close()
    assert started[0].poll() is not None
    assert list(tmp_path.glob("left*")) == []


def test_one_that_takes_too_long_is_ended(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="with something smaller"):
        fetch(Wanted.of("tiny/reviews"), tmp_path / "slow", settings, seconds=0.01)


def test_without_a_network_the_remedy_is_a_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(RunError, match=r"out of reach. Try again later, or upload the texts"):
        fetch(Wanted.of("tiny/reviews"), tmp_path / "none", settings)


@pytest.mark.parametrize(
    ("shared", "token", "known"), [(False, None, "host"), (True, None, None), (True, "own", "own")]
)
def test_who_sees_which_token(
    shared: bool, token: str | None, known: str | None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "host")
    found = environment(settings.model_copy(update={"shared": shared}), token)
    assert found.get("HF_TOKEN") == known
    assert ("HF_HUB_DISABLE_IMPLICIT_TOKEN" in found) == (known is None)


@pytest.mark.parametrize("name", ["../etc", "/etc/passwd", "a/b/c", "a/..", "", "a b", ".hidden", "-x", "a/b..c"])
def test_a_path_is_no_data_set(name: str) -> None:
    with pytest.raises(DataError, match="can't be a data set"):
        Wanted.of(name)


@pytest.mark.parametrize("field", ["config", "split", "revision"])
@pytest.mark.parametrize("name", ["../x", "/x", "--out=/tmp/x", "a\nb"])
def test_nor_is_it_a_configuration_a_split_or_a_revision(field: str, name: str) -> None:
    with pytest.raises(DataError, match="can't be the name"):
        Wanted.of("a/b", **{field: name})


def test_every_example_can_be_asked_for() -> None:
    for example in EXAMPLES:
        assert example.wanted.dataset == example.dataset
        assert set(example.columns) <= set(DatasetSpec.model_fields)
    assert sum(len(examples_for(task)) for task in get_args(TaskName)) == len(EXAMPLES)
