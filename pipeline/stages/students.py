"""What becomes of a student, a model that learns from the labels that another one found.

Where self-training has stopped no further one is trained; and where there are development texts none is kept that does
worse on them than its teacher. ``facts.json`` tells both scores then; where nothing was compared, it is empty.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from datasets import Dataset

from pipeline.evaluation.metrics import leading
from pipeline.parameters import FineTuningParameters
from pipeline.stages.answering import predict, truth_in
from pipeline.stages.checkpoints import State
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.reading import Reading
from pipeline.stages.training import write_training

FACTS = "facts.json"
#: What a folder holds besides the model: it tells of the stage that made it.
_OWN = shutil.ignore_patterns(FACTS, "training.json")


def stopped(context: Context[FineTuningParameters]) -> bool:
    """Whether self-training has stopped; the input ``teacher``, which has learned from the same labels, is kept then.

    That is what labelled in the round of the input ``labels``.
    """
    if "teacher" not in context.inputs or not read_json(context.inputs["labels"] / FACTS)["stopped"]:
        return False
    context.team.dismiss()
    shutil.copytree(context.inputs["teacher"], context.out, dirs_exist_ok=True, ignore=_OWN)
    write_training(context, State(), None, 0)
    context.write_json(FACTS, {})
    context.note("{stage}: self-training has stopped, so the model before is kept.", stage=context.title)
    return True


def hold_against_teacher(context: Context[FineTuningParameters], read: Reading) -> None:
    """Put the input ``bar`` in place of the model in the output if that does worse on the development texts.

    A model that is as good stays, for it has learned from more. ``read`` is told what the comparison takes.
    """
    if "bar" not in context.inputs:
        return
    dev = read_split(context.inputs["data"], "dev")
    if not len(dev):
        context.write_json(FACTS, {})
        return
    with read.counted():
        before, now = (_score(context, folder, dev) for folder in (context.inputs["bar"], context.out))
    facts: dict[str, float] = {
        "dev_score_of_teacher": before,
        "dev_score_of_student": now,
        "student_worse": int(now < before),
    }
    context.write_json(FACTS, facts)
    if now >= before:
        return
    for path in context.out.iterdir():
        if path.name != FACTS:
            path.unlink()
    shutil.copytree(context.inputs["bar"], context.out, dirs_exist_ok=True, ignore=_OWN)
    context.note(
        "{stage}: on the development texts it is worse than what gave the labels ({now:.3f} after {before:.3f}), so "
        "that model is kept.",
        stage=context.title,
        now=now,
        before=before,
    )


def is_worse(folder: Path) -> bool:
    """Whether the folder of a model holds the teacher in place of what has learned from its labels."""
    return (folder / FACTS).exists() and bool(read_json(folder / FACTS).get("student_worse"))


def _score(context: Context[FineTuningParameters], folder: Path, dev: Dataset) -> float:
    """The task's leading metric on the development texts."""
    task, labels = context.parameters.task, read_json(context.inputs["data"] / "data.json")["labels"]
    model, tokenizer = load_model(folder, task, labels), load_tokenizer(folder, context.parameters.max_length)
    said = predict(model, tokenizer, dev, task, lambda _: context.check(), spare=context.spare, tell=context.note)
    return leading(truth_in(task, dev, labels), said)
