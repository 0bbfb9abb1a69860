import pytest

from pipeline.data.texts import Texts, read_texts
from pipeline.spec import DatasetSpec


@pytest.fixture
def read(write, settings):
    def _read(content, *, labelled=True, name="reviews.csv", task="text-classification", **options):
        return read_texts(DatasetSpec(path=write(name, content), **options), settings, labelled=labelled, task=task)

    return _read


def test_white_space_is_tidied(read):
    texts, notes = read('label,text\n 1 ,"  two \n\tlines　here "\n0,\ufeff坏\n1,c\n0,d\n')
    assert texts.texts == ["two lines here", "坏", "c", "d"]
    assert texts.labels == ["1", "0", "1", "0"]
    assert texts.rows == [2, 3, 4, 5]
    assert len(texts) == 4
    assert notes == []


def test_without_labels(read):
    texts, _ = read("好\n坏\n", labelled=False, name="a.txt")
    assert texts == Texts(["好", "坏"], None, [1, 2])
    assert texts.at([1]) == Texts(["坏"], None, [2])


def test_rows_left_out_are_noted(read):
    texts, notes = read("label,text\n1,a\n0,b\n1,\n0,c\n,d\n1,e\n", skip_missing=True)
    assert texts.rows == [2, 3, 5, 7]
    assert notes == ["reviews.csv: 2 rows without text or label were left out (rows 4, 6)."]
    _, notes = read("id,text\n1,a\n2,\n", labelled=False, skip_missing=True)
    assert notes == ["reviews.csv: 1 row without text was left out (row 3)."]


def test_a_guessed_encoding_is_noted(read):
    _, notes = read("1 caf\xe9 one\n0 b\n1 c\n0 d\n".encode("cp1252"), name="a.txt")
    assert notes == ["a.txt was read as Windows-1252, as its bytes suggest; save it as UTF-8 to be sure."]


def test_all_problems_are_told(read, refusal):
    assert refusal(read, "label,text\n1,a\n1,\n1,b\n") == (
        "reviews.csv: 1 row without text or label (row 3). Fill them in, or choose “Leave out incomplete rows”. "
        "reviews.csv: the only label is “1” (2 texts). Choose another label column, or add texts with other labels."
    )
    assert refusal(read, "label,text\n1,a\n1,b\n").startswith("reviews.csv: the only label is “1” (2 texts).")


def test_places_keep_labels_and_rows():
    texts = Texts(["a", "b", "c"], ["x", "y", "z"], [2, 3, 4])
    assert texts.at([2, 0]) == Texts(["c", "a"], ["z", "x"], [4, 2])


def test_what_a_model_reads_depends_on_the_task(read):
    pairs, _ = read("premise,hypothesis,label\na  b,c,1\nd,e,0\nf,g,1\nh,i,0\n", task="sentence-pair-classification")
    assert (pairs.texts[0], pairs.labels) == (("a b", "c"), ["1", "0", "1", "0"])
    several, _ = read("text,labels\nx,b|a\ny,[]\n", task="multi-label-classification")
    assert (several.texts, several.labels) == (["x", "y"], [("a", "b"), ()])
    tagged = "in\tO\nNew\tB-LOC\nYork\tE-LOC\n\nBern\tS-LOC\n"
    entities, _ = read(tagged, task="entity-recognition", name="a.conll")
    assert entities.texts == [("in", "New", "York"), ("Bern",)]
    assert entities.labels == [("O", "B-LOC", "I-LOC"), ("B-LOC",)]
    assert entities.rows == [1, 5]
    joined, _ = read(tagged, task="language-modelling", name="a.conll")
    assert joined == Texts(["in New York", "Bern"], None, [1, 5])
    words, _ = read("很好 ok!\n", task="part-of-speech", name="a.txt", labelled=False)
    assert words == Texts([("很", "好", "ok", "!")], None, [1])
    lines, _ = read("1 good\n0 bad\n", task="language-modelling", name="a.txt")
    assert lines.texts == ["1 good", "0 bad"]


def test_names_of_labels_are_told_and_mapped():
    texts = Texts([("a", "b"), ("c",)], [("B-p", "I-p"), ("B-x",)], [1, 4])
    assert texts.names("entity-recognition") == {"p", "x"}
    assert texts.renamed({"p": "PER", "x": "O"}, "entity-recognition").labels == [("B-PER", "I-PER"), ("O",)]
    assert texts.renamed({}, "entity-recognition") is texts
    unlabelled = Texts(["a"], None, [1])
    assert unlabelled.renamed({"p": "q"}, "text-classification") is unlabelled
