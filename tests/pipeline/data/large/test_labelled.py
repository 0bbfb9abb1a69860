"""Lines that begin with labels, read in blocks, are what they are when they are read as a whole."""

import logging

import pytest

from pipeline.data.inspection import inspect
from pipeline.data.large import streams
from pipeline.data.large.streams import stream
from pipeline.data.texts import read_texts
from pipeline.errors import DataError
from pipeline.spec import DatasetSpec

SPACED = "".join(f"{number % 2} review number {number}\n" for number in range(60))
TABBED = "".join(f"{'good' if number % 3 else 'bad'}\treview number {number}\n" for number in range(60))
MARKED = "".join(f"__label__x{number % 5} review number {number}\n" for number in range(60))
TYPES = "".join(f"{('DESC:manner', 'ENTY:food', 'NUM:count')[number % 3]} What is {number}?\n" for number in range(60))


def look(path, settings):
    """All that is told of a file, and all that a run has of it."""
    dataset = DatasetSpec(path=path, skip_missing=True)
    try:
        told = inspect(dataset, settings, labelled=True)
        texts, notes = read_texts(dataset, settings, labelled=True)
    except DataError as error:
        return str(error)
    found = [told.row_count, told.texts, told.label_counts, told.columns, [*map(str, told.problems)]]
    return [*found, [*texts.texts], [*texts.labels], [*texts.rows], notes]


@pytest.fixture
def in_short_blocks(in_blocks, monkeypatch):
    """Of which the first alone says whether lines begin with labels."""
    monkeypatch.setattr(streams, "HEAD", 500)


@pytest.mark.parametrize(
    "content",
    [
        SPACED,
        TABBED,
        MARKED,
        TYPES,
        f"  {SPACED}\n\n1 \u3000with\u00a0spaces  \n\n",
        SPACED.replace("\n", "\r\n"),
        f"{SPACED}1\n0\n",  # labels without texts
        SPACED + '1 a "quoted" word\n',
    ],
    ids=["numbers", "after a tab", "fastText's", "types", "spaces", "line ends", "no text", "quotation"],
)
def test_the_same_is_found(content, write, settings, request):
    path = write("a.txt", content)
    expected = look(path, settings)
    request.getfixturevalue("in_short_blocks")
    assert stream(DatasetSpec(path=path), settings, "text-classification", labelled=True) is not None
    assert look(path, settings) == expected
    assert len(expected[5]) >= 60


@pytest.mark.parametrize(
    "content",
    [
        f"{SPACED}word a line without a label\n",
        f"{SPACED}0\tafter a tab\n" + "0\tafter a tab\n" * 80,
        f"{MARKED}__label__x1 __label__x2 two labels\n",
        SPACED + "".join(f"{number} each its own\n" for number in range(100, 400)),
        f"{TABBED}\twithout a label\n",
        "__label__a " * 100,  # one line, longer than what is looked at first
        SPACED + "1\n" * 60,  # too many without a text
        "".join(f"{'The' if number % 2 else 'A'} soup was {number}\n" for number in range(60)),  # words, not labels
    ],
    ids=["word", "tabs", "two", "many", "nameless", "endless", "bare", "words"],
)
def test_what_only_the_whole_decides_is_left_to_the_other_reader(content, write, settings, request, caplog):
    path = write("a.txt", content)
    expected = look(path, settings)
    request.getfixturevalue("in_short_blocks")
    opened = stream(DatasetSpec(path=path), settings, "text-classification", labelled=True)
    with caplog.at_level(logging.INFO):
        assert look(path, settings) == expected
    assert opened is None or "is read as a whole" in caplog.text
