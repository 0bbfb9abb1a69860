"""What a source model can't do is refused before anything is done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SpecError
from pipeline.models.layers import FAMILIES
from pipeline.plan import plan
from pipeline.plan.suiting import BY_LAYER, LAYERED
from pipeline.spec import (
    AttentionBridge,
    Bagging,
    CoTraining,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LocalSource,
    LowRankAdaptation,
    RunSpec,
)

#: Part of a recipe → ways of it that reach for layers.
REACHING = {
    "source_training": (GradualUnfreezing(), LowRankAdaptation()),
    "fine_tuning": (GradualUnfreezing(), LowRankAdaptation(), AttentionBridge()),
    "target_only": (GradualUnfreezing(), LowRankAdaptation()),
}


@pytest.fixture
def strange(tiny_spec: RunSpec, tiny_model: Path, tmp_path: Path) -> RunSpec:
    """The tiny run with a source of a family that the table of layers has not."""
    folder = tmp_path / "strange"
    shutil.copytree(tiny_model, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "albert"}), encoding="utf-8")
    return tiny_spec.model_copy(update={"source": LocalSource(path=str(folder))})


def with_recipe(spec: RunSpec, **parts: Any) -> RunSpec:
    return spec.model_copy(update={"recipe": spec.recipe.model_copy(update=parts)})


def without(spec: RunSpec, role: str) -> RunSpec:
    return spec.model_copy(update={"data": spec.data.model_copy(update={role: None})})


def test_the_types_are_those_of_the_table_of_layers() -> None:
    assert FAMILIES.keys() == LAYERED


@pytest.mark.parametrize(("part", "way"), [(part, way) for part, ways in REACHING.items() for way in ways])
def test_another_family_is_refused_where_layers_are_reached_one_by_one(strange: RunSpec, part: str, way: Any) -> None:
    with pytest.raises(SpecError, match=rf"strange is of type albert, .* asked in recipe\.{part}\.") as caught:
        plan(with_recipe(strange, **{part: way}))
    assert "Choose full fine-tuning or a linear probe" in caught.value.remedy
    assert "xlm-roberta" in caught.value.remedy


def test_all_parts_that_do_are_named(strange: RunSpec) -> None:
    asked = with_recipe(strange, source_training=LowRankAdaptation(), ensemble=Bagging(shared_layers=1))
    with pytest.raises(SpecError, match=r"in recipe\.source_training, recipe\.ensemble\.shared_layers\."):
        plan(asked)


@pytest.mark.parametrize(
    "asked",
    [
        lambda spec: with_recipe(spec, fine_tuning=FullFineTuning(), ensemble=Bagging()),
        lambda spec: with_recipe(spec, fine_tuning=LinearProbe()),
        # What the run does not come to is no reason.
        lambda spec: with_recipe(without(spec, "source"), source_training=LowRankAdaptation()),
        lambda spec: with_recipe(
            without(spec, "target"), fine_tuning=LowRankAdaptation(), target_only=GradualUnfreezing()
        ),
    ],
    ids=["full", "probe", "no source texts", "nothing to fine-tune on"],
)
def test_another_family_may_do_all_else(strange: RunSpec, asked: Callable[[RunSpec], RunSpec]) -> None:
    assert plan(asked(strange))


def test_labels_that_self_training_finds_are_fine_tuned_on(strange: RunSpec) -> None:
    with pytest.raises(SpecError, match=r"in recipe\.fine_tuning\."):
        plan(with_recipe(without(strange, "target"), fine_tuning=LowRankAdaptation(), self_training=CoTraining()))


def test_every_way_that_reaches_for_layers_is_known() -> None:
    assert {type(way) for ways in REACHING.values() for way in ways} == {*BY_LAYER}


@pytest.mark.parametrize("shared", [2, 5])
def test_sharing_every_layer_is_refused(tiny_spec: RunSpec, shared: int) -> None:
    with pytest.raises(SpecError, match=rf"shared_layers is {shared}, but .* has 2 layers.*Share at most 1 layers"):
        plan(with_recipe(tiny_spec, ensemble=Bagging(shared_layers=shared)))


def test_a_target_of_more_layers_than_the_source_has_is_refused(tiny_spec: RunSpec) -> None:
    with pytest.raises(SpecError, match=r"target_layers is 3, but .* has 2 layers.*Set it to 2 or fewer"):
        plan(with_recipe(tiny_spec, fine_tuning=AttentionBridge(target_layers=3)))
    assert plan(with_recipe(tiny_spec, fine_tuning=AttentionBridge(target_layers=2)))
