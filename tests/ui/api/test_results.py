"""What programs are told of finished runs: models side by side, exported models, their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.spec import MaskedLanguageModelling, RunSpec
from ui.api.calling import Refusal
from ui.services import Services
from ui.text.languages import speaking

Call = Callable[..., Any]
TASKS = (
    "text-classification",
    "multi-label-classification",
    "sentence-pair-classification",
    "entity-recognition",
    "part-of-speech",
)


@pytest.fixture
def run(services: Services, spec: RunSpec, finished: Callable[..., str]) -> str:
    return finished(services.store, spec)


@pytest.fixture
def trained(services: Services, spec: RunSpec, finished: Callable[..., str]) -> Callable[[str], str]:
    """A finished run of a task."""
    guessing = spec.recipe.model_copy(update={"adaptation": MaskedLanguageModelling()})

    def made(task: str) -> str:
        recipe = guessing if task == "language-modelling" else spec.recipe
        return finished(services.store, spec.model_copy(update={"task": task, "recipe": recipe}))

    return made


def test_models_are_compared_with_intervals_and_verdict(services: Services, run: str, call: Call) -> None:
    told = call(services, "compare_models", run=run)
    assert told["verdict"] == "helped"
    assert told["sentence"].startswith("Transfer helped")
    assert [model["name"] for model in told["models"]] == ["source-only", "transferred", "target-only"]
    assert told["models"][0]["metrics"]["accuracy"] == pytest.approx({"value": 0.7, "low": 0.65, "high": 0.75})
    assert told["pairs"][0]["significant"] is True
    assert told["counts"]["disagree"] > 0
    assert told["counts"]["all"] == told["texts"] == 25


def test_models_of_several_runs_stand_side_by_side(
    services: Services, run: str, spec: RunSpec, finished: Callable[..., str], call: Call
) -> None:
    other = finished(services.store, spec)
    keys = [one["key"] for one in call(services, "list_models", run=run)]
    assert {f"{run}/transferred", f"{other}/transferred", f"{other}/transferred/int8"} <= {*keys}
    chosen = [f"{run}/transferred", f"{other}/source-only"]
    told = call(services, "compare_models", run=run, models=chosen)
    assert [model["key"] for model in told["models"]] == chosen
    assert told["verdict"] == ""
    assert len(told["pairs"]) == 1
    with pytest.raises(Refusal):
        call(services, "compare_models", run=run, models=["nothing"])


def test_texts_on_which_models_disagree(services: Services, run: str, call: Call) -> None:
    told = call(services, "list_test_texts", run=run, limit=3)
    assert len(told["texts"]) == 3 < told["total"]
    for one in told["texts"]:
        assert len({*one["said"].values()}) > 1
    assert call(services, "list_test_texts", run=run, kind="all", contains="text 24")["total"] == 1
    assert call(services, "list_test_texts", run=run, kind="all", offset=25)["texts"] == []
    fixed = call(services, "list_test_texts", run=run, kind="fixed", first="source-only", second="transferred")
    assert all(one["said"]["transferred"] == one["label"] for one in fixed["texts"])


def test_a_closer_look(services: Services, run: str, call: Call) -> None:
    crossed = call(services, "cross_models", run=run)
    assert (crossed["first"], crossed["second"]) == ("source-only", "transferred")
    assert sum(map(sum, crossed["counts"])) == 25
    parts = call(services, "score_parts", run=run, by="label")
    assert {part["name"] for part in parts} == {"negative", "positive"}
    assert parts[0]["values"].keys() == {"source-only", "transferred", "target-only"}
    (bins, *_) = call(services, "read_calibration", run=run).values()
    assert sum(one["texts"] for one in bins) == 25


def test_the_report_is_the_pages_json(services: Services, run: str, call: Call) -> None:
    report = call(services, "read_report", run=run)
    file = call(services, "download_comparison", run=run, kind="json")
    assert json.loads(Path(file.path).read_text(encoding="utf-8")) == report
    assert report["models"][0]["metrics"]["accuracy"]["value"] == pytest.approx(0.7)


def test_a_comparison_is_taken_away(services: Services, run: str, call: Call) -> None:
    table = Path(call(services, "download_comparison", run=run, kind="csv").path).read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in table
    assert b"\r\r\n" not in table
    page = call(services, "download_comparison", run=run)
    assert page.orig_name.endswith(".html")
    assert "<html" in Path(page.path).read_text(encoding="utf-8")


def test_without_a_report_there_is_nothing_to_compare(services: Services, spec: RunSpec, call: Call) -> None:
    run = services.store.create(spec).id
    for name in ("compare_models", "read_report", "list_models", "list_test_texts"):
        with pytest.raises(Refusal):
            call(services, name, run=run)


@pytest.mark.parametrize("task", TASKS)
def test_an_exported_model_answers(services: Services, trained: Callable[[str], str], call: Call, task: str) -> None:
    given = {"second": "Wrong."} if task == "sentence-pair-classification" else {}
    source, transferred = call(services, "predict", run=trained(task), text="Great", **given)
    assert "Not exported" in source["fault"]
    assert source["remedy"]
    assert "label" not in source
    assert (transferred["model"], transferred["variant"], transferred["fault"]) == ("transferred", "int8", "")
    told = {
        "text-classification": {"label": "positive"},
        "multi-label-classification": {"labels": ["positive"]},
        "sentence-pair-classification": {"label": "positive"},
        "entity-recognition": {
            "entities": [{"text": "Grea", "label": "LOC", "probability": 0.9, "start": 0, "end": 4}]
        },
        "part-of-speech": {"words": [{"text": "Grea", "label": "B-LOC", "probability": 0.9, "start": 0, "end": 4}]},
    }[task]
    assert told.items() <= transferred.items()
    json.dumps(transferred)


def test_each_variant_can_be_asked(services: Services, run: str, call: Call) -> None:
    answers = call(services, "predict", run=run, text="Great", variant="each", models=[f"{run}/transferred"])
    assert [one["variant"] for one in answers] == ["fp32", "int8"]
    (one,) = call(services, "predict", run=run, text="Great", variant="O3", models=[f"{run}/transferred"])
    assert "O3" in one["fault"]


def test_an_answer_is_explained_word_by_word(
    services: Services, run: str, trained: Callable[[str], str], call: Call
) -> None:
    answer = call(services, "explain", run=run, text="Great place")[1]
    assert answer["parts"] == [{"text": "Grea", "which": 0, "start": 0, "end": 4, "weight": 1.5}]
    for task in ("part-of-speech", "language-modelling"):
        with pytest.raises(Refusal, match="labels of a whole text"):
            call(services, "explain", run=trained(task), text="a [MASK]")


def test_a_language_model_guesses(services: Services, run: str, trained: Callable[[str], str], call: Call) -> None:
    model = trained("language-modelling")
    answer = call(services, "fill_mask", run=model, text="A [MASK] place")[1]
    assert answer["guesses"][0] == {"token": "a", "probability": 0.5, "text": "A a place"}
    with pytest.raises(Refusal, match="Use fill_mask"):
        call(services, "predict", run=model, text="A [MASK] place")
    with pytest.raises(Refusal, match="Use predict"):
        call(services, "fill_mask", run=run, text="A [MASK] place")


def test_what_is_asked_is_checked_as_on_the_page(services: Services, run: str, call: Call) -> None:
    for text in ("", "x" * 10_001):
        with pytest.raises(Refusal):
            call(services, "predict", run=run, text=text)


def test_exports_are_listed_made_and_taken_away(services: Services, run: str, call: Call) -> None:
    told = call(services, "list_exports", run=run)
    assert told["exportable"] == ["source-only", "transferred", "target-only"]
    (export,) = told["exports"]
    assert (export["model"], export["served"]) == ("transferred", "int8")
    assert [one["name"] for one in export["variants"]] == ["fp32", "int8"]
    file = call(services, "download_export", run=run, model="transferred")
    assert file.orig_name == f"{run}-transferred-int8.zip"
    assert Path(file.path).read_bytes()[:2] == b"PK"
    with pytest.raises(Refusal, match="source-only"):
        call(services, "download_export", run=run, model="source-only")
    call(services, "export_model", run=run, model="source-only", optimisation=(), quantisation=())
    assert services.supervisor.asked == [("extend", run)]  # type: ignore[attr-defined]
    assert services.store.spec(run).exports[-1].model == "source-only"


def test_results_are_told_in_the_callers_language(services: Services, run: str, call: Call) -> None:
    with speaking("zh"):
        answer = call(services, "predict", run=run, text="好")[0]
        choices = call(services, "list_models", run=run)
    assert (answer["fault"], answer["remedy"][:2]) == ("尚未导出，因此无法在这里作答。", "请在")
    assert "int8 ONNX" in choices[3]["title"]
