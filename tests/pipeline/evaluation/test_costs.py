"""What training cost, summed over the stages that made a model."""

import pytest

from pipeline.evaluation.costs import training_cost

TRAINED = {"seconds": 10.0, "tokens": 5000, "flops": 4e12, "gemm_flops_per_second": 1e12, "examples": 50}


def test_stages_are_summed_and_idle_ones_count_with_their_seconds_alone() -> None:
    found = training_cost([TRAINED, {"seconds": 90.0, "tokens": 0}, {**TRAINED, "seconds": 30.0, "tokens": 3000}])
    assert found.seconds == 130
    assert found.tokens_per_second == pytest.approx(8000 / 40)


def test_the_share_of_the_peak_is_weighted_by_time() -> None:
    """40 % for ten seconds, and 10 % of a peak half as high for thirty."""
    slower = {**TRAINED, "seconds": 30.0, "flops": 1.5e12, "gemm_flops_per_second": 0.5e12}
    assert training_cost([TRAINED]).gemm_share == pytest.approx(0.4)
    assert training_cost([TRAINED, slower]).gemm_share == pytest.approx((10 * 0.4 + 30 * 0.1) / 40)


def test_where_no_network_learned_there_is_no_speed() -> None:
    found = training_cost([{"seconds": 2.0}])
    assert (found.seconds, found.tokens_per_second, found.gemm_share) == (2.0, None, None)
    assert training_cost([]).seconds == 0
