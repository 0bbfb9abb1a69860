"""The evaluation stage on finished folders: models that say what the test wants, and a report of it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.numpy import save_file

from pipeline.errors import Cancelled, TrainingError
from pipeline.events import EventLog
from pipeline.parameters import EvaluatedModel, EvaluationParameters
from pipeline.scores import Scores
from pipeline.stages import exam
from pipeline.stages.adaptation import HEAD_DRAWN
from pipeline.stages.models import load_tokenizer
from pipeline.tasks import TASKS
from tests.pipeline.stages.bench import COLUMNS, Bench

TRAINED = {"seconds": 10.0, "tokens": 1000, "flops": 2e12, "gemm_flops_per_second": 1e12, "examples": 5}
#: Role → share of its answers that are right, on the test texts and on the source's own.
SKILL = {
    "source-only": (0.5, 1.0),
    "transferred": (0.9, 0.8),
    "target-only": (0.7, 0.5),
    "transferred@1": (0.8, 0.8),
    "transferred@4": (0.7, 0.5),
    "target-only@4": (0.5, 0.5),
}


@pytest.fixture
def bench(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    """Makes a bench for a task; its networks have the tiny model's tokenizer and no weights to speak of."""

    def made(task: str, **counts: int) -> Bench:
        here = Bench(tmp_path, task, **counts)

        def load_model(folder: Path, task: str, labels: list[str]) -> SimpleNamespace:
            assert (task, labels) == (here.task, here.labels)
            return SimpleNamespace(role=folder.name, parameters=lambda: [torch.zeros(3, 5)])

        def predict(
            model: Any, tokenizer: Any, dataset: Dataset, task: str, progress: Callable[[int], None], **_: Any
        ) -> Scores:
            split = next(split for split, count in here.counts.items() if count == len(dataset))
            progress(len(dataset))
            return here.scores(SKILL[model.role][0 if split == "test" else 1], split)

        monkeypatch.setattr(exam, "load_tokenizer", lambda folder: load_tokenizer(tiny_model))
        monkeypatch.setattr(exam, "load_model", load_model)
        monkeypatch.setattr(exam, "predict", predict)
        for role in SKILL:
            here.write(role, "training.json", TRAINED)
        return here

    return made


def asked(
    task: str, names: tuple[str, ...] = ("source-only", "transferred", "target-only"), **more: Any
) -> EvaluationParameters:
    models = tuple(
        EvaluatedModel(name=name, title=name, description=f"made as {name}", makers=(name,)) for name in names
    )
    return EvaluationParameters(**({"task": task, "models": models, "facts": {}, "curve": {}, "seed": 0} | more))


@pytest.mark.parametrize("task", TASKS)
def test_a_report_of_every_task(bench: Callable[..., Bench], task: str) -> None:
    here = bench(task)
    report = here.run(asked(task))
    assert (report.task, report.labels, report.notes) == (task, here.labels, ["a note"])
    assert [model.name for model in report.models] == ["source-only", "transferred", "target-only"]
    assert {tuple(model.metrics) for model in report.models} == {TASKS[task].metrics}
    assert report.verdict.code == "helped"
    assert len(report.examples) == 40
    transferred = report.model("transferred")
    assert transferred.description == "made as transferred"
    assert transferred.tokenizer is not None
    assert transferred.tokenizer.unknown_rate == 0
    assert transferred.parameters == 15
    assert transferred.cost.tokens_per_second == 100
    assert transferred.cost.gemm_share == pytest.approx(0.2)
    assert {one.kind for one in transferred.slices} == {"length", "unknown-rate"}
    assert transferred.source_score is not None
    kept = Scores.load(here.folder / "out/scores/transferred.safetensors")
    assert np.array_equal(kept.values, here.scores(0.9, "test").values)
    assert [(step["step"], step["total"]) for step in here.steps][-1] == (180, 180)


def test_forgetting_is_seen_on_the_sources_own_texts(bench: Callable[..., Bench]) -> None:
    report = bench("text-classification").run(asked("text-classification"))
    found = {model.name: model.source_score.value for model in report.models if model.source_score}
    assert found == {"source-only": 1.0, "transferred": 0.8, "target-only": 0.5}


