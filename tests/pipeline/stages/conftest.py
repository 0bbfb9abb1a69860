"""What the tests of stages may ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.events import EventLog
from pipeline.settings import Settings

TASK, LABELS = "text-classification", ["negative", "positive"]


@pytest.fixture
def make_context(tmp_path: Path, settings: Settings) -> Callable[..., Any]:
    """A function: parameters, inputs, name → the context of a stage whose folders lie in the test's own."""
    from pipeline.stages.context import Context

    def make(parameters: Any, inputs: dict[str, Path] | None = None, name: str = "stage") -> Context[Any]:
        artifacts = tmp_path / "artifacts"
        out, work = artifacts / name, artifacts / f"{name}.work"
        for folder in (out, work):
            folder.mkdir(parents=True, exist_ok=True)
        return Context(
            name=name,
            title=name.capitalize(),
            parameters=parameters,
            inputs=inputs or {},
            out=out,
            work=work,
            run_folder=tmp_path,
            settings=settings,
            events=EventLog(tmp_path / "events.jsonl"),
            cancel_requested=lambda: False,
        )

    return make


@pytest.fixture
def frozen_data(tmp_path: Path) -> Callable[..., Path]:
    """A function: task, texts a split → a finished data stage with words and labels that any tiny model can learn."""

    def make(task: str, texts: int = 48) -> Path:
        import json

        from datasets import Dataset

        from pipeline.stages.data import SPLITS
        from pipeline.tasks import TASKS

        good, bad = ["good", "great", "lovely", "fine"], ["bad", "awful", "broken", "cold"]
        things = ["soup", "room", "phone", "book", "film", "coat"]
        labels = {
            "one": ["negative", "positive"],
            "several": ["bad", "good", "thing"],
            "tags": ["O", "B-THING"] if TASKS[task].spans else ["ADJ", "NOUN"],
            "none": [],
        }
        rows: dict[str, list[Any]] = {name: [] for name in ("text", "second", "tokens", "label", "labels", "tags")}
        for number in range(texts):
            label = number % 2
            words = [things[number % 6], (bad, good)[label][number % 4], (bad, good)[label][number // 4 % 4]]
            rows["tokens"].append(words)
            rows["text"].append(" ".join(words))
            rows["second"].append(words[0])
            rows["label"].append(label)
            rows["labels"].append([label, 2] if number % 3 else [label])
            rows["tags"].append([1, 0, 0])
        folder = tmp_path / f"data-{task}"
        known = [*TASKS[task].columns, *filter(None, [TASKS[task].label_column])]
        for split in SPLITS:
            columns = TASKS[task].columns if split == "unlabelled" else known
            Dataset.from_dict({name: rows[name] for name in columns}).save_to_disk(str(folder / split), num_shards=1)
        told = {"labels": labels[TASKS[task].labelling], "counts": dict.fromkeys(SPLITS, texts), "notes": []}
        (folder / "data.json").write_text(json.dumps(told), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def fine_tune(make_context: Callable[..., Any], frozen_data: Callable[..., Path]) -> Callable[..., Any]:
    """A function: folder of a model, task, tuning … → the context of a finished stage."""
    from pipeline.spec import FullFineTuning
    from pipeline.stages.fine_tuning import run
    from tests.pipeline.stages.trained import FULL, parameters

    def fine_tune(
        folder, task="text-classification", tuning=None, *, inputs=None, name="stage", before=None, **options
    ):
        asked = parameters(task, tuning=tuning or FullFineTuning(**FULL), **options)
        data = {"data": frozen_data(task)} if not (inputs and "data" in inputs) else {}
        context = make_context(asked, {**data, "model": folder, **(inputs or {})}, name)
        if before:
            before(context)
        else:
            context.settings = context.settings.model_copy(update={"checkpoint_seconds": 60})
        run(context)
        return context

    return fine_tune


@pytest.fixture
def draw(make_context: Callable[..., Any]) -> Callable[..., Any]:
    """A function: encoded labels and how to sample → the sample."""
    from datasets import Dataset

    from pipeline.stages.sampling import sample
    from tests.pipeline.stages.trained import parameters

    def draw(labels, sampling="bootstrap", inputs=None, known=None, **options):
        context = make_context(parameters(sampling=sampling, **{"member": 1} | options), inputs)
        return sample(context, Dataset.from_dict({"labels": labels}), len(labels) if known is None else known)

    return draw


@pytest.fixture
def lessons(tiny_model: Path, frozen_data: Callable[..., Path]) -> Any:
    """48 texts with one of two labels, for a training loop."""
    from pipeline.stages.data import read_split
    from pipeline.stages.heads import HEADS, encode, objective
    from pipeline.stages.lessons import Lessons
    from pipeline.stages.models import load_tokenizer

    tokenizer = load_tokenizer(tiny_model, 32)
    rows = encode(read_split(frozen_data(TASK), "target_train"), tokenizer, TASK, LABELS)
    return Lessons(rows, HEADS[TASK].collate(tokenizer), objective(TASK), batch_size=8, warmup_ratio=0.1, seed=3)


@pytest.fixture
def learn(tiny_model: Path, lessons: Any) -> Callable[..., Any]:
    """A function: a context → what a model learned in two phases, and what it took."""
    import torch

    from pipeline.stages.lessons import Phase
    from pipeline.stages.models import load_model
    from pipeline.stages.precision import Precision
    from pipeline.stages.training import train
    from pipeline.stages.tunings import grouped

    def learn(context, *, epochs=2, rate=1e-3, watch=None, dropout=None):
        torch.manual_seed(0)
        model = load_model(tiny_model, TASK, LABELS, dropout=dropout)

        def head():
            model.base_model.requires_grad_(requires_grad=False)
            return grouped(((p, rate) for p in model.classifier.parameters()), 0.0)

        def everything():
            model.requires_grad_(requires_grad=True)
            return grouped(((p, rate) for p in model.parameters()), 0.01)

        phases = [Phase("head", 1, head), Phase("training", epochs, everything)]
        taken = train(model, lessons, phases, Precision("fp32", 1.0), context, watch=watch)
        return {name: value.clone() for name, value in model.state_dict().items()}, taken

    return learn
