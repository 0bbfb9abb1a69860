"""What transfer buys on real data: ``python -m benchmarks.transfer --data DIR``.

``DIR`` holds ``en/``, ``zh/`` and ``dictionaries/`` with the public files that benchmarks/draws.py
names. Every row is a run as anybody could start it. A benchmark that was stopped goes on where it
stood: finished rows are not run again, and an unfinished one resumes from its last checkpoint. The
table is written anew after each row.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.draws import draw
from benchmarks.results import table, write
from benchmarks.rows import ROWS
from benchmarks.texts import Places
from pipeline.runs import RunState, RunStore

HERE = Path(__file__).resolve().parent


class Bench:
    """The rows that were asked for, and the runs that carry them out.

    Args:
        data: The public files.
        out: Where sets, runs and the note of which run is which row are kept.
        quick: Whether to run the short form.
    """

    def __init__(self, data: Path, out: Path, *, quick: bool) -> None:
        self.data, self.out, self.quick = data.resolve(), out.resolve(), quick
        self.store = RunStore(self.out / "runs")
        self._index = self.out / ("rows-quick.json" if quick else "rows.json")

    @property
    def runs(self) -> dict[str, str]:
        """Row → id of its run, of those that were begun."""
        return dict(json.loads(self._index.read_text())) if self._index.exists() else {}

    def done(self, name: str) -> bool:
        """Whether a row is finished."""
        run = self.runs.get(name)
        return run is not None and self.store.get(run).state is RunState.DONE

    def model(self, name: str) -> Path:
        """The transferred model of a row, which is run first if it must be."""
        self.carry_out(name)
        return self.store.model_folder(self.runs[name], "transferred")

    def carry_out(self, name: str) -> None:
        """See that a row is finished.

        Raises:
            subprocess.CalledProcessError: Its run failed; the error was printed.
        """
        if self.done(name):
            return
        row = ROWS[name]
        print(f"{name}: {row.title}", flush=True)
        common = ["--runs-dir", str(self.store.root)]
        if name in self.runs:
            self._call("resume", self.runs[name], *common)
            return
        places = Places(self.data, draw(row.pair, self.data, self.out / "sets"), self.model)
        path = self.out / f"{name}.json"
        path.write_text(row.spec(name, places, quick=self.quick).model_dump_json(indent=2), encoding="utf-8")
        before = {record.id for record in self.store.list()}
        self._call("run", str(path), "--detach", *common)
        run = next(record.id for record in self.store.list() if record.id not in before)
        self._index.write_text(json.dumps({**self.runs, name: run}, indent=1))
        self._call("follow", run, *common)

    def _call(self, command: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "pipeline", command, *arguments], check=True, cwd=HERE.parent)


def main() -> int:
    """Run the rows, and write the table after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with en/, zh/ and dictionaries/")
    parser.add_argument("--out", type=Path, default=Path("results/transfer"), help="where sets and runs are kept")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    parser.add_argument("--rows", nargs="*", choices=ROWS, metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="ten minutes: fewer rows, one seed, little masked LM")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.data, options.out, quick=options.quick)
    failed = 0
    for name in options.rows or [name for name, row in ROWS.items() if row.quick or not options.quick]:
        try:
            bench.carry_out(name)
        except subprocess.CalledProcessError:
            failed += 1
            continue
        write(bench.store, bench.runs, options.results, quick=options.quick)
    print(table(bench.store, bench.runs))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
