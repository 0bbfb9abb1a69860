"""Which variant to serve, in words and with the reason, from what was measured."""

from __future__ import annotations

from export.speed.report import Candidate, Shape, SpeedReport
from export.speed.ways import WAYS
from pipeline.evaluation.wording import named, shown
from pipeline.messages import Message
from pipeline.tasks import TASKS

#: Whoever takes at most so many times as long as the fastest is as fast: the rest is noise.
AS_FAST = 1.1
#: Those of whose products none is computed in another precision than those that their rate is measured with.
EXACT = frozenset({"fp32", *(peer for peer, way in WAYS.items() if way.exact)})
#: Whoever of them seems to compute so many times as fast as its products alone tells of a machine that did something
#: else while these were timed.
IMPOSSIBLE = 1.5
#: Metrics of which less is better.
LESS_IS_BETTER = frozenset(task.metrics[0] for task in TASKS.values() if task.lower_is_better)


def recommend(report: SpeedReport) -> tuple[Message, ...]:
    """What to serve where texts come one by one, and where they come in masses; and what speaks for it."""
    fit = [one for one in report.candidates if not one.torch and one.passed is not False]
    if not fit:
        return (
            Message("No variant that passed its gate was measured: serve PyTorch, or export anew."),
            *_doubt(report),
        )
    few, many = report.shapes[0], max(report.shapes, key=lambda shape: shape.batch * shape.length)
    alone, crowded = (_best(report, fit, shape) for shape in (few, many))
    said = [_taken(report, alone, few)]
    if alone.metric is not None and report.metric is not None:
        said.append(_accuracy(report, alone))
    if crowded.name != alone.name:
        said.append(
            Message(
                "For {shape} take {variant}: {rate:,.0f} texts a second, where {other} reaches {slower:,.0f}.",
                shape=many.told,
                variant=crowded.name,
                rate=crowded.at(many).texts_per_second,
                other=alone.name,
                slower=alone.at(many).texts_per_second,
            )
        )
    quicker = min((one for one in report.candidates if one.torch), key=lambda one: one.at(few).p50_ms, default=None)
    if quicker and quicker.at(few).p50_ms * AS_FAST < alone.at(few).p50_ms:
        said.append(Message("{peer} is faster still on this machine.", peer=quicker.name))
    return (*said, *_doubt(report))


def _doubt(report: SpeedReport) -> list[Message]:
    """That the figures can't be true, if they can't."""
    shares = {
        one.name: max(took.gemm_share or 0.0 for took in one.timings) for one in report.candidates if one.name in EXACT
    }
    name = max(shares, key=shares.__getitem__, default="")
    if not name or shares[name] < IMPOSSIBLE:
        return []
    return [
        Message(
            "{name} seems to compute {times:.1f} times as fast as its matrix products alone: something else kept the "
            "machine busy. Measure again when nothing else runs.",
            name=name,
            times=shares[name],
        )
    ]


def _best(report: SpeedReport, fit: list[Candidate], shape: Shape) -> Candidate:
    """Of those that are as fast as the fastest the most accurate, and of these the one that holds least memory."""
    fastest = min(one.at(shape).p50_ms for one in fit)
    near = [one for one in fit if one.at(shape).p50_ms <= AS_FAST * fastest]
    sign = 1 if report.metric in LESS_IS_BETTER else -1
    return min(near, key=lambda one: (sign * (one.metric or 0.0), one.memory_bytes))


def _taken(report: SpeedReport, variant: Candidate, shape: Shape) -> Message:
    took = variant.at(shape).p50_ms
    reference = next((one.at(shape).p50_ms for one in report.candidates if one.name == "torch"), None)
    if reference is None:
        return Message(
            "Take {variant}: it answers {shape} in {time:.1f} ms.", variant=variant.name, shape=shape.told, time=took
        )
    return Message(
        "Take {variant}: it answers {shape} in {time:.1f} ms, {times:.1f} times as fast as PyTorch.",
        variant=variant.name,
        shape=shape.told,
        time=took,
        times=reference / took,
    )


def _accuracy(report: SpeedReport, variant: Candidate) -> Message:
    assert report.metric is not None  # noqa: S101 - whoever calls has looked
    assert variant.metric is not None  # noqa: S101 - likewise
    values = {"metric": named(report.metric), "value": shown(report.metric, variant.metric)}
    reference = next((one.metric for one in report.candidates if one.name == "torch"), None)
    if reference is None:
        return Message("On the frozen test set it reaches {metric} of {value}.", values)
    return Message(
        "On the frozen test set it reaches {metric} of {value}, PyTorch {reference}.",
        {**values, "reference": shown(report.metric, reference)},
    )
