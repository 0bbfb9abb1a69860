"""The classical stage: what it leaves for the report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.classical import ClassicalModel
from pipeline.errors import TrainingError
from pipeline.evaluation.answers import Answers, Truth
from pipeline.parameters import ClassicalParameters
from pipeline.scores import Scores
from pipeline.tasks import TASKS


@pytest.mark.parametrize("task", [name for name, row in TASKS.items() if row.classical])
def test_it_answers_both_test_sets(
    task: Any, make_context: Callable[..., Any], frozen_data: Callable[..., Path]
) -> None:
    from pipeline.stages import classical
    from pipeline.stages.data import read_split

    data = frozen_data(task)
    context = make_context(ClassicalParameters(task=task, seed=0), {"data": data})
    classical.run(context)
    labels = json.loads((data / "data.json").read_text())["labels"]
    for split, file in classical.ASKED.items():
        texts = read_split(data, split)
        columns = {name: texts[name][:] for name in texts.column_names}
        scores = Scores.load(context.out / file)
        assert Answers.of(Truth.read(task, columns, labels), scores).right.mean() > 0.9
        assert ClassicalModel.load(context.out).scores(columns).values == pytest.approx(scores.values, abs=1e-5)
    record = json.loads((context.out / "training.json").read_text())
    assert record["seconds"] >= 0
    assert record["examples"] == 48


def test_it_learns_from_no_more_labels_than_the_limit(
    make_context: Callable[..., Any], frozen_data: Callable[..., Path]
) -> None:
    from pipeline.stages import classical

    data = frozen_data("text-classification")
    context = make_context(ClassicalParameters(task="text-classification", seed=0, limit=6), {"data": data})
    classical.run(context)
    assert json.loads((context.out / "training.json").read_text())["examples"] == 6
    context = make_context(ClassicalParameters(task="text-classification", seed=0, limit=0), {"data": data}, "none")
    with pytest.raises(TrainingError, match="no labelled texts"):
        classical.run(context)


def test_of_very_many_texts_it_learns_from_some_and_says_so(
    make_context: Callable[..., Any], frozen_data: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.stages import classical
    from pipeline.stages.data import read_split

    data = frozen_data("text-classification")
    characters = sum(map(len, read_split(data, "target_train")["text"]))
    monkeypatch.setattr("pipeline.stages.limiting.MOST_CHARACTERS", -(-characters * 30 // 48))
    context = make_context(ClassicalParameters(task="text-classification", seed=0), {"data": data})
    classical.run(context)
    assert json.loads((context.out / "training.json").read_text())["examples"] == 30
    (note,) = [event["text"] for event in context.events.read()[0] if event["kind"] == "note"]
    assert note.startswith("Stage: learns from 30 of the 48 labelled texts, drawn at random")


@pytest.mark.parametrize("task", ["text-classification", "entity-recognition"])
def test_asked_part_by_part_it_answers_the_same(
    task: Any, make_context: Callable[..., Any], frozen_data: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.stages import classical

    data, found = frozen_data(task), []
    for part in (10_000, 7):
        monkeypatch.setattr("pipeline.parts.PART", part)
        context = make_context(ClassicalParameters(task=task, seed=0), {"data": data}, f"parts-of-{part}")
        classical.run(context)
        found.append(Scores.load(context.out / "scores.safetensors"))
    whole, joined = found
    assert (whole.values == joined.values).all()
    assert (whole.offsets == joined.offsets).all()
    assert whole.offsets.dtype == joined.offsets.dtype
