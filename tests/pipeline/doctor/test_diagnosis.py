"""The diagnosis as a whole: of the samples, of files that can't be read, and in time."""

import csv
import json
import time
from pathlib import Path

import pytest

from pipeline.data.large import streams
from pipeline.doctor import CHECKS, diagnose, guess_task
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, EmbeddedSource, HubSource, LocalSource, RunSpec

SAMPLES = Path(__file__).resolve().parents[3] / "samples"


def test_the_samples_are_well_and_get_a_fitting_suggestion(settings: Settings, tiny_model: Path) -> None:
    data = DataSpec(
        source=DatasetSpec(path=str(SAMPLES / "reviews.en.csv")),
        target=DatasetSpec(path=str(SAMPLES / "reviews.zh.train.csv")),
        test=DatasetSpec(path=str(SAMPLES / "reviews.zh.test.csv")),
        unlabelled=DatasetSpec(path=str(SAMPLES / "reviews.zh.unlabelled.txt")),
        dictionary=str(SAMPLES / "glossary.en-zh.tsv"),
    )
    found = diagnose(data, "text-classification", LocalSource(path=str(tiny_model)), settings)
    of_tokenizer = ("tokens", "length")  # the tiny one reads most words letter by letter
    assert not [each for each in found.findings if each.level != "pass" and each.check not in of_tokenizer]
    assert found.level == "warn"  # an English tokenizer can't read Chinese
    assert found.facts.same_language is False
    assert found.facts.dictionary > 4000
    assert found.suggestion is not None
    assert found.suggestion.preset == "few-target-labels"
    assert {finding.check for finding in found.findings} == set(CHECKS) - {"tags"}
    json.dumps(found.as_json())


@pytest.mark.parametrize("content", ["", "a,b\n1\n", "\x00\x01"])
def test_files_that_can_not_be_read_are_findings_and_no_errors(
    content: str, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text(content)
    data = DataSpec(
        target=DatasetSpec(path=str(tmp_path / "bad.csv")),
        test=DatasetSpec(path=str(tmp_path / "missing.csv")),
        dictionary=str(tmp_path / "missing.tsv"),
    )
    found = diagnose(data, "text-classification", None, settings)
    assert found.level == "fail"
    assert {role for finding in found.findings if finding.level == "fail" for role in finding.roles} == {
        "target",
        "test",
        "dictionary",
    }
    assert found.suggestion is None
    json.dumps(found.as_json())


def test_nothing_at_all_is_no_error(settings: Settings) -> None:
    found = diagnose(DataSpec(), "text-classification", None, settings)
    assert found.findings == ()
    assert found.level == "pass"


def test_a_source_that_would_have_to_be_fetched_is_said_to_be_unknown(tiny_spec: RunSpec, settings: Settings) -> None:
    found = diagnose(tiny_spec.data, tiny_spec.task, HubSource(repo_id="nobody/nothing"), settings)
    told = [finding for finding in found.findings if finding.check == "tokens"]
    assert [finding.level for finding in told] == ["warn"]
    assert "not on this machine" in told[0].message
    assert found.figures.pieces.edges == ()


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("reviews.en.csv", "text-classification"),
        ("reviews.zh.unlabelled.txt", "language-modelling"),
        ("entities.zh.conll", "entity-recognition"),
        ("reviews.zh.test.csv", "text-classification"),
    ],
)
def test_the_task_of_the_samples_is_guessed(name: str, task: str, settings: Settings) -> None:
    assert guess_task(DatasetSpec(path=str(SAMPLES / name)), settings) == task


@pytest.mark.parametrize(("language", "preset"), [("en", "language-model"), ("zh", "new-language-model")])
def test_a_language_models_vocabulary_is_exchanged_only_where_the_source_cant_read(
    settings: Settings, tmp_path: Path, language: str, preset: str
) -> None:
    with open(SAMPLES / f"reviews.{language}{'' if language == 'en' else '.train'}.csv", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    path = tmp_path / "train.txt"
    path.write_text("\n".join(texts[:150]), encoding="utf-8")
    found = diagnose(DataSpec(target=DatasetSpec(path=str(path))), "language-modelling", EmbeddedSource(), settings)
    assert found.suggestion is not None
    assert found.suggestion.preset == preset


def test_words_with_parts_of_speech_are_told_from_entities(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("\n".join(["the\tDET\nsoup\tNOUN\nis\tVERB\ngood\tADJ\n"] * 6))
    assert guess_task(DatasetSpec(path=str(path)), settings) == "part-of-speech"


def test_ten_thousand_rows_take_seconds(settings: Settings, tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    words = ["the", "soup", "was", "good", "and", "cold", "but", "we", "had", "a", "great", "time", "with", "it"]
    rows = [
        f"{' '.join(words[number % 7 :])} {number} {' '.join(words[: number % 11])},{'good' if number % 2 else 'bad'}"
        for number in range(10_000)
    ]
    path.write_text("\n".join(["text,label", *rows]))
    began = time.process_time()
    found = diagnose(
        DataSpec(target=DatasetSpec(path=str(path))), "text-classification", LocalSource(path=str(tiny_model)), settings
    )
    # Time of the processor, which others on the machine do not lengthen; of several cores, it adds up.
    assert time.process_time() - began < 4
    sampled = [finding for finding in found.findings if finding.check == "tokens"]
    assert "of 10,000 texts measured" in sampled[0].message


def test_of_a_large_file_the_first_texts_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LARGE", 0)
    monkeypatch.setattr(streams, "SAMPLE", 41)
    path = tmp_path / "many.csv"
    rows = (f"the soup number {number} was fine,{number % 2}\n" for number in range(90))
    path.write_text("".join(("text,label\n", *rows)), encoding="utf-8")
    found = diagnose(DataSpec(target=DatasetSpec(path=str(path))), "text-classification", None, Settings())
    said = [finding.message for finding in found.findings if finding.check == "format"]
    assert said[0] == "many.csv is large: of its 90 texts the first 40 were looked at here."
    assert found.facts.target_labels == 90
    assert guess_task(DatasetSpec(path=str(path)), Settings()) == "text-classification"
