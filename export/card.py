"""The model card: what a stranger needs to know before using an exported model."""

from __future__ import annotations

import re

from export.circumstances import libraries
from export.licence import TOKENIZER, licence_of
from export.limits import limits
from export.pipelines import arguments
from export.recipe import adopted, source, steps
from export.report import ExportReport, VariantReport
from export.verify import Gate
from pipeline.evaluation.wording import MEASURES, shown
from pipeline.processor import model_name
from pipeline.report import DataSummary, Interval, ModelReport, Report
from pipeline.spec import DataSpec, RunSpec, TaskName
from pipeline.tasks import TASKS, Task

DATA_TITLES = {
    "source_train": "Source texts, for training",
    "source_test": "Source texts, for testing",
    "target_train": "Target texts, for training",
    "dev": "Target texts, for development",
    "test": "Target texts, for testing (frozen, the same for every model)",
    "unlabelled": "Unlabelled target texts",
    "dictionary": "Dictionary entries",
}

#: The text that is put to a pipeline of transformers, as Python.
TEXTS: dict[TaskName, str] = {
    "text-classification": '"A text."',
    "multi-label-classification": '"A text."',
    "sentence-pair-classification": '{"text": "A text.", "text_pair": "Another."}',
    "entity-recognition": '"Ada saw Paris."',
    "part-of-speech": '"Ada saw Paris."',
    "language-modelling": 'f"Paris is {tokenizer.mask_token}."',
}

CARD = """\
---
license: {licence}{base}
pipeline_tag: {task}
library_name: optimum
tags: [onnx, {task}]{datasets}
---

# {name}: {model}, {variant}

{task_title} with ONNX Runtime.{labels} Made by Graft, run `{run_id}`: {method}.

## Use

```python
from optimum.onnxruntime import {ort_class}
from transformers import AutoTokenizer, pipeline

model = {ort_class}.from_pretrained("FOLDER")
tokenizer = AutoTokenizer.from_pretrained("FOLDER")
print(pipeline("{task}", model=model, tokenizer=tokenizer)({call}))
```

Without them, `model.onnx` runs in a bare `onnxruntime.InferenceSession`; tokenize with `tokenizer.json`,
which cuts what is too long, and pad on the right. `sha256sum -c SHA256SUMS` checks the files.

Made and checked with {libraries}.

## Data

{data}{origins}

## Recipe

Source model: {source}. This model: {description}. Seed: {seed}.

{recipe}

## Quality

On the frozen test set of {tests} texts, with 95 % intervals; this card is for the model in bold.

{quality}

{verdict}

## Parity with PyTorch and speed

By how much the {metric} is worse than PyTorch's, and how many answers differ, on {asked}, asked in batches
and text by text (of this variant {singles:,} texts), of which the worse counts. {gate} Time is the median for one text,
tokenizing included, on the machine that exported: with {provider}; PyTorch, on its CPU ({cpu}), takes
{torch_latency:.1f} ms.

{parity}

{remarks}

## Limits

{limits}

## Licence

{licence_note} The texts that it was trained on have licences of their own.
"""


