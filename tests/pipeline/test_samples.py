"""The samples as data: a run of its task can be planned for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.plan import plan
from pipeline.samples import SAMPLES
from pipeline.spec import LocalSource, MaskedLanguageModelling, NoAdaptation, RecipeSpec, RunSpec


@pytest.mark.parametrize("name", SAMPLES)
def test_a_run_can_be_planned_for_each(name: str, tiny_model: Path) -> None:
    sample = SAMPLES[name]
    reading = sample.task == "language-modelling"
    recipe = RecipeSpec(adaptation=MaskedLanguageModelling() if reading else NoAdaptation())
    spec = RunSpec(task=sample.task, source=LocalSource(path=str(tiny_model)), data=sample.data, recipe=recipe)
    assert {"data", "report"} <= {stage.name for stage in plan(spec)}
