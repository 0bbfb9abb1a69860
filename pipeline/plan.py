"""From a spec to the graph of stages that carries it out. Free of torch.

A stage's key is a hash of all that its output depends on: its parameters, the content of the
files it reads, and the keys of the stages before it. Equal keys mean equal output, so what
two runs share is done once, and a run that was killed goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import sources
from pipeline.errors import DataError
from pipeline.parameters import (
    DATASETS,
    AdaptationParameters,
    DataParameters,
    EvaluationParameters,
    ExportParameters,
    FineTuningParameters,
    Parameters,
    VocabularyParameters,
)
from pipeline.spec import (
    DataSpec,
    FineTuningSpec,
    MaskedLanguageModelling,
    ModelName,
    RunSpec,
    TransplantVocabulary,
)

#: Cost of training on a text, by kind of fine-tuning; a frozen encoder needs no backward pass.
COSTS = {"full": 1.0, "probe": 0.4}

#: Raised when a stage's code comes to give another output for the same parameters.
REVISION = 1


@dataclass(frozen=True)
class Stage:
    """One step of a run.

    Attributes:
        name: Unique in the plan.
        kind: Row of ``pipeline.stages.STAGES``.
        title: For people.
        parameters: All it needs to know.
        inputs: Role → the stage whose output it reads.
        partly: Role → what counts of an input of which the stage reads only a part, instead of the
            whole input's key: so two runs that share a source share its model.
        cost: Expected work, in steps of one text through training; for the time left.
        publishes: Where in the run's folder the output shows up, if it does.
        key: Hash of all the output depends on.
    """

    name: str
    kind: str
    title: str
    parameters: Parameters
    inputs: dict[str, Stage] = field(default_factory=dict)
    partly: dict[str, Any] = field(default_factory=dict)
    cost: float = 1.0
    publishes: str | None = None

    @property
    def key(self) -> str:
        """Hash of all that the output depends on; paths are not among it, contents are."""
        material = {
            "revision": REVISION,
            "kind": self.kind,
            "parameters": self.parameters.model_dump(mode="json", exclude=self.parameters.PLACES),
            "inputs": {role: self.partly.get(role, stage.key) for role, stage in sorted(self.inputs.items())},
        }
        return hashlib.sha256(json.dumps(material, sort_keys=True).encode()).hexdigest()[:40]


def plan(spec: RunSpec) -> tuple[Stage, ...]:
    """The stages of a run, each after all that it reads.

    Raises:
        DataError: A file is missing.
        SourceError: The source model can't be used.
    """
    recipe, data_spec = spec.recipe, spec.data
    source_hash = sources.fingerprint(spec.source)
    rows = {role: _count_lines(path) for role, path in _files(data_spec).items()}

    def fine_tuning(
        name: ModelName,
        title: str,
        tuning: FineTuningSpec,
        *,
        split: str,
        start: str,
        inputs: dict[str, Stage],
        partly: dict[str, Any] | None = None,
    ) -> Stage:
        return Stage(
            name,
            "fine-tuning",
            title,
            FineTuningParameters.model_validate(
                {
                    "task": spec.task,
                    "split": split,
                    "start": start,
                    "source": spec.source,
                    "source_hash": source_hash if start == "pretrained" else "",
                    "tuning": tuning,
                    "max_length": data_spec.max_length,
                    "seed": spec.seed,
                }
            ),
            inputs,
            partly or {},
            cost=rows[split.removesuffix("_train")] * tuning.epochs * COSTS[tuning.kind],
            publishes=f"models/{name}",
        )

    hashes = {role: _sha256(path) for role, path in _files(data_spec).items()}
    data_parameters = DataParameters(data=data_spec, seed=spec.seed, hashes=hashes)
    data = Stage(
        "data",
        "data",
        "Read and split the texts",
        data_parameters,
        cost=0.01 * sum(rows.values()),
    )
    source_only = fine_tuning(
        "source-only",
        "Train on the source texts",
        recipe.source_training,
        split="source_train",
        start="pretrained",
        inputs={"data": data},
        partly={"data": _source_side(data_parameters)},
    )
    stages = [data, source_only]
    model = source_only
    if isinstance(recipe.vocabulary, TransplantVocabulary):
        parameters = VocabularyParameters(task=spec.task, vocabulary=recipe.vocabulary, seed=spec.seed)
        inputs = {"data": data, "model": model}
        model = Stage("vocabulary", "vocabulary", "Transplant the vocabulary", parameters, inputs, cost=200)
        stages.append(model)
    target_start = model  # its tokenizer and shape serve target-only too
    if isinstance(recipe.adaptation, MaskedLanguageModelling):
        adaptation = AdaptationParameters(
            task=spec.task, adaptation=recipe.adaptation, max_length=data_spec.max_length, seed=spec.seed
        )
        texts = rows.get("unlabelled", 0) + rows["target"]
        cost = 1.2 * texts * (recipe.adaptation.epochs + 0.7 * recipe.adaptation.embedding_epochs)
        inputs = {"data": data, "model": model}
        model = Stage("adaptation", "adaptation", "Adapt to the target language", adaptation, inputs, cost=cost)
        stages.append(model)
    transferred = fine_tuning(
        "transferred",
        "Train on the target labels",
        recipe.fine_tuning,
        split="target_train",
        start="given",
        inputs={"data": data, "model": model},
    )
    target_only = fine_tuning(
        "target-only",
        "Train from scratch, to compare",
        recipe.target_only,
        split="target_train",
        start="random",
        inputs={"data": data, "model": target_start},
    )
    models = (source_only, transferred, target_only)
    names: tuple[ModelName, ...] = ("source-only", "transferred", "target-only")
    report = Stage(
        "report",
        "evaluation",
        "Compare on the frozen test set",
        EvaluationParameters(task=spec.task, models=names, descriptions=_descriptions(spec), seed=spec.seed),
        {"data": data, **dict(zip(names, models, strict=True))},
        cost=0.25 * len(names) * rows.get("test", rows["target"] * data_spec.test_fraction) + 50,
        publishes="report.json",
    )
    exports = tuple(
        Stage(
            f"export-{export.model}",
            "export",
            f"Export {export.model} to ONNX",
            ExportParameters(export=export),
            {"report": report, "model": dict(zip(names, models, strict=True))[export.model]},
            cost=300 if export.quantisation == "none" else 600,
            publishes=f"exports/{export.model}",
        )
        for export in spec.exports
    )
    return (*stages, transferred, target_only, report, *exports)


def _descriptions(spec: RunSpec) -> dict[str, str]:
    """One line a model, for the report."""
    title = sources.resolve(spec.source).title
    steps = [
        "vocabulary transplanted" if isinstance(spec.recipe.vocabulary, TransplantVocabulary) else "",
        "adapted by masked LM" if isinstance(spec.recipe.adaptation, MaskedLanguageModelling) else "",
        "fine-tuned on the target labels",
    ]
    return {
        "source-only": f"{title}, trained on the source texts alone",
        "transferred": "source-only, " + ", ".join(step for step in steps if step),
        "target-only": "the transferred model's architecture and vocabulary from random weights, same target labels",
    }


def _source_side(parameters: DataParameters) -> dict[str, Any]:
    """What the split of the source texts depends on; the target's files are not among it."""
    fields = {"source": {"path"}, "source_test": {"path"}}
    kept = parameters.data.model_dump(mode="json", include={*fields, "source_test_fraction"}, exclude=fields)
    hashes = {role: parameters.hashes.get(role) for role in fields}
    return {"data": kept, "hashes": hashes, "seed": parameters.seed}


def _files(data: DataSpec) -> dict[str, Path]:
    """Role → file, of those that are given."""
    datasets = {role: getattr(data, role) for role in DATASETS}
    files = {role: Path(dataset.path) for role, dataset in datasets.items() if dataset is not None}
    if data.dictionary:
        files["dictionary"] = Path(data.dictionary)
    return files


def _sha256(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}.", "Check the path.") from error


def _count_lines(path: Path) -> int:
    """Lines of a file: near enough to its texts for an estimate."""
    try:
        with open(path, "rb") as file:
            return 1 + sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}.", "Check the path.") from error
