"""Checks of the texts themselves: empty, repeated, contradictory, leaked, too long."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.doctor.finding import NOTHING, Finding, Role, first_rows
from pipeline.doctor.material import Material, Sheet
from pipeline.doctor.reading import reported
from pipeline.messages import Message, Template

#: A test set, and the files that nobody may have learned it from.
SEPARATE: tuple[tuple[Role, Role], ...] = (
    ("test", "target"),
    ("test", "source"),
    ("test", "dev"),
    ("test", "unlabelled"),
    ("dev", "target"),
    ("dev", "unlabelled"),
    ("source_test", "source"),
)
#: Share of a test set that may be known from training before its figures say little.
MOST_LEAKED = 0.1
#: Share of texts that may be cut before a person should know.
MOST_CUT = 0.01


def empty(material: Material) -> Iterator[Finding]:
    """Rows without text or label, and texts without a letter or digit."""
    for sheet in material.sheets.values():
        yield from reported("empty", sheet, "missing", rows=sheet.found.missing)
        values = {"file": sheet.name, "count": len(sheet.found.missing)}
        if sheet.found.missing and not sheet.problems("missing"):
            yield Finding(
                "empty",
                "warn",
                (sheet.role,),
                Message("{file}: incomplete rows that are left out: {count:,}.", values),
                Message("Fill them in if they should count."),
                first_rows(sheet.found.missing),
            )
        if blank := [row for row, text in zip(sheet.rows, sheet.texts, strict=True) if not any(map(str.isalnum, text))]:
            yield Finding(
                "empty",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: texts without a letter or digit: {count:,}.", {"file": sheet.name, "count": len(blank)}
                ),
                Message("Remove them unless they mean something."),
                first_rows(blank),
            )


def duplicates(material: Material) -> Iterator[Finding]:
    """Texts that stand in one file more than once, but for case, spaces and punctuation."""
    for sheet in material.readable:
        first = {bare: row for row, bare in reversed([*zip(sheet.rows, sheet.bare, strict=True)])}
        again = [row for row, bare in zip(sheet.rows, sheet.bare, strict=True) if row != first[bare]]
        if again:
            yield Finding(
                "duplicates",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: texts that repeat an earlier one but for case, spaces and punctuation: {count:,}.",
                    {"file": sheet.name, "count": len(again)},
                ),
                Message("Remove them: a repeated text counts more than others."),
                first_rows(again),
            )


def contradictions(material: Material) -> Iterator[Finding]:
    """Texts of one file that are alike but labelled differently."""
    for sheet in material.labelled:
        labels: dict[str, set[object]] = {}
        for bare, label in zip(sheet.bare, sheet.labels, strict=True):
            labels.setdefault(bare, set()).add(label)
        rows = [row for row, bare in zip(sheet.rows, sheet.bare, strict=True) if len(labels[bare]) > 1]
        if rows:
            yield Finding(
                "contradictions",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: the same texts with different labels: {count:,} rows.",
                    {"file": sheet.name, "count": len(rows)},
                ),
                Message("Keep the right label of each, or remove them."),
                first_rows(rows),
            )


def leakage(material: Material) -> Iterator[Finding]:
    """Test texts that models have learned from, exactly or but for case, spaces and punctuation."""
    for tested, learned in SEPARATE:
        test, training = material.sheet(tested), material.sheet(learned)
        if test is not None and training is not None:
            yield from _leaked(test, training)


def _leaked(test: Sheet, training: Sheet) -> Iterator[Finding]:
    exact, alike = set(training.found.texts), set(training.bare)
    rows = [row for row, bare in zip(test.rows, test.bare, strict=True) if bare in alike]
    if not rows:
        return
    same = sum(text in exact for text in test.found.texts)
    # The data stage takes exact repetitions out of the domain's own files, and nothing else.
    removed = test.role != "test" or training.role != "source"
    left = len(rows) - same if removed else len(rows)
    share = left / len(test.rows)
    values = {"file": test.name, "other": training.name, "count": len(rows), "exact": same, "share": share}
    told = (
        Template(
            "{file}: texts that stand in {other}, too: {count:,}, of these {exact:,} letter by letter. "
            "Those are taken out of the training texts; the others ({share:.1%}) make the result look too good."
        )
        if removed
        else Template(
            "{file}: texts that stand in {other}, too: {count:,}, of these {exact:,} letter by letter. "
            "Models trained on {other} have seen them ({share:.1%}), so their result looks too good."
        )
    )
    yield Finding(
        "leakage",
        "fail" if share > MOST_LEAKED else "warn",
        (test.role, training.role),
        Message(told, values),
        Message("Remove them from {other}, or take other texts to test on.", values),
        first_rows(rows),
    )


def length(material: Material) -> Iterator[Finding]:
    """Texts that the source's tokenizer cuts into more tokens than are kept."""
    limit = material.data.max_length
    for sheet in material.readable:
        if (read := material.pieces.get(sheet.role)) is None:
            continue
        long = [sheet.rows[place] for place, tokens in zip(read.places, read.lengths, strict=True) if tokens > limit]
        values = {
            "file": sheet.name,
            "limit": limit,
            "count": len(long),
            "measured": len(read.places),
            "total": read.total,
            "longest": max(read.lengths),
        }
        told = (
            Template(
                "{file}: texts with more than {limit} tokens, which are cut: {count:,} ({measured:,} of {total:,} "
                "texts measured); the longest has {longest:,}."
            )
            if long
            else Template(
                "{file}: the longest text has {longest:,} tokens, and {limit} are kept ({measured:,} of {total:,} "
                "texts measured)."
            )
        )
        yield Finding(
            "length",
            "warn" if len(long) > MOST_CUT * len(read.places) else "pass",
            (sheet.role,),
            Message(told, values),
            Message("Raise the longest text (data.max_length, up to 512), or divide long texts.") if long else NOTHING,
            first_rows(long),
        )
