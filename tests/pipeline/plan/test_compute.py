"""How long one model trains for the compute of an ensemble's members, counted by hand."""

from typing import Any

import pytest

from pipeline.plan.compute import passes, prolonged, times
from pipeline.spec import (
    AttentionBridge,
    Bagging,
    Boosting,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
    RunSpec,
)

GRADUAL = GradualUnfreezing(epochs=3, unfreezing_epochs=0.5)


@pytest.fixture
def asked(tiny_spec: RunSpec) -> Any:
    """A function: ensemble and fine-tuning → a run of them, whose source has two layers."""

    def asked(ensemble: Any, tuning: Any) -> RunSpec:
        recipe = tiny_spec.recipe.model_copy(update={"ensemble": ensemble, "fine_tuning": tuning})
        return tiny_spec.model_copy(update={"recipe": recipe})

    return asked


@pytest.mark.parametrize(
    ("tuning", "layers", "expected"),
    [
        (FullFineTuning(epochs=10), 6, 3 * 6 * 10),
        (LinearProbe(epochs=10), 6, 6),  # the encoder reads each text once
        (LowRankAdaptation(epochs=10), 6, 2 * 6 * 10),
        # The head alone, then one layer more each time: 2 + 0, 2 + 2 passes for half an epoch each; then all.
        (GRADUAL, 2, 0.5 * (2 + 4) + 3 * 2 * 3),
        (GRADUAL.model_copy(update={"layers_at_once": 2}), 2, 0.5 * 2 + 3 * 2 * 3),
    ],
)
def test_passes_by_hand(tuning: Any, layers: int, expected: float) -> None:
    assert passes(tuning, layers) == pytest.approx(expected)


@pytest.mark.parametrize("tuning", [FullFineTuning(), LinearProbe(), LowRankAdaptation(), GRADUAL, AttentionBridge()])
@pytest.mark.parametrize("ensemble", [Bagging(members=4), Boosting(members=4)])
def test_where_nothing_is_shared_it_is_the_number_of_members(asked: Any, ensemble: Any, tuning: Any) -> None:
    assert times(asked(ensemble, tuning)) == 4


def test_shared_layers_are_passed_once_for_all(asked: Any) -> None:
    shared = Bagging(members=4, shared_layers=1)
    assert times(asked(shared, FullFineTuning(epochs=5))) == pytest.approx((4 * 3 * 5 + 1) / (3 * 2 * 5))
    assert times(asked(shared, LinearProbe(epochs=5))) == 4  # so is the whole encoder, and each has its head
    assert times(asked(shared, GRADUAL)) == pytest.approx((4 * (0.5 * 1 + 9) + 1) / (3 + 18))


def test_every_phase_takes_longer() -> None:
    longer = prolonged(GRADUAL, 4)
    assert (longer.epochs, longer.unfreezing_epochs) == (12, 2)  # type: ignore[union-attr]
    assert passes(longer, 6) == 4 * passes(GRADUAL, 6)
