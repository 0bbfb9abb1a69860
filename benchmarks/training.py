"""How fast Graft trains beside the defaults of run_glue: ``python -m benchmarks.training --data DIR``.

The peer is transformers' Trainer as its text-classification example sets it up: every text padded to
128 tokens, float32, batches in random order. Both start from the embedded model and take the same texts, epochs,
batch size and learning rate, in turn, in processes of their own. Printed are examples a second, accuracy on
the same test texts, the ratio, and Graft's share of the matrix-product peak measured beside it. Last, the time of
five bagged members that share their lower layers is set against that of one model.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.draws import draw
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
    FullFineTuning,
    KeepVocabulary,
    NoEnsemble,
    RecipeSpec,
    RunSpec,
)
from pipeline.worker import bring_about

HERE = Path(__file__).resolve().parent
LENGTH = 128
TUNING = FullFineTuning(epochs=2, batch_size=32, learning_rate=5e-5)
BAG = Bagging(members=5, shared_layers=4)


def sets(name: str, data: Path, out: Path, limit: int) -> tuple[Path, Path]:
    """CSV files (text, label) to learn from and to test on."""
    out.mkdir(parents=True, exist_ok=True)
    if name == "sst2":
        rows = {}
        for part in ("train", "test"):
            lines = (data / f"en/stsa.binary.{part}").read_text(encoding="utf-8").splitlines()
            rows[part] = [(line[2:], line[0]) for line in lines][: limit if part == "train" else None]
    else:
        drawn = draw("category", data, out.parent)
        rows = {part: _csv(drawn / f"{file}.csv") for part, file in (("train", "source"), ("test", "test"))}
        rows["train"] = rows["train"][:limit]
    for part, found in rows.items():
        with open(out / f"{name}.{part}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *found])
    return out / f"{name}.train.csv", out / f"{name}.test.csv"


def _csv(path: Path) -> list[tuple[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["review"], row["label"]) for row in csv.DictReader(file)]


def graft(train: Path, test: Path) -> dict[str, Any]:
    """Train with Graft's own stage, and test what it wrote."""
    files = {"source": train, "source_test": test, "target": train, "test": test}
    spec = RunSpec(
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
        record = json.loads((model / "training.json").read_text())
        return {
            "seconds": record["seconds"],
            "examples": record["examples"] * TUNING.epochs,
            "accuracy": _accuracy(model, _pairs(test)),
            "precision": record["precision"],
            "gemm_share": record["flops"] / record["seconds"] / record["gemm_flops_per_second"],
        }


def peer(train: Path, test: Path) -> dict[str, Any]:
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
    set_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2, use_safetensors=True)
    texts, labels = zip(*_pairs(train), strict=True)
    encoded = tokenizer(list(texts), padding="max_length", max_length=LENGTH, truncation=True)
    dataset = Dataset.from_dict({**encoded, "label": [int(label) for label in labels]})
    with tempfile.TemporaryDirectory() as place:
        arguments = TrainingArguments(
            output_dir=place,
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
    """Of a saved model, in float32, by the same code for both."""
    import torch  # noqa: PLC0415
    from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415

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


def ensemble(train: Path, test: Path) -> dict[str, Any]:
    """Seconds of one model's training, and of all that a bag's members and their vote take."""
    dataset = {role: DatasetSpec(path=str(path)) for role, path in (("target", train), ("test", test))}
    found = {}
    for name, kind in (("one", NoEnsemble()), ("members", BAG)):
        spec = RunSpec(
            data=DataSpec(**dataset, max_length=LENGTH),
            recipe=RecipeSpec(vocabulary=KeepVocabulary(), fine_tuning=TUNING, ensemble=kind),
        )
        with tempfile.TemporaryDirectory() as place:
            store = RunStore(Path(place))
            artifacts = ArtifactStore(store.artifacts)
            run = store.create(spec).id
            taken = 0.0
            for stage in plan(spec):
                if stage.name not in ("data", "source-only") and not stage.name.startswith("transferred"):
                    continue
                started = time.monotonic()
                bring_about(stage, store, run, artifacts, Settings(runs_dir=store.root))
                taken += (time.monotonic() - started) * stage.name.startswith("transferred")
            found[name] = taken
    return found


SIDES = {"graft": graft, "run_glue": peer}


def main() -> int:
    """Measure both sides in turn on each data set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with en/ and zh/")
    parser.add_argument("--out", type=Path, default=Path("results/training"), help="where the sets are written")
    parser.add_argument("--limit", type=int, default=3000, help="texts to learn from, at most (default: 3000)")
    parser.add_argument("--side", choices=[*SIDES, "ensemble"], help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps({**SIDES, "ensemble": ensemble}[options.side](*options.files)))
        return 0
    for name in ("sst2", "shopping"):
        files = sets(name, options.data, options.out / "sets", options.limit)
        found = {side: _measure(side, files) for side in SIDES}
        rates = {side: values["examples"] / values["seconds"] for side, values in found.items()}
        for side, values in found.items():
            print(f"{name:<10}{side:<10}{rates[side]:8.1f} examples/s   accuracy {100 * values['accuracy']:.1f} %")
        share = found["graft"]["gemm_share"]
        print(
            f"{name:<10}ratio     {rates['graft'] / rates['run_glue']:8.2f}   "
            f"{share:.0%} of the {found['graft']['precision']} matrix-product rate"
        )
        bag = _measure("ensemble", files)
        print(f"{name:<10}{BAG.members} members {bag['members'] / bag['one']:8.2f} × one model's time")
    return 0


def _measure(side: str, files: tuple[Path, Path]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.training", "--data", ".", "--side", side, "--files", *map(str, files)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main())
