"""From a spec to a run, what it would take, and which source to take."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from pipeline.estimate import Range
from pipeline.sources import CATALOGUE
from pipeline.spec import RunSpec
from ui.api.forms import Preset, compose, gather
from ui.api.kinds import Mapping, Renamed, RunFiles, Source, Spec, Task, Visitor
from ui.api.references import source_name, source_named, spec_of
from ui.api.watching import RunInfo, line_of
from ui.handlers import estimate, ranking
from ui.handlers import sources as handlers
from ui.handlers.queueing import submit
from ui.handlers.start import overview, run_demo
from ui.services import Services
from ui.text.telling import tell


class SourceInfo(TypedDict):
    """An encoder that can be transferred."""

    source: Annotated[str, "Its name in further calls."]
    title: Annotated[str, "For people: name, languages, size."]


class Sources(TypedDict):
    """The encoders at hand."""

    sources: Annotated[list[SourceInfo], "Those that can be chosen now; the first one is taken if none is named."]
    hub_reachable: Annotated[bool | None, "Whether the Hugging Face Hub answers; null: not known yet."]
    other: Annotated[list[str], "What can be named besides: hub (an id of the Hub), folder (of your own machine)."]
    note: Annotated[str, "A word on those that can't be chosen."]


class Bounds(TypedDict):
    """A figure with the bounds that it will keep."""

    low: Annotated[float, "Lower bound."]
    expected: Annotated[float, "What is expected."]
    high: Annotated[float, "Upper bound."]


class StageForecast(TypedDict):
    """One stage of a run."""

    stage: Annotated[str, "Its name."]
    title: Annotated[str, "For people."]
    seconds: Annotated[Bounds, "That it will take."]
    reused: Annotated[bool, "Whether an earlier run has done it."]


class Forecast(TypedDict):
    """What a run would take."""

    seconds: Annotated[Bounds, "Of the whole run."]
    memory_mb: Annotated[Bounds, "Most main memory."]
    gpu_memory_mb: Annotated[Bounds | None, "Most memory of the GPU; null without one."]
    disk_mb: Annotated[Bounds, "That the run adds."]
    stages: Annotated[list[StageForecast], "In the order of the plan."]


class Place(TypedDict):
    """A source in a ranking."""

    source: Annotated[str, "Its name in further calls."]
    title: Annotated[str, "For people."]
    score: Annotated[float | None, "LogME: higher is better; null: it could not be tried."]
    fault: Annotated[str, "Why it could not be tried."]


class Ranked(TypedDict):
    """Sources, the best first."""

    places: Annotated[list[Place], "The best first."]
    side: Annotated[str, "The file that the sample was drawn from."]
    texts: Annotated[int, "In the sample."]


def list_sources(services: Services) -> Annotated[Sources, "The encoders that can be chosen now."]:
    """Which encoders can be transferred on this server now."""
    found = handlers.source_choices(services)
    others = (handlers.HUB, handlers.FOLDER)
    listed: list[SourceInfo] = [
        {"source": choice if choice == handlers.HOST else source_name(CATALOGUE[int(choice)].spec), "title": title}
        for title, choice in found.choices
        if choice not in others
    ]
    return {
        "sources": listed,
        "hub_reachable": overview(services, None).hub_reachable,
        "other": [choice for _, choice in found.choices if choice in others],
        "note": found.note,
    }


def rank_sources(
    services: Services,
    *,
    files: RunFiles,
    task: Task = "text-classification",
    source: Source = "",
    visitor: Visitor = "",
) -> Annotated[Ranked, "The sources, the best first."]:
    """Which of the source models at hand suits the files best, from a sample of the labelled texts, before training.

    Takes seconds to minutes.
    """
    found = ranking.rank(services, gather(services, visitor, files, task), source_named(services, source), {})
    return {
        "places": [
            {"source": _called(services, line), "title": line.name, "score": line.score, "fault": tell(line.fault)}
            for line in found.lines
        ],
        "side": found.side,
        "texts": found.texts,
    }


def estimate_run(
    services: Services, *, spec: Spec, visitor: Visitor = ""
) -> Annotated[Forecast, "Time, memory, disk."]:
    """What a run would take: a few training steps are measured, and scaled by its plan. Takes about half a minute."""
    found = estimate.forecast(services, spec_of(services, visitor, spec), visitor)
    figures = found.estimate
    return {
        "seconds": _bounds(figures.seconds),
        "memory_mb": _bounds(figures.memory_mb),
        "gpu_memory_mb": _bounds(figures.gpu_memory_mb) if figures.gpu_memory_mb else None,
        "disk_mb": _bounds(figures.disk_mb),
        "stages": [
            {
                "stage": stage.name,
                "title": tell(found.titles.get(stage.name, stage.title)),
                "seconds": _bounds(stage.seconds),
                "reused": stage.reused,
            }
            for stage in figures.stages
        ],
    }


def start_run(services: Services, *, spec: Spec, visitor: Visitor = "") -> Annotated[RunInfo, "The run, in the queue."]:
    """Start a run from its whole spec. Follow it with `wait_for_run`."""
    found = spec_of(services, visitor, spec)
    return line_of(services, visitor, submit(services, visitor, found).id)


def start_training(
    services: Services,
    *,
    files: RunFiles,
    task: Task = "text-classification",
    preset: Preset = "suggested",
    source: Source = "",
    name: Annotated[str, "What the run is called; empty: after its files."] = "",
    label_mapping: Mapping = None,
    source_label_mapping: Renamed = None,
    seed: Annotated[int, "Of everything that is drawn."] = RunSpec.model_fields["seed"].default,
    visitor: Visitor = "",
) -> Annotated[RunInfo, "The run, in the queue."]:
    """Start a run from files, a task, a preset and a source. Follow it with `wait_for_run`."""
    brought = gather(services, visitor, files, task, source_label_mapping)
    spec = compose(services, brought, preset=preset, source=source, name=name, label_mapping=label_mapping, seed=seed)
    return line_of(services, visitor, submit(services, visitor, spec).id)


def start_demo(services: Services, *, visitor: Visitor = "") -> Annotated[RunInfo, "The run, in the queue or at work."]:
    """Start the demo on the samples, English reviews to Chinese ones; one that is at work is given instead.

    About two minutes on two cores.
    """
    return line_of(services, visitor, run_demo(services, visitor).id)


def _called(services: Services, line: ranking.Place) -> str:
    """The name of a source; the host's own folder is not told to strangers."""
    return handlers.HOST if handlers.picked(services, line.source).choice == handlers.HOST else source_name(line.source)


def _bounds(found: Range) -> Bounds:
    return {"low": found.low, "expected": found.expected, "high": found.high}
