from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.pipeline.data.files import CLASSES, ENTITIES, NAMED, SEVERAL, SOURCE, TARGET, tagged


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


def test_development_texts_leave_the_unlabelled(ready):
    """What is watched to stop by is not learned with found labels either."""
    prepared = ready(unlabelled=TARGET, options={"dev_fraction": 0.25})
    assert not set(prepared.unlabelled.texts) & set(prepared.dev.texts)
    assert len(prepared.dev) == 8
    assert len(prepared.unlabelled) == 20
    assert "8 unlabelled texts removed: equal to a development text." in prepared.notes


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
    prepared = ready(source=SOURCE + "1,\n", dictionary="source\t好\nbroken\nbad\t目标\n")
    assert prepared.dictionary == {"好": ["source"], "目标": ["bad"]}
    assert prepared.notes == [
        "source.csv: 1 row without text or label was left out (row 42).",
        "words.tsv: 2 word pairs read (tab-separated); the source's stand on the left.",
        "words.tsv: 1 line left out, not two words with a tab between (line 2).",
    ]


def test_development_texts_are_held_out_by_label(ready):
    prepared = ready(options={"dev_fraction": 0.25})
    assert [len(split) for split in (prepared.target_train, prepared.dev, prepared.test)] == [20, 8, 12]
    assert sorted(prepared.dev.labels or ()) == ["0"] * 4 + ["1"] * 4
    assert prepared.test == ready().test


def test_given_development_texts_are_in_no_other_split(ready):
    prepared = ready(
        test="label,text\n0,目标文本 0\n1,目标文本 1\n0,全新 a\n1,全新 b\n",
        dev="label,text\n0,目标文本 0\n1,目标文本 3\n0,全新 c\n1,全新 d\n",
    )
    assert prepared.dev.texts == ["目标文本 3", "全新 c", "全新 d"]
    assert len(prepared.target_train) == 37
    assert prepared.notes == [
        "2 target training texts removed: equal to a test text.",
        "1 development text removed: equal to a test text.",
        "1 target training text removed: equal to a development text.",
    ]


def test_development_texts_that_are_all_test_texts_are_refused(ready, refusal):
    test = "label,text\n0,a\n1,b\n0,c\n1,d\n"
    assert refusal(ready, test=test, dev=test).startswith("dev.csv: all of its texts are test texts, too.")
    message = refusal(ready, dev="label,text\n0,a\n2,b\n0,c\n2,d\n")
    assert message.startswith("dev.csv has labels that the source has not: “2”")


def test_too_few_for_development_texts_is_told(ready, refusal):
    target = "label,text\n0,a\n0,b\n1,c\n1,d\n"
    message = refusal(ready, target=target, options={"dev_fraction": 0.2, "test_fraction": 0.5})
    assert message.startswith(
        "target.csv: Label “0” has fewer than two different texts, so none can be held out as dev"
    )


@bounds(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fractions=st.tuples(st.floats(0.1, 0.6), st.floats(0.1, 0.6)),
    seed=st.integers(0, 9),
    task=st.sampled_from([CLASSES, SEVERAL, "language-modelling"]),
)
def test_splits_of_the_target_never_meet(ready, fractions, seed, task):
    repeated = TARGET + "".join(f"{number % 2},目标文本 {number % 7}\n" for number in range(14))
    options = {"test_fraction": fractions[0], "dev_fraction": fractions[1]}
    prepared = ready(target=repeated, unlabelled=TARGET, options=options, seed=seed, task=task)
    train, dev, test = (set(split.texts) for split in (prepared.target_train, prepared.dev, prepared.test))
    assert all((train, dev, test))
    assert not (train & dev) | (train & test) | (dev & test)
    assert not set(prepared.unlabelled.texts) & (test | set(prepared.dev.texts))
    assert len(prepared.target_train) + len(prepared.dev) + len(prepared.test) == 54


def test_without_target_texts_there_is_a_test_set_alone(ready, refusal):
    prepared = ready(target=None, test=TARGET, unlabelled="text\n池 1\n池 2\n", options={"dev_fraction": 0.2})
    assert (len(prepared.target_train), len(prepared.dev), len(prepared.test)) == (0, 0, 40)
    assert len(prepared.unlabelled) == 2
    message = refusal(ready, target=None, test=NAMED)
    assert message.startswith("test.csv has labels that the source has not")


def test_test_texts_among_the_source_texts_are_told_and_left(ready):
    prepared = ready(source=TARGET, source_test=SOURCE)
    assert len(prepared.source_train) == 40
    assert prepared.notes == ["12 test texts also among the source texts: models trained on those have seen them."]


def test_nothing_left_to_learn_entities_from(ready, refusal):
    target = tagged(4, "PER") + "only\tO\n\nthis\tO\n"
    message = refusal(ready, source=tagged(9, "PER"), target=target, test=tagged(4, "PER"), task=ENTITIES)
    assert message.startswith("target.conll: there are only texts without labels left to learn from")


def test_language_modelling_has_no_labels(ready):
    prepared = ready(task="language-modelling", options={"dev_fraction": 0.1, "label_mapping": {"x": "y"}})
    assert prepared.labels == []
    assert prepared.target_train.labels is None
    assert [len(split) for split in (prepared.target_train, prepared.dev, prepared.test)] == [25, 3, 12]


def test_a_dictionary_is_turned_by_the_texts(ready):
    prepared = ready(source=None, dictionary="目标\ttarget\n文本\ttext\n")
    assert prepared.dictionary == {"目标": ["target"], "文本": ["text"]}
    assert prepared.notes == ["words.tsv: 2 word pairs read (tab-separated); the source's stand on the right."]
