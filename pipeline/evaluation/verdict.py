"""The outcome in one sentence: whether transfer paid."""

from __future__ import annotations

from pipeline.evaluation.comparison import sign
from pipeline.evaluation.remarks import remarks
from pipeline.evaluation.wording import gap, listed, named, shown
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
        models: Of the report.
        comparisons: Of the report; one of a baseline may be missing, where a run has no target
            labels, or where a language model's source reads another vocabulary.
        texts: How many were tested on.
    """
    row = TASKS[task]
    metric = row.metrics[0]
    paired = {comparison.second: comparison for comparison in comparisons if comparison.first == "transferred"}
    baselines = {name: paired[name] for name in BASELINES if name in paired}
    title = {model.name: model.title for model in models}
    values = {model.name: shown(metric, model.metrics[metric].value) for model in models}
    by_sign: dict[int, list[str]] = {-1: [], 0: [], 1: []}
    for name, comparison in baselines.items():
        by_sign[sign(comparison, row)].append(name)
    worse, level, better = by_sign[-1], by_sign[0], by_sign[1]

    def gaps(names: list[str]) -> str:
        return listed([f"{gap(metric, baselines[name].difference.value)} {title[name]}" for name in names])

    start = f"on the {texts:,} frozen test texts the transferred model has {named(metric)} of {values['transferred']}"
    against = ", ".join(f"{title[name]}: {values[name]}" for name in baselines)
    code: VerdictCode
    if worse:
        code = "hurt"
        rest = f", though {gaps(better)}" if better else f", and within noise of {title[level[0]]}" if level else ""
        sentence = f"Transfer hurt here: {start}, {gaps(worse)}{rest} ({against})."
    elif not better:
        code = "noise"
        noise = "differences are" if len(level) > 1 else "difference is"
        sentence = f"No clear winner: {start}, and the {noise} within noise: {gaps(level)} ({against})."
    elif level:
        code = HELPED_OVER[better[0]]
        sentence = (
            f"{start[0].upper()}{start[1:]}, {gaps(better)}, but the difference from {title[level[0]]} is "
            f"within noise: {gaps(level)} ({against})."
        )
    else:
        code = "helped" if len(better) == len(BASELINES) else HELPED_OVER[better[0]]
        sentence = f"Transfer helped: {start}, {gaps(better)} ({against})."
    return Verdict(code=code, sentence=sentence, remarks=remarks(task, models, comparisons))
