"""The outcome in one sentence: whether transfer paid."""

from __future__ import annotations

from pipeline.evaluation.comparison import sign
from pipeline.evaluation.remarks import remarks
from pipeline.evaluation.wording import gap, listed, named, shown
from pipeline.messages import Message, series
from pipeline.report import Comparison, ModelReport, Verdict, VerdictCode
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS

#: What a transferred model must beat: the model it came from, and one made without transfer.
BASELINES = ("source-only", "target-only")

#: Which baseline is beaten while the other is not → the verdict.
HELPED_OVER: dict[str, VerdictCode] = {"source-only": "helped-over-source", "target-only": "helped-over-target"}


def verdict(task: TaskName, models: list[ModelReport], comparisons: list[Comparison], texts: int) -> Verdict:
    """Whether transfer paid.

    It has paid only if the transferred model beats both baselines, and it hurt if either beats it;
    a difference counts if ``Comparison.significant`` says so.

    Args:
        task: Of the run.
        models: Of the report; the transferred one and those that it is compared with have the leading metric.
        comparisons: Of the report; one of a baseline may be missing, where a run has no target
            labels, or where a language model's source reads another vocabulary or brings no head.
        texts: How many were tested on.
    """
    row = TASKS[task]
    metric = row.metrics[0]
    paired = {comparison.second: comparison for comparison in comparisons if comparison.first == "transferred"}
    baselines = {name: paired[name] for name in BASELINES if name in paired}
    title = {model.name: model.title for model in models}
    values = {model.name: shown(metric, model.metrics[metric].value) for model in models if metric in model.metrics}
    by_sign: dict[int, list[str]] = {-1: [], 0: [], 1: []}
    for name, comparison in baselines.items():
        by_sign[sign(comparison, row)].append(name)
    worse, level, better = by_sign[-1], by_sign[0], by_sign[1]

    def gaps(names: list[str]) -> Message:
        return listed([gap(metric, baselines[name].difference.value, title[name]) for name in names])

    told: dict[str, object] = {
        "texts": texts,
        "metric": named(metric),
        "value": values["transferred"],
        "against": series(Message("{model}: {value}", model=title[name], value=values[name]) for name in baselines),
    }
    told |= {name: gaps(found) for name, found in (("worse", worse), ("level", level), ("better", better)) if found}
    code: VerdictCode
    if worse:
        code, sentence = "hurt", _hurt(told, title[level[0]] if level else "")
    elif not better:
        code, sentence = "noise", _noise(told, several=len(level) > 1)
    elif level:
        code = HELPED_OVER[better[0]]
        sentence = Message(
            "On the {texts:,} frozen test texts the transferred model has {metric} of {value}, {better}, but the "
            "difference from {other} is within noise: {level} ({against}).",
            told,
            other=title[level[0]],
        )
    else:
        code = "helped" if len(better) == len(BASELINES) else HELPED_OVER[better[0]]
        sentence = Message(
            "Transfer helped: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
            "{better} ({against}).",
            told,
        )
    return Verdict(code=code, sentence=sentence, remarks=remarks(task, models, comparisons))


def _hurt(told: dict[str, object], other: str) -> Message:
    """One baseline is clearly better; against the other transfer may have paid, or be on a par with it."""
    if "better" in told:
        return Message(
            "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
            "{worse}, though {better} ({against}).",
            told,
        )
    if other:
        return Message(
            "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
            "{worse}, and within noise of {other} ({against}).",
            told,
            other=other,
        )
    return Message(
        "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
        "{worse} ({against}).",
        told,
    )


def _noise(told: dict[str, object], *, several: bool) -> Message:
    """No baseline is clearly better or worse."""
    if several:
        return Message(
            "No clear winner: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
            "and the differences are within noise: {level} ({against}).",
            told,
        )
    return Message(
        "No clear winner: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
        "and the difference is within noise: {level} ({against}).",
        told,
    )
