"""The speed of exports on the page: asked for, shown, and gone when it says nothing any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from export.speed.report import SpeedReport, place_of, write_speed
from pipeline.errors import ExportError, RunError, SpecError
from pipeline.spec import RunSpec
from ui.api import speed as api
from ui.handlers import export as exporting
from ui.handlers import speed as handlers
from ui.services import Services
from ui.text.languages import speaking
from ui.views import speed as views

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def measured(speed_of: Callable[..., SpeedReport]) -> SpeedReport:
    return speed_of(f"a processor {HOSTILE}", HOSTILE)


@pytest.fixture
def run_id(services: Services, spec: RunSpec, finished: Callable[..., str]) -> str:
    return finished(services.store, spec)


def test_a_measurement_is_asked_for_as_an_export_is(services: Services, run_id: str) -> None:
    before = services.store.spec(run_id)
    handlers.measure(services, None, run_id, {"compiled": False, "batches": ["1", "8"], "lengths": [16], "rounds": 2})
    (first,) = services.store.spec(run_id).speed
    assert (first.model, first.compiled) == ("transferred", False)
    assert (first.batches, first.lengths, first.rounds) == ((1, 8), (16,), 2)
    assert first.asked_at > 0
    assert services.store.spec(run_id).exports == before.exports
    handlers.measure(services, None, run_id, {})
    (again,) = services.store.spec(run_id).speed
    assert again.asked_at >= first.asked_at
    assert services.supervisor.asked == [("extend", run_id)] * 2


def test_what_is_not_exported_or_not_finished_can_not_be_measured(
    services: Services, spec: RunSpec, run_id: str
) -> None:
    with pytest.raises(ExportError, match="target-only is not exported"):
        handlers.measure(services, None, run_id, {"model": "target-only"})
    with pytest.raises(RunError, match="has not finished"):
        handlers.measure(services, None, services.store.create(spec).id, {})
    with pytest.raises(SpecError, match="lengths holds 5000, and takes 1 to 4,096"):
        handlers.measure(services, None, run_id, {"lengths": [5000]})
    assert services.supervisor.asked == []


def test_another_export_forgets_what_was_measured_of_the_one_before(services: Services, run_id: str) -> None:
    handlers.measure(services, None, run_id, {})
    exporting.export(services, None, run_id, {"model": "source-only"})
    assert services.store.spec(run_id).speed
    exporting.export(services, None, run_id, {"model": "transferred", "optimisation": []})
    assert services.store.spec(run_id).speed == ()


def test_the_page_shows_advice_picture_and_figures(services: Services, run_id: str, measured: SpeedReport) -> None:
    write_speed(measured, place_of(services.store.export_folder(run_id, "transferred")))
    reports = exporting.exports_of(services, None, run_id).reports
    page = views.speeds(handlers.speeds_of(services, None, run_id, reports))
    for words in (
        "Take int8",
        "One text of 32 tokens",
        "6.00 ×",
        "92 %",
        "2.00 ms",
        "140 MB",
        "missed its gate",
        "torch 2.13.0",
        "GPU 300 MB",
        "how much less of its memory was free",
    ):
        assert words in page, words
    assert page.count("<circle") == 3
    assert "<script" not in page
    with speaking("zh"):
        told = views.speeds(handlers.speeds_of(services, None, run_id, reports))
    assert "请用 int8：1 条 32 个词元的文本耗时 2.0 毫秒。" in told
    assert "准确率" in told
    assert "显存的空闲量" in told
    on_cpu = [one.model_copy(update={"device_bytes": None}) for one in measured.candidates]
    assert "was free" not in views.speeds({"transferred": measured.model_copy(update={"candidates": tuple(on_cpu)})})


def test_before_anything_is_measured_the_page_says_so() -> None:
    assert "Not measured yet" in views.speeds({})


def test_a_measurement_without_accuracy_has_no_picture(measured: SpeedReport) -> None:
    page = views.speeds({"transferred": measured.model_copy(update={"metric": None})})
    assert "<svg" not in page
    assert "Take int8" in page


def test_programs_read_the_same(services: Services, run_id: str, measured: SpeedReport) -> None:
    assert api.read_speed(services, run=run_id) == []
    write_speed(measured, place_of(services.store.export_folder(run_id, "transferred")))
    (found,) = api.read_speed(services, run=run_id)
    assert (found["model"], found["threads"]) == ("transferred", 2)
    assert [one["name"] for one in found["candidates"]] == ["torch", "int8", "int8-static"]
    assert found["candidates"][1]["timings"][1]["batch"] == 32
    assert (found["candidates"][1]["provider"], found["candidates"][1]["device_bytes"]) == ("CPUExecutionProvider", -1)
    assert (found["versions"], found["features"], found["gpu"]) == ({"torch": "2.13.0"}, ["AVX512_VNNI"], "H200")
    assert found["recommendation"][0].startswith("Take int8")
    assert api.measure_speed(services, run=run_id)["run"] == run_id
