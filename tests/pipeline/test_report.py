"""A report's sentences: English in its file, and their parts beside it."""

import json
from pathlib import Path

from pipeline.messages import Message
from pipeline.report import DataSummary, LearningCurve, ModelReport, Report, TrainingCost, Verdict, beside

SENTENCE = Message(
    "Transfer helped: {gap}.", gap=Message("{points:.1f} points above {other}", points=3.25, other="{b}")
)
DESCRIPTION = Message("{model}, trained on the source texts alone", model="MiniLM")
NOTE = Message("{texts} removed: equal to a test text.", texts=Message("{count:,} test text", count=1))


def made() -> Report:
    model = ModelReport(
        name="source-only",
        title=Message("source-only"),
        description=DESCRIPTION,
        metrics={},
        confusion=None,
        per_class={},
        slices=[],
        calibration_error=None,
        source_score=None,
        tokenizer=None,
        parameters=1,
        cost=TrainingCost(seconds=1.0),
    )
    counts = dict.fromkeys(DataSummary.model_fields, 1)
    return Report(
        task="text-classification",
        labels=["a"],
        data=DataSummary(**counts),
        models=[model],
        comparisons=[],
        verdict=Verdict(code="helped", sentence=SENTENCE, remarks=[Message("Plain.")]),
        curve=LearningCurve(points=[], labels_saved=None, sentence=Message("With {labels} labels.", labels=10)),
        examples=[],
        notes=[NOTE],
    )


def written(folder: Path, report: Report) -> Path:
    path = folder / "report.json"
    path.write_text(report.model_dump_json(indent=1), encoding="utf-8")
    beside(path).write_text(report.parts(), encoding="utf-8")
    return path


def test_the_sentences_come_back_as_messages(tmp_path: Path) -> None:
    report = Report.read(written(tmp_path, made()))
    assert report.recall(report.verdict.sentence).parts == SENTENCE.parts
    assert report.recall(report.models[0].description).parts == DESCRIPTION.parts
    assert report.recall(report.notes[0]).parts == NOTE.parts
    assert report.curve is not None
    assert report.recall(report.curve.sentence).values == {"labels": 10}
    assert report.recall(report.verdict.remarks[0]).template == "Plain."


def test_the_report_itself_holds_english_alone(tmp_path: Path) -> None:
    document = json.loads(written(tmp_path, made()).read_text(encoding="utf-8"))
    assert document["verdict"]["sentence"] == "Transfer helped: 3.2 points above {b}."
    assert document["notes"] == ["1 test text removed: equal to a test text."]
    assert "told" not in document


def test_a_report_without_parts_is_told_in_english(tmp_path: Path) -> None:
    path = written(tmp_path, made())
    beside(path).unlink()
    report = Report.read(path)
    assert report.recall(report.verdict.sentence) == str(SENTENCE)
    assert report.recall(report.verdict.sentence).values == {}
    for damaged in ("{", "[]", json.dumps({str(SENTENCE): {"template": "Something else."}})):
        beside(path).write_text(damaged, encoding="utf-8")
        assert Report.read(path).recall(SENTENCE.template) == SENTENCE.template


def test_a_report_that_was_just_made_knows_its_messages() -> None:
    assert made().recall(SENTENCE) is SENTENCE
