import numpy as np
import pyarrow as pa
import pytest

from pipeline.data.columns import BATCH, Coded, OnDisk, coded, fingerprints, spooled, taken

PAIRS = [(f"text {number}", f"second {number}") for number in range(25)]


@pytest.fixture(params=[1, 7, 25])
def pairs(request):
    """Pairs of texts on disk, in batches of several sizes."""
    schema = pa.schema({"text": pa.string(), "second": pa.string()})
    parts = [PAIRS[start : start + request.param] for start in range(0, len(PAIRS), request.param)]
    batches = (pa.record_batch([*map(pa.array, zip(*part, strict=True))], schema=schema) for part in parts)
    return OnDisk(spooled(schema, batches))


def test_texts_on_disk_are_a_sequence(pairs):
    assert len(pairs) == 25
    assert [*pairs] == PAIRS
    assert pairs[3] == PAIRS[3]
    assert [*pairs[20:]] == PAIRS[20:]
    assert [*reversed(pairs)] == PAIRS[::-1]
    assert [*pairs.take(np.array([9, 2, 2, 24]))] == [PAIRS[place] for place in (9, 2, 2, 24)]
    assert [*pairs.take(np.array([9, 2, 24])).take(np.array([2, 0]))] == [PAIRS[24], PAIRS[9]]
    assert [*pairs.take(np.array([], np.int64))] == []


def test_words_are_tuples_and_no_texts_are_none():
    schema = pa.schema({"tokens": pa.list_(pa.string())})
    words = OnDisk(spooled(schema, [pa.record_batch([[["a", "b"], ["c"]]], schema=schema)]))
    assert [*words] == [("a", "b"), ("c",)]
    assert [*OnDisk(spooled(schema, []))] == []


def test_many_are_read_in_parts():
    schema = pa.schema({"text": pa.string()})
    texts = [str(number) for number in range(2 * BATCH + 5)]
    kept = OnDisk(spooled(schema, [pa.record_batch([texts], schema=schema)]))
    assert [batch.num_rows for batch in kept.batches()] == [BATCH, BATCH, 5]
    assert [*kept] == texts


def test_labels_as_numbers():
    labels = coded(["b", "a", "b", "c"])
    assert (labels.codes.tolist(), labels.names) == ([0, 1, 0, 2], ["b", "a", "c"])
    assert [*labels] == ["b", "a", "b", "c"]
    assert (labels[1], [*labels[2:]]) == ("a", ["b", "c"])
    assert [*labels.take(np.array([3, 0]))] == ["c", "b"]
    assert labels.take(np.array([3, 0])).present() == ["b", "c"]
    assert coded(labels) is labels


def test_labels_that_get_the_same_name_become_one():
    renamed = coded(["b", "a", "b", "c"]).renamed({"a": "x", "c": "x", "b": "b"}.__getitem__)
    assert [*renamed] == ["b", "x", "b", "x"]
    assert renamed.names == ["b", "x"]


def test_what_is_taken_is_of_the_same_kind():
    assert taken(["a", "b", "c"], [2, 0]) == ["c", "a"]
    assert isinstance(taken(Coded(np.array([0, 1]), ["a", "b"]), [1]), Coded)
    assert np.asarray(taken(np.arange(5), (place for place in (4, 1)))).tolist() == [4, 1]


def test_equal_texts_have_equal_fingerprints():
    marks = fingerprints(["a", "b", "a", ("a", "b"), ("a", "b")])
    assert marks[0] == marks[2] != marks[1]
    assert marks[3] == marks[4]
