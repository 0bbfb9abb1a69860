"""Where things lie, and the texts of each pair as the spec names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.spec import DatasetSpec, DataSpec


@dataclass(frozen=True)
class Places:
    """Where things lie: the public data, the sets of this row's pair, and the models of rows before."""

    data: Path
    sets: Path
    model: Callable[[str], Path]

    def csv(self, name: str, *, labelled: bool = True) -> DatasetSpec:
        """One of the pair's own files of reviews."""
        return DatasetSpec(
            path=str(self.sets / f"{name}.csv"), text_column="review", label_column="label" if labelled else None
        )

    def file(self, name: str, **reading: Any) -> DatasetSpec:
        """Another of the pair's own files."""
        return DatasetSpec(path=str(self.sets / name), **reading)

    def public(self, name: str, **reading: Any) -> DatasetSpec:
        """A file as its authors publish it."""
        return DatasetSpec(path=str(self.data / name), **reading)

    @property
    def dictionary(self) -> str:
        """English to Chinese."""
        return str(self.data / "dictionaries/en-zh.wiktionary.tsv")


def sentiment(places: Places, **changes: Any) -> DataSpec:
    """English film reviews to the pair's Chinese reviews."""
    roles = {
        "source": places.public("en/stsa.binary.train", format="text"),
        "source_test": places.public("en/stsa.binary.test", format="text"),
        "target": places.csv("target"),
        "test": places.csv("test"),
        "unlabelled": places.csv("unlabelled", labelled=False),
        "dictionary": places.dictionary,
    }
    return DataSpec(**{**roles, **changes})


def grouped(places: Places) -> DataSpec:
    """The same where it is known which category of goods each unlabelled review is of."""
    unlabelled = places.csv("unlabelled", labelled=False).model_copy(update={"group_column": "category"})
    return sentiment(places, unlabelled=unlabelled)


def tagged(places: Places, source: DatasetSpec, suffix: str, unlabelled: DatasetSpec) -> DataSpec:
    """Tagged sentences of the source to tagged sentences of the target."""
    return DataSpec(
        source=source,
        target=places.file(f"target.{suffix}"),
        test=places.file(f"test.{suffix}"),
        unlabelled=unlabelled,
        dictionary=places.dictionary,
        source_test_fraction=0.1,
    )


def entities(places: Places) -> DataSpec:
    """Entities: Universal NER English to MSRA."""
    source = places.public("en/en_ewt-ud-dev.iob2")
    return tagged(places, source, "conll", places.file("unlabelled.conll"))


def tags(places: Places) -> DataSpec:
    """Parts of speech: UD English to UD Chinese."""
    unlabelled = places.file("unlabelled.txt", format="text")
    return tagged(places, places.public("en/en_ewt-ud-dev.conllu"), "conllu", unlabelled)


def category(places: Places, *, labelled: bool) -> DataSpec:
    """Shop reviews of one category to those of another, both Chinese."""
    return DataSpec(
        source=places.csv("source"),
        target=places.csv("target") if labelled else None,
        test=places.csv("test"),
        unlabelled=places.csv("unlabelled", labelled=False),
    )


def questions(places: Places) -> DataSpec:
    """Question types: no source texts; the encoder itself is the source."""
    return DataSpec(
        target=places.file("target.txt", format="text"),
        test=places.public("en/TREC.test.all", format="text"),
        unlabelled=places.file("unlabelled.txt", format="text"),
    )


def split(number: int) -> Callable[[Places], DataSpec]:
    """One of the five splits of EPRSTMT; it is tested on its own 32 development texts."""

    def data(places: Places) -> DataSpec:
        return DataSpec(target=places.csv(f"train_{number}"), test=places.csv(f"dev_{number}"))

    return data
