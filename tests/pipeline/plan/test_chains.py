"""From an adapted model to the transferred one: rounds of self-training, members, and the end with true labels."""

import pytest

from pipeline.spec import (
    Bagging,
    CoTraining,
    KeepVocabulary,
    MaskedLanguageModelling,
    PseudoLabelling,
    RunSpec,
)
from tests.plans import keys, stages, with_recipe


def test_keeping_the_vocabulary_leaves_the_stage_out(tiny_spec: RunSpec) -> None:
    assert "vocabulary" not in keys(with_recipe(tiny_spec, vocabulary=KeepVocabulary()))


@pytest.mark.parametrize(("teacher", "stage"), [("adapted", "adaptation"), ("transplanted", "vocabulary")])
def test_who_labels_first_without_target_labels_can_be_chosen(tiny_spec: RunSpec, teacher: str, stage: str) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    recipe = {"adaptation": MaskedLanguageModelling(), "self_training": CoTraining(teacher=teacher)}
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), **recipe))
    assert found["pseudo-labels-1"].inputs["model"] is found[stage]
    assert found["transferred"].inputs["model"] is found["adaptation"]  # who learns has read the target in any case
    labelled = stages(with_recipe(tiny_spec, **recipe))
    assert labelled["pseudo-labels-1"].inputs["model"] is labelled["teacher"]


def test_pseudo_labelling_goes_round_by_round(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=PseudoLabelling(rounds=3)))
    assert found["pseudo-labels-1"].inputs["model"] is found["teacher"]
    assert found["pseudo-labels-3"].inputs["previous"] is found["pseudo-labels-2"]
    assert found["pseudo-labels-3"].inputs["model"] is found["student-2"]
    assert found["transferred"].inputs["labels"].key == found["pseudo-labels-3"].key
    for learns, teaches in (("student-1", "teacher"), ("student-2", "student-1"), ("transferred", "student-2")):
        inputs = found[learns].inputs
        assert inputs["labels"].inputs["model"] is found[teaches]
        assert inputs["teacher"] is inputs["bar"] is found[teaches]
    assert not {"teacher", "bar"} & {*found["teacher"].inputs, *found["target-only"].inputs}


def test_a_recipe_may_end_with_the_true_labels_alone(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=CoTraining(finish=True)))
    assert found["student"].inputs["labels"] is found["pseudo-labels-1"]
    assert found["transferred"].inputs["model"] is found["student"]
    assert not {"labels", "teacher"} & {*found["transferred"].inputs}
    assert found["student"].inputs["teacher"] is found["transferred"].inputs["bar"] is found["teacher"]
    assert "bar" not in found["student"].inputs  # it has yet to finish


def test_members_and_their_rivals_end_with_the_true_labels_alike(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=CoTraining(finish=True), ensemble=Bagging(members=2)))
    last = [found[name] for name in ("transferred-member-1", "seed-ensemble-member-1", "same-compute")]
    assert all(stage.inputs["model"] is found["student"] and "labels" not in stage.inputs for stage in last)
    assert not any("bar" in stage.inputs for stage in last)


def test_without_target_labels_who_labels_first_is_held_against(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), self_training=CoTraining()))
    assert found["transferred"].inputs["bar"] is found["pseudo-labels-1"].inputs["model"] is found["vocabulary"]


def test_without_target_labels_there_are_no_true_ones_to_end_with(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), self_training=CoTraining(finish=True)))
    assert found["transferred"].inputs["labels"] is found["pseudo-labels-1"]
