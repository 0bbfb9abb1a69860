"""Two specs side by side: only what differs is told."""

from __future__ import annotations

from typing import Any

from pipeline.spec import FullFineTuning, LowRankAdaptation, RunSpec
from pipeline.spec.difference import ABSENT, Difference, differences


def with_tuning(spec: RunSpec, tuning: Any) -> RunSpec:
    return spec.model_copy(update={"recipe": spec.recipe.model_copy(update={"fine_tuning": tuning})})


def test_a_spec_does_not_differ_from_itself_under_another_name(tiny_spec: RunSpec) -> None:
    assert differences(tiny_spec, tiny_spec.model_copy(update={"name": "another"})) == []


def test_a_field_is_told_with_the_way_to_it(tiny_spec: RunSpec) -> None:
    first, second = (with_tuning(tiny_spec, FullFineTuning(epochs=epochs)) for epochs in (2, 3))
    assert differences(first, second) == [Difference(("recipe", "fine_tuning", "epochs"), 2.0, 3.0)]


def test_another_choice_is_told_with_the_fields_that_only_one_has(tiny_spec: RunSpec) -> None:
    first, second = with_tuning(tiny_spec, FullFineTuning()), with_tuning(tiny_spec, LowRankAdaptation())
    found = {difference.path[-1]: difference for difference in differences(first, second)}
    assert (found["kind"].first, found["kind"].second) == ("full", "lora")
    assert found["rank"].first is ABSENT
    assert found["rank"].second == LowRankAdaptation().rank


def test_a_dictionary_of_labels_is_told_label_by_label(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"label_mapping": {"good": "positive"}})
    other = tiny_spec.model_copy(update={"data": data})
    plain = tiny_spec.model_copy(update={"data": data.model_copy(update={"label_mapping": {}})})
    assert differences(plain, other) == [Difference(("data", "label_mapping", "good"), ABSENT, "positive")]
