"""Labelling the pool, with a network whose answers are made up."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.errors import Cancelled, TrainingError
from pipeline.parameters import PseudoLabelParameters
from pipeline.scores import Scores
from pipeline.spec import CoTraining, PseudoLabelling
from pipeline.stages.precision import Precision


def good(texts: Iterable[str]) -> list[int]:
    """The true label of each text."""
    return [int(any(word in text for word in ("good", "great", "lovely", "fine"))) for text in texts]


@pytest.fixture
def stage(
    make_context: Callable[..., Any], frozen_data: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Any:
    """``label(options, ...)`` runs the stage on a task; ``answer`` makes the network's logits from the truth."""
    from datasets import Dataset, load_from_disk

    from pipeline.stages import pseudo_labels

    state = SimpleNamespace(answer=lambda truth: np.eye(2)[truth] * 4.0, cancelled=False)

    def predict(
        model: Any, tokenizer: Any, split: Dataset, task: str, progress: Callable[[int], None], **_: Any
    ) -> Scores:
        progress(len(split))
        if task == "entity-recognition":
            truth = [1, 0, 0] * len(split)
            return Scores(state.answer(truth).astype(np.float32), np.arange(0, len(truth) + 1, 3))
        if task == "multi-label-classification":  # each has one of two labels, and two in three a third
            truth = good(split["text"])
            third = [4.0 if number % 3 else -4.0 for number in range(len(split))]
            return Scores.of_texts(np.column_stack([state.answer(truth) * 2 - 4, third]))
        return Scores.of_texts(state.answer(good(split["text"])))

    monkeypatch.setattr(pseudo_labels, "predict", predict)
    monkeypatch.setattr(pseudo_labels, "load_model", lambda *_: None)
    monkeypatch.setattr(pseudo_labels, "load_tokenizer", lambda *_: None)
    monkeypatch.setattr(pseudo_labels, "as_read", lambda _: Precision("fp32", 1e9))

    def label(
        options: Any, number: int = 1, task: Any = "text-classification", without: tuple[str, ...] = (), limit: Any = 0
    ) -> tuple[Dataset, dict[str, Any]]:
        data = frozen_data(task)
        for split in without:
            empty = load_from_disk(str(data / split)).select([])
            empty.save_to_disk(str(tmp_path / "empty" / split), num_shards=1)
            shutil.rmtree(data / split)
            shutil.move(tmp_path / "empty" / split, data / split)
        parameters = PseudoLabelParameters(task=task, self_training=options, round=number, limit=limit, seed=0)
        inputs = {"data": data, "model": data}
        if number > 1:
            inputs["previous"] = tmp_path / "artifacts" / f"round-{number - 1}"
        context = make_context(parameters, inputs, f"round-{number}")
        context.cancel_requested = lambda: state.cancelled
        pseudo_labels.run(context)
        return load_from_disk(str(context.out / "texts")), json.loads((context.out / "facts.json").read_text())

    state.label = label
    return state


def test_the_share_of_its_round_is_taken_with_the_labels_predicted(stage: Any) -> None:
    texts, facts = stage.label(PseudoLabelling(weight=0.5, rounds=1, last_fraction=0.5))
    assert texts.column_names == ["text", "label", "weight"]
    assert sorted(texts["label"]) == [0] * 12 + [1] * 12
    assert set(texts["weight"]) == {0.5}
    assert all(
        ("good" in text or "great" in text or "lovely" in text or "fine" in text) == label
        for text, label in zip(texts["text"], texts["label"], strict=True)
    )
    assert facts == {"round": 1, "taken": 24, "pool": 48, "dev_accuracy": 1.0, "stopped": 0}


def test_soft_labels_are_distributions(stage: Any) -> None:
    texts, _ = stage.label(PseudoLabelling(labels="soft"))
    assert texts.column_names == ["text", "probabilities", "weight"]
    assert np.sum(texts["probabilities"][:], axis=1) == pytest.approx(1)


