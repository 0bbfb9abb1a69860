"""Which stages several machines may bring about together."""

from __future__ import annotations

import pytest

from pipeline.cluster.dispatcher import _can_be_shared
from pipeline.plan import plan
from pipeline.spec import Bagging, FullFineTuning, LinearProbe, RunSpec


@pytest.mark.parametrize(
    ("tuning", "shared_layers", "expected"),
    [(FullFineTuning(), 0, True), (FullFineTuning(), 1, False), (LinearProbe(), 0, False)],
)
def test_a_training_above_frozen_layers_stays_on_one_machine(
    tiny_spec: RunSpec, tuning: FullFineTuning | LinearProbe, shared_layers: int, expected: bool
) -> None:
    bag = Bagging(members=2, shared_layers=shared_layers)
    recipe = tiny_spec.recipe.model_copy(update={"fine_tuning": tuning, "ensemble": bag})
    stages = plan(tiny_spec.model_copy(update={"recipe": recipe}))
    sampled = [stage for stage in stages if getattr(stage.parameters, "sampling", "all") == "bootstrap"]
    assert sampled
    assert {_can_be_shared(stage) for stage in sampled} == {expected}
    assert not _can_be_shared(stages[0])  # it reads files
