"""What a reader of the verdict should hear besides: whether simpler or cheaper models would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.evaluation.comparison import sign
from pipeline.evaluation.wording import MEASURES, gap, listed, number, shown
from pipeline.report import Comparison, ModelReport
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS, Task


@dataclass(frozen=True)
class Findings:
    """What the remarks are made from.

    Attributes:
        task: Row of ``pipeline.tasks.TASKS``.
        models: Name → model of the report.
        paired: Name → comparison of the transferred model with it.
    """

    task: Task
    models: dict[str, ModelReport]
    paired: dict[str, Comparison]

    @property
    def metric(self) -> str:
        """The leading one."""
        return self.task.metrics[0]

    def shown(self, name: str) -> str:
        """A model's leading metric, written out."""
        return shown(self.metric, self.models[name].metrics[self.metric].value)

    def sign(self, name: str) -> int:
        """1 or -1 where transferred is clearly better or worse than another model, else 0."""
        return sign(self.paired[name], self.task)

    def gap(self, name: str) -> str:
        """``3.2 points above``; the other's name follows."""
        return gap(self.metric, self.paired[name].difference.value)


def remarks(task: TaskName, models: list[ModelReport], comparisons: list[Comparison]) -> list[str]:
    """Sentences that go with the verdict, the weightiest first."""
    findings = Findings(
        task=TASKS[task],
        models={model.name: model for model in models},
        paired={comparison.second: comparison for comparison in comparisons if comparison.first == "transferred"},
    )
    return [sentence for remark in REMARKS for sentence in [remark(findings)] if sentence]


def _no_target(findings: Findings) -> str:
    """There may be no target labels to train a rival on."""
    if "target-only" in findings.models:
        return ""
    return "There are no target labels, so there is no target-only model: the verdict is against source-only alone."


def _vocabularies(findings: Findings) -> str:
    """Perplexities by different vocabularies say nothing of each other."""
    if "source-only" in findings.paired:
        return ""
    title = findings.models["source-only"].title
    return (
        f"The perplexity of {title} ({findings.shown('source-only')}) is by another vocabulary, whose tokens are "
        "harder or easier to guess: it can't be compared, and the verdict is against target-only alone."
    )


def _classical(findings: Findings) -> str:
    """Whether a model that needs no GPU would do."""
    if "classical" not in findings.paired:
        return ""
    model, score = "logistic regression over n-grams", findings.shown("classical")
    difference = findings.paired["classical"].difference.value
    if findings.sign("classical") < 0:
        distance = gap(findings.metric, -difference)
        return f"A {model} does better ({score}, {distance} transferred): a transformer is not worth its cost here."
    if difference <= 0:
        return f"A {model} does as well ({score}): a transformer is not worth its cost here."
    distance = gap(findings.metric, -difference)
    if findings.sign("classical") > 0:
        return f"A {model} reaches {score}, {distance} transferred, which is more than chance."
    return (
        f"A {model} reaches {score}, {distance} transferred, which is within noise: "
        "these texts can't tell whether a transformer is worth its cost here."
    )


#: Rivals that an ensemble must beat to have paid → what they are.
RIVALS = {
    "same-compute": "one model that trained as long as all its members",
    "seed-ensemble": "as many members that differ in their seed alone",
}
#: Sign of a difference → what it is worth.
WORTH = {1: "more than chance", 0: "within noise", -1: "clearly worse"}


def _ensemble(findings: Findings) -> str:
    """What an ensemble bought, against rivals that cost as much."""
    rivals = [name for name in RIVALS if name in findings.paired]
    if not rivals:
        return ""
    told = [f"{findings.gap(name)} {RIVALS[name]} ({WORTH[findings.sign(name)]})" for name in rivals]
    outcome = "It paid" if all(findings.sign(name) > 0 for name in rivals) else "It did not pay"
    return f"The ensemble is {listed(told)}. {outcome} here."


def _seeds(findings: Findings) -> str:
    """How much of all this depends on the seed."""
    metric = findings.metric
    spread = {name: model.seeds[metric] for name, model in findings.models.items() if metric in model.seeds}
    if not spread:
        return ""
    unit = " %" if MEASURES[metric].fraction else ""
    told = [
        f"{findings.models[name].title} {number(metric, seeds.mean)} ± {number(metric, seeds.deviation)}{unit}"
        for name, seeds in spread.items()
    ]
    count = max(len(seeds.values) for seeds in spread.values())
    return f"Over {count} seeds, mean and standard deviation: {', '.join(told)}. The tests above are of the first seed."


REMARKS: tuple[Callable[[Findings], str], ...] = (_no_target, _vocabularies, _classical, _ensemble, _seeds)
