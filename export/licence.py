"""Under which licence a model card puts an export: the source model's, as far as that is known; and its tokenizer's."""

from __future__ import annotations

import re

from pipeline.spec import EmbeddedSource, HubSource, SourceSpec

EMBEDDED = "sentence-transformers/all-MiniLM-L6-v2"
SOURCE, TOKENIZER = "the source encoder", "the model that the tokenizer is from"
#: By the kind of model: the licence as the Hub names it, and what to say of it.
LICENCES = {
    "embedded": ("apache-2.0", "The licence of {what}, {name}, is the Apache License 2.0."),
    "hub": ("other", "The licence of {what}, {name}, is stated on its page; this model is bound by it."),
    "local": ("other", "Ask the author of {what} for its licence; it came from a local folder."),
}
TOLD = "The licence of {what}, {name}, is `{told}`, by its own card."
NAMED = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")  # a licence's name on the Hub


def licence_of(model: SourceSpec, what: str = SOURCE) -> tuple[str, str, str]:
    """The licence as the Hub names it, what to say of it, and the model's name on the Hub, if it has one.

    Args:
        model: What an export was made of.
        what: What it gave.
    """
    name = model.repo_id if isinstance(model, HubSource) else EMBEDDED if isinstance(model, EmbeddedSource) else ""
    told = _told(model) if isinstance(model, HubSource) else ""
    named, said = (told, TOLD) if told else LICENCES[model.kind]
    return named, said.format(what=what, name=name, told=told), name


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