def test_sentences_keep_the_tags_predicted(stage: Any) -> None:
    texts, facts = stage.label(PseudoLabelling(rounds=1), task="entity-recognition")
    assert texts.column_names == ["tokens", "tags", "weight"]
    assert texts["tags"][:] == [[1, 0, 0]] * facts["taken"]
    assert facts["dev_entity_f1"] == 1.0


def test_texts_keep_all_labels_predicted(stage: Any) -> None:
    task = "multi-label-classification"
    texts, facts = stage.label(PseudoLabelling(weight=0.5, rounds=1, last_fraction=0.5), task=task)
    assert texts.column_names == ["text", "labels", "weight"]
    assert set(texts["weight"]) == {0.5}
    assert {tuple(labels) for labels in texts["labels"]} == {(0,), (0, 2), (1,), (1, 2)}
    assert facts["dev_micro_f1"] == 1.0
    assert 20 <= facts["taken"] == len(texts) <= 28
    options = PseudoLabelling(rounds=2)
    first, _ = stage.label(options, task=task, without=("dev",))
    again, facts = stage.label(options, number=2, task=task, without=("dev",))
    assert (facts["agreement"], facts["stopped"]) == (1.0, 0)
    assert len(again) > len(first)


def test_soft_labels_of_texts_with_several_are_the_probability_of_each(stage: Any) -> None:
    task = "multi-label-classification"
    hard = stage.label(PseudoLabelling(rounds=1), task=task)[0]["labels"][:]
    soft, facts = stage.label(PseudoLabelling(rounds=1, labels="soft"), task=task)
    assert (soft.column_names, facts["taken"]) == (["text", "probabilities", "weight"], len(hard))
    said = np.array(soft["probabilities"][:])
    assert {*np.round(said, 3).ravel()} == {0.018, 0.982}  # the network's logits are -4 and 4
    assert [np.flatnonzero(row > 0.5).tolist() for row in said] == hard


def test_soft_labels_of_sentences_are_a_distribution_a_word(stage: Any) -> None:
    soft, facts = stage.label(PseudoLabelling(rounds=1, labels="soft"), task="entity-recognition")
    assert (soft.column_names, facts["taken"]) == (["tokens", "probabilities", "weight"], len(soft))
    said = np.array(soft["probabilities"][:])
    assert said.shape == (len(soft), 3, 2)
    assert said.sum(axis=2) == pytest.approx(1)
    assert (said.argmax(axis=2) == [1, 0, 0]).all()
    assert 0.9 < said.max(axis=2).min() <= said.max() < 1


@pytest.mark.parametrize("task", ["multi-label-classification", "entity-recognition"])
def test_soft_labels_agree_with_what_is_likeliest(stage: Any, task: str) -> None:
    options = PseudoLabelling(rounds=3, labels="soft")
    stage.label(options, task=task, without=("dev",))
    _, facts = stage.label(options, number=2, task=task, without=("dev",))
    assert (facts["agreement"], facts["stopped"]) == (1.0, 0)
    stage.answer = lambda truth: np.eye(2)[1 - np.array(truth)] * 4.0
    _, facts = stage.label(options, number=3, task=task, without=("dev",))
    assert facts["stopped"] == 1


def test_texts_whose_labels_are_known_are_not_labelled_anew(stage: Any, frozen_data: Any) -> None:
    """All splits hold the same texts here."""
    texts, facts = stage.label(PseudoLabelling(rounds=1, last_fraction=1.0), limit=8)
    assert (facts["pool"], len(texts)) == (40, 40)
    with pytest.raises(TrainingError, match="no unlabelled texts"):
        stage.label(PseudoLabelling(rounds=1), limit=None)


def test_biased_soft_labels_are_balanced(stage: Any) -> None:
    """It takes all for the first label, and is less sure of those of the other."""
    stage.answer = lambda truth: np.array([[4.0, 2.0 * each] for each in truth])
    options = {"rounds": 1, "last_fraction": 1.0, "proportions": "equal"}
    hard = stage.label(PseudoLabelling(**options))[0]["label"][:]
    soft = np.array(stage.label(PseudoLabelling(labels="soft", **options))[0]["probabilities"][:])
    assert soft.argmax(axis=1).tolist() == hard
    assert set(hard) == {0, 1}


