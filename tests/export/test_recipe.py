"""What a card says of how each model was made."""

from __future__ import annotations

from typing import get_args

import pytest

from export.recipe import LANGUAGE_MODEL_PARTS, PARTS, source, steps
from pipeline.spec import (
    AdoptVocabulary,
    AttentionBridge,
    Bagging,
    CoTraining,
    DatasetSpec,
    DataSpec,
    HubSource,
    LocalSource,
    MaskedLanguageModelling,
    ModelName,
    RecipeSpec,
    RunSpec,
)

DATA = {"target": DatasetSpec(path="target.csv"), "unlabelled": DatasetSpec(path="pool.txt")}
RICH = RecipeSpec(
    vocabulary=AdoptVocabulary(model=LocalSource(path="/home/me/encoders/mine")),
    adaptation=MaskedLanguageModelling(),
    self_training=CoTraining(),
    fine_tuning=AttentionBridge(),
    ensemble=Bagging(members=3),
)


def _spec(*, with_source: bool = True, **parts) -> RunSpec:
    data = DataSpec(**DATA, source=DatasetSpec(path="source.csv") if with_source else None)
    return RunSpec(data=data, **{"recipe": RICH, **parts})


def _names(lines: list[str]) -> list[str]:
    return [line.removeprefix("- ").split(" (")[0] for line in lines]


def test_every_part_of_a_recipe_has_a_hand_in_some_model():
    assert {part for parts in PARTS.values() for part in parts} == set(RecipeSpec.model_fields)
    assert set(PARTS) == set(get_args(ModelName)) - {"classical"}
    assert set(LANGUAGE_MODEL_PARTS) == {"source-only", "transferred", "target-only"}


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ("source-only", ["Source training: full"]),
        (
            "transferred",
            [
                "Source training: full",
                "Vocabulary: adopt",
                "Adaptation: masked-lm",
                "Self training: co-training",
                "Fine tuning: bridge",
                "Ensemble: bagging",
            ],
        ),
        ("target-only", ["Vocabulary: adopt", "Target only: full"]),
    ],
)
def test_the_steps_of_a_model(model: ModelName, lines: list[str]):
    assert _names(steps(_spec(), model)) == lines


@pytest.mark.parametrize(
    ("model", "last"),
    [
        ("seed-ensemble", "- Ensemble: 3 models that differ in their seed alone"),
        ("same-compute", "- Trained with the compute of 3 members of an ensemble"),
    ],
)
def test_what_the_ensemble_is_compared_with(model: ModelName, last: str):
    lines = steps(_spec(), model)
    assert lines[-1] == last
    assert not any("bagging" in line for line in lines)


def test_parts_of_kind_none_are_left_out():
    assert _names(steps(_spec(recipe=RecipeSpec()), "transferred")) == [
        "Source training: full",
        "Vocabulary: transplant",
        "Fine tuning: full",
    ]


def test_without_source_texts_nothing_was_trained_on_them():
    assert steps(_spec(with_source=False), "source-only") == []
    assert "Source training" not in " ".join(steps(_spec(with_source=False), "transferred"))


def test_a_language_model_learns_in_its_adaptation_alone():
    spec = _spec(task="language-modelling", recipe=RecipeSpec(adaptation=MaskedLanguageModelling()))
    assert _names(steps(spec, "transferred")) == ["Vocabulary: transplant", "Adaptation: masked-lm"]


def test_settings_are_told_and_paths_are_not():
    (line,) = (line for line in steps(_spec(), "transferred") if "adopt" in line)
    assert line == "- Vocabulary: adopt (initialisation dictionary, model a local folder `mine`)"
    assert "learning rate 5e-05" in steps(_spec(), "source-only")[0]


def test_a_source_of_the_hub():
    assert source(HubSource(repo_id="bert-base-chinese")) == "`bert-base-chinese` at `main` on the Hugging Face Hub"
