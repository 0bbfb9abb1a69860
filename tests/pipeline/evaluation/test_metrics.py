"""Values against scikit-learn's and seqeval's, for every task."""

from collections.abc import Callable

import numpy as np
import pytest
from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.scheme import IOB2
from sklearn import metrics as sk

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.metrics import METRICS, per_class, spreads, value
from pipeline.evaluation.wording import MEASURES
from pipeline.scores import Scores
from pipeline.tasks import TASKS

#: Makes a test set of a task, and the scores of a model on it.
Make = Callable[..., tuple[Truth, Scores]]


def values(truth: Truth, scores: Scores) -> dict[str, float]:
    answers = Answers.of(truth, scores)
    return {metric: value(metric, answers.counts) for metric in truth.task.metrics}


def sequences(truth: Truth, tags: np.ndarray) -> list[list[str]]:
    ends = zip(truth.offsets[:-1], truth.offsets[1:], strict=True)
    return [[truth.labels[tag] for tag in tags[start:end]] for start, end in ends]


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_of_a_task_has_a_function_and_a_name(task: str) -> None:
    assert set(TASKS[task].metrics) <= set(METRICS)
    assert set(TASKS[task].metrics) <= set(MEASURES)


@pytest.mark.parametrize("task", ["text-classification", "sentence-pair-classification", "part-of-speech"])
@pytest.mark.parametrize("seed", range(3))
def test_one_label_is_scored_as_by_scikit_learn(make: Make, task: str, seed: int) -> None:
    truth, scores = make(task, seed=seed)
    said = scores.predicted()
    found = values(truth, scores)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(truth.values, said))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(truth.values, said, average="macro"))
    table = sk.precision_recall_fscore_support(truth.values, said, labels=range(len(truth.labels)), zero_division=0)
    for number, scored in enumerate(per_class(truth, Answers.of(truth, scores)).values()):
        assert (scored.precision, scored.recall, scored.f1, scored.support) == pytest.approx(
            tuple(column[number] for column in table)
        )


@pytest.mark.parametrize("seed", range(3))
def test_several_labels_are_scored_as_by_scikit_learn(make: Make, seed: int) -> None:
    truth, scores = make("multi-label-classification", seed=seed)
    said = scores.values > 0
    found = values(truth, scores)
    assert found["micro_f1"] == pytest.approx(sk.f1_score(truth.values, said, average="micro"))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(truth.values, said, average="macro"))
    assert found["exact_match"] == pytest.approx(sk.accuracy_score(truth.values, said))
    recalls = sk.recall_score(truth.values, said, average=None)
    scored = per_class(truth, Answers.of(truth, scores))
    assert [scored[label].recall for label in truth.labels] == pytest.approx(recalls)


@pytest.mark.parametrize("seed", range(5))
def test_entities_are_scored_as_by_seqeval_in_strict_mode(make: Make, seed: int) -> None:
    """Random tags: most sequences break the scheme, in the truth and in the answers."""
    truth, scores = make("entity-recognition", accuracy=0.6, seed=seed)
    true, said = sequences(truth, truth.values), sequences(truth, scores.predicted())
    strict = {"mode": "strict", "scheme": IOB2}
    found = values(truth, scores)
    assert found["entity_f1"] == pytest.approx(f1_score(true, said, **strict))
    assert found["entity_precision"] == pytest.approx(precision_score(true, said, **strict))
    assert found["entity_recall"] == pytest.approx(recall_score(true, said, **strict))
    table = classification_report(true, said, output_dict=True, **strict)
    scored = per_class(truth, Answers.of(truth, scores))
    assert list(scored) == ["PER", "LOC"]
    for name, one in scored.items():
        assert one.f1 == pytest.approx(table[name]["f1-score"])
        assert one.support == table[name]["support"]


def test_perplexity_is_of_all_masked_tokens_together() -> None:
    truth = Truth.read("language-modelling", {"text": ["a", "b", "c"]}, [])
    rows = np.array([[1.0, 1], [2.0, 0], [3.0, 0]], np.float32)
    scores = Scores(rows, np.array([0, 1, 1, 3]))  # nothing was masked in the second text
    assert values(truth, scores) == pytest.approx({"perplexity": np.exp(2.0), "masked_accuracy": 1 / 3})
    assert Answers.of(truth, scores).right.tolist() == [True, True, False]
    assert per_class(truth, Answers.of(truth, scores)) == {}


def test_a_label_nobody_uses_does_not_lower_the_f1() -> None:
    truth = Truth.read("text-classification", {"text": list("abcd"), "label": [0, 1, 0, 1]}, list("vwxyz"))
    assert values(truth, Scores.of_texts(np.eye(5)[[0, 1, 0, 1]]))["macro_f1"] == 1.0


def test_nothing_found_where_nothing_is_scores_zero_like_seqeval() -> None:
    truth = Truth.read("entity-recognition", {"tokens": [["a", "b"]], "tags": [[0, 0]]}, ["O", "B-X", "I-X"])
    assert values(truth, Scores(np.eye(3, dtype=np.float32)[[0, 0]], truth.offsets))["entity_f1"] == 0.0


@pytest.mark.parametrize(("task", "metric"), [("part-of-speech", "accuracy"), ("entity-recognition", "entity_recall")])
def test_a_word_beyond_the_longest_text_counts_as_wrong(task: str, metric: str) -> None:
    labels = {"part-of-speech": ["NOUN", "VERB"], "entity-recognition": ["O", "B-X"]}[task]
    truth = Truth.read(task, {"tokens": [["a", "b"]], "tags": [[1, 1]]}, labels)
    scores = Scores(np.array([[0, 1], [np.nan, np.nan]], np.float32), truth.offsets)
    assert values(truth, scores)[metric] == 0.5
    assert not Answers.of(truth, scores).right[0]


def test_a_spread_is_of_the_sample(make: Make) -> None:
    truth, first = make("text-classification", accuracy=0.5)
    both = [Answers.of(truth, first), Answers.of(truth, make("text-classification", accuracy=0.9)[1])]
    spread = spreads(truth, both)["accuracy"]
    assert spread.values == [value("accuracy", answers.counts) for answers in both]
    assert spread.mean == pytest.approx(np.mean(spread.values))
    assert spread.deviation == pytest.approx(np.std(spread.values, ddof=1))
    assert spreads(truth, both[:1]) == {}
