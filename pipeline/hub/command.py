"""``python -m pipeline fetch OWNER/NAME``: brings a data set of the Hub here as a file."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.hub.records import Fetched, Wanted
from pipeline.outward import outward_only
from pipeline.settings import Settings
from pipeline.tasks import TASKS

#: No bars of the libraries' own among the news, and no torch, which they would load to look at one switch of it.
QUIET = {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "USE_TORCH": "0"}

#: What the process may take, in bytes: a small file on the Hub can unpack to more than any machine has.
MOST_MEMORY = 4 << 30

CACHES = ("HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_XET_CACHE")


def add_parser(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "fetch", parents=[shared], help="bring a data set of the Hugging Face Hub here as a file"
    )
    parser.add_argument("dataset", metavar="OWNER/NAME", help="the data set's id")
    parser.add_argument("--config", default="", help="which configuration (default: the data set's own)")
    parser.add_argument("--split", default="", help="which split (default: train, or the first one)")
    parser.add_argument("--revision", default="", help="branch, tag or commit (default: the newest)")
    parser.add_argument("--task", choices=[*TASKS], help="what the texts are for (default: what the columns look like)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the file to write; it gets the extension .jsonl or .conll"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Fetch; progress goes to stderr, as JSON lines if JSON is wanted."""
    wanted = Wanted.of(options.dataset, options.config, options.split, options.revision, options.task)
    out = (options.out or Path(wanted.file_name)).absolute()
    if not out.parent.is_dir():
        raise DataError("{folder} is no folder.", "Name a file in a folder that exists.", folder=str(out.parent))

    def report(rows: int) -> None:
        told = f"{json.dumps({'rows': rows})}\n" if options.json else f"\r{rows:,} rows"
        sys.stderr.write(told)
        sys.stderr.flush()

    bounded_memory()
    with apart():
        from pipeline.hub.fetching import fetch  # noqa: PLC0415 - loads datasets, which reads the environment

        fetched = fetch(wanted, out, settings, report)
    print(json.dumps(fetched.model_dump(mode="json"), ensure_ascii=False, indent=1)) if options.json else _tell(fetched)
    return 0


def _tell(fetched: Fetched) -> None:
    sys.stderr.write("\r")
    print(f"{fetched.path}: {fetched.rows:,} rows of {fetched.origin.told}")
    for note in fetched.notes:
        print(note)


def bounded_memory() -> None:
    """Hold this process to :data:`MOST_MEMORY` where the system can; past it what is read is refused."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


@contextmanager
def apart() -> Iterator[None]:
    """Work in an empty folder, with caches of one's own that are gone afterwards, and reach nothing but the Hub.

    The libraries look for files of a data set's name in the working folder, and answer from their caches where the
    Hub refuses. Nothing of a private data set is left behind but the file that was asked for.
    """
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="graft-fetch-", ignore_cleanup_errors=True) as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        os.environ.update(
            QUIET | {f"HF_{name.upper()}_CACHE": f"{folder}/{name}" for name in ("hub", "datasets", "xet")}
        )
        os.chdir(empty)
        try:
            with outward_only():
                from pipeline.hub.filesystems import hub_alone  # noqa: PLC0415 - as fetching, behind what is set above

                hub_alone(Path(folder))
                yield
        finally:
            os.chdir(before)
