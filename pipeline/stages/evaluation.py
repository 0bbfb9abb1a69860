"""Every model of a run on the one frozen test set: predictions, metrics, report.

Output: ``report.json``, and ``scores/<model>.safetensors`` (as ``Scores.save``) for later comparisons.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from transformers import PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.evaluation import breakdown
from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.bootstrap import Bootstrap
from pipeline.evaluation.comparison import compare, pairs
from pipeline.evaluation.costs import training_cost
from pipeline.evaluation.curve import learning_curve
from pipeline.evaluation.examples import examples
from pipeline.evaluation.metrics import per_class, spreads, value
from pipeline.evaluation.verdict import verdict
from pipeline.messages import Message
from pipeline.parameters import EvaluationParameters
from pipeline.parts import parts
from pipeline.report import Comparison, DataSummary, LearningCurve, ModelReport, Report, beside
from pipeline.stages.context import Context, read_json
from pipeline.stages.exam import Exam, Sat, everyone
from pipeline.stages.students import FACTS
from pipeline.stages.tokenizers import fit


def run(context: Context[EvaluationParameters]) -> None:
    """Predict with each model, and write the frozen report."""
    parameters = context.parameters
    data = read_json(context.inputs["data"] / "data.json")
    exam = Exam.prepare(context, data["labels"], data["counts"])
    truth = exam.truths["test"]
    sat: dict[str, Sat] = {model.name: exam.sit(model.name, "test", "source_test") for model in parameters.models}
    members = {model.name: exam.sit(model.name, "test", "source_test") for model in parameters.members}
    answers = {name: one.answers["test"] for name, one in (sat | members).items()}
    repeats: dict[str, list[Answers]] = {
        model.name: [answers[model.name], *(exam.sit(role, "test").answers["test"] for role in model.repeats)]
        for model in everyone(parameters)
    }
    _refuse_nothing(answers["transferred"], parameters)
    curve = _curve(exam, {name: repeats[name] for name in sat}, data["counts"]["target_train"])
    bootstrap = Bootstrap(answers, truth.task.metrics, parameters.seed)
    reports = _reports(exam, sat | members, repeats, bootstrap)
    models = reports[: len(parameters.models)]
    comparisons = _comparisons(truth, sat, bootstrap)
    shown = examples(truth, {name: one.scores["test"] for name, one in (sat | members).items()}, answers)
    notes = [Message.of(note, data.get("told", {}).get(note)) for note in data["notes"]]
    facts = {name: read_json(context.inputs[role] / FACTS) for role, name in parameters.facts.items()}
    if any(found.get("student_worse") for found in facts.values()):
        notes.append(
            Message(
                "Self-training stopped where a model was worse on the development texts than what gave it its labels: "
                "the better one is kept."
            )
        )
    if truth.task.labelling != "none" and len(shown) < len(truth):
        fewer = Message(
            "The report shows {shown:,} of the {count:,} test texts one by one; what it measures is of all of them.",
            shown=len(shown),
            count=len(truth),
        )
        notes.append(fewer)
        context.note(fewer)
    report = Report(
        task=parameters.task,
        labels=truth.labels,
        data=DataSummary(**data["counts"]),
        models=models,
        members=reports[len(models) :],
        comparisons=comparisons,
        verdict=verdict(parameters.task, models, comparisons, len(truth)),
        curve=curve,
        facts=facts,
        examples=shown,
        notes=notes,
    )
    path = context.out / "report.json"
    path.write_text(report.model_dump_json(indent=1), encoding="utf-8")
    beside(path).write_text(report.parts(), encoding="utf-8")
    (context.out / "scores").mkdir()
    for name, one in sat.items():
        one.scores["test"].save(context.out / "scores" / f"{name}.safetensors")


def _refuse_nothing(transferred: Answers, parameters: EvaluationParameters) -> None:
    """A report needs the transferred model's figure; those compared with it read the test texts as it does."""
    if not transferred.asked.any():
        raise TrainingError(
            "{model} finds nothing to guess in the {count:,} test texts: its tokenizer knows none of their tokens, or "
            "they are very short.",
            "Choose a vocabulary that is learned from the target texts, or give more test texts.",
            model=next(model.title for model in parameters.models if model.name == "transferred"),
            count=len(transferred.asked),
        )


