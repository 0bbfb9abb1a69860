"""What is told of a large file is what the other readers tell."""

import logging

import pytest

from pipeline.data.inspection import inspect
from pipeline.data.large import streams
from pipeline.data.large.streams import stream
from pipeline.spec import DatasetSpec

ROWS = "".join(f"review number {number},{'good' if number % 3 else 'bad'}\n" for number in range(300))


def look(path, settings, **options):
    return inspect(DatasetSpec(path=path, **options), settings, labelled=True)


def test_a_file_is_surveyed_as_a_whole_though_its_columns_are_told_by_its_beginning(write, settings, in_blocks):
    found = look(write("a.csv", f"text,label\n{ROWS}"), settings)
    assert (found.row_count, found.texts, found.label_counts) == (300, 300, {"good": 200, "bad": 100})
    assert found.ok
    assert found.dataset.text_column == "text"
    assert found.preview == [["review number 0", "bad"]]  # of two lines the second


def test_problems_name_their_rows(write, settings, request):
    path = write("a.csv", f"text,label\n{ROWS}\nalone,rare\n,bad\n")
    expected = look(path, settings, text_column="text", label_column="label")
    request.getfixturevalue("in_blocks")
    found = look(path, settings, text_column="text", label_column="label")
    assert [*map(str, found.problems)] == [*map(str, expected.problems)]
    assert [problem.rows for problem in found.problems] == [(304,), (303,)]


def test_the_host_decides_how_many_rows_are_read(write, settings, in_blocks, refusal):
    few = settings.model_copy(update={"max_rows": 299})
    assert refusal(look, write("a.csv", f"text,label\n{ROWS}"), few).startswith("a.csv has more than 299 rows.")


def test_what_only_the_other_readers_understand_is_left_to_them(write, settings, in_blocks, caplog, monkeypatch):
    monkeypatch.setattr(streams, "HEAD", 1000)
    path = write("a.csv", f'text,label\n{ROWS * 30}5" screen,good\n')
    assert stream(DatasetSpec(path=path), settings, "text-classification", labelled=True) is not None
    with caplog.at_level(logging.INFO):
        found = look(path, settings)
    assert found.texts == 9001
    assert "a.csv is read as a whole: a quotation mark inside a cell." in caplog.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf16.csv", f"text,label\n{ROWS}".encode("utf-16")),
        ("gb.csv", f"text,label\n{ROWS}好\n".encode("gb18030")),
        ("array.jsonl", '[{"text": "a", "label": 1}]'),
        ("labels.txt", "".join(f"{'The' if number % 2 else 'A'} soup\n" for number in range(40))),
        ("empty.csv", "text,label\n"),
        ("tagged.conll", "a\tB-PER\n\nb\tO\n"),
        ("archive.csv", b"PK\x03\x04"),
    ],
)
@pytest.mark.usefixtures("in_blocks")
def test_what_is_not_read_in_blocks(name, content, write, settings):
    dataset = DatasetSpec(path=write(name, content))
    assert stream(dataset, settings, "text-classification", labelled=True) is None


def test_small_files_are_not_read_in_blocks(write, settings):
    small = DatasetSpec(path=write("a.csv", f"text,label\n{ROWS}"))
    assert stream(small, settings, "text-classification", labelled=True) is None
    assert streams.LARGE > 1_000_000
