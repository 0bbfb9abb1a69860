"""Inputs that once did harm: each gave no answer, or one only after minutes, or took more memory than there is."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from export.serving.questions import read
from export.serving.refusals import Refusal
from pipeline.data.delimited import read_csv
from pipeline.data.dictionary import read_entries
from pipeline.data.labellings import split_labels
from pipeline.data.lines import read_jsonl, read_text, read_text_with_labels
from pipeline.data.tagged import read_conll
from pipeline.data.words import folded
from pipeline.errors import DataError, SpecError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, RunSpec, anchor, load, parse

SECONDS = 10  # of a slow machine that does other things; each took minutes, or grew with the square of its size


@pytest.fixture(autouse=True)
def soon():
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < SECONDS


def test_a_line_of_many_labels_is_read_in_one_go() -> None:
    text = "__label__a x\n" + "__label__b " * 200_000 + "some text\n"
    content = read_text_with_labels(text, "a.txt", 9)
    assert content.rows[1][1] == "some text"
    assert len(json.loads(content.rows[1][0])) == 200_000
    with pytest.raises(DataError, match="line 2 has more than one label"):
        read_text(text, "a.txt", 9)


def test_remarks_in_remarks_are_not_peeled_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "words.u8"
    path.write_text("漢 汉 [han4] /word/\n漢 汉 [han4] /" + "(" * 200_000 + ")" * 200_000 + "/\n", encoding="utf-8")
    assert "word" in read_entries(path, Settings()).words


def test_a_text_without_spaces_does_not_fill_the_memory_with_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("soup\t汤\n", encoding="utf-8")
    texts = [
        "".join(map(chr, range(0x4E00, 0x9F00))) * 150
    ] * 3  # 9 million characters, 27 million runs, each an entry of a set
    assert read_entries(path, Settings(), ["soup"], texts).words == {"汤": ["soup"]}


def test_marks_above_a_letter_are_put_in_order_piece_by_piece() -> None:
    assert folded("A" + "\u0301\u0316" * 100_000).startswith("á")
    assert folded("Ｅ\u0301") == "é"


@pytest.mark.parametrize("lines", [["1," * 300_000 + "1"] * 2, ["a,b," * 300_000 + "c"]])
def test_a_table_is_too_wide_with_and_without_a_header(lines: list[str]) -> None:
    with pytest.raises(DataError, match="columns; at most 200 can be read"):
        read_csv("\n".join(lines), "a.csv", 100)


def test_short_lines_are_not_filled_up_to_more_than_the_file() -> None:
    wide = "a\t" * 199 + "b\n"
    text = wide * 300 + "".join(f"{number}\n" for number in range(20_000))
    with pytest.raises(DataError, match="has 1 cell, but the others have 200"):
        read_conll(text, "a.conll", 10_000)
    assert read_conll("a\tO\nb\n", "a.conll", 9).rows == [["a", "O"], ["b", ""]]


def test_a_long_cell_is_no_matter_of_quotation_marks() -> None:
    content = read_csv('label,text\n1,"' + "long " * 40_000 + '"\n', "a.csv", 9)
    assert len(content.rows[0][1]) == 200_000


@pytest.mark.parametrize("written", [r"\u0000", r"\ud800"])
def test_json_can_t_bring_what_no_text_has(written: str) -> None:
    assert read_jsonl(f'{{"a{written}": "b{written}"}}', "a.jsonl", 9)[:2] == (["a\ufffd"], [["b\ufffd"]])
    assert split_labels(f'["b{written}"]', None) == ("b\ufffd",)


@pytest.mark.parametrize("depth", [*range(900, 1000, 3), 100_000])
def test_labels_in_labels_are_a_label(depth: int) -> None:
    assert split_labels("[" * depth + "]" * depth, None)


def test_a_cell_of_very_many_labels_is_a_few() -> None:
    assert len(split_labels("|".join(map(str, range(200_000))), "|")) == 10_000


def test_faults_are_not_told_by_the_hundred_thousand() -> None:
    with pytest.raises(SpecError) as caught:
        parse({f"field {number}": 1 for number in range(100_000)})
    assert len(str(caught.value)) < 1000
    assert "and others" in str(caught.value)


@pytest.mark.parametrize("version", [[[]], "x" * 100_000, 2, None, 1e400])
def test_any_version_is_refused_in_a_sentence(version: object) -> None:
    with pytest.raises(SpecError, match="schema_version is") as caught:
        parse({"schema_version": version})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("field", [r"\ud800", "x" * 100_000])
def test_any_field_s_name_can_be_told(field: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(f'{{"{field}": 1}}')
    with pytest.raises(SpecError) as caught:
        load(path)
    assert len(str(caught.value).encode()) < 1000


@pytest.mark.parametrize("name", ["~nobody-of-this-name/a.csv", "a\0b", "loop/a.csv", "x" * 5000])
def test_paths_that_can_be_no_file_s_are_told_by_whoever_opens_them(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    spec = RunSpec(data=DataSpec(target=DatasetSpec(path=name)))
    moved = anchor(spec, tmp_path)
    assert moved.data.target is not None
    assert moved.data.target.path.startswith(str(tmp_path))


def test_a_spec_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(SpecError, match="larger than 4 MB"):
        load(path)


@pytest.mark.parametrize(
    ("body", "task"),
    [
        (b'{"texts":[' + b"1," * 1_900_000 + b"1]}", "text-classification"),
        (b'{"words":[[' + b"1," * 1_900_000 + b"1]]}", "entity-recognition"),
        (b"{" + b",".join(b'"%x":1' % number for number in range(300_000)) + b"}", "text-classification"),
        (b'{"' + b"k" * 3_000_000 + b'":1}', "text-classification"),
    ],
    ids=["texts", "words", "fields", "a long field"],
)
def test_a_body_of_faults_is_refused_for_one_of_them(body: bytes, task: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(body, task=task, longest=128, most_texts=256, most_characters=20_000)
    assert caught.value.code == "wrong_type"
    assert len(caught.value.body) < 1000
