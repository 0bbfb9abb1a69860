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


def test_reading_counts_and_time_without_a_network_counts_as_time_alone() -> None:
    """Twenty seconds of labelling a pool, eight of them by n-grams: 2e12 operations at 1e12 a second in twelve."""
    labelled = {"seconds": 20.0, "idle_seconds": 8.0, "tokens": 0, "flops": 2e12, "gemm_flops_per_second": 1e12}
    found = training_cost([TRAINED, labelled])
    assert found.seconds == 30
    assert found.tokens_per_second == pytest.approx(5000 / 22)
    assert found.gemm_share == pytest.approx((4 + 2) / 22)
    assert training_cost([labelled]).tokens_per_second is None


def test_where_no_network_learned_there_is_no_speed() -> None:
    found = training_cost([{"seconds": 2.0}])
    assert (found.seconds, found.tokens_per_second, found.gemm_share) == (2.0, None, None)
    assert training_cost([]).seconds == 0
