"""A student of self-training and its teacher: which of them is kept, and what is told of it."""

from __future__ import annotations

import json

import pytest
from datasets import Dataset

from pipeline.spec import FullFineTuning, LinearProbe
from pipeline.stages.sharing import SUFFIX
from tests.pipeline.stages.trained import FULL, TUNINGS, notes, same, training, weights

TEXTS = ["good soup", "bad soup"] * 16
RIGHT, WRONG = [1, 0] * 16, [0, 1] * 16
QUICK = FullFineTuning(**FULL | {"epochs": 1})


def found(folder, labels=RIGHT, stopped=0):
    rows = {"text": TEXTS, "label": labels, "weight": [1.0] * len(TEXTS)}
    Dataset.from_dict(rows).save_to_disk(str(folder / "texts"), num_shards=1)
    (folder / "facts.json").write_text(json.dumps({"stopped": stopped}))
    return folder


def facts(context):
    return json.loads((context.out / "facts.json").read_text())


@pytest.fixture
def teacher(family, fine_tune):
    """It has learned from true labels, and is right of all development texts."""
    return fine_tune(family("bert"), tuning=FullFineTuning(**FULL), name="teacher")


def test_where_self_training_has_stopped_no_further_student_is_trained(family, fine_tune, tmp_path, teacher):
    inputs = {"labels": found(tmp_path / "found", stopped=1), "teacher": teacher.out, "bar": teacher.out}
    last = fine_tune(family("bert"), tuning=QUICK, inputs=inputs, name="last")
    assert same(weights(last), weights(teacher))
    assert (training(last)["seconds"], facts(last)) == (0, {})
    (tmp_path / "found" / "facts.json").write_text(json.dumps({"stopped": 0}))
    del inputs["bar"]
    last = fine_tune(family("bert"), tuning=QUICK, inputs=inputs, name="another")
    assert not same(weights(last), weights(teacher))
    assert training(last)["seconds"] > 0


@pytest.mark.parametrize("tuning", [FullFineTuning(**FULL), TUNINGS["bridge"], LinearProbe(**FULL)])
def test_a_student_that_is_worse_on_development_texts_is_not_kept(family, fine_tune, tmp_path, teacher, tuning):
    inputs = {"labels": found(tmp_path / "found", WRONG), "teacher": teacher.out, "bar": teacher.out}
    student = fine_tune(family("bert"), tuning=tuning, inputs=inputs, name="student", split=None)
    told = facts(student)
    assert told["dev_score_of_student"] < told["dev_score_of_teacher"] == 1
    assert told["student_worse"] == 1
    assert same(weights(student), weights(teacher))
    assert {path.name for path in student.out.iterdir()} == {path.name for path in teacher.out.iterdir()} | {
        "facts.json"
    }
    assert training(student)["examples"] == len(TEXTS)  # it was paid for all the same
    assert any("so that model is kept" in note for note in notes(student))
    assert not [*tmp_path.rglob(f"*{SUFFIX}")]


def test_a_student_that_is_as_good_is_kept(family, fine_tune, tmp_path, teacher):
    inputs = {"labels": found(tmp_path / "found"), "teacher": teacher.out, "bar": teacher.out}
    student = fine_tune(family("bert"), tuning=FullFineTuning(**FULL), inputs=inputs, name="student")
    assert facts(student) == {"dev_score_of_teacher": 1, "dev_score_of_student": 1, "student_worse": 0}
    assert not same(weights(student), weights(teacher))
    assert notes(student) == []


def test_without_development_texts_nothing_is_compared(family, fine_tune, tmp_path, teacher, monkeypatch):
    monkeypatch.setattr("pipeline.stages.students.read_split", lambda *_: [])
    inputs = {"labels": found(tmp_path / "found", WRONG), "teacher": teacher.out, "bar": teacher.out}
    student = fine_tune(family("bert"), tuning=QUICK, inputs=inputs, name="student", split=None)
    assert facts(student) == {}
    assert not same(weights(student), weights(teacher))
