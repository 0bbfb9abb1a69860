"""What is shown, to take away: every answer as a table, all numbers as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict
from typing import Any

from pipeline.report import Example
from ui.handlers.chosen import Shown
from ui.handlers.closer import cuts, parts, sureness
from ui.text import say
from ui.text.telling import tell

#: What a spreadsheet would take for a formula, were it at the beginning of a cell; some read full-width signs alike.
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
#: The same where a spreadsheet that separates cells otherwise, or reads no quotation marks, would begin another cell.
WITHIN = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@＝＋－＠])")


def table(shown: Shown) -> str:
    """The test texts with the true labels and every model's answer, as CSV; cells can't be formulas."""
    report = shown.report
    pairs, labelled = "second" in shown.task.columns, shown.labelled
    columns = [say("compare.column_text")]
    columns += [say("compare.ask_second_label")] if pairs else []
    if labelled:
        columns.append(say("compare.column_truth"))
        for model in report.models:
            title = tell(report.recall(model.title))
            columns += [title, say("compare.column_probability", model=title)] if _classified(shown) else [title]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(map(defused, columns))
    for example in report.examples:
        row = [example.text, *([example.second] if pairs else [])]
        writer.writerow(map(defused, row + (_answers(shown, example) if labelled else [])))
    return file.getvalue()


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    cell = WITHIN.sub(r"\1'", cell)
    return f"'{cell}" if FORMULA.match(cell) else cell


def numbers(shown: Shown) -> str:
    """Everything but the texts, as JSON: models, metrics with intervals, pairs, parts, calibration."""
    report = shown.report
    sure = sureness(shown)
    models = [
        {
            "run": pick.run,
            "run_name": shown.names[pick.run],
            "model": pick.model,
            "variant": pick.variant or None,
            **model.model_dump(mode="json"),
            "title": str(model.title),
            "reliability": [asdict(one) for one in sure.get(model.name, [])],
        }
        for pick, model in zip(shown.picks, report.models, strict=True)
    ]
    found: dict[str, Any] = {
        "task": report.task,
        "labels": report.labels,
        "texts": report.data.test,
        "left_out": shown.left_out,
        "sentence": str(report.verdict.sentence),
        "models": models,
        "comparisons": [pair.model_dump(mode="json") for pair in report.comparisons],
        "parts": {how: _parts(shown, how) for how in cuts(shown) if how != "contains"},
    }
    if shown.own:
        found |= {"verdict": report.verdict.code, "facts": report.facts, "notes": [str(note) for note in report.notes]}
        found["curve"] = report.curve.model_dump(mode="json") if report.curve else None
    return json.dumps(found, ensure_ascii=False, indent=1)


def file_name(shown: Shown, ending: str) -> str:
    """Name of a downloaded file, made of the runs' names."""
    words = "-".join(re.sub(r"[^\w]+", "-", name).strip("-") for name in dict.fromkeys(shown.names.values()))
    return f"graft-{words[:60].strip('-') or 'runs'}.{ending}"


def _classified(shown: Shown) -> bool:
    return shown.task.labelling in ("one", "several")


def _answers(shown: Shown, example: Example) -> list[str]:
    cells = [_told(example.label)]
    for model in shown.report.models:
        said = example.predictions.get(model.name, "")
        cells.append(_told(said))
        if _classified(shown):
            shares = dict(zip(shown.report.labels, example.probabilities.get(model.name, []), strict=False))
            given = [said] if isinstance(said, str) else said
            cells.append(" ".join(f"{shares[label]:.4f}" for label in given if label in shares))
    return cells


def _told(label: str | list[str]) -> str:
    """A label, or several with blanks between them, as files of tagged words have them."""
    return label if isinstance(label, str) else " ".join(label)


def _parts(shown: Shown, how: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": part.name or None,
            "low": part.low,
            "high": part.high,
            "texts": part.texts,
            "values": {choice.model: value for choice, value in part.values.items()},
        }
        for part in parts(shown, how)
    ]
