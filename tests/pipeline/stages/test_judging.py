import numpy as np
import pytest
import torch
import transformers
from datasets import Dataset

from pipeline.scores import sigmoid, softmax
from pipeline.stages.heads import HEADS, encode
from pipeline.stages.judging import Judged, agreement, judge, out_of_bag
from pipeline.tasks import TASKS


def said(rows, values, truth, units=1):
    return Judged(
        np.array(rows), np.arange(len(rows) + 1) * units, np.array(values, np.float32), np.array(truth, np.int64)
    )


def estimate(members, weights, task="text-classification", labels=("a", "b", "c")):
    return out_of_bag(members, weights, task, [*labels])


def test_each_text_is_judged_by_the_members_that_did_not_see_it():
    first = said([0, 2], [[2.0, 0.0], [0.0, 9.0]], [0, 0])
    second = said([2, 3], [[1.0, 0.0], [0.0, 1.0]], [0, 1])
    # Text 0 right, 3 right, 2 wrong: the first member is surer. Text 1 was seen by both.
    assert estimate([first, second], [1.0, 1.0]) == (pytest.approx(2 / 3), 3)
    assert estimate([first, second], [0.2, 1.0]) == (1.0, 3)


def test_with_several_labels_each_of_them_counts():
    first = said([0, 1], [[1.0, -1.0], [1.0, 1.0]], [[1, 0], [1, 0]])
    second = said([1], [[1.0, -3.0]], [[1, 0]])
    several = {"task": "multi-label-classification", "labels": "ab"}
    assert estimate([first], [1.0], **several) == (pytest.approx(0.8), 2)  # micro-F1: two of three are right
    assert estimate([first, second], [1.0, 1.0], **several) == (1.0, 2)


def test_words_are_the_units_of_tagging():
    tagged = said([0, 1], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]], [0, 1, 1, 0], units=2)
    assert estimate([tagged], [1.0], "part-of-speech", "ab") == (0.75, 2)


def test_entities_count_as_a_whole_and_words_outside_of_them_do_not():
    outside, begins, goes_on = np.eye(3).tolist()
    answers = [outside, outside, outside, outside, begins, goes_on, outside, begins]
    truth = [0, 0, 0, 0, 1, 2, 1, 2]  # the second entity is found a word too late
    names = ("O", "B-PER", "I-PER")
    tagged = said([0, 1], answers, truth, units=4)
    assert estimate([tagged], [1.0], "entity-recognition", names) == (0.5, 2)
    silent = said([0, 1], [outside] * 8, truth, units=4)  # right of half the words, and of no entity
    assert estimate([silent], [1.0], "entity-recognition", names) == (0.0, 2)


def test_where_nothing_is_unseen_there_is_no_estimate():
    assert estimate([], []) is None
    assert estimate([said([], np.empty((0, 2)), [])], [1.0]) is None


def test_agreement_is_averaged_over_pairs():
    assert agreement([np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([0, 0, 1])]) == pytest.approx(5 / 9)
    several = [np.array([[True, False], [True, True]]), np.array([[True, False], [True, False]])]
    assert agreement(several) == 0.5


