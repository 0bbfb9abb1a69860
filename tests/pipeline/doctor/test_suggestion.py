from dataclasses import replace

import pytest

from pipeline.doctor.suggestion import RULES, Facts, suggest
from pipeline.presets import PRESETS
from pipeline.spec import DatasetSpec, DataSpec, TaskName

FACTS = Facts(
    target_labels=200,
    source_labels=5000,
    unlabelled=3000,
    same_language=False,
    readable=False,
    unknown_rate=0.6,
    pieces_per_character=1.0,
    dictionary=0,
    source_mb=90,
)
FILE = DatasetSpec(path="file.csv")
ALL = DataSpec(source=FILE, target=FILE, test=FILE, unlabelled=FILE)


@pytest.mark.parametrize(
    ("changes", "preset"),
    [
        ({}, "few-target-labels"),
        ({"target_labels": 0}, "no-target-labels"),
        ({"target_labels": 5000}, "many-target-labels"),
        ({"unlabelled": 0}, "many-target-labels"),
        ({"unlabelled": 0, "dictionary": 900}, "many-target-labels"),
        ({"same_language": True, "readable": True}, "same-language"),
        ({"same_language": True, "readable": None}, "same-language"),
        ({"same_language": None, "readable": True}, "same-language"),
        ({"same_language": True, "readable": True, "source_mb": 2200}, "small-updates"),
        ({"same_language": True, "readable": False}, "few-target-labels"),
    ],
)
def test_the_first_rule_that_applies_names_the_preset(changes: dict[str, object], preset: str) -> None:
    facts = replace(FACTS, **changes)
    data = ALL.model_copy(
        update={
            "target": FILE if facts.target_labels else None,
            "unlabelled": FILE if facts.unlabelled else None,
        }
    )
    found = suggest(facts, "text-classification", data)
    assert found is not None
    assert found.preset == preset
    assert found.reason.endswith(".")
    assert "{" not in found.reason


def test_texts_with_several_labels_are_suggested_what_texts_with_one_are() -> None:
    found = suggest(FACTS, "multi-label-classification", ALL)
    assert found is not None
    assert found.preset == "few-target-labels"


def test_a_preset_that_the_task_does_not_go_together_with_is_passed_over() -> None:
    facts, data = replace(FACTS, target_labels=0), ALL.model_copy(update={"target": None})
    assert suggest(facts, "text-classification", data).preset == "no-target-labels"  # type: ignore[union-attr]
    found = suggest(facts, "entity-recognition", data)  # which can't co-train
    assert found is not None
    assert found.preset == "many-target-labels"
    assert found.reason.startswith("There is no target label")


def test_few_labels_without_further_text_are_said_to_be_few() -> None:
    data = ALL.model_copy(update={"unlabelled": None})
    few, many = (
        suggest(replace(FACTS, unlabelled=0, target_labels=labels), "text-classification", data)
        for labels in (200, 1000)
    )
    assert few is not None
    assert many is not None
    assert "200 target training texts are few to learn it from" in few.reason
    assert "few" not in many.reason


@pytest.mark.parametrize("task", ["entity-recognition", "part-of-speech"])
@pytest.mark.parametrize(
    ("changes", "preset", "said"),
    [
        ({}, "few-tagged-texts", "200 target training texts are few: masked LM on 3,000 texts without labels"),
        ({"unlabelled": 0}, "few-tagged-texts", "200 target training texts are learned from in more passes"),
        ({"target_labels": 5000}, "many-target-labels", "then 5,000 target training texts are learned from"),
        ({"same_language": True, "readable": True}, "same-language", "its vocabulary stays"),
    ],
)
def test_few_tagged_texts_are_not_said_to_be_enough(
    task: TaskName, changes: dict[str, object], preset: str, said: str
) -> None:
    found = suggest(replace(FACTS, **changes), task, ALL)
    assert found is not None
    assert found.preset == preset
    assert said in found.reason


@pytest.mark.parametrize("source", [FILE, None])
def test_a_language_model_keeps_the_vocabulary_that_reads_the_target(source: DatasetSpec | None) -> None:
    facts = replace(FACTS, readable=True, same_language=None if source is None else True)
    data = DataSpec(source=source, target=FILE)
    found = suggest(facts, "language-modelling", data)
    assert found is not None
    assert found.preset == "language-model"
    assert "vocabulary stays" in found.reason
    assert "200 target training texts" in found.reason
    labelled = suggest(facts, "text-classification", data)
    assert labelled is not None
    assert labelled.preset == "same-language"  # which the same rule would not serve
    foreign = suggest(replace(facts, readable=False), "language-modelling", data)
    assert foreign is not None
    assert foreign.preset == "new-language-model"
    assert foreign.reason.endswith("then the model learns to guess masked words in 200 target training texts.")


def test_nothing_is_suggested_where_nothing_can_be_learned() -> None:
    assert suggest(replace(FACTS, target_labels=0, source_labels=0), "text-classification", ALL) is None


def test_every_rule_names_a_preset() -> None:
    assert {rule.preset for rule in RULES} <= set(PRESETS)
