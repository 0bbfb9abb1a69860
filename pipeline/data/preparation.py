"""All the data of a run: read, brought to one set of labels, and split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.data.dictionary import read_entries
from pipeline.data.labels import apply_mapping, match_labels, sorted_labels
from pipeline.data.splits import hold_out
from pipeline.data.texts import Texts, read_texts
from pipeline.data.wording import counted, placed, quoted
from pipeline.errors import DataError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec


@dataclass(frozen=True)
class Prepared:
    """What a run learns from and is tested on.

    Attributes:
        labels: The source's labels in order; every other label is one of them.
        source_train: Texts of the source domain to learn from.
        source_test: Texts of the source domain to test on.
        target_train: Texts of the target domain to learn from.
        test: The frozen test set of the target domain.
        unlabelled: Further texts of the target domain; none of them is a test text.
        dictionary: Target word → source words.
        notes: What a person should know: rows left out, texts removed.
    """

    labels: list[str]
    source_train: Texts
    source_test: Texts
    target_train: Texts
    test: Texts
    unlabelled: Texts
    dictionary: dict[str, list[str]]
    notes: list[str]


def prepare(data: DataSpec, seed: int, settings: Settings) -> Prepared:
    """Read, check and split the data of a run.

    Raises:
        DataError: A file can't be used, label sets do not agree, or too little is left to learn from.
    """
    notes: list[str] = []

    def read(dataset: DatasetSpec, *, labelled: bool = True) -> Texts:
        texts, found = read_texts(dataset, settings, labelled=labelled)
        notes.extend(found)
        return texts

    source = read(data.source)
    labels = sorted_labels(source.labels or ())
    _check_mapping(data, labels)

    def read_target(dataset: DatasetSpec) -> Texts:
        texts = _mapped(read(dataset), data.label_mapping)
        _check_labels(texts, labels, dataset)
        return texts

    target_train = read_target(data.target)
    if data.test is None:
        target_train, test = _hold_out(target_train, data.target, data.test_fraction, seed)
    else:
        test = read_target(data.test)
    if data.source_test is None:
        source_train, source_test = _hold_out(source, data.source, data.source_test_fraction, seed)
    else:
        source_train, source_test = source, read(data.source_test)
        _check_labels(source_test, labels, data.source_test)
    unlabelled = Texts([], None, [])
    if data.unlabelled is not None:
        unlabelled = _distinct(read(data.unlabelled, labelled=False), "unlabelled", notes)

    target_train = _without(target_train, test, "target training", notes)
    unlabelled = _without(unlabelled, test, "unlabelled", notes)
    source_train = _without(source_train, source_test, "source training", notes)
    _check_enough(target_train, data.target)
    _check_enough(source_train, data.source)
    return Prepared(
        labels=labels,
        source_train=source_train,
        source_test=source_test,
        target_train=target_train,
        test=test,
        unlabelled=unlabelled,
        dictionary=_dictionary(data.dictionary, settings, notes),
        notes=notes,
    )


def _hold_out(texts: Texts, dataset: DatasetSpec, fraction: float, seed: int) -> tuple[Texts, Texts]:
    try:
        return hold_out(texts, fraction, seed)
    except DataError as error:
        raise DataError(f"{_name(dataset)}: {error.message}", error.remedy) from error


def _mapped(texts: Texts, mapping: dict[str, str]) -> Texts:
    return replace(texts, labels=apply_mapping(texts.labels or [], mapping))


def _check_mapping(data: DataSpec, labels: list[str]) -> None:
    strange = sorted(set(data.label_mapping.values()) - set(labels))
    if strange:
        raise DataError(
            f"The label mapping leads to {quoted(strange)}, not a label of {_name(data.source)}.",
            f"Its labels are {quoted(labels)}.",
        )


def _check_labels(texts: Texts, labels: list[str], dataset: DatasetSpec) -> None:
    present = sorted_labels(texts.labels or ())
    strange = [label for label in present if label not in labels]
    if not strange:
        return
    match = match_labels(labels, present)
    suggestion = ", ".join(f"{target} → {source}" for target, source in match.mapping.items())
    raise DataError(
        f"{_name(dataset)} has labels that the source has not: {quoted(strange)}; the source's are {quoted(labels)}.",
        f"Map its labels to the source's{', such as ' + suggestion if suggestion else ''}.",
    )


def _check_enough(texts: Texts, dataset: DatasetSpec) -> None:
    """Refuse what teaches nothing once the test texts are out of it."""
    present = sorted(set(texts.labels or ()))
    if len(present) < 2:
        left = f"only texts with the label “{present[0]}”" if present else "no texts"
        raise DataError(
            f"{_name(dataset)}: there are {left} left to learn from once the test texts are taken out.",
            "Add texts, or choose a test file that does not repeat them.",
        )


def _without(texts: Texts, test: Texts, what: str, notes: list[str]) -> Texts:
    """The texts that are not in the test set, with a note of how many were."""
    tested = set(test.texts)
    kept = [place for place, text in enumerate(texts.texts) if text not in tested]
    if removed := len(texts) - len(kept):
        notes.append(f"{counted(removed, f'{what} text')} removed: equal to a test text.")
    return texts.at(kept)


def _distinct(texts: Texts, what: str, notes: list[str]) -> Texts:
    first = {text: place for place, text in reversed([*enumerate(texts.texts)])}
    kept = sorted(first.values())
    if removed := len(texts) - len(kept):
        notes.append(f"{counted(removed, f'{what} text')} removed: equal to another one.")
    return texts.at(kept)


def _dictionary(path: str | None, settings: Settings, notes: list[str]) -> dict[str, list[str]]:
    if path is None:
        return {}
    words, malformed = read_entries(Path(path), settings)
    if malformed:
        notes.append(
            f"{Path(path).name}: {counted(len(malformed), 'line')} left out, "
            f"not two words with a tab between ({placed('line', malformed)})."
        )
    return words


def _name(dataset: DatasetSpec) -> str:
    return Path(dataset.path).name
