"""Checks of script and language, of what the source's tokenizer makes of the texts, and of the dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.data.words import vocabulary
from pipeline.doctor.finding import NOTHING, TARGET_ROLES, Finding, file_name, first_rows
from pipeline.doctor.material import Material, Sheet
from pipeline.doctor.pieces import Pieces
from pipeline.doctor.scripts import UNSPACED, by_script, main_script
from pipeline.errors import DataError
from pipeline.messages import Message, Template

#: Share of a file's texts that may be in another script before a person should know.
MOST_FOREIGN = 0.02
#: Of a tokenizer that can read a text: share of unknown tokens, and pieces a character by kind of script.
#: A tokenizer that knows English takes 0.25, one that knows Chinese 0.6 to 1; by bytes, Chinese takes 2 to 3.
MOST_UNKNOWN = 0.02
MOST_PIECES = {"spaced": 0.4, "unspaced": 1.1}
#: Of a dictionary of the right language: share of its words that the target texts have, or their number.
LEAST_COVERED, ENOUGH_WORDS = 0.05, 100
SAMPLE_TEXTS = 2000


def language(material: Material) -> Iterator[Finding]:
    """The script and language of each file, and texts or files that are in another than the rest."""
    target = material.sheet("target", "test", "unlabelled")
    for sheet in material.readable:
        foreign = _foreign(sheet)
        values = {
            "file": sheet.name,
            "language": _named(sheet),
            "share": sheet.scripts[sheet.script] / max(1, sheet.scripts.total()),
            "count": len(foreign),
        }
        if target is not None and sheet.role in TARGET_ROLES and differ(sheet, target):
            yield Finding(
                "language",
                "warn",
                (sheet.role, target.role),
                Message(
                    "{file} is in {language}, but {other} in {others}.",
                    {"file": sheet.name, "language": _named(sheet), "other": target.name, "others": _named(target)},
                ),
                Message("See whether the right file was chosen: both should be of the target."),
            )
        elif len(foreign) > MOST_FOREIGN * len(sheet.rows):
            yield Finding(
                "language",
                "warn",
                (sheet.role,),
                Message(
                    "{file} is in {language} ({share:.0%} of its letters); texts in another script: {count:,}.", values
                ),
                Message("Remove them if they are not wanted."),
                first_rows(foreign),
            )
        else:
            yield Finding(
                "language",
                "pass",
                (sheet.role,),
                Message("{file} is in {language} ({share:.0%} of its letters).", values),
            )


def tokens(material: Material) -> Iterator[Finding]:
    """Whether the source's tokenizer can read each file: unknown tokens, and pieces for each character."""
    if material.source is not None and material.reader is None and material.readable:
        yield Finding(
            "tokens",
            "warn",
            tuple(sheet.role for sheet in material.readable),
            Message("The source model's tokenizer is not on this machine yet, so how it reads the texts is not known."),
            Message("It is fetched when a run starts; the embedded source is here already."),
        )
    for sheet in material.readable:
        if (read := material.pieces.get(sheet.role)) is None:
            continue
        can_read = reads(read, sheet.script)
        told = (
            Template(
                "{file}: the source's tokenizer reads it with {unknown:.1%} unknown tokens and {pieces:.2f} pieces a "
                "character ({measured:,} of {total:,} texts measured)."
            )
            if can_read
            else Template(
                "{file}: the source's tokenizer can't read it well: {unknown:.1%} unknown tokens and {pieces:.2f} "
                "pieces a character ({measured:,} of {total:,} texts measured)."
            )
        )
        yield Finding(
            "tokens",
            "pass" if can_read else "warn",
            (sheet.role,),
            Message(
                told,
                {
                    "file": sheet.name,
                    "unknown": read.fit.unknown_rate,
                    "pieces": read.fit.pieces_per_character,
                    "measured": len(read.places),
                    "total": read.total,
                },
            ),
            NOTHING
            if can_read
            else Message("Choose a recipe that transplants the vocabulary, or a source of this language."),
            () if can_read else first_rows(_unread(read, sheet)),
        )


def dictionary(material: Material) -> Iterator[Finding]:
    """A dictionary that can't be read, or whose words the target texts do not have."""
    found = material.dictionary
    if found is None:
        return
    name = file_name(material.data.dictionary or "")
    if isinstance(found, DataError):
        yield Finding("dictionary", "fail", ("dictionary",), Message(found.message), Message(found.remedy))
        return
    texts = [text for sheet in material.readable if sheet.role in TARGET_ROLES for text in sheet.texts[:SAMPLE_TEXTS]]
    known = vocabulary(texts[:SAMPLE_TEXTS])
    hits = sum(word.casefold() in known for word in found.words)
    share = hits / len(found.words)
    covered = share >= LEAST_COVERED or hits >= ENOUGH_WORDS or not texts
    yield Finding(
        "dictionary",
        "pass" if covered else "warn",
        ("dictionary",),
        Message(
            "{file}: {count:,} target words, of which the target texts have {share:.0%}.",
            {"file": name, "count": len(found.words), "share": share},
        ),
        NOTHING if covered else Message("See whether it is a dictionary of the target's language."),
    )


def differ(one: Sheet, other: Sheet) -> bool:
    """Whether two files are in different scripts or languages, as far as these can be told."""
    pairs = ((one.script, other.script), (one.language, other.language))
    return any(first and second and first != second for first, second in pairs)


def reads(read: Pieces, script: str) -> bool:
    """Whether a tokenizer knows what it reads, and does not chop it up."""
    kind = "unspaced" if script in UNSPACED else "spaced"
    return read.fit.unknown_rate <= MOST_UNKNOWN and read.fit.pieces_per_character <= MOST_PIECES[kind]


def _unread(read: Pieces, sheet: Sheet) -> list[int]:
    """Rows of texts with more unknown tokens than a tokenizer of their language would leave."""
    measured = zip(read.places, read.lengths, read.unknown, strict=True)
    return [sheet.rows[place] for place, length, unknown in measured if unknown > MOST_UNKNOWN * length]


def _foreign(sheet: Sheet) -> list[int]:
    """Rows whose text is mainly in another script than the file."""
    if sheet.scripts[sheet.script] == sheet.scripts.total():
        return []
    mains = (main_script(by_script(Counter(text))) for text in sheet.texts)
    return [row for row, main in zip(sheet.rows, mains, strict=True) if main not in ("", sheet.script)]


def _named(sheet: Sheet) -> Message:
    """Script and language, as part of a sentence."""
    if not sheet.script:
        return Message("no script")
    if not sheet.language:
        return Message("{script} script", script=Message(sheet.script))
    return Message("{language} ({script} script)", language=Message(sheet.language), script=Message(sheet.script))
