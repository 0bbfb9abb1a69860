"""One set of labels: whose it is, what is mapped to it, and what is strange to it."""

from tests.pipeline.data.files import ENTITIES, NAMED, SEVERAL, SOURCE, tagged


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


def test_without_source_texts_the_labels_are_the_targets(ready, refusal):
    prepared = ready(source=None)
    assert prepared.labels == ["0", "1"]
    assert (len(prepared.source_train), len(prepared.source_test)) == (0, 0)
    message = refusal(ready, source=None, test="label,text\na,x\nb,y\na,z\nb,w\n")
    assert message.startswith("test.csv has labels that the target has not: “a”, “b”; the target's are “0”, “1”.")
    renamed = ready(source=None, target=NAMED, options={"label_mapping": {"差评": "bad", "好评": "good"}})
    assert renamed.labels == ["bad", "good"]


def test_the_sources_labels_are_mapped_before_anything_else(ready):
    mapping = {"0": "差评", "1": "好评"}
    prepared = ready(
        target=NAMED, source_test=SOURCE.replace("text", "other"), options={"source_label_mapping": mapping}
    )
    assert prepared.labels == ["好评", "差评"]
    assert set(prepared.source_train.labels or ()) == set(prepared.source_test.labels or ()) == {"差评", "好评"}


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


def test_several_labels_are_mapped_each(ready):
    several = "text,labels\n" + "".join(f"文 {number},{'差|慢' if number % 2 else '快'}\n" for number in range(20))
    source = several.replace("文", "text").replace("差|慢", "bad|slow").replace("快", "fast")
    mapping = {"差": "bad", "慢": "slow", "快": "fast"}
    prepared = ready(source=source, target=several, task=SEVERAL, options={"label_mapping": mapping})
    assert prepared.labels == ["bad", "fast", "slow"]
    assert set(prepared.test.labels or ()) <= {("bad", "slow"), ("fast",)}