def card(variant: VariantReport, export: ExportReport, spec: RunSpec, report: Report, *, longest: int) -> str:
    """The README.md of one variant.

    Args:
        variant: Which.
        export: What it is among.
        spec: The run's.
        report: The run's.
        longest: Most tokens of a text that it reads, which may be fewer than the run was to keep.
    """
    task = TASKS[export.task]
    licence, licence_note, base = licence_of(spec.source)
    if export.model == "target-only":  # it has the source's shape, and none of its weights
        base = ""
    if other := adopted(spec, export.model):
        licence_note += " " + licence_of(other, TOKENIZER)[1]
    return CARD.format(
        licence=licence,
        licence_note=licence_note,
        base=f"\nbase_model: {base}" if base else "",
        task=task.onnx_task,
        task_title=task.title,
        ort_class=task.auto_class.replace("AutoModel", "ORTModel"),
        call=arguments(export.task, TEXTS[export.task]),
        libraries=", ".join(f"{name} {version}" for name, version in libraries().items()),
        name=spec.name,
        model=export.model,
        variant=variant.name,
        method=variant.method,
        labels=f" Labels: {', '.join(report.labels)}." if report.labels else "",
        run_id=export.run_id,
        datasets=_datasets(spec.data),
        data=_data(report.data),
        origins=_origins(spec.data),
        source=source(spec.source),
        description=report.model(export.model).description.rstrip("."),
        recipe="\n".join(steps(spec, export.model)),
        seed=spec.seed,
        tests=report.data.test,
        quality=_quality(report.models, export.model, task.metrics) + _calibration(report.model(export.model), task),
        verdict=" ".join([report.verdict.sentence, *report.verdict.remarks]),
        metric=MEASURES[export.metric].title,
        asked=_asked(variant.parity.texts, report.data.test),
        singles=variant.parity.singles,
        gate=Gate.of(export.options).told,
        provider=variant.provider,
        cpu=model_name(),
        torch_latency=export.torch_latency_ms,
        parity=_parity(export, variant),
        remarks="\n".join(f"- {remark}" for remark in export.remarks()) or "Nothing had to be repaired.",
        limits="\n".join(f"- {limit}" for limit in limits(variant, task, longest)),
    )


def _table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def _data(data: DataSummary) -> str:
    rows = [[title, f"{getattr(data, field):,}"] for field, title in DATA_TITLES.items() if getattr(data, field)]
    return _table(["What", "Number"], rows)


def _datasets(data: DataSpec) -> str:
    """The data sets of the Hub, as a line of the header."""
    names = dict.fromkeys(origin.dataset for _, origin in data.origins)
    return f"\ndatasets: [{', '.join(names)}]" if names else ""


def _origins(data: DataSpec) -> str:
    """Which texts are from which data set, with its licence."""
    lines = [f"- {DataSpec.model_fields[role].title}: {_plain(origin.told)}" for role, origin in data.origins]
    return "\n\n" + "\n".join(lines) if lines else ""


def _plain(text: str) -> str:
    """What a data set's page says, without anything that Markdown could take for markup."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def _quality(models: list[ModelReport], exported: str, metrics: tuple[str, ...]) -> str:
    rows = []
    for model in models:
        name = f"**{model.title}**" if model.name == exported else model.title
        values = [_interval(metric, model.metrics.get(metric)) for metric in metrics]
        rows.append([name, *values, model.description])
    return _table(["Model", *(MEASURES[metric].title for metric in metrics), "What it is"], rows)


def _calibration(model: ModelReport, task: Task) -> str:
    """How far its confidence is from how often it is right, as a sentence below the table."""
    if model.calibration_error is None:
        return ""
    unit = {"tags": "word by word", "several": "label by label"}.get(task.labelling, "text by text")
    return (
        f"\n\nExpected calibration error of the model in bold, in PyTorch, {unit}: {model.calibration_error:.1%} (the "
        "distance between how sure it is and how often it is right, over ten bins)."
    )


def _interval(metric: str, interval: Interval | None) -> str:
    if interval is None:
        return "not measured"
    value, low, high = (shown(metric, number) for number in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _asked(texts: int, tests: int) -> str:
    """What of the frozen test set the variants were asked: what the run's report keeps of it."""
    return "the same test set" if texts == tests else f"{texts:,} texts of the same test set"


def _parity(export: ExportReport, own: VariantReport) -> str:
    rows = [
        [
            f"**{variant.name}**" if variant is own else variant.name,
            "passed" if variant.parity.passed else "FAILED",
            f"{variant.parity.metric_loss:+.2%}",
            f"{variant.parity.flip_count} of {variant.parity.answers}",
            f"{variant.parity.max_logit_difference:.1e}",
            f"{variant.latency_ms:.1f} ms",
            f"{variant.size_bytes / 1e6:.1f} MB",
        ]
        for variant in export.variants
    ]
    rows += [[name, "not made", *[""] * 5] for name in export.unmade]
    return _table(["Variant", "Gate", "Loss", "Changed answers", "Largest logit difference", "Time", "Size"], rows)
