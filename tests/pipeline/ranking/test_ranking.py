"""The comparison of sources, in this process and in one of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.data.texts import Texts
from pipeline.errors import DataError
from pipeline.ranking import ask_ranking, rank, table
from pipeline.ranking.ranking import candidates
from pipeline.ranking.sampling import MOST_TEXTS, Sample, draw
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, LocalSource, RunSpec


@pytest.fixture
def no_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny models alone: the embedded one takes seconds."""
    monkeypatch.setattr("pipeline.ranking.ranking.available", lambda _: [])


def test_a_sample_is_of_the_target_and_bounded(settings: Settings, tmp_path: Path, tiny_spec: RunSpec) -> None:
    path = tmp_path / "many.csv"
    path.write_text("text,label\n" + "".join(f"text {number},{number % 3}\n" for number in range(1000)))
    data = DataSpec(source=tiny_spec.data.source, target=DatasetSpec(path=str(path)))
    drawn = draw(RunSpec(data=data), settings)
    assert (drawn.side, len(drawn.texts), drawn.labels) == ("target", MOST_TEXTS, ["0", "1", "2"])
    assert drawn.texts.rows == sorted(drawn.texts.rows)
    assert drawn.known.shape == (MOST_TEXTS, 3)
    assert (drawn.known.sum(1) == 1).all()
    assert draw(RunSpec(data=data), settings).texts.rows == drawn.texts.rows


def test_without_target_labels_the_source_is_drawn_from_and_never_a_test_file(
    settings: Settings, tiny_spec: RunSpec
) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    assert draw(tiny_spec.model_copy(update={"data": data}), settings).side == "source"
    nothing = data.model_copy(update={"source": None})
    with pytest.raises(DataError, match="no labels"):
        draw(tiny_spec.model_copy(update={"data": nothing}), settings)


def test_tags_are_known_word_by_word_and_several_labels_at_once() -> None:
    tags = Sample("part-of-speech", "target", Texts([("a", "b"), ("c",)], [("X", "Y"), ("Y",)], [1, 4]), ["X", "Y"])
    assert tags.known.tolist() == [[1, 0], [0, 1], [0, 1]]
    several = Sample("multi-label-classification", "target", Texts(["a", "b"], [("X", "Y"), ()], [1, 2]), ["X", "Y"])
    assert several.known.tolist() == [[1, 1], [0, 0]]


@pytest.mark.usefixtures("no_embedded")
def test_sources_come_best_first_and_a_broken_one_last(
    tiny_spec: RunSpec, settings: Settings, family: Callable[[str], Path], tmp_path: Path
) -> None:
    english = tiny_spec.model_copy(
        update={"data": DataSpec(target=tiny_spec.data.source), "recipe": RunSpec(data=tiny_spec.data).recipe}
    )
    found = rank(english, settings, [family("roberta"), tmp_path])
    scores = [each.score for each in found.sources]
    assert scores[-1] is None
    assert found.sources[-1].error
    assert found.sources[-1].fault == found.sources[-1].error
    assert scores[:-1] == sorted((score for score in scores if score is not None), reverse=True)
    assert {each.source.kind for each in found.sources} == {"local"}
    assert all(each.parameters for each in found.sources[:-1])
    told = table(found).splitlines()
    assert len(told) == 2 + len(found.sources)
    assert "160 target texts with 2 labels" in told[-1]


@pytest.mark.parametrize("task", ["part-of-speech", "entity-recognition"])
@pytest.mark.usefixtures("no_embedded")
def test_words_are_ranked_by_their_first_piece(task: str, tiny_model: Path, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    tags = ("DET", "NOUN", "ADJ") if task == "part-of-speech" else ("O", "B-THING", "I-THING")
    sentence = "\n".join(f"{word}\t{tag}" for word, tag in zip(("the", "soup", "good"), tags, strict=True))
    path.write_text("\n\n".join([sentence] * 20) + "\n")
    spec = RunSpec(
        task=task, source=LocalSource(path=str(tiny_model)), data=DataSpec(target=DatasetSpec(path=str(path)))
    )
    found = rank(spec, settings)
    assert found.labels == 3
    assert found.sources[0].score is not None
    assert np.isfinite(found.sources[0].score)


def test_each_source_is_tried_once(tiny_spec: RunSpec, tiny_model: Path, settings: Settings) -> None:
    host = settings.model_copy(update={"default_source": tiny_model})
    found = candidates(tiny_spec, host, [tiny_model])
    assert len({source.model_dump_json() for _, source in found}) == len(found) == 2  # the embedded one is the other


def test_the_command_takes_a_file_of_texts_and_prints_a_document(
    tiny_data: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.ranking.ranking.candidates", lambda *_: [("tiny", LocalSource(path=str(tiny_model)))])
    assert main(["rank", str(tiny_data / "source.csv"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["task"] == "text-classification"
    assert answer["sources"][0]["title"] == "tiny"
    assert main(["rank", str(tiny_data / "source.csv")]) == 0
    assert "LogME" in capsys.readouterr().out
    assert main(["rank", str(tiny_data / "unlabelled.txt")]) == 1
    assert "no column that is plainly the label" in capsys.readouterr().err


@pytest.mark.slow
def test_a_page_without_torch_asks_a_process(tiny_spec: RunSpec, settings: Settings, tiny_model: Path) -> None:
    found = ask_ranking(tiny_spec, settings.model_copy(update={"default_source": tiny_model}), seconds=300)
    assert len(found.sources) == 2
    assert all(each.score is not None for each in found.sources)
