from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from pipeline.data import readers
from pipeline.data.readers import READERS, Table, read_table
from pipeline.errors import DataError, GraftError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec

CSV = "label,review\r\n1,好吃\r\n0,难吃\r\n"


def test_there_is_a_reader_for_every_format():
    formats = DatasetSpec.model_json_schema()["properties"]["format"]["enum"]
    assert {*READERS, "auto"} == set(formats)


@pytest.mark.parametrize(
    ("codec", "used"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("gb18030", "gb18030"),
    ],
)
def test_a_file_gives_the_same_table_in_every_encoding(codec, used, write, settings):
    table = read_table(DatasetSpec(path=write("reviews.csv", CSV.encode(codec))), settings)
    assert table == Table(["label", "review"], [["1", "好吃"], ["0", "难吃"]], [2, 3], "csv", used)


def test_a_chosen_format_wins_over_the_extension(write, settings):
    path = write("reviews.csv", "1 good\n0 bad\n")
    assert read_table(DatasetSpec(path=path, format="text"), settings).columns == ["label", "text"]
    assert read_table(DatasetSpec(path=path, format="csv"), settings).columns == ["1 good"]


def test_extensions_may_be_upper_case(write, settings):
    assert read_table(DatasetSpec(path=write("A.TSV", "a\tb\nc\td\n")), settings).format == "tsv"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "reviews.csv is empty."),
        (b" \r\n\t\n", "reviews.csv is empty."),
        (b"\xef\xbb\xbf\n", "reviews.csv is empty."),
        ("\n \n".encode("utf-16"), "reviews.csv is empty."),
        (b"label,text\n", "reviews.csv has no rows under its header."),
        (b",\n,,\n", "reviews.csv has no rows under its header."),
        (b"label,text\n1,a,b\n", "reviews.csv: row 2 has 3 cells, but row 1 has 2."),
        (b"\x89PNG\r\n", "reviews.csv is not a text file; it seems to be a picture."),
        (b"text\n\xff\xfe\xfd\n", "reviews.csv: the byte at offset 5 (line 2) is not UTF-8, UTF-16 or GB18030."),
    ],
)
def test_unusable_files_are_named(content, expected, write, settings, refusal):
    assert refusal(read_table, DatasetSpec(path=write("reviews.csv", content)), settings).startswith(expected)


def test_missing_files_and_folders_are_named(tmp_path, settings, refusal):
    message = refusal(read_table, DatasetSpec(path=str(tmp_path / "gone.csv")), settings)
    assert message == "gone.csv does not exist. Check its path, or upload it again."
    assert "is a folder, not a file." in refusal(read_table, DatasetSpec(path=str(tmp_path)), settings)
    assert "does not exist" in refusal(read_table, DatasetSpec(path="a\0b"), settings)
    assert "can't be read" in refusal(read_table, DatasetSpec(path="x" * 5000), settings)


def test_unreadable_files_are_named(write, settings, refusal, monkeypatch):
    def fail(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write("reviews.csv", CSV)
    monkeypatch.setattr(Path, "read_bytes", fail)
    message = refusal(read_table, DatasetSpec(path=path), settings)
    assert message == "reviews.csv can't be read: Permission denied. Check its permissions."


def test_limits(write, refusal):
    path = write("reviews.csv", CSV)
    message = refusal(read_table, DatasetSpec(path=path), Settings(max_upload_mb=0.00001))
    assert message.startswith("reviews.csv is larger than 1e-05 MB. Split the file")
    assert "reviews.csv has more than 1 rows." in refusal(read_table, DatasetSpec(path=path), Settings(max_rows=1))
    headerless = write("bare.csv", "1,a\n0,b\n1,c\n0,d\n")
    assert "bare.csv has more than 3 rows." in refusal(read_table, DatasetSpec(path=headerless), Settings(max_rows=3))


FRAGMENTS = st.sampled_from(
    [b'"', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b" ", b"{", b"}", b"[", b"]", b":", b'{"text": "a"}', b"\\ud800",
     b"__label__a ", b"1 good", b"label,text\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", "好".encode(), b"\xba\xc3",
     b"\xe9", b"9" * 4400, b"NaN", b"[" * 1200]
)  # fmt: skip


@pytest.mark.parametrize("format_", ["auto", *READERS])
@bounds(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200) | st.lists(FRAGMENTS, max_size=12).map(b"".join),
    suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".txt"]),
    encoding=st.sampled_from(["auto", "utf-8", "utf-16", "gb18030"]),
)
@example(data=b"a\x00b\x00", suffix=".txt", encoding="auto")
def test_any_bytes_give_a_table_or_an_error_of_ours(format_, data, suffix, encoding, tmp_path):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(data)
    try:
        table = read_table(DatasetSpec(path=str(path), format=format_, encoding=encoding), Settings())
    except GraftError as error:
        assert error.message.startswith(path.name)  # noqa: PT017
        assert error.remedy  # noqa: PT017
        return
    assert isinstance(table, Table)
    assert table.rows
    assert len(table.rows) == len(table.row_numbers)
    assert all(len(row) == len(table.columns) for row in table.rows)
    "".join(cell for row in table.rows for cell in row).encode()


def test_plain_text_is_read_as_the_task_needs_it(write, settings):
    path = write("a.txt", "__label__x __label__y good\n__label__y bad\n")
    several = read_table(DatasetSpec(path=path), settings, "multi-label-classification")
    assert several.rows[0] == ['["x", "y"]', "good"]
    assert read_table(DatasetSpec(path=path), settings, "language-modelling").rows[1] == ["__label__y bad"]


def test_a_limit_of_rows_is_one_of_sentences_in_tagged_files(write, refusal):
    dataset = DatasetSpec(path=write("a.conll", "a\tO\nb\tO\n\nc\tO\n"))
    assert read_table(dataset, Settings(max_rows=2)).starts == [0, 2]
    assert "a.conll has more than 1 sentences." in refusal(read_table, dataset, Settings(max_rows=1))
    comments = DatasetSpec(path=write("b.conll", "# nothing\n"))
    assert refusal(read_table, comments, Settings()).startswith("b.conll has no tokens in it.")


@pytest.mark.parametrize(
    ("lines", "number"),
    [(["x" * 100], 1), (["a", "", "x" * 61], 3), (["x" * 60] * 20 + ["x" * 61], 21), (["x" * 60] * 20, None)],
)
@pytest.mark.parametrize("block", [7, 59, 60])
def test_a_line_that_is_too_long_is_told_by_its_number(
    lines: list[str], number: int | None, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LONGEST_LINE", 60)
    monkeypatch.setattr(readers, "_MEGABYTE", block)
    path = tmp_path / "a.txt"
    path.write_bytes("\n".join(lines).encode())
    if number is None:
        readers._check_lines(path)
    else:
        with pytest.raises(DataError, match=rf"a\.txt: line {number} is longer than"):
            readers._check_lines(path)
