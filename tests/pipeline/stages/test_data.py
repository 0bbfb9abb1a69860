"""The data stage: what it freezes, column by column, for every task."""

import json

import pytest

from pipeline.errors import DataError
from pipeline.events import EventLog
from pipeline.parameters import DataParameters
from pipeline.spec import DatasetSpec, DataSpec
from pipeline.stages.context import Context
from pipeline.stages.data import COLUMNS, SPLITS, read_split, run
from pipeline.tasks import TASKS

LABELLED = "label,text,second\n" + "".join(f"{n % 2},text {n},other {n}\n" for n in range(12))
SEVERAL = "labels,text\n" + "".join(f"{'b|a' if n % 2 else 'c'},text {n}\n" for n in range(12))
TAGGED = "".join(f"w{n}\tB-PER\nx\tI-PER\ny\tO\n\n" for n in range(12))
WORDS = "".join(f"w{n}\tNN\nx\tVB\n\n" for n in range(12))
FILES = {
    "text-classification": ("data.csv", LABELLED),
    "multi-label-classification": ("data.csv", SEVERAL),
    "sentence-pair-classification": ("data.csv", LABELLED),
    "entity-recognition": ("data.conll", TAGGED),
    "part-of-speech": ("data.conll", WORDS),
    "language-modelling": ("data.csv", LABELLED),
}


@pytest.fixture
def frozen(tmp_path, settings):
    """Run the stage on one file as the target's texts; return its output."""

    def _frozen(task, **options):
        name, content = FILES[task]
        (tmp_path / name).write_text(content, encoding="utf-8")
        second = "second" if task == "sentence-pair-classification" else None
        dataset = DatasetSpec(path=str(tmp_path / name), text_column=None, second_text_column=second)
        out = tmp_path / "out"
        out.mkdir()
        context = Context(
            name="data",
            title="Data",
            parameters=DataParameters(task=task, data=DataSpec(target=dataset, **options), seed=0, hashes={}),
            inputs={},
            out=out,
            work=tmp_path,
            run_folder=tmp_path,
            settings=settings,
            events=EventLog(tmp_path / "events.jsonl"),
            cancel_requested=lambda: False,
        )
        run(context)
        return out

    return _frozen


@pytest.mark.parametrize("task", TASKS)
def test_every_split_has_the_columns_of_the_task_even_if_it_is_empty(task, frozen):
    out = frozen(task, dev_fraction=0.3)
    label = TASKS[task].label_column
    counts = json.loads((out / "data.json").read_text(encoding="utf-8"))["counts"]
    for split in SPLITS:
        dataset = read_split(out, split)
        labelled = label is not None and split != "unlabelled"
        assert dataset.column_names == [*TASKS[task].columns, *([label] if labelled else [])]
        assert dict(dataset.features) == {name: COLUMNS[name] for name in dataset.column_names}
        assert len(dataset) == counts[split]
    assert [counts[split] for split in ("target_train", "dev", "test")] == [6, 2, 4]
    assert counts["source_train"] == counts["source_test"] == counts["unlabelled"] == counts["dictionary"] == 0
    assert json.loads((out / "dictionary.json").read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize(
    ("task", "labels", "row"),
    [
        ("text-classification", ["0", "1"], {"text": "text 0", "label": 0}),
        ("multi-label-classification", ["a", "b", "c"], {"text": "text 1", "labels": [0, 1]}),
        ("sentence-pair-classification", ["0", "1"], {"text": "text 1", "second": "other 1", "label": 1}),
        ("entity-recognition", ["O", "B-PER", "I-PER"], {"tokens": ["w2", "x", "y"], "tags": [1, 2, 0]}),
        ("part-of-speech", ["NN", "VB"], {"tokens": ["w3", "x"], "tags": [0, 1]}),
        ("language-modelling", [], {"text": "text 4"}),
    ],
)
def test_rows_hold_what_a_model_reads_and_indices_of_labels(task, labels, row, frozen):
    out = frozen(task)
    assert json.loads((out / "data.json").read_text(encoding="utf-8"))["labels"] == labels
    assert row in [*read_split(out, "target_train"), *read_split(out, "test")]


def test_notes_are_told_and_kept(frozen, tmp_path, monkeypatch):
    monkeypatch.setitem(FILES, "entity-recognition", ("data.conll", TAGGED + "z\tO\nw\tI-PER\n"))
    out = frozen("entity-recognition")
    note = "data.conll: 1 tag repaired that did not spell whole entities (line 50)."
    assert json.loads((out / "data.json").read_text(encoding="utf-8"))["notes"] == [note]
    assert note in (tmp_path / "events.jsonl").read_text(encoding="utf-8")


def test_unlabelled_texts_keep_their_groups_where_the_spec_names_a_column(frozen, tmp_path):
    rows = "".join(f"{'' if n % 3 else ' hotels '},review {n}\n" for n in range(6))
    (tmp_path / "pool.csv").write_text("category,text\n" + rows, encoding="utf-8")
    pool = DatasetSpec(path=str(tmp_path / "pool.csv"), text_column="text", group_column="category")
    out = frozen("text-classification", unlabelled=pool)
    assert read_split(out, "unlabelled")["group"][:] == ["hotels", "", "", "hotels", "", ""]
    assert read_split(out, "unlabelled")["text"][:] == [f"review {n}" for n in range(6)]
    assert "group" not in read_split(out, "target_train").column_names


def test_a_group_column_that_the_file_lacks_is_named(frozen, tmp_path):
    (tmp_path / "pool.csv").write_text("category,text\na,one two\nb,three four\n", encoding="utf-8")
    pool = DatasetSpec(path=str(tmp_path / "pool.csv"), text_column="text", group_column="shop")
    with pytest.raises(DataError, match="no column “shop”"):
        frozen("text-classification", unlabelled=pool)
