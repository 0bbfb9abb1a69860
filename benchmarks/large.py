"""What large files cost: ``python -m benchmarks.large``.

*Reading*: files of so many rows are read and checked as the page does, in turns with pyarrow, and with polars where
it is installed, which only read them; medians of the rounds and their ratio. *Memory*: a run learns from such a file,
with a vocabulary of its own, masked LM, fine-tuning and all baselines; the number of steps is the same whatever the
rows, and the memory that its process can't give back (RssAnon: what is mapped from files can be dropped) is watched
in each stage. Linux alone tells that. Writes ``benchmarks/results/large.json`` and ``large.md``; what was not
measured this time stays as it was there.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import record

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000, 1_000_000)
STEPS = 60  # of each training, of 32 rows
TESTED = 500  # and as many of a source
ROUNDS = 7
PARTS = ("reading", "training")
#: Whatever their size, the host takes them.
LIMITS = {"GRAFT_MAX_UPLOAD_MB": "4000", "GRAFT_MAX_ROWS": "4000000"}


def make(rows: int, path: Path) -> Path:
    """A table of reviews: two sentences of the project's samples each, a number and a label."""
    from pipeline.samples import FOLDER  # noqa: PLC0415

    with (FOLDER / "reviews.en.csv").open(encoding="utf-8", newline="") as file:
        sentences = [max(row, key=len) for row in [*csv.reader(file)][1:]]
    choice = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "review", "label"])
        for number in range(rows):
            first, second = choice.choice(sentences), choice.choice(sentences)
            table.writerow([number, f"{first} {number} {second}", choice.choice(("good", "bad"))])
    return path


def reading(path: Path, rounds: int) -> dict[str, float]:
    """Seconds to read a file: the medians of each peer and of Graft. To polars, cells may always hold line ends."""
    from pyarrow import csv as arrow  # noqa: PLC0415

    from pipeline.data.inspection import inspect  # noqa: PLC0415
    from pipeline.settings import Settings  # noqa: PLC0415
    from pipeline.spec import DatasetSpec  # noqa: PLC0415

    settings = Settings.from_environment({**os.environ, **LIMITS})
    newlines = arrow.ParseOptions(newlines_in_values=True)
    ways: dict[str, Callable[[], Any]] = {
        "pyarrow": lambda: arrow.read_csv(path),
        "pyarrow, line ends in cells": lambda: arrow.read_csv(path, parse_options=newlines),
        "Graft": lambda: inspect(DatasetSpec(path=str(path)), settings, labelled=True),
    }
    if find_spec("polars"):
        polars = import_module("polars")
        ways = {"polars": lambda: polars.read_csv(path)} | ways
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - begun)
    return {name: median(seconds[1:]) for name, seconds in taken.items()}  # the first round warms the disk


def training(path: Path, rows: int, folder: Path) -> dict[str, dict[str, float]]:
    """Carry out a run on a file; gives for each stage its seconds, and most memory (MB) while it was at work."""
    from pipeline.engine.local import LocalEngine  # noqa: PLC0415
    from pipeline.engine.supervisor import Supervisor  # noqa: PLC0415
    from pipeline.events import Progress  # noqa: PLC0415
    from pipeline.runs import RunState, RunStore  # noqa: PLC0415
    from pipeline.settings import Settings  # noqa: PLC0415

    os.environ.update(LIMITS)
    store = RunStore(folder / f"runs-{rows}")
    supervisor = Supervisor(store, LocalEngine(store), Settings.from_environment())
    run = store.create(_spec(path, rows, folder)).id
    supervisor.start(0.2)
    found: dict[str, dict[str, float]] = {}
    progress, offset = Progress(), 0
    while (record_ := store.get(run)).state in (RunState.QUEUED, RunState.RUNNING):
        events, offset = store.events(run).read(offset)
        progress = progress.add(events)
        stage = progress.current.name if progress.current else "between stages"
        part = found.setdefault(stage, {"seconds": 0.0, "megabytes": 0.0})
        part["megabytes"] = max(part["megabytes"], _held(record_.pid))
        part["seconds"] += 0.05
        time.sleep(0.05)
    supervisor.stop()
    if record_.state is not RunState.DONE:
        raise RuntimeError(f"{run} {record_.state}: {record_.error}")
    return found


