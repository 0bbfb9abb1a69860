"""The benchmark of transfer draws disjoint sets, and goes on where it stood."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import transfer
from benchmarks.draws import DRAWS, draw
from benchmarks.rows import ROWS, Row
from benchmarks.texts import Places
from pipeline.runs import RunState
from pipeline.spec import ExportSpec, KeepVocabulary, RunSpec


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Public files as their authors publish them, with other texts."""
    (tmp_path / "data" / "zh" / "eprstmt").mkdir(parents=True)
    with (tmp_path / "data/zh/waimai_10k.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("label", "review"), *((n % 2, f" 第{n % 2300}条 ") for n in range(2400))])
    with (tmp_path / "data/zh/online_shopping_10_cats.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(("平板", "酒店")[n % 4 // 2], n % 2, f"货{n}\ufeff") for n in range(6000)]
        csv.writer(file).writerows([("cat", "label", "review"), *rows])
    return tmp_path / "data"


def texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["review"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("pair", "sizes"),
    [
        ("waimai", {"test": 1000, "target": 1000, "unlabelled": 300}),
        ("shopping", {"test": 1000, "target": 200, "unlabelled": 4800}),
        ("category", {"source": 2000, "test": 1000, "target": 100, "unlabelled": 1900}),
    ],
)
def test_sets_are_disjoint_and_the_same_each_time(data: Path, tmp_path: Path, pair: str, sizes: dict[str, int]) -> None:
    first, again = (draw(pair, data, tmp_path / place) for place in ("first", "again"))
    drawn = {name: texts(first / f"{name}.csv") for name in sizes}
    assert {name: len(found) for name, found in drawn.items()} == sizes
    everything = [text for found in drawn.values() for text in found]
    assert len(set(everything)) == len(everything)
    for name in sizes:
        assert (first / f"{name}.csv").read_bytes() == (again / f"{name}.csv").read_bytes()


def test_what_a_split_of_eprstmt_holds_is_not_in_the_pool(data: Path, tmp_path: Path) -> None:
    for split in range(5):
        for name in ("train", "dev"):
            rows = [
                (f"{name} {split} {number // 2 if number < 4 else number}", number % 4 // 2) for number in range(32)
            ]
            told = [{"sentence": text, "label": ("Negative", "Positive")[label]} for text, label in rows]
            lines = "\n".join(json.dumps(line) for line in told)
            (data / f"zh/eprstmt/{name}_{split}.json").write_text(lines, encoding="utf-8")
    pool = [*(f"pool {number}" for number in range(20)), "train 0 5", "dev 4 7", "pool 3"]
    (data / "zh/eprstmt/unlabeled.json").write_text(
        "\n".join(json.dumps({"sentence": text}) for text in pool), encoding="utf-8"
    )
    drawn = draw("eprstmt", data, tmp_path)
    assert sorted(texts(drawn / "unlabelled.csv")) == sorted(f"pool {number}" for number in range(20))
    assert len(texts(drawn / "train_3.csv")) == 30  # what stands twice counts once
    assert len(texts(drawn / "dev_all.csv")) == 5 * 30
    with (drawn / "dev_0.csv").open(encoding="utf-8", newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"0", "1"}


def test_tagged_sentences_and_questions_are_disjoint_too(data: Path, tmp_path: Path) -> None:
    (data / "en").mkdir()
    sentences = [f"字{number}\tB-PER\n好\tO" for number in range(1500)]
    (data / "zh/msra_ner_12k.txt").write_text("\n\n".join([*sentences, sentences[0]]) + "\n", encoding="utf-8")
    trees = [f"# id = {number}\n1\t字{number}\t_\tNOUN" + "\t_" * 6 for number in range(600)]
    (data / "zh/zh_gsdsimp-ud-dev.conllu").write_text("\n\n".join(trees), encoding="utf-8")
    asked = [f"{number % 6} what is {number} ?" for number in range(700)]
    (data / "en/TREC.train.all").write_text("\n".join(asked), encoding="latin-1")

    def read(pair: str, name: str, split: str) -> list[str]:
        parts = (draw(pair, data, tmp_path) / name).read_text(encoding="utf-8").strip().split(split)
        return [part.strip() for part in parts]

    drawn = [read("entities", f"{name}.conll", "\n\n") for name in ("test", "target", "unlabelled")]
    assert [len(part) for part in drawn] == [1000, 200, 300]
    assert sorted(sentence for part in drawn for sentence in part) == sorted(sentences)
    drawn = [read("tags", f"{name}.conllu", "\n\n") for name in ("test", "target")]
    assert [len(part) for part in drawn] == [400, 100]
    assert not set(drawn[0]) & set(drawn[1])
    assert read("tags", "unlabelled.txt", "\n")[0] == "字0好"
    target, pool = read("questions", "target.txt", "\n"), read("questions", "unlabelled.txt", "\n")
    assert (len(target), len(pool)) == (500, 200)
    assert sorted([line.split(" ", 1)[1] for line in target] + pool) == sorted(line.split(" ", 1)[1] for line in asked)


#: What was asked of the command line, call by call.
Asked = list[tuple[str, ...]]


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def bench(data: Path, tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Callable[[], transfer.Bench]:
    """Makes the benchmark of one folder anew, as a second start does; runs begin, and nobody carries them out."""
    (tmp_path / "out").mkdir()

    def begin() -> transfer.Bench:
        made = transfer.Bench(data, tmp_path / "out", quick=False, jobs=1)

        def call(command: str, *arguments: str, quiet: bool = False) -> str:
            asked.append((command, *arguments))
            if command != "run":
                return ""
            spec = RunSpec.model_validate_json(Path(arguments[0]).read_text(encoding="utf-8"))
            run = made.store.create(spec).id
            made.store.move(run, RunState.RUNNING)
            return json.dumps({"id": run})

        monkeypatch.setattr(made, "_call", call)
        return made

    return begin


def test_a_row_that_was_stopped_goes_on_and_a_finished_one_is_left(
    bench: Callable[[], transfer.Bench], asked: Asked
) -> None:
    first = bench()
    first.carry_out("waimai-full")  # what follows it is not waited for here, as if it had been stopped
    (run,) = first.runs.values()
    assert [line[0] for line in asked] == ["run", "follow"]
    asked.clear()
    second = bench()
    second.carry_out("waimai-full")
    assert asked == [("resume", run)]
    second.store.move(run, RunState.DONE)
    asked.clear()
    exported = second.store.spec(run).model_copy(update={"exports": (ExportSpec(),)})
    second.store.revise(run, exported)  # which changes nothing of what was measured
    bench().carry_out("waimai-full")
    assert asked == []


def test_a_row_whose_recipe_has_changed_is_run_anew(
    bench: Callable[[], transfer.Bench], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench()
    first.carry_out("waimai-full")
    (before,) = first.runs.values()
    first.store.move(before, RunState.DONE)
    row = ROWS["waimai-full"]
    recipe = row.recipe.model_copy(update={"vocabulary": KeepVocabulary()})
    monkeypatch.setitem(ROWS, "waimai-full", replace(row, recipe=recipe))
    asked.clear()
    second = bench()
    second.carry_out("waimai-full")
    (after,) = second.runs.values()
    assert [line[0] for line in asked] == ["run", "follow"]
    assert second.store.spec(after).recipe == recipe
    assert second.store.spec(before).recipe == row.recipe  # the run before is kept, and no row's any more


def test_a_row_whose_run_was_deleted_is_run_anew(bench: Callable[[], transfer.Bench], asked: Asked) -> None:
    first = bench()
    first.carry_out("waimai-full")
    (run,) = first.runs.values()
    first.store.move(run, RunState.DONE)
    first.store.delete(run)
    asked.clear()
    bench().carry_out("waimai-full")
    assert [line[0] for line in asked] == ["run", "follow"]


class Tiny(Row):
    """A row that is the tiny run."""

    made: RunSpec

    def spec(self, name: str, places: Places, *, quick: bool) -> RunSpec:
        assert quick
        return self.made.model_copy(update={"name": name})


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_command_runs_rows_prints_their_table_and_begins_nothing_twice(
    tiny_spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Tiny, "made", tiny_spec, raising=False)
    monkeypatch.setitem(ROWS, "tiny", Tiny("nothing", "A tiny row", tiny_spec.recipe, quick=True))
    monkeypatch.setitem(DRAWS, "nothing", lambda data, out: None)
    folders = {name: str(tmp_path / name) for name in ("data", "out", "results")}
    given = [word for name, folder in folders.items() for word in (f"--{name}", folder)]
    monkeypatch.setattr(sys, "argv", ["transfer", *given, "--quick", "--rows", "tiny"])
    assert transfer.main() == 0
    told = capfd.readouterr().out
    assert "tiny: A tiny row" in told
    assert "| A tiny row | accuracy | " in told
    assert (tmp_path / "results" / "transfer-quick.md").read_text(encoding="utf-8") in told
    assert transfer.main() == 0
    again = capfd.readouterr().out
    assert "tiny: A tiny row" not in again  # nothing was begun
    assert "| A tiny row | accuracy | " in again
    assert len([*(tmp_path / "out" / "runs").glob("*/state.json")]) == 1
