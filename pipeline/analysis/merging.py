"""One report of models of several runs, in the form that a single run's has: whoever shows the one shows the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.analysis.comparing import Compared, compared
from pipeline.analysis.cutting import cut
from pipeline.analysis.gathering import Choice, Gathered, gather, key_of
from pipeline.evaluation.breakdown import calibration_error, confusion
from pipeline.evaluation.metrics import per_class
from pipeline.evaluation.wording import gap, named, shown
from pipeline.messages import Message
from pipeline.report import Example, ModelReport, Report, Slice, Verdict

#: Between a model's name and its number among those that were chosen: ``transferred@2``.
MARK = "@"


@dataclass(frozen=True)
class Merged:
    """Chosen models on the texts that they have in common.

    Attributes:
        report: Its models are in the order of the choices, named as :func:`merged_name` says. It has no curve, facts
            or notes: those are of one run.
        left_out: Texts of the first model's report that another one was not tested on.
    """

    report: Report
    left_out: int


def merged_name(model: str, number: int) -> str:
    """What a model is called in a merged report; of several runs there may be two with one name."""
    return f"{model}{MARK}{number}"


def merge(reports: Mapping[str, Report], choices: Sequence[Choice], names: Mapping[str, str]) -> Merged:
    """Bring models of several runs into one report.

    Args:
        reports: Of every run that is named in ``choices``.
        choices: At least one.
        names: Run → what people call it.

    Raises:
        DataError: They can't be compared; see :func:`~pipeline.analysis.gathering.gather`.
    """
    gathered = gather(reports, choices)
    found = compared(gathered)
    first = reports[choices[0].run]
    numbered = {str(number): merged_name(choice.model, number + 1) for number, choice in enumerate(choices)}
    several = len({choice.run for choice in choices}) > 1
    titles = {choice: _title(reports[choice.run], choice, names, several=several) for choice in choices}
    models = [
        _model(gathered, found, choice, reports[choice.run]).model_copy(
            update={"name": merged_name(choice.model, number), "title": titles[choice]}
        )
        for number, choice in enumerate(choices, 1)
    ]
    comparisons = [
        pair.model_copy(update={"first": numbered[pair.first], "second": numbered[pair.second]}) for pair in found.pairs
    ]
    report = Report(
        told={sentence: parts for choice in choices for sentence, parts in reports[choice.run].told.items()},
        task=first.task,
        labels=first.labels,
        data=first.data.model_copy(update={"test": len(gathered.examples)}),
        models=models,
        comparisons=comparisons,
        verdict=Verdict(code="noise", sentence=_sentence(gathered, found, titles)),
        examples=_examples(gathered, reports, choices),
        notes=[],
    )
    return Merged(report, gathered.left_out)


def _title(report: Report, choice: Choice, names: Mapping[str, str], *, several: bool) -> Message:
    title = report.recall(report.model(choice.model).title)
    return Message("{model} · {run}", model=title, run=names[choice.run]) if several else title


def _model(gathered: Gathered, found: Compared, choice: Choice, own: Report) -> ModelReport:
    """A model's report on the shared texts; what its training cost, and the like, stays as it was."""
    truth, answers = gathered.truth, gathered.answers[choice]
    model = own.model(choice.model)
    lengths = [
        Slice(kind="length", low=part.low, high=part.high, texts=part.texts, value=part.values[choice])
        for part in cut(gathered, "length")
    ]
    # Which texts are how unknown only the run itself knows, and only of all its texts.
    unknown = [part for part in model.slices if part.kind == "unknown-rate"]
    whole = own.data.test == len(own.examples) == len(gathered.examples)
    if truth.task.labelling == "tags":  # reports hold the words' tags, not how sure a model is of each
        calibration = model.calibration_error if whole else None
    else:
        calibration = calibration_error(truth, gathered.scores[choice])
    return model.model_copy(
        update={
            "metrics": found.metrics[choice],
            "confusion": confusion(truth, answers),
            "per_class": per_class(truth, answers),
            "slices": [*lengths, *unknown] if whole else lengths,
            "calibration_error": calibration,
        }
    )


def _sentence(gathered: Gathered, found: Compared, titles: Mapping[Choice, Message]) -> Message:
    """Who leads, and whether chance explains it."""
    choices, metric = [*titles], gathered.truth.task.metrics[0]
    pair = found.pairs[0] if found.pairs else None
    best = choices[int(pair.first) if pair else 0]
    told: dict[str, object] = {
        "texts": len(gathered.examples),
        "best": titles[best],
        "metric": named(metric),
        "value": shown(metric, found.metrics[best][metric].value),
    }
    if pair is None:
        return Message("On the {texts:,} test texts {best} has {metric} of {value}.", told)
    told["gap"] = gap(metric, pair.difference.value, titles[choices[int(pair.second)]])
    if pair.significant:
        return Message(
            "On the {texts:,} test texts that all of them were tested on, {best} leads: it has {metric} of {value}, "
            "{gap}.",
            told,
        )
    return Message(
        "On the {texts:,} test texts that all of them were tested on, {best} has {metric} of {value}, {gap}; that is "
        "within noise.",
        told,
    )


def _examples(gathered: Gathered, reports: Mapping[str, Report], choices: Sequence[Choice]) -> list[Example]:
    """The shared texts with all answers, probabilities in the order of the first report's labels."""
    rows = {
        run: {key_of(example): example for example in reports[run].examples}
        for run in {choice.run for choice in choices}
    }
    labels = reports[choices[0].run].labels
    orders = {run: [reports[run].labels.index(label) for label in labels] for run in rows}
    merged = []
    for example in gathered.examples:
        predictions: dict[str, str | list[str]] = {}
        probabilities: dict[str, list[float]] = {}
        for number, choice in enumerate(choices, 1):
            own, name = rows[choice.run][key_of(example)], merged_name(choice.model, number)
            predictions[name] = own.predictions[choice.model]
            if shares := own.probabilities.get(choice.model):
                probabilities[name] = [shares[place] for place in orders[choice.run]]
        merged.append(example.model_copy(update={"predictions": predictions, "probabilities": probabilities}))
    return merged
