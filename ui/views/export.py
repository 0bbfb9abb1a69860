"""What was exported, how it compares with PyTorch, and how to use it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from export.pipelines import arguments
from export.report import ExportReport, VariantReport
from pipeline.messages import Message
from pipeline.spec import LEFT_OUT, ModelName, Provider, TaskName, rows
from pipeline.tasks import TASKS
from ui.handlers.export import Exports
from ui.handlers.places import Place
from ui.text import say, spec
from ui.text.telling import tell
from ui.views import metrics
from ui.views.html import Content, Markup, empty, heading, model_name, table, tag
from ui.views.places import NOWHERE, places

SNIPPETS = {
    "python": """from export.predictor import Predictor  # {comment}

predictor = Predictor("{folder}")
print(predictor.{call})""",
    "optimum": """from optimum.onnxruntime import {ort_class}
from transformers import AutoTokenizer, pipeline

folder = "{folder}"
model = {ort_class}.from_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
print(pipeline("{onnx_task}", model=model, tokenizer=tokenizer)({arguments}))""",
    "shell": """python -m export predict {folder} {shell}""",
    "serve": """python -m export serve {folder}""",
    "curl": """curl localhost:8000/v1/models/{name}/predict -d '{body}'""",
    "javascript": """const reply = await fetch("http://localhost:8000/v1/models/{name}/predict", {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({body}),
}});
console.log((await reply.json()).answers);""",
}


@dataclass(frozen=True)
class Sample:
    """How a model is asked: of our predictor, of transformers' pipeline, on the command line, over HTTP."""

    call: str
    asked: str
    shell: str
    body: str


ONE = Sample('predict(["这家店真不错"])', '"这家店真不错"', '"这家店真不错"', '{"text": "这家店真不错"}')
PAIR = Sample(
    'predict([("这家店真不错", "服务很好")])',
    '{"text": "这家店真不错", "text_pair": "服务很好"}',
    '"这家店真不错" "服务很好"',
    '{"pair": ["这家店真不错", "服务很好"]}',
)
FILL = Sample(
    'fill("这家店真不[MASK]", top=5)',
    'f"这家店真不{tokenizer.mask_token}"',
    '"这家店真不[MASK]"',
    '{"text": "这家店真不[MASK]", "top": 5}',
)


def nothing() -> Markup:
    """Before there is a finished run."""
    return empty(say("export.empty"), say("export.empty_hint"))


def variants(exports: Exports, runs: Mapping[ModelName, Mapping[str, Place]] = NOWHERE) -> Markup:
    """All exported variants, a table a model, and where those of each run."""
    parts = [_model(report, runs.get(model, {})) for model, report in exports.reports.items()]
    body = parts or [tag("p", say("export.none"), class_="g-hint")]
    return tag("section", heading(say("export.existing")), *body)


def matrix() -> Markup:
    """What can be exported for which provider, and why the rest can't: each reason once, by its number."""
    reasons: list[str] = []

    def cell(reason: Message) -> Markup:
        if not reason:
            return tag("span", say("export.made"), class_="g-said g-right")
        said = tell(reason)
        if said not in reasons:
            reasons.append(said)
        return tag("span", say("export.not_made", number=reasons.index(said) + 1), class_="g-hint", title=said)

    columns = [say("export.column_variant"), *(spec.alternative("provider", name) for name in get_args(Provider))]
    drawn = [[spec.alternative("quantisation", variant), *map(cell, refused)] for variant, refused in rows()]
    left_out = [tag("li", tag("b", name), " ", tell(reason)) for name, reason in LEFT_OUT.items()]
    return tag(
        "div",
        table(columns, drawn, class_="g-providers", label=say("export.matrix")),
        tag("ol", *(tag("li", reason) for reason in reasons), class_="g-hint g-numbered"),
        tag("ul", *left_out, class_="g-plain g-hint"),
    )


def pushed(address: str) -> Markup:
    """Where a pushed variant is to be found."""
    link = tag("a", address, href=address, target="_blank", rel="noopener noreferrer")
    return tag("p", say("export.pushed"), " ", link if address.startswith("https://") else address)


def snippets(folder: str, task: TaskName) -> Markup:
    """Ways to use an exported folder, each to be copied."""
    row = TASKS[task]
    sample = FILL if row.labelling == "none" else PAIR if "second" in row.columns else ONE
    names = {"ort_class": row.auto_class.replace("Auto", "ORT", 1), "onnx_task": row.onnx_task}
    names["arguments"] = arguments(task, sample.asked)
    names["comment"] = say("export.snippet_comment")
    names["name"] = Path(folder).name  # as serving calls it
    filled = {key: code.format(folder=folder, **names, **asdict(sample)) for key, code in SNIPPETS.items()}
    return tag("div", *(_snippet(name, code) for name, code in filled.items()))


def _snippet(name: str, code: str) -> Markup:
    title = say(f"export.snippet_{name}")
    copy = tag(
        "button",
        say("export.copy"),
        type="button",
        class_="g-copy",
        data_copied=say("export.copied"),
        aria_label=say("export.copy_of", title=title),
    )
    return tag("div", tag("p", title), tag("pre", code, tabindex="0"), copy, class_="g-snippet")


def _model(report: ExportReport, runs: Mapping[str, Place]) -> Markup:
    columns = ("variant", "parity", "metric", "flips", "logit", "size", "latency")
    lines = [_variant(report, variant) for variant in report.variants]
    unmade = tag("span", say("export.unmade"), class_="g-said g-wrong")
    lines += [[tag("b", name), unmade, *[""] * (len(columns) - 2)] for name in report.unmade]
    torch = tag("span", _milliseconds(report.torch_latency_ms), class_="g-num")
    lines.append([tag("span", say("export.torch"), class_="g-hint"), "", "", "", "", "", torch])
    remarks = [tag("li", tell(remark)) for remark in report.remarks()]
    return tag(
        "div",
        tag("h3", model_name(report.model)),
        table(
            [say(f"export.column_{name}") for name in columns],
            lines,
            class_="g-variants",
            label=say(f"common.model.{report.model}"),
        ),
        tag("ul", *remarks, class_="g-plain g-hint") if remarks else None,
        places(runs),
        class_="g-export",
    )


def _variant(report: ExportReport, variant: VariantReport) -> list[Content]:
    parity = variant.parity
    served = tag("span", say("export.served"), class_="g-chip g-state-done") if variant.name == report.served else None
    name = tag(
        "span",
        tag("b", variant.name),
        " ",
        served,
        tag("span", tell(report.recall(variant.method)), class_="g-hint"),
        class_="g-model-cell",
    )
    gate = tag(
        "span",
        say("export.passed" if parity.passed else "export.missed"),
        class_="g-said g-right" if parity.passed else "g-said g-wrong",
        title=tell(report.recall(parity.reason)),
    )
    figures = (
        say(
            "export.share" if report.metric in metrics.PLAIN else "export.points",
            loss=f"{100 * parity.metric_loss:+.2f}",
        ),
        say("export.flips", count=parity.flip_count, answers=f"{parity.answers:,}"),
        f"{parity.max_logit_difference:.1e}",
        say("export.megabytes", size=f"{variant.size_bytes / 1e6:,.1f}"),
        _milliseconds(variant.latency_ms),
    )
    return [name, gate, *(tag("span", figure, class_="g-num") for figure in figures)]


def _milliseconds(time: float) -> str:
    return say("export.milliseconds", time=f"{time:.1f}")
