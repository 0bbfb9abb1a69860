"""``python -m export RUN``: flags, progress, and what is printed of the export."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from export.parent import end_with_parent
from pipeline.events import as_fields
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import DEFAULT_VARIANTS, NOTHING, ExportSpec, ModelName, export_spec

#: Field of the spec → its option.
OPTIONS = {
    "provider": "--provider",
    "optimisation": "--optimise",
    "quantisation": "--quantise",
    "calibration": "--calibrate",
    "calibration_texts": "--calibration-texts",
    "max_metric_loss": "--max-loss",
    "max_flips": "--max-flips",
    "max_logit_difference": "--max-logit-difference",
}


def parser() -> argparse.ArgumentParser:
    """The run, and an option for each field of an export's spec."""
    default = ExportSpec()
    made = argparse.ArgumentParser(
        prog="python -m export",
        description="Export a run's model to ONNX, checked against PyTorch.",
        epilog="`python -m export predict --help` and `… serve --help` tell how to ask an exported model, "
        "`… benchmark --help` how to compare its speed.",
    )
    made.add_argument("run", help="the run's id, or enough of its beginning")
    made.add_argument("--model", choices=get_args(ModelName), default=default.model, help="default: %(default)s")
    for field, option in OPTIONS.items():
        info, value = ExportSpec.model_fields[field], getattr(default, field)
        if isinstance(value, tuple):
            names = [NOTHING, *get_args(get_args(info.annotation)[0])]
            by_provider = ", ".join(
                f"{','.join(suited[field])} for {provider}" for provider, suited in DEFAULT_VARIANTS.items()
            )
            told = f"{', '.join(names)}, or several with commas between. {info.description} Default: {by_provider}"
            made.add_argument(option, dest=field, metavar="NAME,…", type=_several(names), help=told)
        else:
            choices, told = get_args(info.annotation) or None, f"{info.description} Default: %(default)s"
            made.add_argument(option, dest=field, choices=choices, type=type(value), default=value, help=told)
    made.add_argument("--runs-dir", type=Path, help="folder of runs (default: GRAFT_RUNS_DIR, or ./runs)")
    made.add_argument("--out", type=Path, help="where to put the export (default: in the run's folder)")
    made.add_argument("--stage", help="tell progress in the run's events too, under this stage's name")
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def _several(names: list[str]) -> Callable[[str], list[str]]:
    """Reads names with commas between, each one of these."""

    def read(text: str) -> list[str]:
        given = [name.strip() for name in text.split(",")]
        if unknown := [name for name in given if name not in names]:
            raise argparse.ArgumentTypeError(f"invalid choice: {unknown[0]!r} (choose from {', '.join(names)})")
        return given

    return read


def run(options: argparse.Namespace) -> None:
    """Export, tell how far it is, and print what was made.

    Raises:
        ExportError: The model can't be exported, or no variant answers as PyTorch does.
        RunError: There is no such run, or several.
        SpecError: What is asked for does not go together.
    """
    # Seconds of import; a wrong flag is told before.
    from tqdm import tqdm  # noqa: PLC0415

    from export import showing  # noqa: PLC0415
    from export.exporting import export_model  # noqa: PLC0415

    if options.stage:
        end_with_parent()
    store = RunStore(options.runs_dir or Settings.from_environment().runs_dir)
    run_id = store.find(options.run).id
    events = store.events(run_id)
    given = {field: getattr(options, field) for field in ("model", *OPTIONS)}
    wanted = export_spec({field: value for field, value in given.items() if value is not None})
    destination = options.out or store.export_folder(run_id, wanted.model)
    # disable=None: no bar where stderr is no terminal.
    with tqdm(disable=None, file=sys.stderr, bar_format="{desc} |{bar}| {n_fmt}/{total_fmt} {elapsed}") as bar:

        def progress(done: int, total: int, text: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(text)
            if options.stage:
                events.append("step", stage=options.stage, step=done, total=total)

        report = export_model(store, run_id, wanted, out=destination, progress=progress)
    if options.stage:
        for remark in report.remarks():
            events.append("note", stage=options.stage, **as_fields("text", remark))
    if options.json:
        document = {**json.loads(report.model_dump_json()), "destination": str(destination)}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(showing.table(report))
        print(f"Served: {destination / report.variant(report.served).folder}")
