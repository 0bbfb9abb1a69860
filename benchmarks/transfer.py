"""What transfer buys on real data: ``python -m benchmarks.transfer --data DIR``.

SST-2 (English film reviews) to waimai_10k (Chinese food-delivery reviews). The test set is 1,000
reviews, 500 a class, drawn once with seed 0; 1,000 other reviews, 500 a class too, are the target
labels, and the text of all the rest is unlabelled. Everything runs as any run
does, through the command line's own parts; a killed benchmark goes on where it stood.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
from pathlib import Path

from pipeline.spec import (
    DatasetSpec,
    DataSpec,
    ExportSpec,
    FullFineTuning,
    MaskedLanguageModelling,
    RecipeSpec,
    RunSpec,
    TransplantVocabulary,
)

PER_CLASS = 500


def draw(reviews: Path, out: Path) -> None:
    """Write test.csv, target.csv and unlabelled.csv: disjoint, also in their texts."""
    with open(reviews, encoding="utf-8-sig", newline="") as file:
        rows = {row["review"].strip(): row["label"] for row in csv.DictReader(file) if row["review"].strip()}
    order = sorted(rows)
    random.Random(0).shuffle(order)
    classes = [[text for text in order if rows[text] == label] for label in ("0", "1")]
    sets = {
        "test": [text for texts in classes for text in texts[:PER_CLASS]],
        "target": [text for texts in classes for text in texts[PER_CLASS : 2 * PER_CLASS]],
        "unlabelled": [text for texts in classes for text in texts[2 * PER_CLASS :]],
    }
    for name, texts in sets.items():
        labels = [] if name == "unlabelled" else ["label"]
        with open(out / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [["review", *labels], *([text, rows[text]][: 1 + len(labels)] for text in texts)]
            )


def spec(data: Path, drawn: Path) -> RunSpec:
    """The run: a dictionary transplant, a pass of masked LM on the unlabelled reviews, full fine-tuning."""

    def chinese(name: str, label: str | None = "label") -> DatasetSpec:
        return DatasetSpec(path=str(drawn / f"{name}.csv"), text_column="review", label_column=label)

    return RunSpec(
        name="SST-2 to waimai",
        data=DataSpec(
            source=DatasetSpec(path=str(data / "en/stsa.binary.train"), format="text"),
            source_test=DatasetSpec(path=str(data / "en/stsa.binary.test"), format="text"),
            target=chinese("target"),
            test=chinese("test"),
            unlabelled=chinese("unlabelled", None),
            dictionary=str(data / "dictionaries/en-zh.wiktionary.tsv"),
        ),
        recipe=RecipeSpec(
            source_training=FullFineTuning(epochs=2, learning_rate=1e-4, embedding_learning_rate=0),
            vocabulary=TransplantVocabulary(size=8000),
            adaptation=MaskedLanguageModelling(embedding_epochs=1, epochs=1),
            fine_tuning=FullFineTuning(epochs=6, learning_rate=1e-4, embedding_learning_rate=2e-4),
            target_only=FullFineTuning(epochs=10, learning_rate=2e-4, embedding_learning_rate=1e-3),
        ),
        exports=(ExportSpec(model="transferred", optimisation="O2", quantisation="int8"),),
    )


def main() -> int:
    """Draw the sets, write the spec, and carry it out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with en/, zh/ and dictionaries/")
    parser.add_argument("--out", type=Path, default=Path("results/transfer"), help="where sets and runs go")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    draw(options.data / "zh/waimai_10k.csv", options.out)
    path = options.out / "spec.json"
    path.write_text(spec(options.data.resolve(), options.out.resolve()).model_dump_json(indent=2), encoding="utf-8")
    command = [sys.executable, "-m", "pipeline", "run", str(path), "--runs-dir", str(options.out / "runs")]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
