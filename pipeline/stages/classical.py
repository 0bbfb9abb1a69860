"""Trains the classical baseline and asks it for the test sets.

Output: ``scores.safetensors`` (on the split ``test``), ``source_scores.safetensors`` (on ``source_test``),
``training.json``, and the model itself.
"""

from __future__ import annotations

import time

from pipeline.classical import ClassicalModel
from pipeline.errors import TrainingError
from pipeline.parameters import ClassicalParameters
from pipeline.parts import parts
from pipeline.scores import Scores
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.limiting import in_memory, limited
from pipeline.stages.rows import select
from pipeline.tasks import TASKS

ASKED = {"test": "scores.safetensors", "source_test": "source_scores.safetensors"}


def run(context: Context[ClassicalParameters]) -> None:
    """Learn from the target labels alone.

    Raises:
        TrainingError: There are none.
    """
    parameters, data = context.parameters, context.inputs["data"]
    labels = read_json(data / "data.json")["labels"]
    split = read_split(data, "target_train")
    drawn = limited(split, TASKS[parameters.task].label_column, parameters.limit, parameters.seed)
    if not drawn:
        raise TrainingError("The classical baseline has no labelled texts to learn from.", "Add target texts.")
    kept = in_memory(drawn, split, TASKS[parameters.task].columns, parameters.seed)
    if len(kept) < len(drawn):
        context.note(
            "{stage}: learns from {kept:,} of the {count:,} labelled texts, drawn at random; more would not fit into "
            "memory.",
            stage=context.title,
            kept=len(kept),
            count=len(drawn),
        )
    texts = select(split, kept)
    context.step(0, 1 + len(ASKED))
    start = time.monotonic()
    columns = {name: texts[name][:] for name in texts.column_names}
    model = ClassicalModel.fit(parameters.task, labels, columns, parameters.seed)
    seconds = time.monotonic() - start
    for step, (name, file) in enumerate(ASKED.items(), start=1):
        context.step(step, 1 + len(ASKED))
        asked = read_split(data, name)
        read = TASKS[parameters.task].columns
        several = zip(*(parts(asked[column]) for column in read), strict=True)
        said = [model.scores(dict(zip(read, part, strict=True))) for part in several]
        Scores.joined(said, len(labels)).save(context.out / file)
    model.save(context.out)
    context.write_json("training.json", {"seconds": seconds, "tokens": 0, "examples": len(texts)})
    context.step(1 + len(ASKED), 1 + len(ASKED))
