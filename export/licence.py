"""Under which licence a model card puts an export: the source model's, as far as that is known."""

from __future__ import annotations

import re

from pipeline.spec import EmbeddedSource, HubSource, SourceSpec

EMBEDDED = "sentence-transformers/all-MiniLM-L6-v2"
#: By the source's kind: the licence as the Hub names it, and what to say of it.
LICENCES = {
    "embedded": (
        "apache-2.0",
        "The source encoder, sentence-transformers/all-MiniLM-L6-v2, is under the Apache License 2.0.",
    ),
    "hub": ("other", "The source encoder's licence is stated on its page; this model is bound by it."),
    "local": ("other", "The source encoder came from a local folder; ask its author for the licence."),
}
NAMED = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")  # a licence's name on the Hub


def licence_of(source: SourceSpec) -> tuple[str, str, str]:
    """The licence as the Hub names it, what to say of it, and the source model's name on the Hub, if it has one."""
    named, said = LICENCES[source.kind]
    if not isinstance(source, HubSource):
        return named, said, EMBEDDED if isinstance(source, EmbeddedSource) else ""
    found = _told(source)
    if found:
        said = f"The source encoder, {source.repo_id}, is under the licence `{found}`, by its own card."
    return found or named, said, source.repo_id


def _told(source: HubSource) -> str:
    """The licence that the source's card tells, as the Hub names it; empty where no card was brought along.

    Only what lies in the Hub's cache is read: the run has fetched it with the weights.
    """
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - a second that only an export waits for
    from huggingface_hub.repocard import metadata_load  # noqa: PLC0415

    card = try_to_load_from_cache(source.repo_id, "README.md", revision=source.revision)
    if not isinstance(card, str):
        return ""
    try:
        told = (metadata_load(card) or {}).get("license")
    except Exception:  # noqa: BLE001 - a stranger's YAML
        return ""
    return told if isinstance(told, str) and NAMED.fullmatch(told) else ""