def _reports(
    exam: Exam, sat: dict[str, Sat], repeats: dict[str, list[Answers]], bootstrap: Bootstrap
) -> list[ModelReport]:
    context, truth = exam.context, exam.truths["test"]
    texts = [truth.texts, truth.seconds] if "second" in truth.task.columns else [truth.texts]
    unknown_rates = _unknown_rates(sat["source-only"].tokenizer, truth)
    lead = truth.task.metrics[0]
    before = {name: one.answers["source_test"] for name, one in sat.items() if "source_test" in one.answers}
    on_source = Bootstrap(before, (lead,), context.parameters.seed) if before else None
    return [
        ModelReport(
            name=model.name,
            title=model.title,
            description=model.description,
            metrics=bootstrap.intervals(model.name),
            confusion=breakdown.confusion(truth, one.answers["test"]),
            per_class=per_class(truth, one.answers["test"]),
            slices=breakdown.slices(truth, one.answers["test"], unknown_rates),
            calibration_error=breakdown.calibration_error(truth, one.scores["test"]),
            source_score=on_source.intervals(model.name).get(lead) if on_source else None,
            tokenizer=fit(one.tokenizer, *texts) if one.tokenizer else None,
            parameters=one.parameters,
            cost=training_cost(_records([context.inputs[role] for role in model.makers])),
            seeds=spreads(truth, repeats[model.name]),
            head_drawn=one.head_drawn,
        )
        for model, one in ((model, sat[model.name]) for model in everyone(context.parameters))
    ]


def _comparisons(truth: Truth, sat: dict[str, Sat], bootstrap: Bootstrap) -> list[Comparison]:
    answers = {name: one.answers["test"] for name, one in sat.items()}
    vocabularies = {name: one.tokenizer.get_vocab() if one.tokenizer else {} for name, one in sat.items()}
    return [
        compare(first, second, truth.task, answers, bootstrap)
        for first, second in pairs(sat)
        # Perplexities by different vocabularies can't be compared, and one by a head that was drawn is of no encoder.
        if truth.task.labelling != "none"
        or (vocabularies[first] == vocabularies[second] and not (sat[first].head_drawn or sat[second].head_drawn))
    ]


def _curve(exam: Exam, answers: dict[str, list[Answers]], available: int) -> LearningCurve | None:
    """The points that were asked for, and the run's own models as the last; None if none was asked for."""
    metric = exam.truths["test"].task.metrics[0]

    def values(found: dict[str, list[Answers]]) -> dict[str, list[float]]:
        return {name: [value(metric, one.counts) for one in seeds] for name, seeds in found.items()}

    points: dict[int, dict[str, list[float]]] = {}
    for limit, asked in sorted(exam.context.parameters.curve.items()):
        found: dict[str, list[Answers]] = {
            name: [exam.sit(role, "test").answers["test"] for role in roles] for name, roles in asked.items()
        }
        points.setdefault(min(limit, available), values(found))
    if not points:
        return None
    points.setdefault(available, values(answers))
    return learning_curve(points, metric)


def _unknown_rates(tokenizer: PreTrainedTokenizerFast | None, truth: Truth) -> np.ndarray:
    """Share of unknown tokens in each text, ``[texts]``."""
    if tokenizer is None:
        return np.zeros(len(truth))
    found: list[np.ndarray] = [np.empty(0)]
    for firsts, seconds in zip(parts(truth.texts), parts(truth.seconds), strict=True):
        texts = [f"{text} {second}".strip() for text, second in zip(firsts, seconds, strict=True)]
        encoded = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        found.append(np.array([ids.count(tokenizer.unk_token_id) / max(1, len(ids)) for ids in encoded]))
    return np.concatenate(found)


def _records(folders: list[Path]) -> list[dict[str, Any]]:
    """What the stages that made a model recorded."""
    return [read_json(folder / "training.json") for folder in folders]
