from itertools import starmap

import pytest

from pipeline.data.content import Content
from pipeline.data.delimited import read_csv, read_tsv


def csv(text: str, limit: int = 1000):
    return read_csv(text, "reviews.csv", limit)


def tsv(text: str, limit: int = 1000):
    return read_tsv(text, "reviews.tsv", limit)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter, end):
    content = csv(end.join(["label,text", "1,good", "0,bad", ""]).replace(",", delimiter))
    assert content == Content(["label", "text"], [["1", "good"], ["0", "bad"]], [2, 3])


def test_quoted_cells_hold_delimiters_quotes_and_line_ends():
    content = csv('label,text\n1,"good, ""very""\r\ngood"\n0, "bad, too"\n')
    assert content.rows == [["1", 'good, "very"\r\ngood'], ["0", "bad, too"]]
    assert content.row_numbers == [2, 3]


def test_row_numbers_count_rows_and_blank_lines_as_a_spreadsheet_does():
    content = csv('\nlabel,text\n1,"two\nlines"\n\n0,bad\n,\n1,good\n')
    assert content.columns == ["label", "text"]
    assert content.row_numbers == [3, 5, 7]


def test_header_names_are_stripped():
    assert csv(" label , text \n1,good\n").columns == ["label", "text"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label,text\n1,good\n0,bad,really\n", "reviews.csv: row 3 has 3 cells, but row 1 has 2."),
        ("label,text\n1,good\n\n0\n", "reviews.csv: row 4 has 1 cell, but row 1 has 2."),
        ('label,text\n1,good\n0,"bad\n1,fine\n', "reviews.csv: the quotation marks of row 3 do not match."),
        ('label,text\n1,good\n0,"bad" one\n', "reviews.csv: the quotation marks of row 3 do not match."),
        ("label,,text\n1,2,good\n", "reviews.csv: column 2 has no name."),
        ("text,text\n1,good\n", "reviews.csv: more than one column is named “text”."),
        ("text,text \n1,good\n", "reviews.csv: more than one column is named “text”."),
    ],
)  # fmt: skip
def test_broken_rows_are_placed(text, expected, refusal):
    assert refusal(csv, text).startswith(expected)


def test_a_quotation_mark_left_open_over_a_huge_cell(refusal):
    assert "the quotation marks of row 2 do not match" in refusal(csv, 'text,label\n"' + "x" * 200_000)


def test_many_columns_are_refused(refusal):
    header = ",".join(f"c{number}" for number in range(300))
    assert "reviews.csv has 300 columns; at most 200" in refusal(csv, f"{header}\n")


def test_the_row_limit_leaves_the_header_out(refusal):
    assert len(csv("text\na\nb\n", limit=2).rows) == 2
    assert "reviews.csv has more than 1 rows. Split the file" in refusal(csv, "text\na\nb\n", limit=1)


def test_a_missing_header_is_noticed_where_the_first_row_repeats_a_label():
    content = csv("1,good film\n0,bad film\n1,fine film\n0,dull film\n")
    assert content.columns == ["column 1", "column 2"]
    assert content.rows[0] == ["1", "good film"]
    assert content.row_numbers == [1, 2, 3, 4]


def test_many_labels_in_few_rows_are_no_header_either():
    lines = [f"text {number}\tlabel {number % 10}" for number in range(80)]
    content = tsv("\n".join(lines))
    assert content.columns == ["column 1", "column 2"]
    assert len(content.rows) == 80


@pytest.mark.parametrize("header", ["Label,Text", "标签,文本", "cat,what", "sentiment,phrase", "类别,评论"])
def test_known_names_are_a_header_always(header):
    first = header.split(",")[0]
    content = csv(f"{header}\n{first},good film\n0,bad film\n{first},fine film\n0,dull film\n")
    assert content.columns == header.split(",")
    assert len(content.rows) == 4


def test_without_evidence_the_first_row_is_a_header():
    assert csv("mood,words\n1,good\n0,bad\n1,fine\n").columns == ["mood", "words"]
    assert csv("a,b\nc,d\ne,f\n").columns == ["a", "b"]


def test_no_rows():
    assert csv(",\n,\n") == Content([], [], [])
    assert tsv("") == Content([], [], [])


def test_tabs():
    assert tsv("label\ttext\r\n1\tgood\r\n0\tbad\r\n") == Content(
        ["label", "text"], [["1", "good"], ["0", "bad"]], [2, 3]
    )


def test_stray_quotation_marks_of_corpora_are_plain_characters():
    rows = [['"a film" it is', "1"], ['"open', "0"], ['five 5" inches', "1"], ['"whole"', "0"], ['"a ""b"""', "1"]]
    content = tsv("\n".join(["sentence\tlabel", *map("\t".join, rows)]))
    assert [row[0] for row in content.rows] == ['"a film" it is', '"open', 'five 5" inches', "whole", 'a "b"']


def test_quoted_line_ends_of_spreadsheets_are_read():
    content = tsv('text\tlabel\n"two\nlines"\t1\n"and\ta tab"\t0\n')
    assert content.rows == [["two\nlines", "1"], ["and\ta tab", "0"]]
    assert content.row_numbers == [2, 3]


def test_a_broken_row_among_stray_quotation_marks_is_placed(refusal):
    message = refusal(tsv, 'text\tlabel\n"open\t1\nno label\nfine\t0\n')
    assert message.startswith("reviews.tsv: row 3 has 1 cell, but row 1 has 2.")


def test_many_rows_are_read_quickly():
    text = "label,text\n" + "".join(starmap("{},{} 很好吃\n".format, enumerate(range(60_000))))
    assert len(csv(text, limit=60_000).rows) == 60_000
