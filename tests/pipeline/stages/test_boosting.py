"""What a member counts and leaves to the next: SAMME by its formula, and on members that are quickly trained."""

import json

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.numpy import load_file
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

from pipeline.stages.judging import Judged, out_of_bag
from pipeline.stages.sampling import LEAST_ALPHA, after_training, samme, sample
from tests.pipeline.stages.trained import parameters


@pytest.mark.parametrize("classes", [2, 4])
def test_the_formula_is_that_of_scikit_learn(classes):
    x, y = make_classification(400, 8, n_informative=6, n_classes=classes, random_state=0)
    reference = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=6, random_state=0).fit(x, y)
    weights = np.full(len(y), 1 / len(y))
    for tree, expected in zip(reference.estimators_, reference.estimator_weights_, strict=True):
        alpha, weights = samme(tree.predict(x) != y, weights, classes, np.arange(len(y)))
        assert alpha == pytest.approx(expected)


def test_by_hand():
    """One of four wrong, two labels: the error is 1/4, alpha ln 3, and the wrong one then weighs half of all."""
    alpha, weights = samme(np.array([True, False, False, False]), np.full(4, 0.25), 2, np.arange(4))
    assert alpha == pytest.approx(np.log(3))
    assert weights.tolist() == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])


def test_a_member_that_errs_nowhere_counts_as_if_half_a_judge_were_against_it():
    alpha, weights = samme(np.zeros(50, bool), np.full(50, 0.02), 2, np.arange(10))
    assert alpha == pytest.approx(np.log(0.95 / 0.05))
    assert weights.tolist() == pytest.approx([0.02] * 50)


def test_a_member_no_better_than_chance_hardly_counts_and_the_weights_start_anew():
    weights = np.array([0.7, 0.1, 0.1, 0.1])
    alpha, after = samme(np.array([True, False, False, False]), weights, 3, np.arange(4))
    assert alpha == LEAST_ALPHA
    assert after.tolist() == [0.25] * 4


# ── members, judged ───────────────────────────────────────────────────────────────────


class Learner(torch.nn.Module):
    """A scikit-learn classifier dressed as a model: the tokens are its features."""

    def __init__(self, tree, labels):
        super().__init__()
        self.tree = tree
        self.config = type("Config", (), {"num_labels": labels})

    def forward(self, input_ids):
        chances = self.tree.predict_proba(input_ids.numpy())
        return type("Output", (), {"logits": torch.tensor(chances).clamp_min(1e-6).log()})


def collate(rows):
    return {name: torch.tensor([row[name] for row in rows]) for name in ("input_ids", "labels")}


def ensemble_of(tree, x, y, *, members, sampling, make_context, known=None):
    """Train members one after the other as the stages do; gives their trees and folders."""
    known = len(y) if known is None else known
    dataset = Dataset.from_dict({"input_ids": x.tolist(), "labels": y.tolist()})
    trees, folders = [], []
    for number in range(1, members + 1):
        inputs = {"previous": folders[-1]} if folders and sampling == "boosted" else {}
        context = make_context(parameters(sampling=sampling, member=number), inputs, f"member-{number}")
        drawn = sample(context, dataset, known)
        rows = dataset.select(drawn.indices)
        trees.append(tree().fit(rows["input_ids"], rows["labels"]))
        after_training(context, drawn, Learner(trees[-1], len(set(y.tolist()))), dataset, collate)
        folders.append(context.out)
    return trees, folders


def vote_accuracy(trees, folders, x, y):
    weights = [json.loads((folder / "member.json").read_text())["weight"] for folder in folders]
    votes = sum(weight * tree.predict_proba(x) for weight, tree in zip(weights, trees, strict=True))
    return (votes.argmax(1) == y).mean()


@pytest.fixture(scope="module")
def diagonal():
    """A border that no single stump can draw: 600 points to learn from, 2000 to test on."""
    x = np.random.default_rng(0).uniform(-1, 1, (2600, 2))
    y = (x.sum(1) > 0).astype(int)
    return x[:600], y[:600], x[600:], y[600:]


def test_boosting_makes_a_strong_learner_of_stumps(diagonal, make_context):
    x, y, test_x, test_y = diagonal
    trees, folders = ensemble_of(
        lambda: DecisionTreeClassifier(max_depth=1), x, y, members=15, sampling="boosted", make_context=make_context
    )
    alone = (trees[0].predict(test_x) == test_y).mean()
    assert alone < 0.8
    assert vote_accuracy(trees, folders, test_x, test_y) > 0.88


