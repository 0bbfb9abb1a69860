"""Which source models lie on this machine already. Nothing is fetched. Free of torch."""

from __future__ import annotations

from pathlib import Path

from pipeline import sources
from pipeline.errors import SourceError
from pipeline.spec import HubSource, LocalSource, SourceSpec


def at_hand(source: SourceSpec) -> sources.ResolvedSource | None:
    """A source that can be loaded at once; None if it would have to be fetched, or can't be used.

    A model of the Hub is at hand once it is whole in the cache.
    """
    try:
        if isinstance(source, HubSource):
            folder = cached(source)
            return None if folder is None else sources.resolve(LocalSource(path=str(folder)))
        return sources.resolve(source)
    except SourceError:
        return None


def cached(source: HubSource) -> Path | None:
    """The folder of a Hub model in the cache, which may lack files; None without one."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - a second that the page need not wait for

    found = try_to_load_from_cache(source.repo_id, "config.json", revision=source.revision)
    return Path(found).parent if isinstance(found, str) else None


def available(folder: Path | None) -> list[tuple[str, SourceSpec]]:
    """Titles and specs of the catalogue's sources that are at hand, the host's own folder first.

    Args:
        folder: The host's own model (``GRAFT_DEFAULT_SOURCE``), if it has one.
    """
    listed: list[tuple[str, SourceSpec]] = [(entry.title, entry.spec) for entry in sources.CATALOGUE]
    if folder is not None:
        listed.insert(0, (folder.name, sources.default_source(folder)))
    return [(title, spec) for title, spec in listed if at_hand(spec) is not None]
