"""The estimate on the page: honest ranges, stage by stage, in both languages."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import RunError
from pipeline.estimate import Estimate, Range, StageEstimate
from pipeline.plan import plan
from pipeline.spec import RunSpec
from ui.failures import attempt, explain
from ui.handlers import estimate as handlers
from ui.services import Services
from ui.tabs.estimate import EstimateCard
from ui.text.languages import speaking
from ui.views import estimate as views

HOSTILE = "<script>alert('x')</script>\"&"


def around(expected: float) -> Range:
    return Range(low=0.5 * expected, expected=expected, high=2 * expected)


def made(spec: RunSpec, *, reused: bool = False) -> Estimate:
    stages = tuple(
        StageEstimate(name=stage.name, kind=stage.kind, title=stage.title, seconds=around(90), reused=reused)
        for stage in plan(spec)
    )
    return Estimate(
        stages=stages,
        seconds=around(1200),
        memory_mb=around(1234),
        gpu_memory_mb=None,
        disk_mb=around(300),
        device="cpu",
        precision="fp32",
        tokens_per_second=1234.5,
        steps=4,
        took=12.3,
    )


@pytest.fixture
def found(services: Services, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> handlers.Forecast:
    """A forecast whose process is a stand-in."""

    def ask(given: RunSpec, settings: Any, *, seconds: float) -> Estimate:
        assert given is spec
        return made(given)

    monkeypatch.setattr(handlers, "ask_estimate", ask)
    return handlers.forecast(services, spec)


def test_ranges_are_told_and_what_is_likely(found: handlers.Forecast) -> None:
    page = views.forecast(found)
    assert "10–40 min" in page
    assert "most likely 20 min" in page
    assert "0.6–2.5 GB" in page
    assert "150–600 MB" in page
    assert "Memory of the GPU" not in page
    assert "4 real steps on the CPU at 1,200 tokens a second" in page
    assert page.count("<tr>") == 1 + len(found.estimate.stages)


def test_the_stages_are_told_in_chinese(found: handlers.Forecast) -> None:
    with speaking("zh"):
        page = views.forecast(found)
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", page)))
    assert words <= {"CPU", "ONNX", "transferred", "source", "only"}  # models by the names in their files
    assert "10–40 分钟" in page


def test_what_is_there_already_takes_no_time(found: handlers.Forecast, spec: RunSpec) -> None:
    page = views.forecast(handlers.Forecast(made(spec, reused=True), found.titles))
    assert page.count("there already") == len(found.estimate.stages)


@pytest.mark.parametrize(
    ("expected", "told"),
    [(0, "0 s"), (4, "2–8 s"), (40, "20–80 s"), (60, "0.5–2 min"), (1800, "15–60 min"), (7200, "1–4 h")],
)
def test_units_suit_their_figures(expected: float, told: str) -> None:
    assert views.between(around(expected), views.TIME)[0] == told


def test_titles_that_are_no_markup_stay_so(found: handlers.Forecast, spec: RunSpec) -> None:
    stage = found.estimate.stages[0].model_copy(update={"title": HOSTILE, "name": "other"})
    hostile = found.estimate.model_copy(update={"stages": (stage,)})
    assert "<script>" not in views.forecast(handlers.Forecast(hostile, found.titles))


def test_a_changed_form_outdates_an_estimate_once(found: handlers.Forecast) -> None:
    with gr.Blocks():
        card = EstimateCard()
    drawn = card.draw(found)
    assert drawn[card.current] is True
    assert "has changed" in card.outdate(True)[card.note]
    assert card.outdate(False) == {}


def test_what_goes_wrong_is_told_in_its_place() -> None:
    with gr.Blocks():
        card = EstimateCard()

    def fail() -> handlers.Forecast:
        raise RunError(HOSTILE, "Try again.")

    drawn = card.draw(attempt(fail))
    assert "&lt;script&gt;" in drawn[card.shown]
    assert drawn[card.current] is False
    assert attempt(fail) == explain(RunError(HOSTILE, "Try again."))
