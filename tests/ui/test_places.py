"""Where variants run on this machine, and why not on anything better: told on the Export tab and beside speeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from export.predictor import providers
from export.record import RECORD, Record
from pipeline.spec import MATRIX, RunSpec
from ui.handlers.export import exports_of
from ui.handlers.places import Place, places_of
from ui.handlers.variants import exported, variant_folder
from ui.services import Services
from ui.text.languages import speaking
from ui.views import export as export_views
from ui.views import speed as speed_views
from ui.views.places import places

TENSORRT, CUDA, CPU = providers.PROVIDERS


@pytest.fixture
def run_id(services: Services, spec: RunSpec, finished: Callable[..., str]) -> str:
    """A finished run whose variants say what they are for."""
    run_id = finished(services.store, spec)
    report = exported(services, run_id, "transferred")
    assert report is not None
    for variant in report.variants:
        Record.of(variant.name).write(variant_folder(services, run_id, report, variant.name))
    return run_id


def _found(services: Services, run_id: str) -> dict[str, Place]:
    report = exported(services, run_id, "transferred")
    assert report is not None
    return places_of(services, run_id, report)


def test_each_variant_runs_on_the_best_provider_that_the_machine_and_the_table_allow(
    services: Services, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(providers, "_loads", lambda _: False)
    found = _found(services, run_id)
    assert found["fp32"] == Place(CPU, ((TENSORRT, "absent"), (CUDA, "driverless")), MATRIX["fp32", "cpu"])
    assert found["int8"] == Place(CPU, ((TENSORRT, "absent"), (CUDA, "unfit")), MATRIX["int8", "cpu"])
    monkeypatch.setattr(providers, "_loads", lambda _: True)
    found = _found(services, run_id)
    assert (found["fp32"].provider, found["int8"].provider) == (CUDA, CPU)


def test_what_is_left_to_a_cpu_though_it_is_not_made_for_it_says_why(
    services: Services, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = exported(services, run_id, "transferred")
    assert report is not None
    Record.of("fp16", "O2").write(variant_folder(services, run_id, report, "fp32"))
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: [CPU])
    place = _found(services, run_id)["fp32"]
    assert place == Place(CPU, ((TENSORRT, "absent"), (CUDA, "absent")), MATRIX["fp16", "cpu"])
    assert "a CPU computes fp16 by way of float32" in str(places({"fp32": place}))


def test_a_variant_whose_record_is_damaged_is_left_out(services: Services, run_id: str) -> None:
    report = exported(services, run_id, "transferred")
    assert report is not None
    (variant_folder(services, run_id, report, "int8") / RECORD).write_text("{", encoding="utf-8")
    assert [*_found(services, run_id)] == ["fp32"]


def test_variants_of_one_place_share_a_line_on_both_cards(services: Services, run_id: str) -> None:
    here = Place(CPU, ((TENSORRT, "absent"), (CUDA, "driverless")), MATRIX["fp32", "cpu"])
    runs = {"transferred": {"fp32": here, "O2": here, "int8": Place(CPU, ((CUDA, "unfit"),), MATRIX["int8", "cpu"])}}
    page = export_views.variants(exports_of(services, None, run_id), runs)  # type: ignore[arg-type]
    told = "on CPU. TensorRT is not in this onnxruntime. CUDA finds no driver here."
    assert f"<b>fp32, O2</b> {told}" in page
    assert "<b>int8</b> on CPU. Not made for CUDA." in page
    assert "Where they run" not in export_views.variants(exports_of(services, None, run_id))
    assert "Where they run" not in speed_views.speeds({}, runs)  # type: ignore[arg-type]
    with speaking("zh"):
        assert "在 CPU 上运行。" in export_views.variants(exports_of(services, None, run_id), runs)  # type: ignore[arg-type]
