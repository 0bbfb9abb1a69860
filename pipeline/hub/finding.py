"""Finds a data set on the Hub: its configurations and splits, and the rows of one. Loads ``datasets``.

No code of a data set is run: one that is made by a script is read from the Parquet files that the Hub made of it,
where it did, and refused elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasets import (
    IterableDataset,
    get_dataset_config_names,
    get_dataset_default_config_name,
    get_dataset_split_names,
    load_dataset,
)
from huggingface_hub import HfApi
from huggingface_hub.errors import RevisionNotFoundError

from pipeline.errors import DataError
from pipeline.hub.faults import told
from pipeline.hub.records import WHAT, Wanted
from pipeline.messages import series

PATIENCE = 20  # seconds for the Hub's first answer
CONVERTED = "refs/convert/parquet"  # where the Hub keeps what it made of a data set
_PARQUET = re.compile(r"(?P<config>[^/]+)/(?P<partial>partial-)?(?P<split>[^/]+)/\d+\.parquet")
MOST_NAMED = 40  # configurations in a message


@dataclass(frozen=True)
class Found:
    """One split of a data set.

    Attributes:
        dataset: Its id, as the Hub has it now; it may have been renamed.
        config: As chosen.
        split: As chosen.
        commit: At which state.
        licence: As its page names it; empty if it does not.
        rows: What is in it, fetched while it is read.
        whole: Whether the rows are all there are.
    """

    dataset: str
    config: str
    split: str
    commit: str
    licence: str
    rows: IterableDataset
    whole: bool = True


def find(wanted: Wanted) -> Found:
    """Look a data set up and choose what was not chosen.

    Raises:
        DataError: There is no such data set, configuration or split; or it can't be read without code of its own.
    """
    with told(wanted):
        api = HfApi()
        info = api.dataset_info(wanted.dataset, revision=wanted.revision or None, timeout=PATIENCE)
        if info.gated:
            api.auth_check(info.id, repo_type="dataset")
        commit, licence = str(info.sha), _licence(info.card_data)
        files = [sibling.rfilename for sibling in info.siblings or ()]
        if f"{info.id.rpartition('/')[2]}.py" in files:
            commit, files = _conversion(api, wanted, info.id)
        parts = [part for file in files if (part := _PARQUET.fullmatch(file))]
        if parts and len(parts) >= len(files) - 1:  # and .gitattributes
            return _converted(wanted, info.id, commit, licence, parts)
        return _plain(wanted, info.id, commit, licence)


def _plain(wanted: Wanted, dataset: str, commit: str, licence: str) -> Found:
    """A data set of files. Named with ``hf://``, no folder of this machine can be taken for it."""
    place = f"hf://datasets/{dataset}"
    configs = get_dataset_config_names(place, revision=commit)
    default = wanted.config or get_dataset_default_config_name(place, revision=commit) or ""
    config = _chosen(wanted, "config", configs, default)
    split = _chosen(wanted, "split", get_dataset_split_names(place, config, revision=commit), wanted.split or "train")
    rows = load_dataset(place, config, split=split, revision=commit, streaming=True)
    return Found(dataset, config, split, commit, licence, rows)


def _conversion(api: HfApi, wanted: Wanted, dataset: str) -> tuple[str, list[str]]:
    """Commit and files of what the Hub made of a data set that a script makes.

    Raises:
        DataError: It made nothing, or another revision was wanted.
    """
    try:
        info = api.dataset_info(dataset, revision=CONVERTED, timeout=PATIENCE)
        files = [sibling.rfilename for sibling in info.siblings or ()]
    except RevisionNotFoundError:
        files = []
    if wanted.revision or not any(map(_PARQUET.fullmatch, files)):
        raise DataError(
            "{dataset} is made by a script of its own, and Graft runs no code of data sets.",
            "Choose another data set, or download its texts and upload them as a file.",
            dataset=dataset,
        )
    return str(info.sha), files


def _converted(wanted: Wanted, dataset: str, commit: str, licence: str, parts: list[re.Match[str]]) -> Found:
    """A data set as the Hub converts it: a folder a configuration, and one in it a split."""
    configs = list(dict.fromkeys(part["config"] for part in parts))
    config = _chosen(wanted, "config", configs, wanted.config or "default")
    own = [part for part in parts if part["config"] == config]
    split = _chosen(wanted, "split", list(dict.fromkeys(part["split"] for part in own)), wanted.split or "train")
    own = [part for part in own if part["split"] == split]
    places = sorted(f"hf://datasets/{dataset}@{commit}/{part.string}" for part in own)
    rows = load_dataset("parquet", data_files={split: places}, split=split, streaming=True)
    whole = not any(part["partial"] for part in own)
    return Found(dataset, config, split, commit, licence, rows, whole)


def _chosen(wanted: Wanted, what: str, names: Sequence[str], choice: str) -> str:
    """One of the names: the one that was chosen, else the usual one, else the only or first one.

    Raises:
        DataError: It is none of them, or nothing was chosen where it has to be.
    """
    given = getattr(wanted, what)
    listed = series([*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])])
    if choice in names:
        return choice
    if given:
        raise DataError(
            "{dataset} has no {what} {name!r}.",
            "There are these: {names}.",
            dataset=wanted.dataset,
            what=WHAT[what],
            name=given,
            names=listed,
        )
    if not names or (what == "config" and len(names) > 1):
        raise DataError(
            "{dataset} has more than one configuration." if names else "{dataset} has no files with texts.",
            "Name one of these: {names}." if names else "Choose another data set.",
            dataset=wanted.dataset,
            names=listed,
        )
    return names[0]


def _licence(card: Any) -> str:
    found = getattr(card, "license", None) or ""
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found)
