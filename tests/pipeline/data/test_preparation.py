import pytest

from pipeline.data.preparation import prepare
from pipeline.spec import DatasetSpec, DataSpec

SOURCE = "label,text\n" + "".join(f"{number % 2},source text {number}\n" for number in range(40))
TARGET = "label,review\n" + "".join(f"{number % 2},目标文本 {number}\n" for number in range(40))
NAMED = TARGET.replace("\n0,", "\n差评,").replace("\n1,", "\n好评,")


@pytest.fixture
def ready(write, settings):
    """Prepare files given by their role; options go to the DataSpec."""

    def _ready(*, seed=0, source=SOURCE, target=TARGET, dictionary=None, options=None, **others):
        files = {"source": source, "target": target, **others}
        datasets = {
            role: DatasetSpec(path=write(f"{role}.csv", content), skip_missing=True) for role, content in files.items()
        }
        path = write("words.tsv", dictionary) if dictionary else None
        return prepare(DataSpec(**datasets, dictionary=path, **(options or {})), seed, settings)

    return _ready


def test_test_sets_are_held_out(ready):
    prepared = ready()
    assert prepared.labels == ["0", "1"]
    assert [len(prepared.source_train), len(prepared.source_test)] == [34, 6]
    assert [len(prepared.target_train), len(prepared.test)] == [28, 12]
    assert len(prepared.unlabelled) == 0
    assert prepared.unlabelled.labels is None
    assert prepared.dictionary == {}
    assert prepared.notes == []


def test_the_seed_decides(ready):
    assert ready() == ready()
    assert ready(seed=1).test != ready(seed=2).test


def test_given_test_sets_are_used_whole_and_taken_out_of_the_rest(ready):
    prepared = ready(
        test="label,text\n0,目标文本 0\n1,目标文本 1\n0,全新 a\n1,全新 b\n",
        source_test="label,text\n0,source text 0\n1,new\n0,newer\n1,newest\n",
        unlabelled="text\n目标文本 0\n池 1\n池 1\n池 2\n",
    )
    assert (len(prepared.test), len(prepared.source_test)) == (4, 4)
    assert (len(prepared.target_train), len(prepared.source_train)) == (38, 39)
    assert prepared.unlabelled.texts == ["池 1", "池 2"]
    assert prepared.notes == [
        "1 unlabelled text removed: equal to another one.",
        "2 target training texts removed: equal to a test text.",
        "1 unlabelled text removed: equal to a test text.",
        "1 source training text removed: equal to a test text.",
    ]


def test_held_out_texts_leave_the_unlabelled(ready):
    prepared = ready(unlabelled=TARGET)
    assert not set(prepared.unlabelled.texts) & set(prepared.test.texts)
    assert len(prepared.unlabelled) == 28


def test_labels_are_mapped(ready):
    prepared = ready(
        target=NAMED, test=NAMED.replace("目标", "测试"), options={"label_mapping": {"差评": "0", "好评": "1"}}
    )
    assert set(prepared.target_train.labels or ()) == {"0", "1"}
    assert set(prepared.test.labels or ()) == {"0", "1"}


def test_labels_are_in_order(ready):
    source = "label,text\n" + "".join(f"{number % 11},source text {number}\n" for number in range(44))
    assert ready(source=source).labels == [str(number) for number in range(11)]


def test_strange_labels_are_named_with_a_suggestion(ready, refusal):
    assert refusal(ready, target=NAMED) == (
        "target.csv has labels that the source has not: “好评”, “差评”; the source's are “0”, “1”. "
        "Map its labels to the source's, such as 好评 → 1, 差评 → 0."
    )
    message = refusal(ready, test="label,text\na,x\nb,y\na,z\nb,w\n")
    assert message.startswith("test.csv has labels that the source has not: “a”, “b”")
    assert message.endswith("Map its labels to the source's.")
    message = refusal(ready, source_test="label,text\n0,x\n2,y\n0,z\n2,w\n")
    assert message.startswith("source_test.csv has labels that the source has not: “2”")


def test_a_mapping_to_nowhere_is_refused(ready, refusal):
    message = refusal(ready, target=NAMED, options={"label_mapping": {"差评": "bad", "好评": "1"}})
    assert message == "The label mapping leads to “bad”, not a label of source.csv. Its labels are “0”, “1”."


def test_nothing_left_to_learn_from(ready, refusal):
    message = refusal(ready, test=TARGET)
    assert message.startswith("target.csv: there are no texts left to learn from")
    assert "Add texts, or choose a test file that does not repeat them." in message
    test = "label,text\n" + "".join(f"0,目标文本 {number}\n" for number in range(0, 40, 2)) + "1,a\n1,b\n"
    assert "target.csv: there are only texts with the label “1” left" in refusal(ready, test=test)
    assert "source.csv: there are no texts left" in refusal(ready, source_test=SOURCE)


def test_too_few_to_hold_out_is_told_by_file(ready, refusal):
    target = "label,text\n0,a\n0,b\n1,same\n1,same\n"
    assert refusal(ready, target=target).startswith("target.csv: Label “1” has fewer than two different texts")


def test_problems_of_files_are_errors(ready, refusal):
    assert refusal(ready, target="label,text\n1,a\n1,b\n").startswith("target.csv: the only label is “1”")
    assert "unlabelled.csv has no column" in refusal(ready, unlabelled="a,b\n1,2\n3,4\n")


def test_the_dictionary_and_all_notes(ready):
    prepared = ready(source=SOURCE + "1,\n", dictionary="good\t好\nbroken\nbad\t坏\n")
    assert prepared.dictionary == {"好": ["good"], "坏": ["bad"]}
    assert prepared.notes == [
        "source.csv: 1 row without text or label was left out (row 42).",
        "words.tsv: 1 line left out, not two words with a tab between (line 2).",
    ]
