"""The gate's arithmetic, at its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from export.asking import Replies
from export.measuring import measure
from export.predictor import Tokens
from export.report import Parity
from export.verify import Gate, compare, verify
from pipeline.report import Example, Report
from pipeline.scores import Scores
from pipeline.spec import ExportSpec

LABELS = ["bad", "good"]
TRUTH = ["bad", "good"] * 100
REFERENCE = np.array([[1.0, 0.0], [0.0, 1.0]] * 100, np.float32)
REPORT = Report.model_construct(
    labels=LABELS,
    examples=[Example(text=str(row), label=label, predictions={}, probabilities={}) for row, label in enumerate(TRUTH)],
)


def _replies(logits: np.ndarray) -> Replies:
    scores = Scores.of_texts(logits)
    return Replies(scores, logits, scores.predicted())


def _flipped(count: int) -> np.ndarray:
    logits = REFERENCE.copy()
    logits[:count] = logits[:count, ::-1]
    return logits


def _compare(logits: np.ndarray, reference: np.ndarray = REFERENCE, *, exact: bool = False, gate: Gate | None = None):
    measured = measure("text-classification", REPORT)
    return compare(
        "text-classification",
        _replies(logits),
        _replies(reference),
        lambda scores: measured(scores, range(200)),
        exact=exact,
        gate=gate or Gate.of(ExportSpec()),
    )


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
    assert parity.reason == "the metric is worse by 1.00% (0.50% allowed)"
    assert "the share of changed answers is 1.50%" in _compare(_flipped(3)).reason


def test_flips_that_make_it_better_count_too():
    worse = _compare(REFERENCE, _flipped(3))
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
    assert _compare(_flipped(10), gate=Gate(0.1, 0.1, 1e-4)).passed


# ── other kinds of answer ───────────────────────────────────────────────────────────────


def _kind(task: str, reference: Replies, replies: Replies, before: float = 1, after: float = 1, *, exact: bool = False):
    values = {id(reference.scores): before, id(replies.scores): after}
    return compare(task, replies, reference, lambda scores: values[id(scores)], exact=exact, gate=Gate.of(ExportSpec()))


def test_a_word_that_neither_has_read_is_no_difference():
    logits = np.array([[1, 0], [np.nan, np.nan]], np.float32)
    scores = Scores(logits, np.array([0, 2]))
    words = Replies(scores, logits, scores.predicted())
    parity = _kind("part-of-speech", words, words, exact=True)
    assert parity.passed
    assert (parity.texts, parity.answers) == (1, 2)


def test_a_word_that_only_one_has_read_is_a_difference():
    read, unread = np.zeros((1, 2), np.float32), np.full((1, 2), np.nan, np.float32)
    first, second = (Replies(Scores.of_texts(logits), logits, np.array([0])) for logits in (read, unread))
    assert not _kind("part-of-speech", first, second, exact=True).passed


def test_a_text_with_several_labels_flips_once():
    logits = np.zeros((2, 3), np.float32)
    first, second = (
        Replies(Scores.of_texts(logits), logits, np.array(choices))
        for choices in ([[1, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 0]])
    )
    parity = _kind("multi-label-classification", first, second)
    assert (parity.flip_count, parity.flips) == (1, 0.5)


@pytest.mark.parametrize(("after", "passed"), [(20.09, True), (20.2, False), (10.0, True)])
def test_a_perplexity_may_rise_by_half_a_percent(after: float, passed: bool):
    scores = np.ones((4, 2), np.float32)
    first, second = (Replies(Scores.of_texts(scores), scores[:, :1], np.arange(4)) for _ in range(2))
    parity = _kind("language-modelling", first, second, 20.0, after)
    assert parity.passed is passed
    assert parity.metric_loss == pytest.approx(after / 20 - 1)


# ── shapes ──────────────────────────────────────────────────────────────────────────────


class Moody:
    """Right in batches, wrong when asked one by one."""

    mask_id = None

    def encode(self, texts: Sequence[str]) -> list:
        return [SimpleNamespace(ids=[int(text)], type_ids=[0]) for text in texts]

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        for row, text in enumerate(texts):
            logits = REFERENCE[text.ids[0]]
            yield row, logits if len(texts) > 1 else logits[::-1]


class Gruff(Moody):
    """A hair off when asked one by one."""

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        for row, text in enumerate(texts):
            yield row, REFERENCE[text.ids[0]] + np.float32(1e-3 * (len(texts) == 1))


def _verified(model: Moody, *, exact: bool) -> Parity:
    texts = [str(number) for number in range(len(TRUTH))]
    measured = measure("text-classification", REPORT)
    gate = Gate.of(ExportSpec())
    return verify(model, "text-classification", texts, _replies(REFERENCE), measured, exact=exact, gate=gate)


@pytest.mark.parametrize("exact", [True, False])
def test_every_variant_is_asked_one_by_one_too(exact: bool):
    parity = _verified(Moody(), exact=exact)
    assert not parity.passed
    assert (parity.singles, parity.flips) == (200, 1)


def test_the_larger_difference_of_both_ways_is_told():
    missed, passed = _verified(Gruff(), exact=True), _verified(Gruff(), exact=False)
    assert "a logit differs by 1.0e-03" in missed.reason
    assert passed.passed
    assert passed.max_logit_difference == pytest.approx(1e-3, rel=1e-3)


class Torn(Moody):
    """Loses three of the texts in batches; asked one by one it loses two, and finds two that PyTorch has lost."""

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        for row, text in enumerate(texts):
            others = (2, 3, 4) if len(texts) > 1 else (0, 1, 2, 3)
            yield row, LOSING[text.ids[0]][:: -1 if text.ids[0] in others else 1]


#: PyTorch, which has lost the first two texts.
LOSING = _flipped(2)


def test_of_each_figure_the_worse_is_told():
    texts = [str(number) for number in range(len(TRUTH))]
    measured = measure("text-classification", REPORT)
    gate = Gate(0.01, 0.01, 1e-4)
    parity = verify(Torn(), "text-classification", texts, _replies(LOSING), measured, exact=False, gate=gate)
    assert (parity.metric_reference, parity.metric) == (0.99, 0.975)
    assert parity.metric_loss == pytest.approx(0.015), "in batches"
    assert (parity.flip_count, parity.flips) == (4, 0.02), "one by one"
    assert not parity.passed
    assert "the metric is worse by 1.50% (1.00% allowed)" in parity.reason
    assert "the share of changed answers is 2.00%" in parity.reason


@pytest.mark.parametrize(("exact", "most"), [(True, 25), (False, 50)])
def test_of_very_many_texts_only_some_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch, exact: bool, most: int):
    monkeypatch.setattr("export.verify.MOST_SINGLES", {exact: most})
    parity = _verified(Moody(), exact=exact)
    assert (parity.texts, parity.singles) == (len(TRUTH), most)
    assert (parity.flips, parity.flip_count, parity.answers, parity.metric_loss) == (1, most, most, 1)
    assert parity.metric == 1, "of all texts, in batches"
