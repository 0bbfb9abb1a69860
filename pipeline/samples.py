"""The texts that come with Graft, as data of a run; one table. ``samples/README.md`` describes the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.spec import DatasetSpec, DataSpec, TaskName

FOLDER = Path(__file__).resolve().parent.parent / "samples"
GLOSSARY = str(FOLDER / "glossary.en-zh.tsv")


@dataclass(frozen=True)
class Sample:
    """Texts to try something out on.

    Attributes:
        task: What can be learned from them.
        data: Which file has which role.
    """

    task: TaskName
    data: DataSpec


def _file(name: str, **reading: str) -> DatasetSpec:
    return DatasetSpec.model_validate({"path": str(FOLDER / name), **reading})


def _reviews(name: str) -> DatasetSpec:
    return _file(name, text_column="text", label_column="label")


def _headlines(name: str) -> DatasetSpec:
    return _file(f"headlines/{name}", format="tsv", text_column="column 1", label_column="column 2")


UNLABELLED = _file("reviews.zh.unlabelled.txt")

#: English to Chinese, each; the demo's own first.
SAMPLES: dict[str, Sample] = {
    "reviews": Sample(
        "text-classification",
        DataSpec(
            source=_reviews("reviews.en.csv"),
            target=_reviews("reviews.zh.train.csv"),
            test=_reviews("reviews.zh.test.csv"),
            unlabelled=UNLABELLED,
            dictionary=GLOSSARY,
        ),
    ),
    "headlines": Sample(
        "text-classification",
        DataSpec(
            source=_headlines("train.txt"),
            target=_headlines("target.txt"),
            test=_headlines("test.txt"),
            unlabelled=UNLABELLED,
            dictionary=GLOSSARY,
        ),
    ),
    "entities": Sample(
        "entity-recognition",
        DataSpec(source=_file("entities.en.conll"), target=_file("entities.zh.conll"), dictionary=GLOSSARY),
    ),
    "sentences": Sample("language-modelling", DataSpec(target=UNLABELLED, dictionary=GLOSSARY)),
}
