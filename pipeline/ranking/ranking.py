"""Ranks the available sources for a run's data; the part that is free of torch, and the way to the other."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.engine.command import ask
from pipeline.errors import GraftError, SourceError
from pipeline.messages import Message
from pipeline.presence import at_hand, available
from pipeline.ranking.logme import logme
from pipeline.ranking.records import Ranked, Ranking
from pipeline.ranking.sampling import Sample, draw
from pipeline.settings import Settings
from pipeline.spec import LocalSource, RunSpec, SourceSpec

SECONDS = 120
MOST_WORDS = 3000  # of tagged sentences: each word counts as a text does


def ask_ranking(
    spec: RunSpec, settings: Settings, folders: Sequence[Path] = (), *, seconds: float = SECONDS
) -> Ranking:
    """Rank in a process of its own, for a page that must not load torch.

    Args:
        spec: Its data, task and longest text count, its recipe does not.
        settings: The host's; its own model is among the candidates.
        folders: Further models of this machine.
        seconds: Time limit.

    Raises:
        RunError: It took longer, or the data can't be used; with the reason.
    """
    if settings.default_source is not None:
        folders = [settings.default_source, *folders]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.json"
        path.write_text(spec.model_dump_json(), encoding="utf-8")
        more = [part for each in folders for part in ("--source", str(Path(each).absolute()))]
        return Ranking.model_validate(ask("rank", [str(path), *more], seconds, settings.engine))


def rank(spec: RunSpec, settings: Settings, folders: Sequence[Path] = ()) -> Ranking:
    """Compare the sources that are on this machine by LogME on a sample of the labelled texts. Loads torch.

    Args:
        spec: As for :func:`ask_ranking`.
        settings: The host's.
        folders: Further models of this machine.

    Raises:
        DataError: There are no labels, or the file can't be used.
    """
    sample = draw(spec, settings)
    from pipeline.stages import quieten  # noqa: PLC0415 - torch; only the command waits for it

    quieten()
    ranked = [
        _tried(title, source, sample, spec.data.max_length) for title, source in candidates(spec, settings, folders)
    ]
    ranked.sort(key=lambda each: float("-inf") if each.score is None else each.score, reverse=True)
    return Ranking(
        task=sample.task,
        side=sample.side,
        texts=len(sample.texts),
        labels=len(sample.labels),
        sources=tuple(ranked),
    )


def candidates(spec: RunSpec, settings: Settings, folders: Sequence[Path] = ()) -> list[tuple[str, SourceSpec]]:
    """Titles and specs of the sources to compare: the spec's own, given folders, the host's, the catalogue's."""
    given: list[tuple[str, SourceSpec]] = [(path.name, LocalSource(path=str(path.absolute()))) for path in folders]
    if (own := at_hand(spec.source)) is not None:
        given.insert(0, (own.title, spec.source))
    listed = {source.model_dump_json(): (title, source) for title, source in given}
    # The catalogue's titles are better known to people than those of folders.
    listed |= {source.model_dump_json(): (title, source) for title, source in available(settings.default_source)}
    return [*listed.values()]


def _tried(title: str, source: SourceSpec, sample: Sample, max_length: int) -> Ranked:
    """One source's place, or why it has none."""
    from pipeline.ranking.features import features  # noqa: PLC0415

    started = time.monotonic()
    try:
        resolved = at_hand(source)
        if resolved is None:
            raise SourceError("The model can't be loaded.", "See whether its folder is whole.")
        found, parameters = features(resolved.path, sample, max_length)
    except (GraftError, OSError, ValueError, RuntimeError) as error:
        # A folder that transformers can't make sense of is that folder's fault; the others are ranked all the same.
        fault = error.told if isinstance(error, GraftError) else Message(" ".join(str(error).split()))
        return Ranked(
            title=title,
            source=source,
            score=None,
            parameters=None,
            seconds=time.monotonic() - started,
            error=fault,
            told=fault.kept,
        )
    known = sample.known
    usable = np.flatnonzero(~np.isnan(found).any(axis=1))
    if len(usable) > MOST_WORDS:
        usable = usable[:: -(-len(usable) // MOST_WORDS)]
    score = logme(found[usable], known[usable])
    return Ranked(title=title, source=source, score=score, parameters=parameters, seconds=time.monotonic() - started)


def table(ranking: Ranking) -> str:
    """The ranking for a terminal."""
    width = max([len(each.title) for each in ranking.sources] + [6]) + 2
    lines = [f"{'source':<{width}}{'LogME':>8}{'parameters':>13}{'seconds':>10}"]
    for each in ranking.sources:
        if each.score is None or each.parameters is None:
            lines.append(f"{each.title:<{width}}{each.error}")
        else:
            millions = f"{each.parameters / 1e6:,.1f} M"
            lines.append(f"{each.title:<{width}}{each.score:>8.3f}{millions:>13}{each.seconds:>10.1f}")
    lines.append(f"LogME of {ranking.texts} {ranking.side} texts with {ranking.labels} labels; higher is better.")
    return "\n".join(lines)
