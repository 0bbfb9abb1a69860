"""How fast an exported model is beside PyTorch: what to serve, a picture, and the figures."""

from __future__ import annotations

from collections.abc import Mapping

from export.speed.plot import plot
from export.speed.report import Candidate, Shape, SpeedReport
from export.speed.showing import dots_of
from pipeline.spec import ModelName
from ui.handlers.places import Place
from ui.text import say
from ui.text.telling import tell
from ui.views import metrics
from ui.views.html import Content, Markup, drawing, folded, heading, model_name, percent, table, tag
from ui.views.places import NOWHERE, places

COLUMNS = ("candidate", "p50", "p95", "p99", "calls", "rate", "times", "share", "memory", "size")


def speeds(found: Mapping[ModelName, SpeedReport], runs: Mapping[ModelName, Mapping[str, Place]] = NOWHERE) -> Markup:
    """All that was measured of a run's exports, and where their variants run."""
    parts = [_model(name, report, runs.get(name, {})) for name, report in found.items()]
    return tag("div", *(parts or [tag("p", say("speed.none"), class_="g-hint")]))


def _model(name: str, report: SpeedReport, runs: Mapping[str, Place]) -> Markup:
    advice = [tag("p", tell(sentence)) for sentence in report.said(report.recommendation)]
    notes = [tag("li", tell(note)) for note in report.said(report.left_out)]
    machine = say("speed.machine", threads=report.threads, processor=report.processor or "?", rounds=report.rounds)
    blocks = [
        folded(_named(shape), _timings(report, shape), opened=number == 0) for number, shape in enumerate(report.shapes)
    ]
    return tag(
        "div",
        tag("h3", model_name(name)),
        tag("div", tag("b", say("speed.recommended")), *advice, class_="g-message g-good"),
        _picture(report),
        *blocks,
        tag("p", machine, " ", say("speed.share_hint"), class_="g-hint"),
        _circumstances(report),
        tag("ul", *notes, class_="g-plain g-hint") if notes else None,
        places(runs),
        class_="g-export",
    )


def _circumstances(report: SpeedReport) -> Markup | None:
    """What else the figures hang on; None where nobody has said."""
    known = report.circumstances
    told = {
        "versions": ", ".join(f"{name} {version}" for name, version in known.versions.items()),
        "features": ", ".join(known.features),
        "gpu": known.gpu,
    }
    sentences = [say(f"speed.{name}", **{name: value}) for name, value in told.items() if value]
    if any(one.device_bytes is not None for one in report.candidates):
        sentences.append(say("speed.device_hint"))
    return tag("p", " ".join(sentences), class_="g-hint") if sentences else None


def _named(shape: Shape) -> str:
    if shape.batch == 1:
        return say("speed.one", length=shape.length)
    return say("speed.many", batch=shape.batch, length=shape.length)


def _timings(report: SpeedReport, shape: Shape) -> Markup:
    base = next((one.at(shape).p50_ms for one in report.candidates if one.name == "torch"), None)
    rows = [_row(one, shape, base) for one in report.candidates]
    return table([say(f"speed.column_{name}") for name in COLUMNS], rows, class_="g-variants", label=_named(shape))


def _row(one: Candidate, shape: Shape, base: float | None) -> list[Content]:
    took = one.at(shape)
    missed = tag("span", say("speed.missed"), class_="g-hint") if one.passed is False else None
    figures = (
        *(say("export.milliseconds", time=f"{time:,.2f}") for time in (took.p50_ms, took.p95_ms, took.p99_ms)),
        f"{took.calls:,}",
        f"{took.texts_per_second:,.1f}",
        say("speed.times", times=f"{base / took.p50_ms:.2f}") if base else "",
        percent(took.gemm_share, 0) if took.gemm_share is not None else "",
        _memory(one),
        _megabytes(one.size_bytes),
    )
    where = tag("span", one.provider, class_="g-hint")
    return [
        tag("span", tag("b", one.name), " ", missed, " ", where),
        *(tag("span", figure, class_="g-num") for figure in figures),
    ]


def _memory(one: Candidate) -> str:
    if one.device_bytes is None:
        return _megabytes(one.memory_bytes)
    return say("speed.both", memory=_megabytes(one.memory_bytes), device=_megabytes(one.device_bytes))


def _megabytes(size: int) -> str:
    return say("export.megabytes", size=f"{size / 1e6:,.0f}")


def _picture(report: SpeedReport) -> Markup | None:
    """Accuracy against the time for the first shape; None where no accuracy is known."""
    if report.metric is None:
        return None
    metric, shape = report.metric, report.shapes[0]

    def told(one: Candidate, value: float, time: float) -> str:
        return say("speed.dot", name=one.name, value=metrics.figure(metric, value), time=f"{time:.1f}")

    dots = dots_of(report, told)
    if not dots:
        return None
    title = metrics.title(metric)
    drawn = plot(
        dots,
        label=say("speed.picture", metric=title),
        across=say("speed.across", shape=_named(shape)),
        up=say("speed.up", metric=title),
        value=lambda value: metrics.number(metric, value),
        time=lambda time: f"{time:g}",
    )
    kinds = dict.fromkeys(dot.kind for dot in dots)
    legend = [tag("span", tag("i", class_=f"g-dot g-{kind}"), say(f"speed.{kind}"), class_="g-model") for kind in kinds]
    caption = tag(
        "figcaption", tag("span", say("speed.picture", metric=title)), tag("span", *legend, class_="g-legend")
    )
    return tag("figure", caption, drawing(drawn), class_="g-curve g-speed")


def section() -> Markup:
    """The head of what stands here."""
    return heading(say("speed.title"), say("speed.hint"))
