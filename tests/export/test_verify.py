"""The gate's arithmetic, at its limits."""

from __future__ import annotations

import numpy as np
import pytest

from export.verify import METRICS, Gate, compare, verify
from pipeline.tasks import TASKS

TRUTH = [0, 1] * 100
REFERENCE = np.array([[1.0, 0.0], [0.0, 1.0]] * 100, np.float32)


def _flipped(count: int) -> np.ndarray:
    logits = REFERENCE.copy()
    logits[:count] = logits[:count, ::-1]
    return logits


def _compare(logits: np.ndarray, *, exact: bool = False, gate: Gate | None = None):
    return compare("text-classification", logits, REFERENCE, TRUTH, exact=exact, gate=gate or Gate())


def test_equal_logits_pass():
    parity = _compare(REFERENCE, exact=True)
    assert parity.passed
    assert parity.reason == ""
    assert (parity.metric, parity.flips, parity.max_logit_difference) == (1, 0, 0)


def test_the_metric_and_the_labels_are_watched_apart():
    assert _compare(_flipped(1)).passed  # half a point lost, 0.5 % flipped: just allowed
    parity = _compare(_flipped(2))
    assert not parity.passed
    assert parity.flip_count == 2
    assert parity.reason == "the metric falls by 1.00% (0.50% allowed)"
    assert "the share of changed labels is 1.50%" in _compare(_flipped(3)).reason


def test_flips_that_make_it_better_count_too():
    worse = compare("text-classification", REFERENCE, _flipped(3), TRUTH, exact=False, gate=Gate())
    assert worse.metric_loss < 0
    assert not worse.passed


def test_logits_count_for_exact_variants_alone():
    near = REFERENCE + np.float32(1e-3)
    assert _compare(near).passed
    assert "a logit differs by 1.0e-03 (1.0e-04 allowed)" in _compare(near, exact=True).reason


def test_logits_that_are_no_numbers_never_pass():
    assert not _compare(np.full_like(REFERENCE, np.nan), exact=True).passed
    assert not _compare(np.full_like(REFERENCE, np.nan)).passed


def test_a_gate_can_be_set():
    assert _compare(_flipped(10), gate=Gate(max_metric_loss=0.1, max_flips=0.1)).passed


def test_unknown_true_labels_count_as_wrong():
    parity = compare("text-classification", REFERENCE, REFERENCE, [-1] * 200, exact=True, gate=Gate())
    assert (parity.metric_reference, parity.metric, parity.passed) == (0, 0, True)


class Moody:
    """Right in batches, wrong when asked one by one."""

    def logits(self, texts: list[str]) -> np.ndarray:
        rows = REFERENCE[[int(text) for text in texts]]
        return rows if len(texts) > 1 else rows[:, ::-1]


@pytest.mark.parametrize(("exact", "passed"), [(True, True), (False, False)])
def test_an_approximate_variant_is_asked_one_by_one_too(exact: bool, passed: bool):
    texts = [str(number) for number in range(len(TRUTH))]
    parity = verify(Moody(), "text-classification", texts, TRUTH, REFERENCE, exact=exact, gate=Gate())
    assert parity.passed is passed


def test_every_task_has_the_metric_that_the_gate_watches():
    assert set(METRICS) == set(TASKS)
    assert all(TASKS[task].metrics[0] == metric.__name__ for task, metric in METRICS.items())
