"""A large file's texts are those that the other readers find."""

import pytest

from pipeline.data.columns import OnDisk
from pipeline.data.large import streams
from pipeline.data.texts import read_texts
from pipeline.spec import DatasetSpec

CSV = 'text,label,kind\n"a, b",1,x\n  c   d,0,y\n\n,1,x\n\u3000好\u3000吃 ,1,\n"e\n\nf",0,x\n,,\n'
FILES = {
    "a.csv": CSV,
    "semicolons.csv": CSV.replace(",", ";"),
    "a.tsv": 'text\tlabel\tkind\na\t1\tx\n\t\t\n"b"\t0\ty\nc \t1\t\n\t0\tx\nd\t0\tx\n',
    "a.jsonl": '{"text": "a", "label": 1}\n\n{"text": "b", "label": 0}\n{"text": " ", "label": 1}\n'
    '{"text": " c\\n d", "label": 0}\n{"text": "e", "label": 1}\n',
}


def read(path, settings, task="text-classification", **options):
    texts, notes = read_texts(DatasetSpec(path=path, **options), settings, labelled=True, task=task)
    groups = None if texts.groups is None else [*texts.groups]
    return texts, ([*texts.texts], [*texts.labels], [*texts.rows], groups, notes)


@pytest.mark.parametrize("name", FILES)
def test_what_is_spooled_is_what_the_other_readers_find(name, write, settings, request):
    path = write(name, FILES[name])
    options = {"text_column": "text", "label_column": "label", "skip_missing": True}
    if "kind" in FILES[name]:
        options["group_column"] = "kind"
    _, expected = read(path, settings, **options)
    request.getfixturevalue("in_blocks")
    texts, found = read(path, settings, **options)
    assert isinstance(texts.texts, OnDisk)
    assert found == expected


def test_pairs_several_labels_and_words(write, settings, request):
    pairs = write("pairs.csv", "premise,hypothesis,label\na,b,1\nc,d,0\ne, f  g,1\nh,i,0\n")
    several = write("several.csv", "text,labels\na,x|y\nb,x\nc,y|x\nd,x\ne,z\n")
    words = write("words.txt", "good soup\nbad soup\n好吃 yes\nno\n")
    asked = [
        lambda: read(pairs, settings, "sentence-pair-classification"),
        lambda: read(several, settings, "multi-label-classification", label_separator="|"),
        lambda: [*read_texts(DatasetSpec(path=words), settings, labelled=False, task="part-of-speech")[0].texts],
    ]
    expected = [ask() for ask in asked]
    request.getfixturevalue("in_blocks")
    found = [ask() for ask in asked]
    assert found[0][1] == expected[0][1]
    assert found[1][1] == expected[1][1]
    assert found[2] == expected[2]


def test_lines_without_labels(write, settings, in_blocks):
    texts, _ = read_texts(DatasetSpec(path=write("a.txt", "好\n\n 坏 \nc\n")), settings, labelled=False)
    assert isinstance(texts.texts, OnDisk)
    assert ([*texts.texts], [*texts.rows], texts.labels) == (["好", "坏", "c"], [1, 3, 4], None)


def test_a_file_that_changes_meanwhile_is_told(write, settings, in_blocks, refusal, monkeypatch):
    path = write("a.csv", CSV)
    seen = []

    def changed(*arguments, **options):
        seen.append(arguments)
        if len(seen) == 2:
            write("a.csv", CSV + '5" screen,1,x\n')
        return streams.stream(*arguments, **options)

    monkeypatch.setattr("pipeline.data.texts.stream", changed)
    monkeypatch.setattr("pipeline.data.inspection.stream", changed)
    said = refusal(read, path, settings, text_column="text", label_column="label", skip_missing=True)
    assert said == "a.csv was changed while it was read. Try again."
