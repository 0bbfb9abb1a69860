"""What a reader of the verdict should hear besides: whether simpler or cheaper models would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.evaluation.comparison import sign
from pipeline.evaluation.wording import MEASURES, gap, listed, number, shown
from pipeline.messages import Message, series
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

    def shown(self, name: str) -> Message:
        """A model's leading metric, written out."""
        return shown(self.metric, self.models[name].metrics[self.metric].value)

    def sign(self, name: str) -> int:
        """1 or -1 where transferred is clearly better or worse than another model, else 0."""
        return sign(self.paired[name], self.task)

    def gap(self, name: str, other: str) -> Message:
        """``3.2 points above it``, of transferred and another model."""
        return gap(self.metric, self.paired[name].difference.value, other)


def remarks(task: TaskName, models: list[ModelReport], comparisons: list[Comparison]) -> list[Message]:
    """Sentences that go with the verdict, the weightiest first."""
    findings = Findings(
        task=TASKS[task],
        models={model.name: model for model in models},
        paired={comparison.second: comparison for comparison in comparisons if comparison.first == "transferred"},
    )
    return [sentence for remark in REMARKS for sentence in [remark(findings)] if sentence]


def _no_target(findings: Findings) -> Message | None:
    """There may be no target labels to train a rival on."""
    if "target-only" in findings.models:
        return None
    return Message(
        "There are no target labels, so there is no target-only model: the verdict is against source-only alone."
    )


def _perplexities(findings: Findings) -> Message | None:
    """Perplexities by different vocabularies say nothing of each other, and by a random head nothing of the encoder."""
    if "source-only" in findings.paired:
        return None
    if findings.metric not in findings.models["source-only"].metrics:
        return Message(
            "{model} has no perplexity: its tokenizer knows none of the test texts' tokens that it could be asked to "
            "guess. The verdict is against target-only alone.",
            model=findings.models["source-only"].title,
        )
    if findings.models["source-only"].head_drawn:
        return Message(
            "The source model brings no head for masked LM, so {model} guesses by one that was drawn at random: its "
            "perplexity ({value}) says nothing of the encoder, and the verdict is against target-only alone.",
            model=findings.models["source-only"].title,
            value=findings.shown("source-only"),
        )
    return Message(
        "The perplexity of {model} ({value}) is by another vocabulary, whose tokens are harder or easier to guess: "
        "it can't be compared, and the verdict is against target-only alone.",
        model=findings.models["source-only"].title,
        value=findings.shown("source-only"),
    )


def _classical(findings: Findings) -> Message | None:
    """Whether a model that needs no GPU would do."""
    if "classical" not in findings.paired:
        return None
    difference = findings.paired["classical"].difference.value
    told: dict[str, object] = {
        "value": findings.shown("classical"),
        "distance": gap(findings.metric, -difference, Message("transferred")),
    }
    if findings.sign("classical") < 0:
        return Message(
            "A logistic regression over n-grams does better ({value}, {distance}): "
            "a transformer is not worth its cost here.",
            told,
        )
    if difference <= 0:
        return Message(
            "A logistic regression over n-grams does as well ({value}): a transformer is not worth its cost here.", told
        )
    if findings.sign("classical") > 0:
        return Message(
            "A logistic regression over n-grams reaches {value}, {distance}; the distance is no noise.", told
        )
    return Message(
        "A logistic regression over n-grams reaches {value}, {distance}, which is within noise: "
        "these texts can't tell whether a transformer is worth its cost here.",
        told,
    )


#: Rivals that an ensemble must beat to have paid → what they are.
RIVALS = {
    "same-compute": Message("one model that trained with the compute of all its members"),
    "seed-ensemble": Message("as many members that differ in their seed alone"),
}
#: Sign of a difference → what it is worth.
WORTH = {1: Message("more than chance"), 0: Message("within noise"), -1: Message("clearly worse")}


def _ensemble(findings: Findings) -> Message | None:
    """What an ensemble bought, against rivals that cost as much."""
    rivals = [name for name in RIVALS if name in findings.paired]
    if not rivals:
        return None
    told = listed(
        [
            Message("{gap} ({worth})", gap=findings.gap(name, RIVALS[name]), worth=WORTH[findings.sign(name)])
            for name in rivals
        ]
    )
    paid = all(findings.sign(name) > 0 for name in rivals)
    return Message(
        "The ensemble is {gaps}. It paid here." if paid else "The ensemble is {gaps}. It did not pay here.", gaps=told
    )


def _seeds(findings: Findings) -> Message | None:
    """How much of all this depends on the seed."""
    metric = findings.metric
    spread = {name: model.seeds[metric] for name, model in findings.models.items() if metric in model.seeds}
    if not spread:
        return None
    told = series(
        Message(
            "{model} {mean} ± {deviation} %" if MEASURES[metric].fraction else "{model} {mean} ± {deviation}",
            model=findings.models[name].title,
            mean=number(metric, seeds.mean),
            deviation=number(metric, seeds.deviation),
        )
        for name, seeds in spread.items()
    )
    return Message(
        "Over {count} seeds, mean and standard deviation: {spreads}. The tests above are of the first seed.",
        count=max(len(seeds.values) for seeds in spread.values()),
        spreads=told,
    )


REMARKS: tuple[Callable[[Findings], Message | None], ...] = (_no_target, _perplexities, _classical, _ensemble, _seeds)
