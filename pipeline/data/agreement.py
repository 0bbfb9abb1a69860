"""The one set of labels that all files of a run have to keep to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from pipeline.data.labellings import LABELS
from pipeline.data.labels import match_labels, sorted_labels
from pipeline.data.texts import Texts
from pipeline.data.wording import MOST_SHOWN, quoted, shortened
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.spec import DatasetSpec, TaskName

Domain = Literal["source", "target"]
_OWNERS: dict[Domain, Message] = {"source": Message("source"), "target": Message("target")}


@dataclass(frozen=True)
class Agreement:
    """The names of a run's labels, and whose they are.

    Attributes:
        task: What the labels are for.
        owner: The domain that they were taken from.
        file: Name of the file in which they stand.
        names: Labels, entity types or tags, in order.
    """

    task: TaskName
    owner: Domain
    file: str
    names: list[str]

    @property
    def labels(self) -> list[str]:
        """The run's labels in order; entities' tags among them begin with ``O``."""
        return LABELS[self.task].ordered(self.names)

    def check_mapping(self, mapping: dict[str, str]) -> None:
        """See that a mapping leads to the agreed names.

        Raises:
            DataError: It leads elsewhere.
        """
        strange = sorted(set(mapping.values()) - {*self.names, LABELS[self.task].dropped})
        if strange and self.names:
            raise DataError(
                "The label mapping leads to {strange}, not a label of {file}.",
                "Its labels are {known}.",
                strange=quoted(strange),
                file=self.file,
                known=quoted(self.names),
            )

    def check(self, texts: Texts, dataset: DatasetSpec) -> None:
        """See that a file's labels are among the agreed ones.

        Raises:
            DataError: Some are not; with a mapping that would do, if one can be told.
        """
        present = sorted_labels(texts.names(self.task))
        strange = [name for name in present if name not in self.names]
        if strange:
            raise DataError(
                "{file} has labels that the {owner} has not: {strange}; the {owner}'s are {known}.",
                self._remedy(present, strange),
                file=Path(dataset.path).name,
                owner=_OWNERS[self.owner],
                strange=quoted(strange),
                known=quoted(self.names),
            )

    def _remedy(self, present: list[str], strange: list[str]) -> Message:
        kind = LABELS[self.task]
        match = match_labels(self.names, present)
        if match.unmatched and self.owner == "source":
            # Several of the source's names may stand for one of these, which no mapping of these can say.
            reverse = match_labels(present, self.names).mapping
            if set(strange) <= set(reverse.values()):
                return Message(
                    "Map the source's labels to its (source_label_mapping): {pairs}.", pairs=_pairs(reverse.items())
                )
        owner = _OWNERS[self.owner]
        suggested = Message(", such as {pairs}", pairs=_pairs(match.mapping.items())) if match.mapping else ""
        drop = Message(", or to {dropped} to leave a kind out", dropped=kind.dropped) if kind.dropped else ""
        return Message("Map its labels to the {owner}'s{suggested}{drop}.", owner=owner, suggested=suggested, drop=drop)


def _pairs(mapping: Iterable[tuple[str, str]]) -> str:
    shown = [f"{shortened(old)} → {shortened(new)}" for old, new in islice(mapping, MOST_SHOWN)]
    return ", ".join(shown)
