"""Models side by side: a run's own, or some of one or several runs."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from gradio import FileData

from pipeline.analysis.cutting import Cut
from pipeline.analysis.filtering import Kind
from pipeline.report import Interval
from ui.api.compared import Bounded, Choosable, Compared, Crossed, Part, SureBin, TestTexts
from ui.api.exporting import zips
from ui.api.kinds import Models, Offset, Run, Visitor
from ui.handlers import chosen, closer, download, texts
from ui.handlers.chosen import Shown
from ui.services import Services
from ui.text.telling import tell
from ui.views.files import FILES

MOST_TEXTS = 200  # of one answer
First = Annotated[
    str, "Name of the first model of a pair, as `compare_models` gives it; empty: source-only, or the first."
]
Second = Annotated[
    str, "Name of the second model of a pair, as `compare_models` gives it; empty: transferred, or the last."
]


def read_report(
    services: Services, *, run: Run, visitor: Visitor = ""
) -> Annotated[dict[str, Any], "All numbers of the report, as the page's JSON file has them, in English."]:
    """A finished run's report, whole but for the texts.

    Models with metrics, 95 % intervals, confusion and calibration; paired tests, parts of the test set, the learning
    curve, what the stages found.
    """
    found: dict[str, Any] = json.loads(download.numbers(chosen.shown(services, visitor, run)))
    return found


def list_models(
    services: Services, *, run: Run, visitor: Visitor = ""
) -> Annotated[list[Choosable], "This run's own first, then those of other runs; behind each its exported variants."]:
    """Which models can be set side by side with this run's: those that learned the same task, in any of your runs."""
    return [{"key": key, "title": title} for title, key in chosen.choosable(services, visitor, run)]


def compare_models(
    services: Services, *, run: Run, models: Models = None, visitor: Visitor = ""
) -> Annotated[Compared, "Metrics with intervals, verdict, paired tests, and how often they disagree."]:
    """Hold models against each other on the same frozen test texts, and say whether the transfer helped.

    Without `models`, all of the run's own; else any of one or several runs, exported variants included.
    """
    found = chosen.shown(services, visitor, run, models)
    report, verdict = found.report, found.report.verdict
    return {
        "task": report.task,
        "labels": report.labels,
        "texts": report.data.test,
        "left_out": found.left_out,
        "verdict": verdict.code if found.own else "",
        "sentence": tell(report.recall(verdict.sentence)),
        "remarks": [tell(report.recall(remark)) for remark in verdict.remarks],
        "models": [
            {
                "name": model.name,
                "key": pick.key,
                "title": tell(report.recall(model.title)),
                "metrics": {name: _bounded(value) for name, value in model.metrics.items()},
            }
            for pick, model in zip(found.picks, report.models, strict=True)
        ],
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "difference": _bounded(pair.difference),
                "p_value": pair.p_value,
                "significant": pair.significant,
                "flips": pair.flips,
            }
            for pair in report.comparisons
        ],
        "counts": {str(kind): count for kind, count in texts.counts(found, texts.Asked()).items()},
        "notes": [tell(report.recall(note)) for note in report.notes],
    }


def list_test_texts(
    services: Services,
    *,
    run: Run,
    models: Models = None,
    kind: Annotated[
        Kind,
        "disagree: any two models differ; flips: the pair differs; fixed: the second of the pair is right and the "
        "first is not; broke: the other way round; wrong: some model is wrong.",
    ] = "disagree",
    label: Annotated[str, "Only texts with this true label."] = "",
    said: Annotated[str, "Only texts that some model gave this label."] = "",
    contains: Annotated[str, "Only texts that contain this."] = "",
    first: First = "",
    second: Second = "",
    offset: Offset = 0,
    limit: Annotated[int, "How many to give, at most 200."] = 20,
    visitor: Visitor = "",
) -> Annotated[TestTexts, "The texts."]:
    """The frozen test texts that a filter leaves, with their true labels and what each model said."""
    found = chosen.shown(services, visitor, run, models)
    asked = texts.Asked(kind, label, said, contains, first or None, second or None)
    page = texts.examples(found, asked, offset, max(1, min(limit, MOST_TEXTS)))
    return {
        "texts": [
            {
                "number": number,
                "text": example.text,
                "second": example.second,
                "label": example.label,
                "said": example.predictions,
            }
            for number, example in (page.examples if offset < page.total else [])
        ],
        "total": page.total,
    }


def cross_models(
    services: Services,
    *,
    run: Run,
    models: Models = None,
    first: First = "",
    second: Second = "",
    visitor: Visitor = "",
) -> Annotated[Crossed | None, "The table; null where a text has not one label."]:
    """Two models' labels against each other: what the one said where the other said what."""
    found = chosen.shown(services, visitor, run, models)
    crossed = closer.against(found, first or None, second or None)
    if crossed is None:
        return None
    return {
        "first": crossed.first,
        "second": crossed.second,
        "labels": found.report.labels,
        "counts": crossed.counts,
        "differing": crossed.differing,
    }


def score_parts(
    services: Services,
    *,
    run: Run,
    models: Models = None,
    by: Annotated[Cut, "How the test texts are cut."] = "length",
    sure: Annotated[str, "Name of the model whose confidence is meant; empty: transferred, or the last."] = "",
    contains: Annotated[str, "What texts contain or not, if they are cut by that."] = "",
    visitor: Visitor = "",
) -> Annotated[list[Part], "The parts; none where there is nothing to cut by."]:
    """The leading metric on parts of the test texts: by length, by label, by confidence, by what they contain."""
    found = chosen.shown(services, visitor, run, models)
    return [
        {
            "name": part.name,
            "low": part.low,
            "high": part.high,
            "texts": part.texts,
            "values": {choice.model: value for choice, value in part.values.items()},
        }
        for part in closer.parts(found, by, sure or None, contains)
    ]


def read_calibration(
    services: Services, *, run: Run, models: Models = None, visitor: Visitor = ""
) -> Annotated[dict[str, list[SureBin]], "Model → ten bins of confidence, those without texts left out."]:
    """How often each model is right where it is how sure."""
    sure = closer.sureness(chosen.shown(services, visitor, run, models))
    return {name: [_bin(one) for one in bins] for name, bins in sure.items()}


def download_comparison(
    services: Services,
    *,
    run: Run,
    models: Models = None,
    kind: Annotated[
        Literal["html", "csv", "json"], "html: a report to read; csv: every answer; json: all numbers."
    ] = "html",
    visitor: Visitor = "",
) -> Annotated[FileData, "The file."]:
    """Take a comparison away as one HTML file, as a table of every answer, or as JSON."""
    found: Shown = chosen.shown(services, visitor, run, models)
    name = download.file_name(found, kind)
    folder = Path(zips().name) / secrets.token_hex(8)  # two comparisons may have one name
    folder.mkdir()
    file = folder / name
    file.write_text(FILES[kind][1](found), encoding="utf-8", newline="")
    return FileData(path=str(file), orig_name=name)


def _bounded(found: Interval) -> Bounded:
    return {"value": found.value, "low": found.low, "high": found.high}


def _bin(found: Any) -> SureBin:
    return {**asdict(found)}  # type: ignore[typeddict-item]  # a Bin's fields