@pytest.mark.parametrize("task", ["text-classification", "entity-recognition"])
def test_a_model_is_asked_for_the_rows_wanted_in_any_order(task, tiny_model, tmp_path):
    """Batches go by length and are padded; what is judged must not."""
    torch.manual_seed(0)
    model = getattr(transformers, TASKS[task].auto_class).from_pretrained(tiny_model, num_labels=3).eval()
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(tiny_model)
    tokenizer.model_max_length = 9  # the last words of the longest text are cut off
    texts = ["good soup", "good soup bad film cold room great bed late", "kind", "slow phone cable"]
    words = [text.split() for text in texts]
    tagged = {"tokens": words, "tags": [[number % 3 for number in range(len(text))] for text in words]}
    split = Dataset.from_dict({"text": texts, "label": [0, 1, 0, 1]} if task == "text-classification" else tagged)
    dataset = encode(split, tokenizer, task, ["x", "y", "z"])
    rows = np.array([3, 1, 2])
    found = judge(model, dataset, HEADS[task].collate(tokenizer), rows=rows, task=task, check=lambda: None)
    found.save(tmp_path / "judged.safetensors")
    found = Judged.load(tmp_path / "judged.safetensors")
    assert found.offsets.tolist() == ([0, 1, 2, 3] if task == "text-classification" else [0, 3, 10, 11])
    assert found.truth.tolist() == ([1, 1, 0] if task == "text-classification" else [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0])
    for place, row in enumerate(rows):
        logits = model(input_ids=torch.tensor([dataset[int(row)]["input_ids"]])).logits.detach().numpy()
        expected = logits if task == "text-classification" else logits[0, 1:-1]
        np.testing.assert_allclose(found.values[found.offsets[place] : found.offsets[place + 1]], expected, atol=1e-5)


def test_words_with_distributions_are_judged_as_words_with_their_tags(tiny_model):
    torch.manual_seed(0)
    model = transformers.AutoModelForTokenClassification.from_pretrained(tiny_model, num_labels=2).eval()
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(tiny_model)
    tokenizer.model_max_length = 6  # the last word of the second text is cut off
    words, tags = [["soup"], ["good", "soup", "bad", "film", "cold"], []], [[1], [0, 1, 0, 1, 1], []]
    soft = [[[1.0 - tag, float(tag)] for tag in given] for given in tags]
    found = []
    for column, values in {"tags": tags, "probabilities": soft}.items():
        rows = encode(Dataset.from_dict({"tokens": words, column: values}), tokenizer, "part-of-speech", ["x", "y"])
        collate = HEADS["part-of-speech"].collate(tokenizer)
        found.append(judge(model, rows, collate, rows=np.arange(3), task="part-of-speech", check=lambda: None))
    assert found[0].truth.tolist() == [1, 0, 1, 0, 1]
    for name, value in vars(found[0]).items():
        np.testing.assert_array_equal(getattr(found[1], name), value)


def estimated_as_before(members, weights):
    """The estimate when every row had an array of its own."""
    sums, truths = {}, {}
    for member, weight in zip(members, weights, strict=True):
        votes = weight * ((sigmoid(member.values) - 0.5) if member.truth.ndim == 2 else softmax(member.values))
        for row, start, end in zip(member.rows.tolist(), member.offsets, member.offsets[1:], strict=False):
            sums[row] = sums.get(row, 0) + votes[start:end]
            truths[row] = member.truth[start:end]
    values, truth = np.concatenate([*sums.values()]), np.concatenate([*truths.values()])
    if truth.ndim == 1:
        return float((values.argmax(1) == truth).mean()), len(sums)
    right = ((values > 0) & (truth > 0)).sum()
    return float(2 * right / ((values > 0).sum() + truth.sum())), len(sums)


@pytest.mark.parametrize("several", [False, True])
def test_arrays_estimate_what_rows_one_by_one_did(several):
    draw = np.random.default_rng(0)
    units = np.ones(60, np.int64) if several else draw.integers(0, 4, 60)
    truths = [draw.integers(0, 2, (count, 3)) if several else draw.integers(0, 3, count) for count in units]
    members = []
    for _ in range(4):
        rows = np.sort(draw.choice(60, 25, replace=False))
        offsets = np.concatenate([[0], units[rows].cumsum()])
        truth = np.concatenate([truths[row] for row in rows])
        members.append(Judged(rows, offsets, draw.normal(size=(offsets[-1], 3)).astype(np.float32), truth))
    weights = [1.0, 0.3, 2.5, 0.7]
    task = "multi-label-classification" if several else "part-of-speech"
    found, expected = estimate(members, weights, task), estimated_as_before(members, weights)
    assert found == (pytest.approx(expected[0]), expected[1])