def _held(pid: int | None) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("RssAnon:")), 0.0)


def _spec(path: Path, rows: int, folder: Path) -> Any:
    from benchmarks.small import encoder  # noqa: PLC0415 - torch
    from pipeline.spec import (  # noqa: PLC0415
        DatasetSpec,
        DataSpec,
        FullFineTuning,
        LocalSource,
        MaskedLanguageModelling,
        RecipeSpec,
        RunSpec,
        TransplantVocabulary,
    )

    epochs = STEPS * 32 / rows
    tuning = FullFineTuning(epochs=epochs, batch_size=32, patience=None)
    test, source = (DatasetSpec(path=str(make(TESTED, folder / f"{role}-{rows}.csv"))) for role in ("test", "source"))
    return RunSpec(
        name=f"{rows} rows",
        source=LocalSource(path=str(encoder(folder / f"encoder-{rows}"))),
        data=DataSpec(source=source, target=DatasetSpec(path=str(path)), test=test, dev_fraction=0),
        recipe=RecipeSpec(
            source_training=FullFineTuning(epochs=1, batch_size=32),
            vocabulary=TransplantVocabulary(size=2000),
            adaptation=MaskedLanguageModelling(embedding_epochs=0, epochs=epochs, batch_size=32),
            fine_tuning=tuning,
            target_only=tuning,
        ),
    )


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="sizes of the files (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of reading (default: %(default)s)")
    parser.add_argument("--parts", choices=PARTS, nargs="+", default=PARTS, help="what to measure (default: all)")
    options = parser.parse_args()
    before = HERE / "results" / "large.json"
    figures: dict[str, Any] = json.loads(before.read_text(encoding="utf-8")) if before.exists() else {}
    with tempfile.TemporaryDirectory(prefix="graft-large-") as place:
        for rows in options.rows:
            path = make(rows, Path(place) / f"{rows}.csv")
            found = figures.setdefault(str(rows), {})
            found["megabytes"] = path.stat().st_size / 1e6
            if "reading" in options.parts:
                found["reading"] = reading(path, options.rounds)
            if "training" in options.parts:
                found["training"] = training(path, rows, Path(place))
            print(told(figures), flush=True)
    record("large", figures, told(figures), HERE / "results")
    return 0


def told(figures: dict[str, Any]) -> str:
    """The tables, in Markdown."""
    sizes = [f"{int(rows):,} rows, {found['megabytes']:.0f} MB" for rows, found in figures.items()]
    read = [found.get("reading", {}) for found in figures.values()]
    lines = [f"| Reading (s) | {' | '.join(sizes)} |", f"| --- |{' --- |' * len(sizes)}"]
    ways = list(dict.fromkeys(name for each in read for name in each))
    lines += [
        f"| {name} | {' | '.join(f'{each[name]:.3f}' if name in each else '' for each in read)} |" for name in ways
    ]
    lines += [
        f"| Graft / {name} | {' | '.join(_ratio(each, name) for each in read)} |" for name in ways if name != "Graft"
    ]
    stages = list(dict.fromkeys(stage for found in figures.values() for stage in found.get("training", {})))
    lines += ["", f"| Memory held (MB), and seconds | {' | '.join(sizes)} |", f"| --- |{' --- |' * len(sizes)}"]
    for stage in stages:
        parts = [found.get("training", {}).get(stage) for found in figures.values()]
        cells = [f"{part['megabytes']:.0f} ({part['seconds']:.0f} s)" if part else "" for part in parts]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(seconds: dict[str, float], peer: str) -> str:
    return f"{seconds['Graft'] / seconds[peer]:.2f}" if peer in seconds else ""


if __name__ == "__main__":
    sys.exit(main())
