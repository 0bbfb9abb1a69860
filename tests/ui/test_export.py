"""Exporting from the page: options into the spec, numbers into a table, files into a zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path

import gradio as gr
import pytest

from export.pipelines import OPTIONS
from export.report import ExportReport
from export.serving.questions import FIELDS, Body
from pipeline.errors import DataError, ExportError, RunError, SpecError
from pipeline.report import Report
from pipeline.spec import LEFT_OUT, MATRIX, ExportSpec, Provider, RunSpec, TaskName, VariantName, rows
from ui import layout
from ui.access import owner_of
from ui.handlers import export as handlers
from ui.services import Services
from ui.text.languages import speaking
from ui.views import export as views


def test_an_export_is_added_to_the_spec_or_replaces_its_like(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec)
    for model, level in (("target-only", "O1"), ("transferred", "none")):
        handlers.export(services, None, run_id, {"model": model, "optimisation": level, "quantisation": "none"})
    exports = {export.model: export for export in services.store.spec(run_id).exports}
    assert set(exports) == {"source-only", "transferred", "target-only"}
    assert exports["transferred"] == ExportSpec(model="transferred", optimisation=(), quantisation=())
    assert services.supervisor.asked == [("extend", run_id)] * 2


def test_a_run_that_is_not_finished_can_not_be_exported(services: Services, spec: RunSpec) -> None:
    with pytest.raises(RunError, match="has not finished"):
        handlers.export(services, None, services.store.create(spec).id, {})


def test_an_unknown_option_is_refused(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    with pytest.raises(SpecError):
        handlers.export(services, None, finished(services.store, spec), {"optimisation": "O9"})


def test_the_table_shows_the_gate_and_what_is_served(
    services: Services, spec: RunSpec, finished: Callable[..., str], export_of: Callable[..., ExportReport]
) -> None:
    run_id = finished(services.store, spec)
    page = views.variants(handlers.exports_of(services, None, run_id))
    for words in ("int8", "served", "passed", "+1.00 points", "3 of 200", "2.0e-05", "12.5 MB", "2.1 ms", "13.2 ms"):
        assert words in page, words
    missed = handlers.Exports(
        services.store.get(run_id),
        spec.task,
        {"transferred": export_of(run_id, int8_passes=False)},
    )
    page = views.variants(missed)
    assert "missed" in page
    assert "is not served" in page
    assert "<script" not in page


def test_without_an_export_the_page_says_what_to_do(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec, models=())
    assert "press Export" in views.variants(handlers.exports_of(services, None, run_id))
    with pytest.raises(ExportError, match="transferred is not exported"):
        handlers.zip_export(services, None, run_id, "transferred", services.store.root)


def test_the_served_variant_is_zipped(
    services: Services, spec: RunSpec, finished: Callable[..., str], tmp_path: Path
) -> None:
    run_id = finished(services.store, spec)
    path = handlers.zip_export(services, None, run_id, "transferred", tmp_path)
    assert path == tmp_path / f"{run_id}-transferred-int8.zip"
    with zipfile.ZipFile(path) as archive:
        assert f"{path.stem}/model.onnx" in archive.namelist()


def test_any_variant_is_zipped_that_there_is(
    services: Services, spec: RunSpec, finished: Callable[..., str], tmp_path: Path
) -> None:
    run_id = finished(services.store, spec)
    path = handlers.zip_export(services, None, run_id, "transferred", tmp_path, variant="fp32")
    assert path == tmp_path / f"{run_id}-transferred-fp32.zip"
    with zipfile.ZipFile(path) as archive:
        assert f"{path.stem}/model.onnx" in archive.namelist()
    with pytest.raises(DataError, match="no variant O9"):
        handlers.zip_export(services, None, run_id, "transferred", tmp_path, variant="O9")


def test_what_is_not_as_it_was_exported_is_not_handed_out(
    services: Services, spec: RunSpec, finished: Callable[..., str], tmp_path: Path
) -> None:
    run_id = finished(services.store, spec)
    (services.store.export_folder(run_id, "transferred") / "int8" / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ExportError, match=r"^transferred/int8 is not as it was exported: model\.onnx\."):
        handlers.zip_export(services, None, run_id, "transferred", tmp_path)
    assert [*tmp_path.glob("*.zip")] == []


def test_snippets_name_the_folder_and_on_a_shared_host_no_path_of_it(
    services: Services, shared: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec)
    report = handlers.exports_of(services, None, run_id).reports["transferred"]
    own = handlers.place_of(services, run_id, report, "int8")
    assert own == str(services.store.export_folder(run_id, "transferred") / "int8")
    assert own in views.snippets(own, spec.task)

    run_id = finished(shared.store, spec, owner=owner_of(shared, "mine"))
    assert handlers.place_of(shared, run_id, report, "int8") == f"{run_id}-transferred-int8"
    assert "<b>" not in views.snippets("<b>", spec.task)


@pytest.mark.parametrize(
    ("task", "call", "ort_class"),
    [
        ("text-classification", "predict([&quot;", "ORTModelForSequenceClassification"),
        ("sentence-pair-classification", "predict([(&quot;", "ORTModelForSequenceClassification"),
        ("entity-recognition", "predict([&quot;", "ORTModelForTokenClassification"),
        ("language-modelling", "[MASK]&quot;, top=5)", "ORTModelForMaskedLM"),
    ],
)
def test_snippets_ask_as_the_task_wants_it(task: TaskName, call: str, ort_class: str) -> None:
    page = views.snippets("folder", task)
    assert call in page
    assert ort_class in page
    assert escape(OPTIONS[task]) in page


def test_every_family_has_its_own_mask_put_to_transformers_pipeline() -> None:
    assert 'tokenizer=tokenizer)(f"这家店真不{tokenizer.mask_token}", ' in unescape(
        views.snippets("folder", "language-modelling")
    )


@pytest.mark.parametrize("task", FIELDS)
def test_snippets_ask_the_server_as_it_wants_it(task: TaskName) -> None:
    page = unescape(views.snippets("folder", task))
    (asked,) = re.findall(r"curl localhost:8000/v1/models/folder/predict -d '(.*?)'", page)
    body = Body.model_validate_json(asked)
    assert body.model_fields_set - {"top"} <= set(FIELDS[task])
    assert f"JSON.stringify({asked})" in page


def test_all_but_the_classical_model_can_be_exported(
    services: Services, spec: RunSpec, finished: Callable[..., str], report_of: Callable[..., Report]
) -> None:
    run_id = finished(services.store, spec)
    report = report_of()
    classical = report.models[2].model_copy(update={"name": "classical"})
    path = services.store.folder(run_id) / "report.json"
    whole = report.model_copy(update={"models": [*report.models, classical]})
    path.write_text(whole.model_dump_json(), encoding="utf-8")
    found = [name for _, name in handlers.exportable(services, None, run_id)]
    assert found == ["source-only", "transferred", "target-only"]


def test_a_loss_of_perplexity_is_a_share(
    services: Services, spec: RunSpec, finished: Callable[..., str], export_of: Callable[..., ExportReport]
) -> None:
    run_id = finished(services.store, spec)
    report = export_of(run_id).model_copy(update={"metric": "perplexity"})
    page = views.variants(handlers.Exports(services.store.get(run_id), spec.task, {"transferred": report}))
    assert "+1.00 %" in page
    assert "points" not in page


def test_what_does_not_go_together_is_refused_with_the_tables_reason(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec)
    with pytest.raises(SpecError, match=r"dynamic int8 is for CPUs.*The Export tab"):
        handlers.export(services, None, run_id, {"provider": "cuda", "quantisation": ["int8"]})
    assert services.supervisor.asked == []


@pytest.mark.parametrize(
    ("provider", "levels", "quantisations", "suited"),
    [
        ("cuda", ["O2"], ["int8"], [["O2"], ["fp16"]]),
        ("tensorrt", ["O1", "O2"], ["int8", "int8-static"], [["O1"], ["fp16"]]),
        ("tensorrt", ["O3"], [], [["O1"], []]),
        ("cpu", ["O4"], ["fp16"], [["O2"], ["int8"]]),
        ("cpu", ["O2", "O3"], ["int8-static"], [["O2", "O3"], ["int8-static"]]),
        ("cuda", [], [], [[], []]),
    ],
)
def test_ticks_that_are_not_for_the_provider_give_way_to_its_own(
    provider: Provider, levels: list[VariantName], quantisations: list[VariantName], suited: list[list[VariantName]]
) -> None:
    assert handlers.suited(provider, levels, quantisations) == suited


def test_the_table_of_what_runs_where_is_shown_whole() -> None:
    page = views.matrix()
    assert page.count("<tr>") == 1 + len(rows())
    assert page.count(">yes<") == sum(not reason for reason in MATRIX.values())
    for reason in {*filter(None, MATRIX.values()), *LEFT_OUT.values()}:
        assert escape(reason) in page
    with speaking("zh"):
        assert "动态 int8 只用于 CPU" in views.matrix()


def _push(services: Services, visitor: str | None, run_id: str, token: str) -> str:
    return handlers.push_export(services, visitor, run_id, "transferred", " me/tiny ", private=True, token=token)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool, str]]:
    """What was pushed, instead of pushing it."""
    asked: list[tuple[str, str, bool, str]] = []

    def push(folder: Path, repo: str, *, private: bool, token: str) -> str:
        asked.append((folder.name, repo, private, token))
        return "https://huggingface.co/me/tiny/commit/1"

    monkeypatch.setattr("export.hub.push", push)
    return asked


def test_the_served_variant_is_pushed(
    services: Services, spec: RunSpec, finished: Callable[..., str], pushed: list[tuple[str, str, bool, str]]
) -> None:
    run_id = finished(services.store, spec)
    address = _push(services, None, run_id, "")
    _push(services, None, run_id, "hf_mine")
    assert pushed == [("int8", "me/tiny", True, ""), ("int8", "me/tiny", True, "hf_mine")]
    handlers.push_export(services, None, run_id, "transferred", "me/tiny", private=False, token="", variant="fp32")
    assert pushed[-1] == ("fp32", "me/tiny", False, "")
    assert f'href="{address}"' in views.pushed(address)
    assert "<a" not in views.pushed("javascript:alert(1)")


def test_on_a_shared_page_nobody_pushes_with_the_hosts_token(
    shared: Services, spec: RunSpec, finished: Callable[..., str], pushed: list[tuple[str, str, bool, str]]
) -> None:
    run_id = finished(shared.store, spec, owner=owner_of(shared, "mine"))
    with pytest.raises(ExportError, match="nobody's token is used but your own"):
        _push(shared, "mine", run_id, " ")
    with pytest.raises(RunError):
        _push(shared, "theirs", run_id, "hf_theirs")
    assert pushed == []
    _push(shared, "mine", run_id, "hf_mine")
    assert len(pushed) == 1


def test_the_token_is_typed_unseen_and_taken_out_of_the_page_whatever_happens(services: Services) -> None:
    page = layout.build(services)
    token = next(block for block in page.blocks.values() if block.elem_id == "push-token")
    assert isinstance(token, gr.Textbox)
    assert token.type == "password"
    (emptying,) = (event for event in page.fns.values() if token in event.outputs)
    assert emptying.fn is not None
    assert emptying.fn()[0] == ""
    assert emptying.trigger_after is not None
    assert not emptying.trigger_only_on_success