def test_a_round_whose_signal_falls_is_not_used(stage: Any) -> None:
    options = PseudoLabelling(rounds=3)
    first, _ = stage.label(options)
    stage.answer = lambda truth: np.eye(2)[[0] * len(truth)] * 4.0
    second, facts = stage.label(options, number=2)
    assert second[:] == first[:]
    assert (facts["round"], facts["stopped"], facts["dev_accuracy"]) == (1, 1, 1.0)
    stage.answer = lambda truth: np.eye(2)[truth] * 4.0
    _, facts = stage.label(options, number=3)
    assert (facts["round"], facts["stopped"]) == (1, 1)  # stopped once, stopped for good


def test_where_a_student_was_worse_than_its_teacher_nothing_is_labelled_any_more(stage: Any, tmp_path: Path) -> None:
    """The network that would label again is that of the first round: the teacher is in the student's place."""
    options = PseudoLabelling(rounds=2)
    first, _ = stage.label(options)
    (tmp_path / "data-text-classification" / "facts.json").write_text('{"student_worse": 1}')
    second, facts = stage.label(options, number=2)
    assert second[:] == first[:]
    assert (facts["round"], facts["stopped"]) == (1, 1)


def test_without_development_texts_labels_that_change_are_the_signal(stage: Any) -> None:
    options = PseudoLabelling(rounds=3, last_fraction=0.6)
    _, facts = stage.label(options, without=("dev",))
    assert "agreement" not in facts
    second, facts = stage.label(options, number=2, without=("dev",))
    assert (facts["agreement"], facts["stopped"]) == (1.0, 0)
    stage.answer = lambda truth: np.eye(2)[1 - np.array(truth)] * 4.0
    third, facts = stage.label(options, number=3, without=("dev",))
    assert facts["stopped"] == 1
    assert third[:] == second[:]


