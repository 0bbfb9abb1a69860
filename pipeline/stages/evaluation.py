"""Every model of a run on the one frozen test set: predictions, metrics, report.

Output: ``report.json`` and ``logits.safetensors`` (model → ``[texts, labels]``, for later comparisons).
"""

from __future__ import annotations

import numpy as np
from safetensors.numpy import save_file

from pipeline import evaluation
from pipeline.parameters import EvaluationParameters
from pipeline.report import DataSummary, Example, ModelReport, Report
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer, parameter_count, predict_logits
from pipeline.stages.tokenizers import fit

#: Which models are compared in pairs; the verdict rests on the first two.
PAIRS = (("transferred", "source-only"), ("transferred", "target-only"), ("target-only", "source-only"))


def run(context: Context[EvaluationParameters]) -> None:
    """Predict with each model, and write the frozen report."""
    parameters = context.parameters
    data = read_json(context.inputs["data"] / "data.json")
    labels, counts = data["labels"], data["counts"]
    test = read_split(context.inputs["data"], "test")
    source_test = read_split(context.inputs["data"], "source_test")
    truth = np.array(test["label"])
    source_truth = np.array(source_test["label"])
    total = len(parameters.models) * (len(test) + len(source_test))
    done = 0
    logits: dict[str, np.ndarray] = {}
    models = []
    for name in parameters.models:
        folder = context.inputs[name]
        tokenizer = load_tokenizer(folder)
        model = load_model(folder, parameters.task, labels)

        def progress(texts: int, before: int = done) -> None:
            context.step(before + texts, total)

        logits[name] = predict_logits(model, tokenizer, list(test["text"]), progress).numpy()
        done += len(test)
        on_source = predict_logits(model, tokenizer, list(source_test["text"]), progress).numpy().argmax(1)
        done += len(source_test)
        predicted = logits[name].argmax(1)
        models.append(
            ModelReport(
                name=name,
                description=parameters.descriptions[name],
                metrics=evaluation.metrics(truth, predicted, len(labels), parameters.seed),
                confusion=evaluation.confusion(truth, predicted, len(labels)),
                source_accuracy=evaluation.metrics(source_truth, on_source, len(labels), parameters.seed)["accuracy"],
                tokenizer=fit(tokenizer, list(test["text"])),
                parameters=parameter_count(model.parameters()),
                training_seconds=read_json(folder / "training.json")["seconds"],
            )
        )
    predictions = {name: values.argmax(1) for name, values in logits.items()}
    comparisons = [evaluation.compare(first, second, truth, predictions, parameters.seed) for first, second in PAIRS]
    report = Report(
        task=parameters.task,
        labels=labels,
        data=DataSummary(**counts),
        models=models,
        comparisons=comparisons,
        verdict=evaluation.verdict(models, comparisons, len(test)),
        examples=_examples(list(test["text"]), truth, logits, labels),
        notes=data["notes"],
    )
    (context.out / "report.json").write_text(report.model_dump_json(indent=1), encoding="utf-8")
    save_file(logits, context.out / "logits.safetensors")


def _examples(texts: list[str], truth: np.ndarray, logits: dict[str, np.ndarray], labels: list[str]) -> list[Example]:
    probabilities = {name: evaluation.softmax(values).round(4) for name, values in logits.items()}
    return [
        Example(
            text=text,
            label=labels[truth[index]],
            predictions={name: labels[int(values[index].argmax())] for name, values in logits.items()},
            probabilities={name: values[index].tolist() for name, values in probabilities.items()},
        )
        for index, text in enumerate(texts)
    ]
