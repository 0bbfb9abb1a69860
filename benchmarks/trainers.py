"""A training that ``benchmarks.training`` compares: ``python -m benchmarks.trainers KIND TRAIN TEST SEED``.

Each has a process of its own, and prints what it took and reached as JSON on the last line.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.embedded import MEMBERS
from pipeline.artifacts import ArtifactStore
from pipeline.plan import plan
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.sources import resolve
from pipeline.spec import (
    Bagging,
    DatasetSpec,
    DataSpec,
    EmbeddedSource,
    EnsembleSpec,
    FullFineTuning,
    KeepVocabulary,
    NoEnsemble,
    RecipeSpec,
    RunSpec,
)
from pipeline.worker import bring_about

LENGTH = 128
TUNING = FullFineTuning(epochs=2, batch_size=32, learning_rate=5e-5)
SHARED_LAYERS = (4, 5)  # of a bag; the encoder has six


def graft(train: Path, test: Path, seed: int) -> dict[str, Any]:
    """Train with Graft's own stage, and test what it wrote."""
    files = {"source": train, "source_test": test, "target": train, "test": test}
    spec = RunSpec(
        seed=seed,
        data=DataSpec(**{role: DatasetSpec(path=str(path)) for role, path in files.items()}, max_length=LENGTH),
        recipe=RecipeSpec(source_training=TUNING, vocabulary=KeepVocabulary()),
    )
    with tempfile.TemporaryDirectory() as place:
        store = RunStore(Path(place))
        artifacts = ArtifactStore(store.artifacts)
        run = store.create(spec).id
        for stage in plan(spec)[:2]:  # data, source-only
            bring_about(stage, store, run, artifacts, Settings(runs_dir=store.root))
        model = store.model_folder(run, "source-only")
        written = json.loads((model / "training.json").read_text())
        return {
            "seconds": written["seconds"],
            "examples": written["examples"] * TUNING.epochs,
            "accuracy": _accuracy(model, _pairs(test)),
            "precision": written["precision"],
            "gemm_share": written["flops"] / written["seconds"] / written["gemm_flops_per_second"],
        }


def peer(train: Path, test: Path, seed: int) -> dict[str, Any]:
    """Train as run_glue does by default."""
    from datasets import Dataset  # noqa: PLC0415
    from transformers import (  # noqa: PLC0415
        AutoModelForSequenceClassification,
        AutoTokenizer,
        Trainer,
        TrainingArguments,
        default_data_collator,
        set_seed,
    )

    folder = resolve(EmbeddedSource()).path
    tokenizer = AutoTokenizer.from_pretrained(folder)
    set_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2, use_safetensors=True)
    texts, labels = zip(*_pairs(train), strict=True)
    encoded = tokenizer(list(texts), padding="max_length", max_length=LENGTH, truncation=True)
    dataset = Dataset.from_dict({**encoded, "label": [int(label) for label in labels]})
    with tempfile.TemporaryDirectory() as place:
        arguments = TrainingArguments(
            output_dir=place,
            seed=seed,
            num_train_epochs=TUNING.epochs,
            per_device_train_batch_size=TUNING.batch_size,
            learning_rate=TUNING.learning_rate,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        trainer = Trainer(model=model, args=arguments, train_dataset=dataset, data_collator=default_data_collator)
        started = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - started
        model.save_pretrained(place)
        tokenizer.save_pretrained(place)
        accuracy = _accuracy(Path(place), _pairs(test))
    return {"seconds": seconds, "examples": len(texts) * TUNING.epochs, "accuracy": accuracy}


def _pairs(path: Path) -> list[tuple[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def _accuracy(folder: Path, pairs: list[tuple[str, str]]) -> float:
    """Of a saved model, in float32, by the same code for all."""
    import torch  # noqa: PLC0415
    from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415

    import pipeline.models  # noqa: F401, PLC0415 - registers ensembles

    model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    right = 0
    with torch.inference_mode():
        for start in range(0, len(pairs), 64):
            texts, labels = zip(*pairs[start : start + 64], strict=True)
            encoded = tokenizer(list(texts), padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
            found = model(**encoded).logits.argmax(1).tolist()
            right += sum(answer == int(label) for answer, label in zip(found, labels, strict=True))
    return right / len(pairs)


def ensemble(train: Path, test: Path, seed: int) -> dict[str, Any]:
    """One model and bags that share their lowest layers: seconds of the training and the vote, and the accuracy."""
    kinds = {"one": NoEnsemble(), **{f"bag-{n}": Bagging(members=MEMBERS, shared_layers=n) for n in SHARED_LAYERS}}
    return {name: _transferred(kind, train, test, seed) for name, kind in kinds.items()}


def _transferred(kind: EnsembleSpec, train: Path, test: Path, seed: int) -> dict[str, float]:
    dataset = {role: DatasetSpec(path=str(path)) for role, path in (("target", train), ("test", test))}
    spec = RunSpec(
        seed=seed,
        data=DataSpec(**dataset, max_length=LENGTH),
        recipe=RecipeSpec(vocabulary=KeepVocabulary(), fine_tuning=TUNING, ensemble=kind),
    )
    with tempfile.TemporaryDirectory() as place:
        store = RunStore(Path(place))
        artifacts = ArtifactStore(store.artifacts)
        run = store.create(spec).id
        seconds = 0.0
        for stage in plan(spec):
            if stage.name not in ("data", "source-only") and not stage.name.startswith("transferred"):
                continue
            started = time.monotonic()
            bring_about(stage, store, run, artifacts, Settings(runs_dir=store.root))
            seconds += (time.monotonic() - started) * stage.name.startswith("transferred")
        return {"seconds": seconds, "accuracy": _accuracy(store.model_folder(run, "transferred"), _pairs(test))}


KINDS: dict[str, Callable[[Path, Path, int], dict[str, Any]]] = {"graft": graft, "run_glue": peer, "ensemble": ensemble}


if __name__ == "__main__":
    kind, train, test, seed = sys.argv[1:]
    print(json.dumps(KINDS[kind](Path(train), Path(test), int(seed))))
