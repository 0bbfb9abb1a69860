import numpy as np
import pytest

from pipeline.ranking.logme import logme


def evidence(features: np.ndarray, label: np.ndarray, alpha: float, beta: float) -> float:
    """The log of p(label | features, alpha, beta) for each text, straight from the Gaussian that it is."""
    covariance = features @ features.T / alpha + np.eye(len(label)) / beta
    _, determinant = np.linalg.slogdet(covariance)
    distance = label @ np.linalg.solve(covariance, label)
    return -(determinant + distance + len(label) * np.log(2 * np.pi)) / 2 / len(label)


@pytest.mark.parametrize("dimensions", [5, 60], ids=["more texts", "more dimensions"])
def test_it_is_the_highest_evidence_that_any_noise_and_prior_give(dimensions: int) -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(40, dimensions))
    label = (features[:, 0] + 0.7 * generator.normal(size=40) > 0).astype(float)
    found = logme(features, label[:, None])
    grid = [
        evidence(features, label, alpha, beta) for alpha in np.logspace(-2, 4, 61) for beta in np.logspace(-2, 4, 61)
    ]
    assert found == pytest.approx(max(grid), abs=0.01)


def test_features_that_tell_labels_apart_rank_above_others_and_noise_below() -> None:
    generator = np.random.default_rng(1)
    labels = np.eye(3)[generator.integers(3, size=200)]
    signal = labels @ generator.normal(size=(3, 16))
    scores = [logme(signal + noise * generator.normal(size=signal.shape), labels) for noise in (0.3, 1.0, 3.0, 30.0)]
    assert scores == sorted(scores, reverse=True)


def test_the_score_does_not_depend_on_rotation() -> None:
    generator = np.random.default_rng(2)
    features, labels = generator.normal(size=(50, 8)), np.eye(2)[generator.integers(2, size=50)]
    rotation, _ = np.linalg.qr(generator.normal(size=(8, 8)))
    assert logme(features @ rotation, labels) == pytest.approx(logme(features, labels))


def test_a_label_that_all_texts_have_or_none_has_is_no_fault() -> None:
    features = np.random.default_rng(3).normal(size=(30, 4))
    assert np.isfinite(logme(features, np.stack([np.ones(30), np.zeros(30)], 1)))


def test_features_and_labels_must_be_of_the_same_texts() -> None:
    with pytest.raises(ValueError, match="4 texts"):
        logme(np.ones((4, 2)), np.ones((5, 1)))
    with pytest.raises(ValueError, match="0 texts"):
        logme(np.ones((0, 2)), np.ones((0, 1)))
