"""What transfer buys on real data: ``python -m benchmarks.transfer --data DIR``.

``DIR`` holds ``en/``, ``zh/`` and ``dictionaries/`` with the public files that benchmarks/draws.py
names. Every row is a run as anybody could start it. A benchmark that was stopped goes on where it
stood: finished rows are not run again, and an unfinished one resumes from its last checkpoint. A row
that has another spec by now than its run is run anew. The table is written anew after each row. With
``--jobs 2``, two rows are at work at a time and share the cores: one row can't fill them, for much of a
step on texts of a line each is not a matrix product.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from benchmarks.draws import draw
from benchmarks.results import write
from benchmarks.rows import ROWS
from benchmarks.texts import Places
from pipeline import spec as specs
from pipeline.errors import GraftError
from pipeline.report import Report
from pipeline.runs import RunState, RunStore
from pipeline.spec import RunSpec

HERE = Path(__file__).resolve().parent


class Bench:
    """The rows that were asked for, and the runs that carry them out.

    Args:
        data: The public files.
        out: Where sets, runs and the note of which run is which row are kept.
        quick: Whether to run the short form.
        jobs: Rows at work at a time.
    """

    def __init__(self, data: Path, out: Path, *, quick: bool, jobs: int) -> None:
        self.data, self.out, self.quick = data.resolve(), out.resolve(), quick
        self.store = RunStore(self.out / "runs")
        threads = str(max(1, (os.cpu_count() or 1) // jobs))
        self._environment = {**os.environ, "GRAFT_MAX_RUNNING": str(jobs), "OMP_NUM_THREADS": threads}
        self._rows: defaultdict[str, Lock] = defaultdict(Lock)  # a row that two others wait for is run once
        self._starting = Lock()
        self._index = self.out / ("rows-quick.json" if quick else "rows.json")

    @property
    def runs(self) -> dict[str, str]:
        """Row → id of its run, of those that were begun."""
        return dict(json.loads(self._index.read_text())) if self._index.exists() else {}

    def model(self, name: str) -> Path:
        """The transferred model of a row, which is run first if it must be."""
        self.carry_out(name)
        return self.store.model_folder(self.runs[name], "transferred")

    def carry_out(self, name: str) -> None:
        """See that a row is finished.

        Raises:
            subprocess.CalledProcessError: Its run failed; the error was printed.
        """
        with self._rows[name]:
            spec = self._spec(name)
            begun = self._begun(name, spec)
            if begun is not None and self.store.get(begun).state is RunState.DONE:
                return
            print(f"{name}: {ROWS[name].title}", flush=True)
            if begun is not None:
                self._call("resume", begun)
                return
            with self._starting:
                run = json.loads(self._call("run", str(spec), "--detach", "--json", quiet=True))["id"]
                self._index.write_text(json.dumps({**self.runs, name: run}, indent=1))
            self._call("follow", run)

    def _begun(self, name: str, spec: Path) -> str | None:
        """The run of a row, if it was begun and does what ``spec`` says: recipes change while others are tried."""
        run = self.runs.get(name)
        try:
            return run if run is not None and _trained(self.store.spec(run)) == _trained(specs.load(spec)) else None
        except GraftError:  # somebody has deleted it, or it asks for what is refused by now
            return None

    def _spec(self, name: str) -> Path:
        row = ROWS[name]
        with self._starting:
            sets = draw(row.pair, self.data, self.out / "sets")
        path = self.out / f"{name}.json"
        spec = row.spec(name, Places(self.data, sets, self.model), quick=self.quick)
        path.write_text(spec.model_dump_json(indent=2), encoding="utf-8")
        return path

    def _call(self, command: str, *arguments: str, quiet: bool = False) -> str:
        line = [sys.executable, "-m", "pipeline", command, *arguments, "--runs-dir", str(self.store.root)]
        pipe = subprocess.PIPE if quiet else None
        done = subprocess.run(line, check=True, cwd=HERE.parent, env=self._environment, stdout=pipe, text=True)
        return done.stdout or ""

    def reports(self) -> dict[str, Report]:
        """Row → what it found, of the rows that are finished."""
        found = {row: self.store.report(run) for row, run in self.runs.items()}
        return {row: report for row, report in found.items() if report is not None}


def _trained(spec: RunSpec) -> RunSpec:
    """A spec without what can be asked of a finished run."""
    return spec.model_copy(update={"exports": (), "speed": ()})


def main() -> int:
    """Run the rows, and write the table after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with en/, zh/ and dictionaries/")
    parser.add_argument("--out", type=Path, default=Path("results/transfer"), help="where sets and runs are kept")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    parser.add_argument("--rows", nargs="*", choices=ROWS, metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rows, one seed, little masked LM")
    parser.add_argument("--jobs", type=int, default=1, help="rows at work at a time; they share the cores (default: 1)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.data, options.out, quick=options.quick, jobs=options.jobs)
    writing = Lock()

    def measure(name: str) -> bool:
        try:
            bench.carry_out(name)
        except subprocess.CalledProcessError:
            return False
        with writing:
            write(bench.reports(), options.results, quick=options.quick)
        return True

    rows = options.rows or [name for name, row in ROWS.items() if row.quick or not options.quick]
    with ThreadPoolExecutor(options.jobs) as pool:
        finished = list(pool.map(measure, rows))
    print(write(bench.reports(), options.results, quick=options.quick))
    return int(not all(finished))


if __name__ == "__main__":
    sys.exit(main())
