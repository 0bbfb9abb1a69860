"""What a run will take, as ranges; stage by stage when asked for."""

from __future__ import annotations

from pipeline.estimate import Estimate, Range
from ui.handlers.estimate import Forecast
from ui.text import say
from ui.text.telling import tell
from ui.views import html
from ui.views.html import Markup, duration, folded, heading, join, table, tag

#: Units, each with how much it is of the first, and from how much on it is used.
Scale = tuple[tuple[str, float, float], ...]
TIME: Scale = (("seconds", 1, 0), ("minutes", 60, 100), ("hours", 3600, 6000))
SIZE: Scale = (("megabytes", 1, 0), ("gigabytes", 1000, 1000))


def explanation() -> Markup:
    """What an estimate is, before there is one."""
    return tag("p", say("doctor.estimate_hint"), class_="g-hint")


def working() -> Markup:
    """What stands in its place while it is made."""
    return html.working(say("doctor.estimate_working"))


def outdated() -> Markup:
    """What stands beside an estimate once the form has changed."""
    return tag("p", say("doctor.estimate_outdated"), class_="g-message g-warn", role="status")


def forecast(found: Forecast) -> Markup:
    """Time, memory and disk, how they were found, and the stages."""
    estimate = found.estimate
    figures = {
        "time": (estimate.seconds, TIME),
        "memory": (estimate.memory_mb, SIZE),
        "gpu": (estimate.gpu_memory_mb, SIZE),
        "disk": (estimate.disk_mb, SIZE),
    }
    cards = [_figure(name, bounds, scale) for name, (bounds, scale) in figures.items() if bounds is not None]
    return join(
        [
            heading(say("doctor.estimate_title")),
            tag("dl", *cards, class_="g-forecast"),
            tag("p", _measured(estimate), class_="g-hint"),
            _stages(found),
        ]
    )


def between(bounds: Range, scale: Scale) -> tuple[str, str]:
    """A range and what is most likely, both in the unit that suits its upper bound."""
    unit, size, _ = [each for each in scale if bounds.high >= each[2]][-1]
    low, likely, high = (_rounded(value / size) for value in (bounds.low, bounds.expected, bounds.high))
    both = low if low == high else say("doctor.range", low=low, high=high)
    return say(f"doctor.unit_{unit}", count=both), say(f"doctor.unit_{unit}", count=likely)


def _rounded(value: float) -> str:
    """With no more digits than an estimate can have: two, or below one, one."""
    if value < 1:
        return f"{value:.1f}" if value >= 0.05 else "0"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def _figure(name: str, bounds: Range, scale: Scale) -> Markup:
    both, likely = between(bounds, scale)
    hint = tag("span", say("doctor.likely", value=likely), class_="g-hint")
    return tag("div", tag("dt", say(f"doctor.estimate_{name}")), tag("dd", tag("b", both), hint))


def _measured(estimate: Estimate) -> str:
    return say(
        "doctor.estimate_measured",
        steps=estimate.steps,
        device=say(f"doctor.device_{estimate.device}"),
        tokens=_rounded(estimate.tokens_per_second),
        took=duration(estimate.took),
    )


def _stages(found: Forecast) -> Markup:
    rows = []
    for stage in found.estimate.stages:
        both, likely = ("", say("doctor.reused")) if stage.reused else between(stage.seconds, TIME)
        title = tell(found.titles.get(stage.name, stage.title))
        rows.append([title, tag("span", likely, class_="g-num"), tag("span", both, class_="g-num")])
    title = say("doctor.estimate_stages", count=len(rows))
    columns = [say(f"doctor.stage_{name}") for name in ("name", "likely", "range")]
    return folded(title, table(columns, rows, label=title))
