"""The learning curve, and the target labels that transfer saves."""

import pytest

from pipeline.evaluation.curve import learning_curve
from pipeline.report import LearningCurve

#: Number of labels → what transferred and target-only reach.
Points = dict[int, tuple[float, float | None]]


def curve(values: Points) -> LearningCurve:
    named = {
        labels: {"transferred": [transferred]} | ({"target-only": [target]} if target is not None else {})
        for labels, (transferred, target) in values.items()
    }
    return learning_curve(named, "accuracy")


def test_points_come_in_order_with_what_there_is() -> None:
    found = learning_curve(
        {100: {"transferred": [0.9], "target-only": [0.8], "classical": [0.7]}, 0: {"transferred": [0.6]}}, "accuracy"
    )
    assert [(one.labels, one.transferred, one.target_only, one.classical) for one in found.points] == [
        (0, 0.6, None, None),
        (100, 0.9, 0.8, 0.7),
    ]
    assert [one.seeds for one in found.points] == [{}, {}]
    assert "seeds" not in found.sentence


def test_several_seeds_are_told_by_their_mean() -> None:
    found = learning_curve(
        {
            50: {"transferred": [0.75, 0.65], "target-only": [0.5, 0.5]},
            100: {"transferred": [0.8, 0.8], "target-only": [0.7, 0.5]},
            400: {"source-only": [0.4, 0.5], "transferred": [0.9, 0.9], "target-only": [0.7, 0.9]},
        },
        "accuracy",
    )
    first, *_, last = found.points
    assert first.transferred == pytest.approx(0.7)
    assert first.seeds["transferred"].values == [0.75, 0.65]
    assert first.seeds["transferred"].deviation == pytest.approx(0.1 / 2**0.5)
    assert set(last.seeds) == {"transferred", "target-only"}  # the curve shows no source-only
    assert found.labels_saved == 200 - 50
    assert found.sentence.startswith("With 50 labels transferred reaches 70.0 %; target-only needs about 200 labels")
    assert found.sentence.endswith("Each value is the mean of 2 seeds.")


def test_the_labels_saved_lie_on_the_line_between_two_points() -> None:
    """Half-way up from 100 labels to 400 is 200 of them, as labels are counted in multiples."""
    found = curve({50: (0.7, 0.5), 100: (0.8, 0.6), 400: (0.9, 0.8)})
    assert found.labels_saved == 200 - 50
    assert "With 50 labels transferred reaches 70.0 %" in found.sentence
    assert "target-only needs about 200 labels" in found.sentence
    assert "saves about 150" in found.sentence


def test_a_point_that_just_reaches_the_level_is_the_answer() -> None:
    assert curve({10: (0.7, 0.5), 100: (0.8, 0.7)}).labels_saved == 90


def test_from_no_labels_at_all() -> None:
    found = curve({0: (0.7, None), 100: (0.8, 0.6), 400: (0.9, 0.8)})
    assert found.labels_saved == 200
    assert "With no labels transferred reaches" in found.sentence


@pytest.mark.parametrize(
    ("values", "saved", "said"),
    [
        ({10: (0.9, 0.5), 100: (0.9, 0.6)}, None, "more than 100 labels"),
        ({10: (0.7, 0.7), 100: (0.9, 0.8)}, 0, "needs no more"),
        ({10: (0.6, 0.7), 100: (0.9, 0.8)}, 0, "with as many it reaches 70.0 %"),
        ({0: (0.6, None), 10: (0.7, 0.7), 100: (0.9, 0.8)}, None, "with at most 10 labels"),
        ({0: (0.6, None)}, None, "no target-only model"),
    ],
)
def test_where_the_number_is_not_known_the_sentence_says_why(values: Points, saved: int | None, said: str) -> None:
    found = curve(values)
    assert found.labels_saved == saved
    assert said in found.sentence


def test_a_curve_that_falls_again_is_read_where_it_first_gets_there() -> None:
    assert curve({10: (0.7, 0.5), 20: (0.7, 0.9), 40: (0.7, 0.6), 80: (0.9, 0.9)}).labels_saved == 4
