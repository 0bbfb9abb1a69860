"""Rows on disk and in memory are the same rows, and nothing is left of the file."""

from __future__ import annotations

import numpy as np
import pytest
from datasets import Dataset, Features, List, Value, concatenate_datasets

from pipeline.stages import rows
from pipeline.stages.heads import encode
from pipeline.stages.models import load_tokenizer
from pipeline.stages.rows import distinct, lengths, mapped, select, spans

LISTS = [[4, 5, 6], [], [7], [5, 5], [1, 2, 3, 4]]


@pytest.fixture
def few(monkeypatch):
    """As if two rows were many."""
    monkeypatch.setattr(rows, "FEW", 2)
    monkeypatch.setattr(rows, "PART", 2)


def lists():
    return Dataset.from_dict({"input_ids": LISTS, "label": [0, 1, 2, 3, 4]})


def frozen(tmp_path, texts):
    split = Dataset.from_dict({"text": texts, "label": [number % 2 for number in range(len(texts))]})
    split.save_to_disk(str(tmp_path / "split"), num_shards=1)
    return Dataset.load_from_disk(str(tmp_path / "split"))


def test_many_rows_are_mapped_from_a_file_that_has_no_name_left(tmp_path, tiny_model, few):
    tokenizer = load_tokenizer(tiny_model, 32)
    split = frozen(tmp_path, ["good soup", "bad room", "a late driver", "warm bed", "broken cable"])
    before = sorted(path.name for path in (tmp_path / "split").iterdir())
    memory = encode(split, tokenizer, "text-classification", ["no", "yes"])
    disk = encode(split, tokenizer, "text-classification", ["no", "yes"], tmp_path / "work" / "rows")
    assert disk.cache_files
    assert not memory.cache_files
    assert [*disk] == [*memory]
    assert disk.features == memory.features
    assert disk.features["input_ids"] == List(Value("int32"))
    assert [*(tmp_path / "work").iterdir()] == []
    assert sorted(path.name for path in (tmp_path / "split").iterdir()) == before


def test_few_rows_stay_in_memory(tmp_path):
    made = mapped(lists(), lambda columns: {"n": columns["label"]}, tmp_path / "rows")
    assert not made.cache_files
    assert not (tmp_path / "rows").exists()


def test_what_a_killed_process_left_is_gone_and_made_anew(tmp_path, few):
    spare = tmp_path / "rows"
    spare.mkdir()
    (spare / "half.arrow").write_bytes(b"half")
    made = mapped(lists(), lambda columns: {"n": columns["label"]}, spare)
    assert made["n"][:] == [0, 1, 2, 3, 4]
    assert not spare.exists()


def test_no_file_is_left_where_making_rows_fails(tmp_path, few):
    def fail(columns):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mapped(lists(), fail, tmp_path / "rows")
    assert [*tmp_path.iterdir()] == []


def test_types_and_numbers_are_passed_on(tmp_path, few):
    features = Features({"n": Value("float64")})
    made = mapped(lists(), lambda _, numbers: {"n": numbers}, tmp_path / "rows", features=features, numbered=True)
    assert made["n"][:] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert made.features == features


def test_rows_are_selected_as_the_library_selects_them(few):
    whole = lists()
    for chosen in ([4, 0, 0, 3], [1], [], [2, 3, 4]):
        assert [*select(whole, np.array(chosen))] == [*whole.select(chosen)]
    again = select(select(whole, np.array([4, 3, 2, 1])), np.array([3, 0, 0]))
    assert again["label"][:] == [1, 4, 4]
    assert again[1:]["label"] == [4, 4]


def test_lengths_and_tokens_are_those_of_the_rows(few):
    whole = lists()
    both = concatenate_datasets([whole, whole.select([2, 0])])
    for dataset in (whole, both, select(both, np.array([6, 1, 4])), both.select(range(1, 4)), whole.select([])):
        ids = [*dataset["input_ids"]]
        found = lengths(dataset)
        assert found.dtype == np.int32
        assert found.tolist() == [len(each) for each in ids]
        assert distinct(dataset).tolist() == sorted({token for each in ids for token in each})


def test_spans_lead_to_their_numbers():
    assert spans(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert spans(np.array([], np.int64), np.array([], np.int64)).tolist() == []
