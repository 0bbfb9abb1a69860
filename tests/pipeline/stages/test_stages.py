"""The table of stages."""

from typing import get_args

from pipeline.plan.stage import StageKind


def test_every_kind_of_stage_has_a_row() -> None:
    from pipeline.stages import STAGES

    assert set(STAGES) == set(get_args(StageKind))
