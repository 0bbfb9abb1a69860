"""Every outcome in words: the verdict and its remarks."""

import pytest

from pipeline.evaluation.verdict import verdict
from pipeline.report import Comparison, Interval, ModelReport, Spread, TokenizerFit, TrainingCost, Verdict
from pipeline.tasks import TASKS

#: How far transferred is from another model, and whether that is significant.
Found = tuple[float, bool]
CLEAR, NOISE = True, False

VALUES = {
    "source-only": 0.5,
    "transferred": 0.8,
    "target-only": 0.7,
    "classical": 0.6,
    "same-compute": 0.78,
    "seed-ensemble": 0.79,
}


def model(name: str, task: str = "text-classification", seeds: dict[str, Spread] | None = None) -> ModelReport:
    value = VALUES[name]
    return ModelReport(
        name=name,
        title="source-only (linear probe)" if name == "source-only" else name,
        description="",
        metrics={metric: Interval(value=value, low=value, high=value) for metric in TASKS[task].metrics},
        confusion=None,
        per_class={},
        slices=[],
        calibration_error=None,
        source_score=None,
        tokenizer=TokenizerFit(vocabulary_size=1, unknown_rate=0, pieces_per_character=1),
        parameters=1,
        cost=TrainingCost(seconds=0),
        seeds=seeds or {},
    )


def comparison(second: str, difference: float, significant: bool) -> Comparison:
    return Comparison(
        first="transferred",
        second=second,
        difference=Interval(value=difference, low=difference, high=difference),
        p_value=0.5,
        only_first_right=0,
        only_second_right=0,
        flips=0,
        significant=significant,
    )


def judged(pairs: dict[str, Found], task: str = "text-classification", missing: tuple[str, ...] = ()) -> Verdict:
    names = [name for name in ("source-only", "transferred", "target-only") if name not in missing]
    names += [name for name in pairs if name not in names]
    models = [model(name, task) for name in names]
    return verdict(task, models, [comparison(second, *found) for second, found in pairs.items()], texts=1200)


@pytest.mark.parametrize(
    ("source", "target", "code", "said"),
    [
        ((0.3, CLEAR), (0.1, CLEAR), "helped", "30.0 points above source-only (linear probe) and 10.0 points above"),
        ((0.3, CLEAR), (0.02, NOISE), "helped-over-source", "within noise: 2.0 points above target-only"),
        ((0.3, CLEAR), (-0.02, NOISE), "helped-over-source", "within noise: 2.0 points below target-only"),
        ((0.3, CLEAR), (0.0, NOISE), "helped-over-source", "level with target-only"),
        ((0.02, NOISE), (0.3, CLEAR), "helped-over-target", "the difference from source-only (linear probe) is within"),
        ((0.02, NOISE), (0.02, NOISE), "noise", "the differences are within noise"),
        ((0.3, CLEAR), (-0.1, CLEAR), "hurt", "10.0 points below target-only, though 30.0 points above source-only"),
        ((-0.1, CLEAR), (0.1, CLEAR), "hurt", "10.0 points below source-only"),
        ((-0.1, CLEAR), (0.01, NOISE), "hurt", "within noise of target-only"),
        ((-0.1, CLEAR), (-0.2, CLEAR), "hurt", "below source-only (linear probe) and 20.0 points below target-only"),
    ],
)
def test_against_both_baselines(source: Found, target: Found, code: str, said: str) -> None:
    found = judged({"source-only": source, "target-only": target})
    assert found.code == code
    assert said in found.sentence
    assert "1,200 frozen test texts the transferred model has an accuracy of 80.0 %" in found.sentence
    assert found.sentence.endswith("(source-only (linear probe): 50.0 %, target-only: 70.0 %).")
    assert ("Transfer hurt here" in found.sentence) == (code == "hurt")
    assert found.remarks == []


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ((0.3, CLEAR), "helped-over-source", "Transfer helped: "),
        ((0.02, NOISE), "noise", "the difference is within noise"),
        ((-0.1, CLEAR), "hurt", "Transfer hurt here: "),
    ],
)
def test_without_target_labels_the_verdict_is_against_the_source_alone(source: Found, code: str, said: str) -> None:
    found = judged({"source-only": source}, missing=("target-only",))
    assert found.code == code
    assert said in found.sentence
    assert "target-only" not in found.sentence
    assert ["no target labels" in remark for remark in found.remarks] == [True]


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ((-0.41, CLEAR), "helped-over-target", "0.41 below target-only"),  # perplexity: less is better
        ((0.41, CLEAR), "hurt", "0.41 above target-only"),
        ((-0.41, NOISE), "noise", "within noise: 0.41 below target-only"),
    ],
)
def test_language_models_of_different_vocabularies(target: Found, code: str, said: str) -> None:
    found = judged({"target-only": target}, "language-modelling")
    assert found.code == code
    assert said in found.sentence
    assert "a perplexity of 0.80" in found.sentence
    assert "source-only" not in found.sentence
    assert ["another vocabulary" in remark for remark in found.remarks] == [True]


def test_a_language_model_that_kept_its_vocabulary_is_compared_with_the_source() -> None:
    found = judged({"source-only": (-1.0, CLEAR), "target-only": (-2.0, CLEAR)}, "language-modelling")
    assert found.code == "helped"
    assert found.remarks == []


def remark(pairs: dict[str, Found]) -> str:
    (found,) = judged({"source-only": (0.3, CLEAR), "target-only": (0.1, CLEAR), **pairs}).remarks
    return found


@pytest.mark.parametrize(
    ("classical", "said", "worth"),
    [
        ((-0.1, CLEAR), "does better (60.0 %, 10.0 points above transferred)", "is not worth its cost here"),
        ((-0.01, NOISE), "does as well (60.0 %)", "is not worth its cost here"),
        ((0.0, NOISE), "does as well (60.0 %)", "is not worth its cost here"),
        ((0.02, NOISE), "60.0 %, 2.0 points below transferred, which is within noise", "can't tell"),
        ((0.2, CLEAR), "60.0 %, 20.0 points below transferred", "the distance is no noise"),
    ],
)
def test_whether_a_classical_model_would_do(classical: Found, said: str, worth: str) -> None:
    found = remark({"classical": classical})
    assert said in found
    assert worth in found


@pytest.mark.parametrize(
    ("same", "seeds", "said"),
    [
        ((0.03, CLEAR), (0.02, CLEAR), "(more than chance). It paid here."),
        ((0.03, CLEAR), (0.01, NOISE), "(within noise). It did not pay here."),
        ((-0.03, CLEAR), (0.02, CLEAR), "3.0 points below one model that trained with the compute of all"),
    ],
)
def test_what_an_ensemble_bought(same: Found, seeds: Found, said: str) -> None:
    found = remark({"same-compute": same, "seed-ensemble": seeds})
    assert found.startswith("The ensemble is 3.0 points")
    assert "members that differ in their seed alone" in found
    assert said in found


def test_several_seeds_are_told_with_their_deviation() -> None:
    spread = {"accuracy": Spread(values=[0.8, 0.7], mean=0.75, deviation=0.0707)}
    models = [model("source-only"), model("transferred", seeds=spread), model("target-only", seeds=spread)]
    pairs = [comparison("source-only", 0.3, CLEAR), comparison("target-only", 0.1, CLEAR)]
    (found,) = verdict("text-classification", models, pairs, texts=10).remarks
    assert "Over 2 seeds" in found
    assert "transferred 75.0 ± 7.1 %, target-only 75.0 ± 7.1 %" in found
