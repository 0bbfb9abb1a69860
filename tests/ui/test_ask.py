"""A text that somebody typed, put to two models, whatever they were trained to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from export.report import FILE, ExportReport
from pipeline.errors import DataError
from pipeline.report import ModelReport, Report
from pipeline.runs import RunState
from pipeline.spec import MaskedLanguageModelling, RecipeSpec, RunSpec, TaskName
from pipeline.tasks import TASKS
from ui.handlers import ask, chosen
from ui.services import Services
from ui.views import answers as views

HOSTILE = "<script>alert('x')</script>\"& ${1+1} {{x}}"
BOTH = ("transferred", "source-only")
Finished = Callable[..., str]


@pytest.fixture
def asked(services: Services, spec: RunSpec, finished: Finished) -> Callable[..., list[ask.Answer]]:
    """Asks both models of a run for the given task."""

    def _asked(task: TaskName, *texts: str) -> list[ask.Answer]:
        recipe = RecipeSpec(adaptation=MaskedLanguageModelling())  # a language model wants it, others may have it
        given = spec.model_copy(update={"task": task, "recipe": recipe})
        run_id = finished(services.store, given, models=BOTH)
        return ask.ask(services, None, run_id, *texts)

    return _asked


def test_both_models_answer_side_by_side(asked: Callable[..., list[ask.Answer]]) -> None:
    source, transferred = asked("text-classification", " 这家店真不错 ")
    assert (source.model, source.said.label, source.said.text) == ("source-only", "negative", "这家店真不错")
    assert (transferred.model, transferred.said.label) == ("transferred", "positive")
    page = views.answers([source, transferred])
    assert "int8 ONNX, onnxruntime CPUExecutionProvider," in page
    assert "75.0 %" in page


def test_several_labels_are_all_named(asked: Callable[..., list[ask.Answer]]) -> None:
    answer = asked("multi-label-classification", "text")[1]
    answer.said.labels = ["food", "price"]
    answer.said.probabilities = {"food": 0.9, "price": 0.8, "service": 0.1}
    page = views.answers([answer])
    assert "food, price" in page
    assert page.count('class="g-chosen"') == 2
    answer.said.labels = []
    assert ">none<" in views.answers([answer])


def test_a_pair_is_asked_as_one(asked: Callable[..., list[ask.Answer]]) -> None:
    assert asked("sentence-pair-classification", "one", "other")[0].said.text == "one | other"
    with pytest.raises(DataError, match="only one text of the pair"):
        asked("sentence-pair-classification", "one", " ")


def test_a_second_text_is_left_out_where_there_are_no_pairs(asked: Callable[..., list[ask.Answer]]) -> None:
    assert asked("text-classification", "one", "left over")[0].said.text == "one"


def test_entities_are_marked_in_the_text(asked: Callable[..., list[ask.Answer]]) -> None:
    found = asked("entity-recognition", "Rome it is")
    assert [views.marks(answer) for answer in found] == [[{"entity": "LOC", "start": 0, "end": 4}]] * 2
    assert "g-answer" not in views.answers(found).replace("g-answers", "")  # drawn by a component of their own


def test_words_get_their_part_of_speech(asked: Callable[..., list[ask.Answer]]) -> None:
    answer = asked("part-of-speech", "Rome it is")[0]
    unseen = SimpleNamespace(text="is", label="", probability=0.0, start=8, end=10)
    answer.said.words = [SimpleNamespace(text="Rome", label="PROPN", probability=1.0, start=0, end=4), unseen]
    assert views.marks(answer) == [{"entity": "PROPN", "start": 0, "end": 4}]


def test_a_masked_word_is_filled(asked: Callable[..., list[ask.Answer]]) -> None:
    page = views.answers(asked("language-modelling", "this is [MASK]"))
    assert page.count("this is a<") == 2
    assert page.count("<li") == 4
    for text in ("no mask", "[MASK] and [MASK]"):
        with pytest.raises(DataError, match=r"\[MASK\]"):
            asked("language-modelling", text)


def test_a_model_without_an_export_says_how_to_get_one(services: Services, spec: RunSpec, finished: Finished) -> None:
    source, transferred = ask.ask(services, None, finished(services.store, spec), "text")
    assert source.said is None
    assert transferred.said.label == "positive"
    assert "Export it on the Export tab" in views.answers([source])


def test_while_the_run_is_at_work_its_exports_are_awaited(
    services: Services, spec: RunSpec, finished: Finished
) -> None:
    run_id = finished(services.store, spec)
    services.store.move(run_id, RunState.QUEUED)
    source, transferred = ask.ask(services, None, run_id, "text")
    assert ("still being exported" in source.fault, source.hint) == (True, "")
    assert transferred.said


def test_a_broken_export_is_told_beside_the_other_answer(services: Services, spec: RunSpec, finished: Finished) -> None:
    run_id = finished(services.store, spec, models=BOTH)
    (services.store.export_folder(run_id, "source-only") / "int8" / "model.onnx").unlink()
    source, transferred = ask.ask(services, None, run_id, "text")
    assert "Export the model anew" in source.hint
    assert transferred.said


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_no_text_or_far_too_much_is_refused(asked: Callable[..., list[ask.Answer]], text: str) -> None:
    with pytest.raises(DataError):
        asked("text-classification", text)


def test_hostile_labels_in_answers_stay_texts() -> None:
    said = SimpleNamespace(label="<b>x</b>", probabilities={"<b>x</b>": 1.0})
    answer = ask.Answer("transferred", "text-classification", said, "int8", "<i>", 1.0)
    page = views.answers([answer, ask.Answer("source-only", "text-classification", fault=HOSTILE)])
    assert "<b>x" not in page
    assert "<i>" not in page.replace('<i class="g-dot" aria-hidden="true">', "")
    assert "<script" not in page


def test_a_variant_that_is_not_made_for_the_provider_says_so() -> None:
    said = SimpleNamespace(label="good", probabilities={"good": 1.0})
    answer = ask.Answer("transferred", "text-classification", said, "fp16", "CPU", 1.0)
    assert "not made for" not in views.answers([answer])
    answer = replace(answer, unfit="a CPU computes fp16 <slowly>")
    page = views.answers([answer])
    assert "The variant is not made for that: a CPU computes fp16 &lt;slowly&gt;." in page


def test_every_variant_answers_if_that_is_asked_for(services: Services, spec: RunSpec, finished: Finished) -> None:
    run_id = finished(services.store, spec, models=BOTH)
    assert ask.variants(services, None, run_id) == {"fp32": True, "int8": True}
    found = ask.ask(services, None, run_id, "text", variant=ask.EACH)
    assert [(answer.model, answer.variant) for answer in found] == [
        ("source-only", "fp32"),
        ("source-only", "int8"),
        ("transferred", "fp32"),
        ("transferred", "int8"),
    ]
    assert [answer.variant for answer in ask.ask(services, None, run_id, "text", variant="fp32")] == ["fp32"] * 2


def test_a_variant_that_missed_its_gate_is_marked_where_it_is_chosen_and_where_it_answers(
    services: Services, spec: RunSpec, finished: Finished, export_of: Callable[..., ExportReport]
) -> None:
    run_id = finished(services.store, spec, models=BOTH)
    missed = export_of(run_id, int8_passes=False)
    path = services.store.export_folder(run_id, "transferred") / FILE
    path.write_text(missed.model_dump_json(), encoding="utf-8")
    assert ask.variants(services, None, run_id) == {"fp32": True, "int8": False}  # source-only's passed
    titles = [title for title, _ in chosen.choosable(services, None, run_id)]
    assert [title for title in titles if "(missed its gate)" in title] == [
        f"transferred, int8 (missed its gate) ONNX · {spec.name}"
    ]
    source, transferred = ask.ask(services, None, run_id, "text", variant="int8")
    assert (source.missed, transferred.missed) == ("", missed.variant("int8").parity.reason)
    page = views.answers([source, transferred])
    assert page.count("The variant missed its gate: the metric falls by 1 %") == 1
    assert HOSTILE not in page
    (entry,) = chosen.shown(services, None, run_id, [f"{run_id}/transferred/int8"]).report.models
    assert "int8 ONNX, missed its gate" in entry.title


def test_a_variant_that_a_model_lacks_is_told(services: Services, spec: RunSpec, finished: Finished) -> None:
    found = ask.ask(services, None, finished(services.store, spec, models=BOTH), "text", variant="O3")
    assert {answer.fault for answer in found} == {"There is no variant O3 of it."}
    page = views.answers(found)
    assert page.count("no variant O3") == 1  # one message for both
    assert "source-only" in page
    assert "transferred" in page


def test_the_chosen_models_of_several_runs_answer_under_their_titles(
    services: Services, spec: RunSpec, finished: Finished
) -> None:
    first, second = (
        finished(services.store, spec.model_copy(update={"name": name}), models=("transferred",))
        for name in ("Monday", "Tuesday")
    )
    keys = [f"{first}/transferred", f"{second}/transferred/fp32", f"{second}/target-only"]
    found = ask.ask(services, None, first, "text", chosen=keys)
    assert [(answer.title, answer.variant) for answer in found] == [
        ("transferred · Monday", "int8"),
        ("transferred, fp32 ONNX · Tuesday", "fp32"),
        ("target-only · Tuesday", ""),
    ]
    page = views.answers(found)
    assert page.count("<article") == 2
    assert "target-only · Tuesday" in page
    assert ask.variants(services, None, first, keys) == {"fp32": True, "int8": True}


def test_other_models_of_the_run_answer_too_once_they_are_exported(
    services: Services, spec: RunSpec, finished: Finished
) -> None:
    run_id = finished(services.store, spec, models=("transferred", "target-only"))
    found = ask.ask(services, None, run_id, "text")
    assert [answer.model for answer in found] == ["source-only", "transferred", "target-only"]


def test_why_is_found_out_when_asked_and_where_there_is_one_label(asked: Callable[..., list[ask.Answer]]) -> None:
    assert all(answer.explicable and answer.why is None for answer in asked("text-classification", "food"))
    assert not any(answer.explicable for answer in asked("entity-recognition", "Rome it is"))
    assert not any(answer.explicable for answer in asked("language-modelling", "this is [MASK]"))


@pytest.mark.parametrize("task", ["text-classification", "sentence-pair-classification"])
def test_answers_say_what_they_rest_on(services: Services, spec: RunSpec, finished: Finished, task: TaskName) -> None:
    run_id = finished(services.store, spec.model_copy(update={"task": task}), models=BOTH)
    found = ask.ask(services, None, run_id, "food here", "slow staff", why=True)
    page = views.answers(found)
    assert page.count("For “positive”: food (+1.5).") == 1
    assert page.count("slow (-0.5)") == (2 if task == "sentence-pair-classification" else 0)


def test_a_classical_model_says_that_it_can_not_answer(
    services: Services,
    spec: RunSpec,
    finished: Finished,
    report_of: Callable[..., Report],
    model_of: Callable[..., ModelReport],
) -> None:
    run_id = finished(services.store, spec)
    report = report_of()
    classical = model_of("classical", TASKS["text-classification"], ("negative", "positive"))
    examples = [
        one.model_copy(
            update={
                "predictions": {**one.predictions, "classical": one.label},
                "probabilities": {**one.probabilities, "classical": [0.5, 0.5]},
            }
        )
        for one in report.examples
    ]
    report = report.model_copy(update={"models": [*report.models, classical], "examples": examples})
    (services.store.folder(run_id) / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
    found = ask.ask(services, None, run_id, "text", chosen=[f"{run_id}/classical", f"{run_id}/transferred"])
    assert "no network" in found[0].fault
    assert found[1].said


@pytest.mark.parametrize(("seconds", "parts"), [(0.0, 48), (0.002, 48), (0.1, 18), (10.0, 6)])
def test_a_slow_model_is_asked_about_fewer_parts(seconds: float, parts: int) -> None:
    assert ask._parts(seconds, 1.8) == parts


def test_models_share_the_time_for_what_their_answers_rest_on(
    services: Services, spec: RunSpec, finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, given = finished(services.store, spec, models=BOTH), []
    monkeypatch.setattr(ask, "_parts", lambda seconds, there: given.append(there) or 6)
    ask.ask(services, None, run_id, "food here", why=True)
    assert given == [ask.WHY_SECONDS / 2] * 2
