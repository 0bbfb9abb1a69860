"""How much text a run has, file by file: what measured steps are scaled by. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.doctor.material import Material, Sheet, gather
from pipeline.doctor.scripts import UNSPACED
from pipeline.errors import DataError
from pipeline.parameters import Split
from pipeline.settings import Settings
from pipeline.spec import KeepVocabulary, RunSpec

#: Pieces a character of a vocabulary learned from the target text (docs/results.md), by kind of script.
LEARNED = {"unspaced": 0.7, "spaced": 0.25}
AROUND = 2  # special tokens


@dataclass(frozen=True)
class Lengths:
    """The files of a run, as the source's tokenizer reads them.

    Attributes:
        spec: The run.
        material: Its files.
    """

    spec: RunSpec
    material: Material

    def texts(self, split: Split) -> float:
        """About how many texts a split will have."""
        data = self.spec.data
        own = self._count(split.removesuffix("_train"))
        whole = {"source_train": data.source_test_fraction, "target_train": data.test_fraction}
        given = {"source_train": data.source_test, "target_train": data.test}
        if split in whole:
            own *= 1.0 if given[split] is not None else 1 - whole[split]
            return own * (1 - data.dev_fraction) if split == "target_train" and data.dev is None else own
        held = {
            "test": ("target", data.test_fraction),
            "source_test": ("source", data.source_test_fraction),
            "dev": ("target", data.dev_fraction),
        }
        if own or split not in held:
            return own
        role, fraction = held[split]
        return self._count(role) * fraction

    def share(self, split: Split | None) -> float:
        """Share of a file's texts that is in its training split, 0 to 1."""
        count = self._count(split.removesuffix("_train")) if split else 0
        return self.texts(split) / count if split and count else 1.0

    def tokens(self, split: Split | None, *, learned: bool) -> float:
        """Tokens of a text of the split, on average, cut at the limit.

        Args:
            split: Of the source's side or the target's; None: the target's.
            learned: Whether the recipe's vocabulary reads it, not the source's.
        """
        sheet = self._sheet(split)
        if sheet is None:
            return float(self.spec.data.max_length)
        limit = self.spec.data.max_length
        if learned and not isinstance(self.spec.recipe.vocabulary, KeepVocabulary):
            rate = LEARNED["unspaced" if sheet.script in UNSPACED else "spaced"]
            found = [len(text) * rate + AROUND for text in sheet.texts]
            return sum(min(limit, tokens) for tokens in found) / len(found)
        read = self.material.pieces.get(sheet.role)
        if read is None:
            return float(limit)
        return sum(min(limit, tokens) for tokens in read.lengths) / len(read.lengths)

    @cached_property
    def longest(self) -> int:
        """Tokens of the longest text that a model will see."""
        found = [max(read.lengths) for read in self.material.pieces.values()]
        return min(self.spec.data.max_length, max(found, default=self.spec.data.max_length))

    def _count(self, role: str) -> float:
        sheet = next((sheet for sheet in self.material.readable if sheet.role == role), None)
        return float(sheet.size) if sheet else 0.0

    def _sheet(self, split: Split | None) -> Sheet | None:
        of_source = split is not None and split.startswith("source")
        return (
            self.material.sheet("source", "source_test")
            if of_source
            else self.material.sheet("target", "unlabelled", "test")
        )


def measure_lengths(spec: RunSpec, settings: Settings) -> Lengths:
    """Read the files of a run.

    Raises:
        DataError: One of them can't be used.
    """
    material = gather(spec.data, spec.task, spec.source, settings)
    for sheet in material.sheets.values():
        if (error := sheet.undecodable or sheet.malformed) is not None:
            raise error
        if sheet.inspection is not None and sheet.inspection.problems:
            first = sheet.inspection.problems[0]
            raise DataError(first.message, first.remedy)
    return Lengths(spec, material)
