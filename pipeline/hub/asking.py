"""Fetches a data set in a process of its own, which ends with whoever waits for it."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

from pipeline.engine.command import following
from pipeline.hub.records import Fetched, Wanted
from pipeline.settings import Settings

SECONDS = 600.0
#: Where the libraries look for a token of the host's own.
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def fetching(
    wanted: Wanted, out: Path, settings: Settings, *, token: str | None = None, seconds: float = SECONDS
) -> Generator[int, None, Fetched]:
    """Fetch a data set; yields now and then how many rows there are. Closing it ends the process.

    Args:
        wanted: Which data set.
        out: The file; see :func:`pipeline.hub.fetching.fetch`.
        settings: The host's.
        token: Of the person who asks; handed on in the environment of this one process, and kept nowhere.
        seconds: Time limit.

    Raises:
        RunError: It took longer, or the data set can't be had; with the reason.
    """
    chosen = {"config": wanted.config, "split": wanted.split, "revision": wanted.revision, "task": wanted.task}
    arguments = [wanted.dataset, *(f"--{name}={value}" for name, value in chosen.items() if value), f"--out={out}"]
    answer = yield from _rows("fetch", arguments, seconds, environment(settings, token))
    return Fetched.read(answer)


def _rows(
    command: str, arguments: list[str], seconds: float, environment: dict[str, str]
) -> Generator[int, None, object]:
    rows = 0
    news = following(command, arguments, seconds, environment)
    try:
        while True:
            rows = int(next(news).get("rows", rows))
            yield rows
    except StopIteration as end:
        return end.value
    finally:
        news.close()


def environment(settings: Settings, token: str | None) -> dict[str, str]:
    """What the process may know: the asker's own token, or on one's own machine the host's; never others'."""
    own = dict(os.environ)
    limits = {"GRAFT_MAX_ROWS": str(settings.max_rows), "GRAFT_MAX_UPLOAD_MB": f"{settings.max_upload_mb:g}"}
    if not token and not settings.shared:
        return {**own, **limits}
    known = {name: value for name, value in own.items() if name not in TOKENS}
    access = {"HF_TOKEN": token} if token else {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
    return {**known, **limits, "HF_TOKEN_PATH": os.devnull, **access}