def test_agreement_may_not_fall_little_by_little(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """0.90, 0.895, 0.889: each within the slack of the one before, and together beyond it."""
    from pipeline.stages import pseudo_labels

    agreements = iter([0.90, 0.895, 0.889])
    monkeypatch.setattr(pseudo_labels, "_agreement", lambda *_: next(agreements))
    options = PseudoLabelling(rounds=4)
    facts = [stage.label(options, number, without=("dev",))[1] for number in (1, 2, 3, 4)]
    assert [one["stopped"] for one in facts] == [0, 0, 0, 1]
    assert facts[2]["best_agreement"] == 0.90
    assert facts[3]["round"] == 3


def test_co_training_puts_right_what_the_network_got_wrong(stage: Any) -> None:
    wrong = np.random.default_rng(0).random(48) < 0.2

    def mostly(truth: list[int]) -> np.ndarray:
        sure = np.random.default_rng(1).uniform(1, 4, (48, 1))
        return np.eye(2)[np.array(truth) ^ wrong[: len(truth)]] * sure[: len(truth)]

    stage.answer = mostly
    texts, facts = stage.label(CoTraining(rounds=4), limit=8)
    assert np.mean(np.array(texts["label"][:]) == good(texts["text"])) > 0.95
    assert facts["dev_accuracy"] > 0.95
    assert facts["rounds"] == 4
    assert 1 <= facts["kept_round"] <= 4
    assert facts["views_agree"] < 0.9
    soft, facts = stage.label(CoTraining(rounds=2, labels="soft"), without=("dev",))
    assert np.sum(soft["probabilities"][:], axis=1) == pytest.approx(1)
    assert "dev_accuracy" not in facts


def test_co_training_puts_right_each_label_that_the_network_got_wrong(stage: Any) -> None:
    """The first two labels are told by words; the network gets a fifth of the texts wrong in them."""
    wrong = np.random.default_rng(0).random(48) < 0.2
    stage.answer = lambda truth: (
        np.eye(2)[np.array(truth) ^ wrong[: len(truth)]] * 3.5
        + np.random.default_rng(1).uniform(0, 0.4, (48, 2))[: len(truth)]
    )
    task = "multi-label-classification"
    texts, facts = stage.label(CoTraining(rounds=4, last_fraction=1.0), limit=8, task=task)
    found = [(0 in labels, 1 in labels) for labels in texts["labels"]]
    assert (wrong.sum(), facts["taken"]) == (8, 40)  # eight texts have their labels already
    right = [given == (not label, bool(label)) for given, label in zip(found, good(texts["text"]), strict=True)]
    assert np.mean(right) > 0.9  # of the network's answers four of five are
    assert facts["dev_micro_f1"] > 0.8
    assert 1 <= facts["kept_round"] <= 4
    assert facts["views_agree"] < 0.9
    soft, facts = stage.label(CoTraining(rounds=2, labels="soft"), task=task, without=("dev",))
    assert soft.column_names == ["text", "probabilities", "weight"]
    assert np.array(soft["probabilities"][:]).shape == (facts["taken"], 3)
    assert "dev_micro_f1" not in facts
    options = CoTraining(rounds=2, exchanges=2)
    stage.label(options, task=task, without=("dev",))
    _, facts = stage.label(options, number=2, task=task, without=("dev",))
    assert (facts["agreement"], facts["stopped"]) == (1.0, 0)


def test_what_labelling_took_is_told(stage: Any, tmp_path: Path) -> None:
    """By hand: the network of these tests takes no time, so what co-training took is the second view's."""
    stage.label(CoTraining(rounds=2))
    record = json.loads((tmp_path / "artifacts" / "round-1" / "training.json").read_text())
    assert record["seconds"] >= record["idle_seconds"] > 0
    assert (record["tokens"], record["examples"], record["precision"]) == (0, 48, "fp32")


def test_it_needs_texts_and_stops_when_asked(stage: Any) -> None:
    with pytest.raises(TrainingError, match="no unlabelled texts"):
        stage.label(PseudoLabelling(), without=("unlabelled",))
    stage.cancelled = True
    with pytest.raises(Cancelled):
        stage.label(CoTraining())


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("text-classification", PseudoLabelling(labels="soft")),
        ("text-classification", PseudoLabelling()),
        ("text-classification", CoTraining(rounds=2)),
        ("multi-label-classification", PseudoLabelling(labels="soft")),
        ("multi-label-classification", CoTraining(rounds=2)),
        ("entity-recognition", PseudoLabelling(labels="soft")),
    ],
)
def test_a_pool_on_disk_is_labelled_as_one_in_memory(
    stage: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: Any, task: str
) -> None:
    memory, facts = stage.label(options, number=1, task=task)
    kept = memory[:]
    monkeypatch.setattr("pipeline.stages.rows.FEW", 2)
    monkeypatch.setattr("pipeline.parts.PART", 7)
    disk, again = stage.label(options, number=1, task=task)
    assert disk[:] == kept
    assert disk.features == memory.features
    assert again == facts
    assert [*(tmp_path / "artifacts" / "round-1.work").iterdir()] == []


def test_where_nothing_is_taken_the_texts_are_typed_all_the_same(stage: Any) -> None:
    texts, _ = stage.label(PseudoLabelling(first_fraction=0.01, last_fraction=0.01, rounds=1))
    assert texts.column_names == ["text", "label", "weight"]
    assert len(texts) == 0


def test_co_training_reads_some_of_a_very_large_pool_and_says_so(
    stage: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pipeline.events import EventLog

    _, facts = stage.label(CoTraining(rounds=2))
    assert facts["pool"] == 48
    monkeypatch.setattr("pipeline.stages.limiting.MOST_CHARACTERS", 300)
    _, facts = stage.label(CoTraining(rounds=2))
    kept = facts["pool"]
    assert 0 < kept < 48
    _, facts = stage.label(PseudoLabelling())
    assert facts["pool"] == 48  # by the model alone all are read
    notes = [event["text"] for event in EventLog(tmp_path / "events.jsonl").read()[0] if event["kind"] == "note"]
    assert len(notes) == 1
    assert f"co-training reads {kept} of the 48 unlabelled texts, drawn at random" in notes[0]
