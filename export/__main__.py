"""The command line: ``python -m export RUN`` exports a model; ``predict FOLDER`` asks one, ``serve FOLDER…`` serves it.

``benchmark FOLDER`` compares its speed with PyTorch's, ``variants`` shows what can be exported for which provider,
``zip`` packs an exported folder to be handed on, ``push`` brings it to the Hub.

Exit codes: 0 all went well, 1 an error (told in one line), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from export.choosing import ALLOW_FAILED, chosen
from export.command import parser as export_parser
from export.command import run as export_run
from export.report import FILE
from pipeline.errors import DataError, ExportError, GraftError
from pipeline.events import as_fields
from pipeline.messages import Message
from pipeline.mishaps import behind
from pipeline.spec import MATRIX


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    name = given[0] if given and given[0] in COMMANDS else EXPORT
    parser, command = COMMANDS[name]
    options = parser().parse_args(given[1:] if given and given[0] == name else given)
    try:
        command(options)
    except (GraftError, OSError) as error:
        told = error.told if isinstance(error, GraftError) else behind(error) or Message(str(error))
        message = " ".join(str(told).split())
        if options.json:
            _print_json(as_fields("error", told))
        print(f"error: {message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


# ── predict ─────────────────────────────────────────────────────────────────────────────


def _predict_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export predict",
        description="Ask an exported model. A language model is asked a text with one [MASK]; a model that compares "
        "two texts is given both, one after the other.",
    )
    _add_folder(parser)
    parser.add_argument("texts", nargs="*", help="texts (default: the lines of stdin; of pairs with a tab between)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _predict(options: argparse.Namespace) -> None:
    from export import showing
    from export.predictor import Predictor, PredictorError, processors

    try:
        predictor = Predictor(chosen(options.folder, allow_failed=options.allow_failed), callers=processors())
        questions = showing.read(predictor.task, options.texts, _lines)
        answers = zip(questions, showing.answers(predictor, questions), strict=True)
    except PredictorError as error:
        raise ExportError(Message(error.template, error.values)) from error
    if options.json:
        _print_json([showing.document(question, answer) for question, answer in answers])
    else:
        for question, answer in answers:
            print(showing.line(question, answer))


def _lines() -> list[str]:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError("stdin is not UTF-8: {fault}.", "Convert it, with iconv for one.", fault=str(error)) from error


# ── variants, zip, push ──────────────────────────────────────────────────────────────────────


def _variants_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export variants", description="What can be exported for which provider, and why the rest can't."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _variants(options: argparse.Namespace) -> None:
    from export import showing

    if not options.json:
        print(showing.matrix())
        return
    _print_json(
        [{"variant": variant, "provider": name, "refused": reason} for (variant, name), reason in MATRIX.items()]
    )


def _zip_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export zip",
        description="Pack an exported variant, with its model card and checksums, as the page does; equal files give "
        "equal bytes.",
    )
    _add_folder(parser)
    parser.add_argument("--out", type=Path, help="the zip (default: here, named after the export and the variant)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _zip(options: argparse.Namespace) -> None:
    from export.package import held, zip_folder

    folder = held(chosen(options.folder, allow_failed=options.allow_failed).resolve())
    inside = (folder.parent / FILE).is_file()
    made = zip_folder(folder, options.out or Path(f"{f'{folder.parent.name}-' if inside else ''}{folder.name}.zip"))
    if options.json:
        _print_json({"zip": str(made)})
    else:
        print(made)


def _push_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export push",
        description="Bring an exported variant to the Hugging Face Hub. The token is that of HF_TOKEN, or of "
        "`hf auth login`; it is not stored.",
    )
    _add_folder(parser)
    parser.add_argument("--repo", required=True, metavar="OWNER/NAME", help="made if it is not there")
    parser.add_argument("--private", action="store_true", help="make it a private one")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _push(options: argparse.Namespace) -> None:
    from export.hub import push

    folder = chosen(options.folder, allow_failed=options.allow_failed)
    address = push(folder, options.repo, private=options.private, allow_failed=options.allow_failed)
    if options.json:
        _print_json({"commit": address})
    else:
        print(address)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    """What :func:`chosen` wants to know."""
    parser.add_argument(
        "folder", type=Path, help="a variant's folder, or an export's, of which the served one is meant"
    )
    parser.add_argument(ALLOW_FAILED, action="store_true", help="take a variant that missed its parity gate, too")


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))


# ── serve ───────────────────────────────────────────────────────────────────────────────


def _serve_parser() -> argparse.ArgumentParser:
    from export.serving.command import parser

    return parser()


def _serve(options: argparse.Namespace) -> None:
    from export.serving.command import run

    run(options)


# ── benchmark ───────────────────────────────────────────────────────────────────────────


def _benchmark_parser() -> argparse.ArgumentParser:
    from export.speed.command import parser

    return parser()


def _benchmark(options: argparse.Namespace) -> None:
    from export.speed.command import run

    run(options)


#: The command's name → its parser and what it does. A run's id in the place of a name means EXPORT.
EXPORT = "export"
COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], None]]] = {
    EXPORT: (export_parser, export_run),
    "predict": (_predict_parser, _predict),
    "serve": (_serve_parser, _serve),
    "benchmark": (_benchmark_parser, _benchmark),
    "variants": (_variants_parser, _variants),
    "zip": (_zip_parser, _zip),
    "push": (_push_parser, _push),
}

if __name__ == "__main__":
    sys.exit(main())
