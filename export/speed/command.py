"""``python -m export benchmark``: flags, and where what is measured goes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from export.parent import end_with_parent
from export.report import FILE, read_report
from export.speed import showing
from export.speed.measuring import measure_speed
from export.speed.plot import svg
from export.speed.report import Shape, SpeedReport, place_of, write_speed
from export.speed.subject import Subject, subject
from export.speed.ways import PEERS
from pipeline.errors import ExportError
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import ModelName, SpeedSpec, speed_spec


def parser() -> argparse.ArgumentParser:
    """What can be given."""
    default = SpeedSpec()
    made = argparse.ArgumentParser(
        prog="python -m export benchmark",
        description="Compare the speed of PyTorch and of every exported variant by turns, each in a process of its "
        "own, from token ids to logits; write benchmark.json into the export's folder, or beside a single variant's.",
    )
    made.add_argument("folder", help="an export's folder, a variant's, or a run's id or enough of its beginning")
    made.add_argument(
        "--model", choices=get_args(ModelName), default=default.model, help="of a run; default: %(default)s"
    )
    for name in ("batches", "lengths"):
        value, info = getattr(default, name), SpeedSpec.model_fields[name]
        told = f"{info.description} Default: {' '.join(map(str, value))}"
        made.add_argument(f"--{name}", type=int, nargs="+", default=list(value), help=told)
    rounds = SpeedSpec.model_fields["rounds"].description
    made.add_argument("--rounds", type=int, default=default.rounds, help=f"{rounds} Default: %(default)s")
    made.add_argument("--threads", type=_positive, help="CPU threads of one call; default: what suits the machine")
    made.add_argument(
        "--without", nargs="+", default=[], metavar="NAME", help=f"leave out: {', '.join(PEERS)}, or a variant"
    )
    made.add_argument("--torch", type=Path, help="the trained model's folder; default: that of the export's run")
    made.add_argument("--runs-dir", type=Path, help="folder of runs (default: GRAFT_RUNS_DIR, or ./runs)")
    made.add_argument("--out", type=Path, help="another file than benchmark.json")
    made.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw accuracy against latency")
    made.add_argument("--stage", help="tell progress in the run's events too, under this stage's name")
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def run(options: argparse.Namespace) -> None:
    """Measure, write, and print.

    Raises:
        ExportError: There is no such export, or nothing could be measured.
        RunError: There is no such run.
        SpecError: A number is out of bounds.
    """
    from tqdm import tqdm  # noqa: PLC0415

    if options.stage:
        end_with_parent()
    asked = speed_spec({name: getattr(options, name) for name in ("batches", "lengths", "rounds")})
    store = RunStore(options.runs_dir or Settings.from_environment().runs_dir)
    folder, run_id = _folder(store, options.folder, options.model)
    found = _subject(store, folder, options.torch)
    events = store.events(run_id) if run_id and options.stage else None
    shapes = [Shape(batch=batch, length=length) for batch in asked.batches for length in asked.lengths]
    # disable=None: no bar where stderr is no terminal.
    with tqdm(disable=None, file=sys.stderr, bar_format="{desc} |{bar}| {n_fmt}/{total_fmt} {elapsed}") as bar:

        def progress(done: int, total: int, text: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(text)
            if events:
                events.append("step", stage=options.stage, step=done, total=total)

        report = measure_speed(
            found,
            shapes,
            rounds=asked.rounds,
            without=options.without,
            threads=options.threads,
            progress=progress,
        )
    place = options.out or place_of(folder)
    write_speed(report, place)
    if options.plot:
        _draw(report, options.plot)
    if options.json:
        print(report.model_dump_json(indent=1))
    else:
        print(showing.table(report))
        print(f"Written: {place}")


def _folder(store: RunStore, given: str, model: ModelName) -> tuple[Path, str]:
    """The folder that is meant, and the run that was named, if one was."""
    if (folder := Path(given)).is_dir() and not (folder / "state.json").is_file():
        return folder, ""
    run_id = store.find(folder.name if folder.is_dir() else given).id
    return store.export_folder(run_id, model), run_id


def _subject(store: RunStore, folder: Path, trained: Path | None) -> Subject:
    run = None
    if (folder / FILE).is_file():  # an export may lie elsewhere than its run
        run = store.folder(read_report(folder).run_id)
    return subject(folder, trained=trained, run=run if run and run.is_dir() else None)


def _draw(report: SpeedReport, file: Path) -> None:
    drawn = showing.picture(report)
    if drawn is None:
        raise ExportError(
            "There is no accuracy to draw: {folder} has no export's report.",
            "Name the folder of an export.",
            folder=report.model,
        )
    file.write_text(svg(drawn), encoding="utf-8")
