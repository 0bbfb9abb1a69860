import json
from collections import Counter

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.numpy import load_file
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

from pipeline.parameters import FineTuningParameters
from pipeline.spec import EmbeddedSource, FullFineTuning
from pipeline.stages.judging import Judged, unseen_accuracy
from pipeline.stages.sampling import LEAST_ALPHA, after_training, samme, sample


def parameters(sampling, member=1, task="text-classification", seed=0):
    return FineTuningParameters(
        task=task,
        start="given",
        source=EmbeddedSource(),
        source_hash="",
        max_length=32,
        seed=seed,
        split="target_train",
        tuning=FullFineTuning(),
        sampling=sampling,
        member=member,
    )


@pytest.fixture
def draw(make_context):
    """A function: encoded labels and how to sample → the sample."""

    def draw(labels, sampling="bootstrap", inputs=None, known=None, **options):
        context = make_context(parameters(sampling, **options), inputs)
        return sample(context, Dataset.from_dict({"labels": labels}), len(labels) if known is None else known)

    return draw


# ── drawing ─────────────────────────────────────────────────────────────────────────


def test_all_is_every_row_once(draw):
    drawn = draw([0, 1, 0, 1], "all")
    assert drawn.indices.tolist() == [0, 1, 2, 3]
    assert drawn.unseen.tolist() == []


def test_a_bootstrap_sample_keeps_the_number_of_each_label(draw):
    labels = [0] * 300 + [1] * 30 + [2]
    drawn = draw(labels)
    assert np.bincount(np.array(labels)[drawn.indices]).tolist() == [300, 30, 1]
    assert 0.3 < len(drawn.unseen) / len(labels) < 0.45  # about 1/e
    assert not set(drawn.unseen) & set(drawn.indices)
    assert set(drawn.unseen) | set(drawn.indices) == set(range(len(labels)))


def test_members_and_seeds_draw_differently_and_each_the_same_again(draw):
    labels = [0, 1] * 50
    first, again = draw(labels, member=1), draw(labels, member=1)
    assert first.indices.tolist() == again.indices.tolist()
    assert first.indices.tolist() != draw(labels, member=2).indices.tolist()
    assert first.indices.tolist() != draw(labels, seed=1).indices.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_no_label_is_lost_where_texts_have_several(draw, seed):
    labels = [[1.0, 0.0, 0.0]] * 20 + [[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    drawn = draw(labels, task="multi-label-classification", seed=seed)
    assert np.array(labels)[drawn.indices].any(0).all()


@pytest.mark.parametrize("seed", range(20))
def test_no_tag_is_lost(draw, seed):
    labels = [[-100, 0, 0, -100]] * 20 + [[-100, 1, 2, -100], [-100, 0, 3, -100]]
    drawn = draw(labels, task="entity-recognition", seed=seed)
    assert {tag for index in drawn.indices for tag in labels[index]} == {-100, 0, 1, 2, 3}


def test_a_soft_label_counts_as_its_likeliest(draw):
    drawn = draw([[0.9, 0.1]] * 8 + [[0.2, 0.8]] * 2)
    assert (drawn.indices >= 8).sum() == 2


def test_a_boosted_member_is_judged_by_a_fifth_held_out_of_each_label(draw):
    labels = [0] * 100 + [1] * 50
    drawn = draw(labels, "boosted")
    assert np.bincount(np.array(labels)[drawn.held_out]).tolist() == [20, 10]
    assert not set(drawn.held_out) & set(drawn.indices)
    assert len(drawn.indices) == 150


def test_a_boosted_member_draws_by_the_weights_that_the_one_before_left(draw, tmp_path):
    from safetensors.numpy import save_file

    weights = np.full(100, 0.1 / 90)
    weights[:10] = 0.09
    save_file({"weights": weights}, tmp_path / "example_weights.safetensors")
    drawn = draw([0, 1] * 50, "boosted", {"previous": tmp_path})
    candidates = np.setdiff1d(np.arange(100), drawn.held_out)
    expected = weights[candidates][candidates < 10].sum() / weights[candidates].sum()
    assert np.mean(drawn.indices < 10) == pytest.approx(expected, abs=0.1)


# ── SAMME ───────────────────────────────────────────────────────────────────────────


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


# ── members, judged ─────────────────────────────────────────────────────────────────


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
        context = make_context(parameters(sampling, number), inputs, f"member-{number}")
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
    accuracy, judged = unseen_accuracy(said, [1.0] * 15)
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
    accuracy, judged = unseen_accuracy(said, [1.0] * 4)
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
    context = make_context(parameters("all"))
    dataset = Dataset.from_dict({"input_ids": [[0]], "labels": [0]})
    after_training(context, sample(context, dataset, 1), Learner(None, 2), dataset, collate)
    assert list(context.out.iterdir()) == []


# ── as it was drawn when each row had a list of its labels ──────────────────────────


def drawn_as_before(labels, seed, member):
    """A bootstrap sample, row by row."""
    counts = Counter(label for row in labels for label in row)
    rarest = np.array([min(row, key=lambda label: (counts[label], label), default=-1) for row in labels])
    strata = [np.flatnonzero(rarest == label) for label in np.unique(rarest)]
    generator = np.random.default_rng([seed, member])
    indices = np.concatenate([generator.choice(stratum, len(stratum)) for stratum in strata])
    present = {label for index in indices for label in labels[index]}
    missed = sorted({label for row in labels for label in row} - present)
    more = [generator.choice([index for index, row in enumerate(labels) if label in row]) for label in missed]
    return [*indices.tolist(), *map(int, more)]


@pytest.mark.parametrize("seed", range(6))
def test_arrays_draw_what_lists_drew(draw, monkeypatch, seed):
    monkeypatch.setattr("pipeline.parts.PART", 7)
    chance = np.random.default_rng(seed)
    table = (chance.random((40, 12)) < np.linspace(0.02, 0.5, 12)).astype(float)
    lists = [np.flatnonzero(row).tolist() for row in table]
    found = draw(table.tolist(), task="multi-label-classification", seed=seed).indices.tolist()
    assert found == drawn_as_before(lists, seed, 1)
    tags = [[-100, *chance.integers(0, 9, chance.integers(1, 5)).tolist(), -100] for _ in range(40)]
    lists = [sorted({tag for tag in row if tag >= 0}) for row in tags]
    assert draw(tags, task="part-of-speech", seed=seed).indices.tolist() == drawn_as_before(lists, seed, 1)
