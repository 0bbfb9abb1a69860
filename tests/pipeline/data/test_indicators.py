"""A column for each label becomes one column of labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.data.indicators import merged
from pipeline.data.inspection import inspect
from pipeline.data.readers import read_table
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec

COLUMNS = ["id", "comment", "toxic", "insult"]
ROWS = [["7", "you fool", "1", "1.0"], ["8", "nice", "0", "0"], ["9", "awful", "true", "No"]]


def test_columns_of_yes_and_no_become_lists_of_their_names():
    columns, rows = merged(COLUMNS, ROWS)
    assert columns == ["id", "comment", "labels"]
    assert [json.loads(row[-1]) for row in rows] == [["toxic", "insult"], [], ["toxic"]]
    assert [row[:2] for row in rows] == [row[:2] for row in ROWS]


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (["text", "spam"], [["a", "1"], ["b", "0"]]),  # one such column is a label with two values
        (["text", "labels", "seen", "kept"], [["a", "x|y", "1", "0"]]),  # labels have a column already
        (["text", "one", "two"], [["a", "0", "0"], ["b", "0", "0"]]),  # no text has any
        (["text", "one", "two"], [["a", "1", "2"], ["b", "0", "3"]]),  # numbers
        (["text"], []),
    ],
)
def test_other_tables_stay_as_they_are(columns, rows):
    assert merged(columns, rows) == (columns, rows)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "comments.csv"
    texts = [f"comment number {number} says something" for number in range(12)]
    rows = [f"{text},{number % 2},{number % 3 // 2}" for number, text in enumerate(texts)]
    path.write_text("\n".join(["comment_text,toxic,insult", *rows]), encoding="utf-8")
    return path


def test_a_file_of_them_is_read_for_several_labels_alone(file: Path, settings: Settings):
    dataset = DatasetSpec(path=str(file))
    assert read_table(dataset, settings, "multi-label-classification").columns == ["comment_text", "labels"]
    assert read_table(dataset, settings).columns == ["comment_text", "toxic", "insult"]
    chosen = dataset.model_copy(update={"label_column": "toxic"})
    assert read_table(chosen, settings, "multi-label-classification").columns == ["comment_text", "toxic", "insult"]


def test_its_inspection_finds_text_and_labels(file: Path, settings: Settings):
    found = inspect(DatasetSpec(path=str(file)), settings, labelled=True, task="multi-label-classification")
    assert found.ok
    assert (found.dataset.text_column, found.dataset.label_column) == ("comment_text", "labels")
    assert found.label_counts == {"toxic": 6, "insult": 4}
    again = inspect(found.dataset, settings, labelled=True, task="multi-label-classification")
    assert again.label_counts == found.label_counts
