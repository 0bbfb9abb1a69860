"""The model card: what a stranger needs to know before using an exported model."""

from __future__ import annotations

from pydantic import BaseModel

from export.report import ExportReport, VariantReport
from pipeline.report import DataSummary, Interval, ModelReport, Report
from pipeline.spec import HubSource, LocalSource, ModelName, RunSpec, SourceSpec
from pipeline.tasks import TASKS

#: Which parts of the recipe made which model.
PARTS: dict[ModelName, tuple[str, ...]] = {
    "source-only": ("source_training",),
    "transferred": ("source_training", "vocabulary", "adaptation", "fine_tuning"),
    "target-only": ("vocabulary", "target_only"),
}

#: By the source's kind: the licence as the Hub names it, and what to say of it.
LICENCES = {
    "embedded": (
        "apache-2.0",
        "The source encoder, sentence-transformers/all-MiniLM-L6-v2, is under the Apache License 2.0.",
    ),
    "hub": ("other", "The source encoder's licence is stated on its page; this model is bound by it."),
    "local": ("other", "The source encoder came from a local folder; ask its author for the licence."),
}

DATA_TITLES = {
    "source_train": "Source texts, for training",
    "source_test": "Source texts, for testing",
    "target_train": "Target texts, for training",
    "test": "Target texts, for testing (frozen, the same for every model)",
    "unlabelled": "Unlabelled target texts",
    "dictionary": "Dictionary entries",
}

CARD = """\
---
license: {licence}
pipeline_tag: {task}
library_name: optimum
tags: [onnx, {task}]
---

# {name}: {model}, {variant}

{task_title} with ONNX Runtime. Labels: {labels}. Made by Graft, run `{run_id}`: {method}.

## Use

```python
from optimum.onnxruntime import {ort_class}
from transformers import AutoTokenizer, pipeline

model = {ort_class}.from_pretrained("FOLDER")
tokenizer = AutoTokenizer.from_pretrained("FOLDER")
print(pipeline("{task}", model=model, tokenizer=tokenizer)("A text."))
```

Without them, `model.onnx` runs in a bare `onnxruntime.InferenceSession`; tokenize with `tokenizer.json`
and pad on the right. `sha256sum -c SHA256SUMS` checks the files.

## Data

{data}

## Recipe

Source model: {source}.

{recipe}

## Quality

On the frozen test set of {tests} texts, with 95 % intervals; this card is for the model in bold.

{quality}

{verdict}

## Parity with PyTorch and speed

Loss of {metric} and changed labels against PyTorch on the same test set, asked in batches and, where a variant
approximates, text by text too, of which the worse counts. Time is the median for one text, tokenizing included, on the
machine that exported (PyTorch: {torch_latency:.1f} ms).

{parity}

{remarks}

## Limits

{limits}

## Licence

{licence_note} The texts that it was trained on have licences of their own.
"""


def card(variant: VariantReport, export: ExportReport, spec: RunSpec, report: Report) -> str:
    """The README.md of one variant."""
    task = TASKS[export.task]
    licence, licence_note = LICENCES[spec.source.kind]
    return CARD.format(
        licence=licence,
        licence_note=licence_note,
        task=task.onnx_task,
        task_title=task.title,
        ort_class=task.auto_class.replace("AutoModel", "ORTModel"),
        name=spec.name,
        model=export.model,
        variant=variant.name,
        method=variant.method,
        labels=", ".join(report.labels),
        run_id=export.run_id,
        data=_data(report.data),
        source=_source(spec.source),
        recipe="\n".join(_part(name, getattr(spec.recipe, name)) for name in PARTS[export.model]),
        tests=report.data.test,
        quality=_quality(report.models, export.model, task.metrics),
        verdict=report.verdict.sentence,
        metric=export.metric,
        torch_latency=export.torch_latency_ms,
        parity=_parity(export.variants, variant),
        remarks="\n".join(f"- {remark}" for remark in export.remarks()) or "Nothing had to be repaired.",
        limits="\n".join(f"- {limit}" for limit in _limits(variant, spec)),
    )


def _table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def _data(data: DataSummary) -> str:
    rows = [[title, f"{getattr(data, field):,}"] for field, title in DATA_TITLES.items() if getattr(data, field)]
    return _table(["What", "Number"], rows)


def _source(source: SourceSpec) -> str:
    """Which encoder; of a local folder only its name, for a path says more of the machine than of the model."""
    if isinstance(source, HubSource):
        return f"`{source.repo_id}` at `{source.revision}` on the Hugging Face Hub"
    if isinstance(source, LocalSource):
        return f"a local folder `{source.path.replace(chr(92), '/').rstrip('/').rpartition('/')[2]}`"
    return "sentence-transformers/all-MiniLM-L6-v2"


def _part(name: str, part: BaseModel) -> str:
    choices = part.model_dump()
    kind = choices.pop("kind")
    settings = ", ".join(
        f"{field.replace('_', ' ')} {f'{value:g}' if isinstance(value, float) else value}"
        for field, value in choices.items()
        if value is not None
    )
    return f"- {name.replace('_', ' ').capitalize()}: {kind}{f' ({settings})' if settings else ''}"


def _quality(models: list[ModelReport], exported: str, metrics: tuple[str, ...]) -> str:
    rows = []
    for model in models:
        name = f"**{model.name}**" if model.name == exported else model.name
        rows.append([name, *(_interval(model.metrics.get(metric)) for metric in metrics), model.description])
    return _table(["Model", *(metric.replace("_", " ") for metric in metrics), "What it is"], rows)


def _interval(interval: Interval | None) -> str:
    return f"{interval.value:.1%} ({interval.low:.1%} to {interval.high:.1%})" if interval else "not measured"


def _parity(variants: list[VariantReport], own: VariantReport) -> str:
    rows = [
        [
            f"**{variant.name}**" if variant is own else variant.name,
            "passed" if variant.parity.passed else "FAILED",
            f"{variant.parity.metric_loss:+.2%}",
            f"{variant.parity.flip_count} of {variant.parity.texts}",
            f"{variant.parity.max_logit_difference:.1e}",
            f"{variant.latency_ms:.1f} ms",
            f"{variant.size_bytes / 1e6:.1f} MB",
        ]
        for variant in variants
    ]
    return _table(["Variant", "Gate", "Loss", "Changed labels", "Largest logit difference", "Time", "Size"], rows)


def _limits(variant: VariantReport, spec: RunSpec) -> list[str]:
    limits = [
        f"A text is cut after {spec.data.max_length} sub-word tokens.",
        "It always answers with one of its labels, also where none fits.",
        "What it scores on texts unlike the test set was not measured.",
        "Batches must be padded on the right.",
    ]
    if variant.name == "int8":
        limits += [
            "It is for CPUs; on a GPU take fp32.",
            "Its activations are scaled by what is in the batch: scores vary a little with batching and padding.",
        ]
    return limits