def test_without_source_texts_there_is_no_forgetting(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification", source_texts=0)
    report = here.run(asked("text-classification"))
    assert [model.source_score for model in report.models] == [None] * 3
    assert here.steps[-1]["total"] == 120


def test_a_classical_model_has_left_its_scores(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    here.write("classical", "training.json", {"seconds": 2.0})
    here.scores(0.9, "test").save(here.folder / "classical/scores.safetensors")
    here.scores(0.6, "source_test").save(here.folder / "classical/source_scores.safetensors")
    save_file({"weights": np.zeros((4, 2)), "bias": np.zeros(2)}, here.folder / "classical/weights.safetensors")
    report = here.run(asked("text-classification", ("source-only", "transferred", "target-only", "classical")))
    found = report.model("classical")
    assert (found.metrics["accuracy"].value, found.parameters, found.tokenizer) == (0.9, 10, None)
    assert (found.cost.seconds, found.cost.tokens_per_second) == (2.0, None)
    assert ("transferred", "classical") in [(one.first, one.second) for one in report.comparisons]
    assert "not worth its cost" in report.verdict.remarks[0]


def test_repeats_makers_and_facts_are_gathered(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    here.write("vocabulary", "facts.json", {"tokens": 200, "matching": "0.5"})
    here.write("vocabulary", "training.json", {"seconds": 5.0, "tokens": 0})
    here.write("pool", "training.json", {"seconds": 7.0, "idle_seconds": 4.0, "tokens": 0, "flops": 0})
    parameters = asked("text-classification", facts={"vocabulary": "vocabulary"})
    makers = ("source-only", "vocabulary", "pool", "transferred")
    transferred = parameters.models[1].model_copy(update={"makers": makers, "repeats": ("transferred@1",)})
    models = (parameters.models[0], transferred, parameters.models[2])
    report = here.run(parameters.model_copy(update={"models": models}))
    found = report.model("transferred")
    assert found.seeds["accuracy"].values == [0.9, 0.8]
    assert (found.cost.seconds, found.cost.tokens_per_second) == (32, 100)
    assert report.facts == {"vocabulary": {"tokens": 200, "matching": "0.5"}}
    assert report.model("source-only").seeds == {}


@pytest.mark.parametrize("worse", [0, 1])
def test_a_student_that_was_not_kept_is_told(bench: Callable[..., Bench], worse: int) -> None:
    here = bench("text-classification")
    here.write("transferred", "facts.json", {"student_worse": worse})
    here.write("source-only", "facts.json", {})  # of another student, when nothing was compared
    roles = {role: role for role in ("transferred", "source-only")}
    report = here.run(asked("text-classification", facts=roles))
    assert any("worse on the development texts" in note for note in report.notes) == bool(worse)


def test_the_curve_ends_with_the_runs_own_models(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    roles = {"transferred": ("transferred@4",), "target-only": ("target-only@4",)}
    report = here.run(asked("text-classification", curve={4: roles, 0: {"transferred": ("transferred@1",)}}))
    assert report.curve is not None
    assert [(one.labels, one.transferred, one.target_only) for one in report.curve.points] == [
        (0, 0.8, None),
        (4, 0.7, 0.5),
        (8, 0.9, 0.7),  # all labels there are
    ]
    assert "more than 8 labels" in report.curve.sentence


def test_a_curve_of_several_seeds_has_their_means_and_deviations(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    parameters = asked("text-classification", curve={4: {"transferred": ("transferred@4", "target-only@4")}})
    source_only, transferred, target_only = parameters.models
    transferred = transferred.model_copy(update={"repeats": ("transferred@1",)})
    report = here.run(parameters.model_copy(update={"models": (source_only, transferred, target_only)}))
    assert report.curve is not None
    first, last = report.curve.points
    assert (first.transferred, first.seeds["transferred"].values) == (pytest.approx(0.6), [0.7, 0.5])
    assert (last.transferred, last.seeds["transferred"]) == (
        pytest.approx(0.85),
        report.model("transferred").seeds["accuracy"],
    )
    assert "mean of 2 seeds" in report.curve.sentence
    assert here.steps[-1]["step"] == here.steps[-1]["total"] == 3 * 60 + 3 * 40


def test_a_curve_has_no_more_labels_than_there_are(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    roles = {"transferred": ("transferred@4",), "target-only": ("target-only@4",)}
    report = here.run(asked("text-classification", curve={100: roles}))
    assert report.curve is not None
    assert [one.labels for one in report.curve.points] == [8]


def test_language_models_of_different_vocabularies_are_not_compared(
    bench: Callable[..., Bench], family: Callable[[str], Path], tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = bench("language-modelling")
    own = {"source-only": family("roberta")}
    monkeypatch.setattr(exam, "load_tokenizer", lambda folder: load_tokenizer(own.get(folder.name, tiny_model)))
    report = here.run(asked("language-modelling"))
    assert [(one.first, one.second) for one in report.comparisons] == [("transferred", "target-only")]
    assert report.verdict.code == "helped-over-target"
    assert "another vocabulary" in report.verdict.remarks[0]


def test_a_source_whose_head_was_drawn_is_compared_with_nobody(bench: Callable[..., Bench]) -> None:
    here = bench("language-modelling")
    here.write("source-only", "facts.json", {HEAD_DRAWN: 1})
    here.write("transferred", "facts.json", {"perplexity_before": 9.0, "perplexity_after": 5.0})
    report = here.run(asked("language-modelling"))
    assert [(one.first, one.second) for one in report.comparisons] == [("transferred", "target-only")]
    assert report.verdict.code == "helped-over-target"
    assert "source-only" not in report.verdict.sentence
    assert [model.head_drawn for model in report.models] == [True, False, False]
    (remark,) = report.verdict.remarks
    assert "source-only guesses by one that was drawn at random: its perplexity (7.39) says nothing" in remark


@pytest.mark.parametrize("unread", ["source-only", "transferred"])
def test_a_language_model_that_knows_no_token_of_the_test_texts_has_no_perplexity(
    bench: Callable[..., Bench],
    family: Callable[[str], Path],
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    unread: str,
) -> None:
    here = bench("language-modelling")
    own = {"source-only": family("roberta")}
    monkeypatch.setattr(exam, "load_tokenizer", lambda folder: load_tokenizer(own.get(folder.name, tiny_model)))
    says = exam.predict
    nothing = Scores(np.empty((0, 2), np.float32), np.zeros(41, np.int64))

    def predict(model: Any, tokenizer: Any, dataset: Dataset, *rest: Any, **named: Any) -> Scores:
        said = says(model, tokenizer, dataset, *rest, **named)
        return nothing if (model.role, len(dataset)) == (unread, 40) else said

    monkeypatch.setattr(exam, "predict", predict)
    if unread == "transferred":
        with pytest.raises(TrainingError, match="nothing to guess in the 40 test texts") as caught:
            here.run(asked("language-modelling"))
        assert "Choose a vocabulary" in caught.value.remedy
        return
    report = here.run(asked("language-modelling"))
    silent = report.model(unread)
    assert (silent.metrics, silent.slices, silent.source_score is None) == ({}, [], False)
    assert report.model("transferred").metrics
    assert report.verdict.code == "helped-over-target"
    (remark,) = report.verdict.remarks
    assert remark.startswith("source-only has no perplexity: its tokenizer knows none of the test texts' tokens")


def test_texts_are_sliced_by_what_the_sources_tokenizer_does_not_know(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COLUMNS, "text", lambda count: ["好"] * (count // 4) + ["good"] * (count - count // 4))
    report = bench("text-classification").run(asked("text-classification"))
    found = [one for one in report.model("transferred").slices if one.kind == "unknown-rate"]
    assert [(one.low, one.texts, one.value) for one in found] == [(0, 30, pytest.approx(26 / 30)), (0.5, 10, 1.0)]


def test_a_cancelled_run_stops(bench: Callable[..., Bench]) -> None:
    with pytest.raises(Cancelled):
        bench("text-classification").run(asked("text-classification"), cancelled=True)


def test_members_are_scored_beside_the_models_and_compared_with_none(bench: Callable[..., Bench]) -> None:
    here = bench("text-classification")
    here.inputs["transferred-member-1"] = here.inputs["transferred@4"]  # says what the one of that role says
    member = EvaluatedModel(
        name="transferred-member-1", title="member 1", description="votes", makers=("transferred-member-1",)
    )
    report = here.run(asked("text-classification", members=(member,)))
    assert [model.name for model in report.models] == ["source-only", "transferred", "target-only"]
    assert [model.name for model in report.members] == ["transferred-member-1"]
    found = report.model("transferred-member-1")
    assert (found.metrics["accuracy"].value, found.cost.seconds) == (0.7, 10)
    assert not [one for one in report.comparisons if "transferred-member-1" in (one.first, one.second)]
    assert all("transferred-member-1" in example.predictions for example in report.examples)


@pytest.mark.parametrize("task", TASKS)
def test_a_report_read_part_by_part_is_the_same(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    here = bench(task)
    whole = here.run(asked(task))
    (here.folder / "out").rename(here.folder / "before")
    monkeypatch.setattr("pipeline.parts.PART", 7)
    monkeypatch.setattr("pipeline.evaluation.answers.PART", 7)
    assert here.run(asked(task)) == whole


def test_a_report_that_shows_some_of_its_texts_says_so(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = bench("text-classification")
    monkeypatch.setattr("pipeline.evaluation.examples.MOST", 10)
    report = here.run(asked("text-classification"))
    assert len(report.examples) == 10
    assert report.model("transferred").metrics["accuracy"].value == 0.9  # of all 40
    told = "The report shows 10 of the 40 test texts one by one; what it measures is of all of them."
    assert report.notes == ["a note", told]
    notes = [event for event in EventLog(here.folder / "events.jsonl").read()[0] if event["kind"] == "note"]
    assert [note["text"] for note in notes] == [told]
