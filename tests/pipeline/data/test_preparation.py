import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from pipeline.data.preparation import prepare
from pipeline.spec import DatasetSpec, DataSpec
from pipeline.tasks import TASKS

CLASSES, ENTITIES, SEVERAL = "text-classification", "entity-recognition", "multi-label-classification"
SOURCE = "label,text\n" + "".join(f"{number % 2},source text {number}\n" for number in range(40))
TARGET = "label,review\n" + "".join(f"{number % 2},目标文本 {number}\n" for number in range(40))
NAMED = TARGET.replace("\n0,", "\n差评,").replace("\n1,", "\n好评,")


@pytest.fixture
def ready(write, settings):
    """Prepare files given by their role; options go to the DataSpec."""

    def _ready(*, seed=0, source=SOURCE, target=TARGET, dictionary=None, options=None, task=CLASSES, **others):
        files = {"source": source, "target": target, **others}
        suffix = "conll" if TASKS[task].labelling == "tags" else "csv"
        datasets = {
            role: DatasetSpec(path=write(f"{role}.{suffix}", content), skip_missing=True)
            for role, content in files.items()
            if content is not None
        }
        path = write("words.tsv", dictionary) if dictionary else None
        return prepare(DataSpec(**datasets, dictionary=path, **(options or {})), seed, settings, task)

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
    prepared = ready(source=SOURCE + "1,\n", dictionary="source\t好\nbroken\nbad\t目标\n")
    assert prepared.dictionary == {"好": ["source"], "目标": ["bad"]}
    assert prepared.notes == [
        "source.csv: 1 row without text or label was left out (row 42).",
        "words.tsv: 2 word pairs read (tab-separated); the source's stand on the left.",
        "words.tsv: 1 line left out, not two words with a tab between (line 2).",
    ]


def tagged(count: int, *kinds: str) -> str:
    return "".join(f"w{number}\tB-{kinds[number % len(kinds)]}\nend\tO\n\n" for number in range(count))


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
    assert not set(prepared.unlabelled.texts) & test
    assert len(prepared.target_train) + len(prepared.dev) + len(prepared.test) == 54


def test_without_source_texts_the_labels_are_the_targets(ready, refusal):
    prepared = ready(source=None)
    assert prepared.labels == ["0", "1"]
    assert (len(prepared.source_train), len(prepared.source_test)) == (0, 0)
    message = refusal(ready, source=None, test="label,text\na,x\nb,y\na,z\nb,w\n")
    assert message.startswith("test.csv has labels that the target has not: “a”, “b”; the target's are “0”, “1”.")
    renamed = ready(source=None, target=NAMED, options={"label_mapping": {"差评": "bad", "好评": "good"}})
    assert renamed.labels == ["bad", "good"]


def test_without_target_texts_there_is_a_test_set_alone(ready, refusal):
    prepared = ready(target=None, test=TARGET, unlabelled="text\n池 1\n池 2\n", options={"dev_fraction": 0.2})
    assert (len(prepared.target_train), len(prepared.dev), len(prepared.test)) == (0, 0, 40)
    assert len(prepared.unlabelled) == 2
    message = refusal(ready, target=None, test=NAMED)
    assert message.startswith("test.csv has labels that the source has not")


def test_the_sources_labels_are_mapped_before_anything_else(ready):
    mapping = {"0": "差评", "1": "好评"}
    prepared = ready(
        target=NAMED, source_test=SOURCE.replace("text", "other"), options={"source_label_mapping": mapping}
    )
    assert prepared.labels == ["好评", "差评"]
    assert set(prepared.source_train.labels or ()) == set(prepared.source_test.labels or ()) == {"差评", "好评"}


def test_test_texts_among_the_source_texts_are_told_and_left(ready):
    prepared = ready(source=TARGET, source_test=SOURCE)
    assert len(prepared.source_train) == 40
    assert prepared.notes == ["12 test texts also among the source texts: models trained on those have seen them."]


def test_entities(ready):
    prepared = ready(
        source=tagged(40, "person", "company", "product"),
        target=tagged(40, "PER", "ORG"),
        task=ENTITIES,
        options={"source_label_mapping": {"person": "PER", "company": "ORG", "product": "O"}, "dev_fraction": 0.2},
    )
    assert prepared.labels == ["O", "B-ORG", "I-ORG", "B-PER", "I-PER"]
    assert prepared.source_train.names(ENTITIES) == {"ORG", "PER"}
    assert [len(split) for split in (prepared.target_train, prepared.dev, prepared.test)] == [22, 6, 12]


def test_a_target_may_lack_types_and_drop_its_own(ready):
    prepared = ready(
        source=tagged(40, "PER", "LOC", "ORG"),
        target=tagged(40, "PER", "product"),
        task=ENTITIES,
        options={"label_mapping": {"product": "O"}},
    )
    assert prepared.labels[1:3] == ["B-LOC", "I-LOC"]
    assert prepared.target_train.names(ENTITIES) == {"PER"}


def test_strange_types_are_named_with_a_suggestion_for_either_side(ready, refusal):
    source, target = tagged(40, "PER", "LOC"), tagged(40, "person", "location", "product")
    assert refusal(ready, source=source, target=target, task=ENTITIES) == (
        "target.conll has labels that the source has not: “location”, “person”, “product”; the source's are "
        "“LOC”, “PER”. Map its labels to the source's, such as location → LOC, person → PER, "
        "or to O to leave a kind out."
    )
    message = refusal(ready, source=tagged(40, "group", "corporation"), target=tagged(40, "ORG"), task=ENTITIES)
    assert message.endswith("Map the source's labels to its (source_label_mapping): corporation → ORG, group → ORG.")


def test_nothing_left_to_learn_entities_from(ready, refusal):
    target = tagged(4, "PER") + "only\tO\n\nthis\tO\n"
    message = refusal(ready, source=tagged(9, "PER"), target=target, test=tagged(4, "PER"), task=ENTITIES)
    assert message.startswith("target.conll: there are only texts without labels left to learn from")


def test_several_labels_are_mapped_each(ready):
    several = "text,labels\n" + "".join(f"文 {number},{'差|慢' if number % 2 else '快'}\n" for number in range(20))
    source = several.replace("文", "text").replace("差|慢", "bad|slow").replace("快", "fast")
    mapping = {"差": "bad", "慢": "slow", "快": "fast"}
    prepared = ready(source=source, target=several, task=SEVERAL, options={"label_mapping": mapping})
    assert prepared.labels == ["bad", "fast", "slow"]
    assert set(prepared.test.labels or ()) <= {("bad", "slow"), ("fast",)}


def test_language_modelling_has_no_labels(ready):
    prepared = ready(task="language-modelling", options={"dev_fraction": 0.1, "label_mapping": {"x": "y"}})
    assert prepared.labels == []
    assert prepared.target_train.labels is None
    assert [len(split) for split in (prepared.target_train, prepared.dev, prepared.test)] == [25, 3, 12]


def test_a_dictionary_is_turned_by_the_texts(ready):
    prepared = ready(source=None, dictionary="目标\ttarget\n文本\ttext\n")
    assert prepared.dictionary == {"目标": ["target"], "文本": ["text"]}
    assert prepared.notes == ["words.tsv: 2 word pairs read (tab-separated); the source's stand on the right."]