def test_boosting_goes_on_where_members_learn_their_texts_by_heart(diagonal, make_context):
    x, y, test_x, test_y = diagonal
    trees, folders = ensemble_of(
        lambda: DecisionTreeClassifier(random_state=0), x, y, members=5, sampling="boosted", make_context=make_context
    )
    for number, folder in enumerate(folders):
        weight = json.loads((folder / "member.json").read_text())["weight"]
        assert 0.5 < weight <= np.log(239)  # half a judge of 120 against it, at the most
        weights = load_file(folder / "example_weights.safetensors")["weights"]
        assert weights.sum() == pytest.approx(1)
        assert weights.max() > weights.min(), number  # there is something left to mind
    assert vote_accuracy(trees, folders, test_x, test_y) >= (trees[0].predict(test_x) == test_y).mean()


def test_what_a_bag_says_of_unseen_texts_estimates_how_it_does_on_new_ones(diagonal, make_context):
    x, y, test_x, test_y = diagonal
    noisy = np.where(np.random.default_rng(1).random(len(y)) < 0.15, 1 - y, y)
    trees, folders = ensemble_of(
        lambda: DecisionTreeClassifier(random_state=0),
        x,
        noisy,
        members=15,
        sampling="bootstrap",
        make_context=make_context,
    )
    assert {json.loads((folder / "member.json").read_text())["weight"] for folder in folders} == {1.0}
    said = [Judged.load(folder / "unseen.safetensors") for folder in folders]
    accuracy, judged = out_of_bag(said, [1.0] * 15, "text-classification", ["below", "above"])
    assert judged > 590
    on_new = vote_accuracy(
        trees, folders, test_x, np.where(np.random.default_rng(2).random(2000) < 0.15, 1 - test_y, test_y)
    )
    assert accuracy == pytest.approx(on_new, abs=0.05)
    assert vote_accuracy(trees, folders, x, noisy) > accuracy + 0.05  # what they saw they know too well


@pytest.mark.parametrize("sampling", ["bootstrap", "boosted"])
def test_labels_that_were_found_are_drawn_and_judge_nobody(diagonal, make_context, sampling):
    """Every found label is wrong. Members that learn them by heart would seem right on them, and wrong where true."""
    x, y, *_ = diagonal
    found = np.concatenate([y[:200], 1 - y[200:]])
    trees, folders = ensemble_of(
        lambda: DecisionTreeClassifier(max_depth=1),
        x,
        found,
        members=4,
        sampling=sampling,
        make_context=make_context,
        known=200,
    )
    said = [Judged.load(folder / "unseen.safetensors") for folder in folders]
    assert all((one.rows < 200).all() for one in said)
    accuracy, judged = out_of_bag(said, [1.0] * 4, "text-classification", ["below", "above"])
    assert judged <= 200
    assert accuracy == pytest.approx(vote_accuracy(trees, folders, x[:200], y[:200]), abs=0.15)
    assert accuracy < 0.5 < vote_accuracy(trees, folders, x[200:], found[200:])


def test_boosting_minds_true_labels_alone(draw, diagonal, make_context):
    x, y, *_ = diagonal
    assert (draw(y.tolist(), "boosted", known=200).held_out < 200).all()
    tree = lambda: DecisionTreeClassifier(max_depth=1)  # noqa: E731
    options = {"members": 1, "sampling": "boosted", "make_context": make_context}
    (stump,), (folder,) = ensemble_of(tree, x, np.concatenate([y[:200], 1 - y[200:]]), known=200, **options)
    weights = load_file(folder / "example_weights.safetensors")["weights"]
    assert weights[200:].tolist() == pytest.approx([1 / 600] * 400)  # as they were at the start
    assert weights.sum() == pytest.approx(1)
    wrong = stump.predict(x[:200]) != y[:200]
    held = draw(np.concatenate([y[:200], 1 - y[200:]]).tolist(), "boosted", known=200).held_out
    alpha, raised = samme(wrong, np.full(200, 1 / 200), 2, held)
    assert json.loads((folder / "member.json").read_text())["weight"] == pytest.approx(alpha)
    assert weights[:200].tolist() == pytest.approx((raised / 3).tolist())


def test_members_that_see_all_leave_nothing(make_context):
    context = make_context(parameters(sampling="all", member=1))
    dataset = Dataset.from_dict({"input_ids": [[0]], "labels": [0]})
    after_training(context, sample(context, dataset, 1), Learner(None, 2), dataset, collate)
    assert list(context.out.iterdir()) == []
