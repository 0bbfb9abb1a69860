"""The command line: ``python -m pipeline run|follow|list|show|cancel|resume|rank|estimate|fetch``.

Exit codes: 0 all went well, 1 an error (told in one line), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from pipeline import mishaps
from pipeline import spec as specs
from pipeline.engine.engines import engine_of
from pipeline.engine.supervisor import Supervisor
from pipeline.errors import GraftError, RunError
from pipeline.evaluation.showing import table
from pipeline.events import Progress
from pipeline.hub import command as hub
from pipeline.messages import Message
from pipeline.plan import plan
from pipeline.runs import RunRecord, RunState, RunStore
from pipeline.settings import Settings
from pipeline.states import STATES


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        if options.runs_dir:
            settings = settings.model_copy(update={"runs_dir": options.runs_dir})
        return int(COMMANDS[options.command](options, settings))
    except GraftError as error:
        return _refused(error.told, options)
    except BrokenPipeError:  # who reads has enough: `… list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains of it once more
        return 0
    except OSError as error:
        told = mishaps.behind(error)
        if told is None:
            raise
        return _refused(told, options)
    except KeyboardInterrupt:
        return 130


def _refused(told: Message, options: argparse.Namespace) -> int:
    message = " ".join(str(told).split())
    if options.json:
        print(json.dumps({"error": message, "told": told.parts}, ensure_ascii=False))
    print(f"error: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--runs-dir", type=Path, help="folder of runs (default: GRAFT_RUNS_DIR, or ./runs)")
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Carry out and look after runs.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", parents=[shared], help="carry out a spec file")
    run.add_argument("spec", type=Path, help="a spec file, see docs/spec.md")
    run.add_argument("--detach", action="store_true", help="start it and return at once")
    commands.add_parser("list", parents=[shared], help="list runs, newest first")
    rank = commands.add_parser("rank", parents=[shared], help="rank the source models at hand for some data")
    rank.add_argument("data", type=Path, help="a spec file, or a file of labelled texts")
    rank.add_argument("--source", type=Path, action="append", default=[], help="a further model's folder")
    estimate = commands.add_parser("estimate", parents=[shared], help="tell what a spec will take, from a few steps")
    estimate.add_argument("spec", type=Path, help="a spec file, see docs/spec.md")
    hub.add_parser(commands, shared)
    for name, help_text in (
        ("follow", "watch a run to its end"),
        ("show", "show a run's state and report"),
        ("cancel", "ask a run to save and stop"),
        ("resume", "go on with a run that ended early"),
    ):
        command = commands.add_parser(name, parents=[shared], help=help_text)
        command.add_argument("run", help="the run's id, or enough of its beginning")
    return parser


def _supervisor(settings: Settings) -> Supervisor:
    store = RunStore(settings.runs_dir)
    return Supervisor(store, engine_of(store, settings), settings)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    spec = specs.load(options.spec)
    plan(spec)  # a missing file is told before anything is queued
    supervisor = _supervisor(settings)
    record = supervisor.submit(spec)
    if not options.json:
        print(record.id)
    return _answer(record, options) if options.detach else _follow(supervisor, record.id, options)


def _resume(options: argparse.Namespace, settings: Settings) -> int:
    supervisor = _supervisor(settings)
    record = supervisor.resume(supervisor.store.find(options.run).id)
    return _follow(supervisor, record.id, options)


def _watch(options: argparse.Namespace, settings: Settings) -> int:
    supervisor = _supervisor(settings)
    return _follow(supervisor, supervisor.store.find(options.run).id, options)


def _cancel(options: argparse.Namespace, settings: Settings) -> int:
    supervisor = _supervisor(settings)
    run_id = supervisor.store.find(options.run).id
    supervisor.cancel(run_id)
    while (record := supervisor.store.get(run_id)).state.active:
        time.sleep(0.2)
        supervisor.tick()
    return _answer(record, options)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    supervisor = _supervisor(settings)
    supervisor.tick()  # notices workers that died
    records = supervisor.store.list()
    if options.json:
        _print_json([record.model_dump(mode="json") for record in records])
        return 0
    for record in records:
        created = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
        print(f"{record.id}  {record.state:<11}  {created}  {record.name}")
    if not records:
        print("No runs yet. `python -m pipeline run examples/demo.json` makes one.")
    return 0


def _show(options: argparse.Namespace, settings: Settings) -> int:
    supervisor = _supervisor(settings)
    supervisor.tick()
    record = supervisor.store.find(options.run)
    if not options.json:
        print(f"{record.id}: {record.state}" + (f" ({record.error})" if record.error else ""))
    _answer(record, options, store=supervisor.store)
    return 0


def _rank(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.doctor import guess_task
    from pipeline.ranking import rank, table

    if options.data.suffix.lower() == ".json":
        spec = specs.load(options.data)
    else:
        dataset = specs.DatasetSpec(path=str(options.data.absolute()))
        guessed = guess_task(dataset, settings)
        # Texts that are taken for unlabelled are refused with the word that a label column is missing.
        task = "text-classification" if guessed == "language-modelling" else guessed
        spec = specs.RunSpec(task=task, data=specs.DataSpec(target=dataset))
    ranking = rank(spec, settings, options.source)
    _print_json(ranking.model_dump(mode="json")) if options.json else print(table(ranking))
    return 0


def _estimate(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.estimate import estimate, table

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as workers have it
    found = estimate(specs.load(options.spec), settings, psutil.Process().create_time())
    _print_json(found.model_dump(mode="json")) if options.json else print(table(found))
    return 0


def _follow(supervisor: Supervisor, run_id: str, options: argparse.Namespace) -> int:
    """Watch a run to its end, with a bar on the terminal; Ctrl-C cancels it."""
    store = supervisor.store
    log, progress, offset = store.events(run_id), Progress(), 0
    try:
        with tqdm(
            total=100, unit="%", disable=None, file=sys.stderr, bar_format="{l_bar}{bar}| {elapsed}{postfix}"
        ) as bar:
            while True:
                active = store.get(run_id).state.active  # asked first, so that no last word is missed
                events, offset = log.read(offset)
                progress.add(events)
                _draw(bar, progress)
                if not active:
                    break
                time.sleep(0.3)
                supervisor.tick()
    except KeyboardInterrupt:
        print("Cancelling; a checkpoint is being written.", file=sys.stderr)
        supervisor.cancel(run_id)
        raise
    return _answer(store.get(run_id), options, store=store)


def _draw(bar: tqdm[Any], progress: Progress) -> None:
    bar.n = round(100 * progress.fraction, 1)
    current, left = progress.current, progress.seconds_left(time.time())
    bar.set_description(current.title if current else progress.ended or "waiting")
    bar.set_postfix_str(f"about {left:.0f} s left" if left is not None else "", refresh=True)


def _answer(record: RunRecord, options: argparse.Namespace, store: RunStore | None = None) -> int:
    """Print how the run stands, with its report if it has one; the exit code tells whether it went well."""
    report = store.report(record.id) if store else None
    if options.json:
        _print_json({**record.model_dump(mode="json"), "report": report.model_dump(mode="json") if report else None})
    elif report:
        print(table(report))
    if record.state in (RunState.FAILED, RunState.INTERRUPTED) and options.command != "show":
        state = Message("Run {run} is {state}.", run=record.id, state=STATES[record.state])
        raise RunError(record.fault or state, Message("See {run}/worker.log.", run=record.id))
    return int(record.state is RunState.CANCELLED and options.command in ("run", "follow", "resume"))


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "run": _run,
    "follow": _watch,
    "list": _list,
    "rank": _rank,
    "estimate": _estimate,
    "fetch": hub.run,
    "show": _show,
    "cancel": _cancel,
    "resume": _resume,
}

if __name__ == "__main__":
    sys.exit(main())
