"""How fast Graft trains beside the defaults of run_glue: ``python -m benchmarks.training --data DIR``.

The peer is transformers' Trainer as its text-classification example sets it up: every text padded to
128 tokens, float32, batches in random order. Both start from the embedded model and take the same texts, epochs,
batch size, learning rate and seeds, in turn, each training in a process of its own. Ratios are medians over the
seeds. Last, the time of five bagged members that share five of the encoder's six layers is set against that of one
model; four of six stand beside it. What was found is written to ``results/training.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.draws import draw
from benchmarks.results import record
from benchmarks.speed_goals import TRAINING, judged
from benchmarks.trainers import SHARED_LAYERS
from pipeline.engine.local import WORKER_ENVIRONMENT

HERE = Path(__file__).resolve().parent
TESTED = 500  # shop reviews; SST-2 has a test set of its own
Pairs = list[tuple[str, str]]
#: As ``benchmarks.trainers`` names them → for people.
BAGS = {"one": "one model", **{f"bag-{n}": f"five members, {n} of six layers shared" for n in SHARED_LAYERS}}
#: Of each data set, what is held against a goal.
FIGURES = ("ratio", "ahead", "gemm", "members")


def _sst2(data: Path, _: Path) -> dict[str, Pairs]:
    """SST-2: sentences of films, and its test set."""
    found = {}
    for part in ("train", "test"):
        lines = (data / f"en/stsa.binary.{part}").read_text(encoding="utf-8").splitlines()
        found[part] = [(line[2:], line[0]) for line in lines]
    return found


def _reviews(data: Path, out: Path) -> dict[str, Pairs]:
    """Chinese reviews of tablets, the last of them to test on."""
    with open(draw("category", data, out) / "source.csv", encoding="utf-8", newline="") as file:
        rows = [(row["review"], row["label"]) for row in csv.DictReader(file)]
    rows = [row for pair in zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=True) for row in pair]
    return {"train": rows[:-TESTED], "test": rows[-TESTED:]}  # both labels in turn


#: Data set → what reads it.
SETS: dict[str, Callable[[Path, Path], dict[str, Pairs]]] = {"sst2": _sst2, "shop": _reviews}


def sets(name: str, data: Path, out: Path, limit: int) -> list[Path]:
    """CSV files (text, label) to learn from, ``limit`` texts at most, and to test on."""
    (out / name).mkdir(parents=True, exist_ok=True)
    paths = []
    for part, rows in SETS[name](data, out).items():
        paths.append(out / name / f"{part}.csv")
        with open(paths[-1], "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *(rows[:limit] if part == "train" else rows)])
    return paths


def compared(files: list[Path], seeds: int) -> dict[str, Any]:
    """Both sides in turn, seed by seed, and a bag beside one model: each training, and what follows from all."""
    found: dict[str, list[dict[str, Any]]] = {"graft": [], "run_glue": []}
    for seed in range(seeds):
        for side, trainings in found.items():
            print(f"seed {seed}: {side}", file=sys.stderr, flush=True)
            trainings.append(_measure(side, files, seed))
    pairs = list(zip(found["graft"], found["run_glue"], strict=True))
    print("one model, and bags", file=sys.stderr, flush=True)
    bags = _measure("ensemble", files, 0)
    ahead = [100 * (ours["accuracy"] - theirs["accuracy"]) for ours, theirs in pairs]
    return {
        "trainings": found,
        "bags": bags,
        "rate": {side: statistics.median(map(_rate, trainings)) for side, trainings in found.items()},
        "ratio": statistics.median(_rate(ours) / _rate(theirs) for ours, theirs in pairs),
        "ahead": statistics.mean(ahead),
        "gemm": statistics.median(ours["gemm_share"] for ours, _ in pairs),
        "members": bags["bag-5"]["seconds"] / bags["one"]["seconds"],
    }


def _rate(training: dict[str, Any]) -> float:
    """Examples a second."""
    return float(training["examples"] / training["seconds"])


#: Graft's trainings have the environment of its workers; a peer has what anybody's has.
ENVIRONMENTS: dict[str, dict[str, str]] = {"run_glue": {}}


def _measure(side: str, files: list[Path], seed: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.trainers", side, *map(str, files), str(seed)]
    environment = {**os.environ, **ENVIRONMENTS.get(side, WORKER_ENVIRONMENT)}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent, env=environment)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def told(found: dict[str, dict[str, Any]]) -> str:
    """Markdown: a line a side and data set, then one of each bag."""
    lines = [
        "| Texts | Trainer | examples/s | accuracy, % (mean of seeds) | precision | of the rate of its products |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, values in found.items():
        for side, trainings in values["trainings"].items():
            accuracies = [100 * training["accuracy"] for training in trainings]
            spread = f" ± {statistics.stdev(accuracies):.1f}" if len(accuracies) > 1 else ""
            share = f"{values['gemm']:.0%}" if side == "graft" else ""
            lines.append(
                f"| {name} | {side} | {values['rate'][side]:,.1f} | {statistics.mean(accuracies):.1f}{spread} "
                f"| {trainings[0].get('precision', 'fp32')} | {share} |"
            )
    lines += ["", "| Texts | Model | seconds | against one | accuracy, % |", "| --- | --- | --- | --- | --- |"]
    for name, values in found.items():
        for model, training in values["bags"].items():
            ratio = training["seconds"] / values["bags"]["one"]["seconds"]
            cells = f"{training['seconds']:.1f} | {ratio:.2f} × | {100 * training['accuracy']:.1f} |"
            lines.append(f"| {name} | {BAGS[model]} | {cells}")
    return "\n".join(lines)


def main() -> int:
    """Measure both sides in turn on each data set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with en/ and zh/")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="default: all")
    parser.add_argument("--out", type=Path, default=Path("results/training"), help="where the sets are written")
    parser.add_argument("--limit", type=int, default=3000, help="texts to learn from, at most; default: %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each side; default: %(default)s")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    for name in options.sets:
        found[name] = compared(sets(name, options.data, options.out.resolve() / "sets", options.limit), options.seeds)
        figures = {f"{each}-{figure}": values[figure] for each, values in found.items() for figure in FIGURES}
        page = f"{judged(TRAINING, figures)}\n\n{told(found)}"
        record("training", {"figures": figures, "details": found}, page, options.results)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
