"""Models of two runs side by side in a real browser: choose, filter, ask, ask why, take away."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from pipeline.runs import RunState, RunStore
from pipeline.spec import RunSpec
from tests.end_to_end.acts import choose, open_tab
from tests.ui.records import make_export, make_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect.set_options(timeout=20_000)
WORDS = ["[PAD]", "[UNK]", "text", "good", "bad"]
WEIGHTS = [[0.0, 0.0], [0.0, 0.1], [0.1, 0.0], [-2.0, 2.0], [2.0, -2.0]]  # of each word, for each label
LABELS = ("negative", "positive")


def write_model(folder: Path) -> None:
    """An exported classifier that adds up its words' weights."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers

    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
    known = [
        numpy_helper.from_array(np.array(WEIGHTS, np.float32), "weights"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
    ]
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["gathered"]),
        helper.make_node("ReduceSum", ["gathered", "axis"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(nodes, "words", ids, [logits], known)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx"
    )
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(folder / "tokenizer.json"))
    config = {"graft_task": "text-classification", "id2label": dict(enumerate(LABELS)), "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    settings = {"model_max_length": 64, "model_input_names": ["input_ids", "attention_mask"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def finish(served: RunStore, spec: RunSpec, name: str) -> str:
    """A finished run with a report and one exported model, as a worker would leave it.

    It is made elsewhere, for the server starts what is queued.
    """
    store = RunStore(served.root.parent / "made")
    run_id = store.create(spec.model_copy(update={"name": name})).id
    (store.folder(run_id) / "report.json").write_text(make_report(texts=25).model_dump_json(), encoding="utf-8")
    destination = store.export_folder(run_id, "transferred")
    export = make_export(run_id)
    for variant in export.variants:
        (destination / variant.folder).mkdir(parents=True)
        write_model(destination / variant.folder)
    (destination / "export.json").write_text(export.model_dump_json(), encoding="utf-8")
    store.move(run_id, RunState.RUNNING, pid=1)
    store.move(run_id, RunState.DONE)
    store.folder(run_id).rename(served.folder(run_id))
    return run_id


@pytest.fixture(scope="module")
def runs(app: Any, tiny_spec: RunSpec) -> tuple[str, str]:
    """Two finished runs of one task."""
    return finish(app.store, tiny_spec, "Monday"), finish(app.store, tiny_spec, "Tuesday")


@pytest.fixture
def compared(app: Any, runs: tuple[str, str], page: Page) -> Page:
    """The page, with two models of the first run and one of the second side by side."""
    page.goto(f"{app.url}/?run={runs[0]}")
    expect(page.locator("#progress-summary h2")).to_be_visible()
    open_tab(page, "compare")
    expect(page.locator("#verdict")).to_contain_text("Transfer helped")
    page.locator("#choose-models button").first.click()
    chosen = page.locator("#chosen-models")
    expect(chosen.locator(".token-remove:visible")).to_have_count(4)  # three models, and "all"
    chosen.locator(".token-remove:visible").nth(2).click()
    expect(page.locator("#models tbody tr")).to_have_count(2)
    choose(page, "#chosen-models", "transferred · Tuesday")
    expect(page.locator("#models tbody tr")).to_have_count(3)
    page.keyboard.press("Escape")
    return page


def test_models_of_two_runs_are_compared_and_the_texts_filtered(compared: Page) -> None:
    page = compared
    expect(page.locator("#verdict")).to_contain_text("all of them were tested on")
    expect(page.locator("#models")).to_contain_text("transferred · Tuesday")
    page.locator("#example-filter label", has_text="some model errs").click()
    expect(page.locator("#example-position")).to_contain_text("of 12")
    page.locator("#filter-contains input, #filter-contains textarea").fill("text 1")
    page.keyboard.press("Enter")
    expect(page.locator("#example-position")).to_contain_text("1–6 of 6")
    page.locator("#fold-crossed button").first.click()
    expect(page.locator("#crossed")).to_contain_text("12 of 25 differ")
    page.locator("#fold-calibration button").first.click()
    expect(page.locator("#calibration svg")).to_have_count(3)
    page.locator("#fold-parts button").first.click()
    page.locator("#cut label", has_text="true label").click()
    expect(page.locator("#parts tbody tr")).to_have_count(2)
    page.locator("#own-models").click()
    expect(page.locator("#verdict")).to_contain_text("Transfer helped")


def test_every_exported_model_answers_and_says_why(compared: Page) -> None:
    page = compared
    page.locator("#ask-text textarea").fill("text good")
    page.locator("#ask").click()
    expect(page.locator("#answers article")).to_have_count(2)
    expect(page.locator("#answers")).to_contain_text("transferred · Tuesday")
    expect(page.locator("#answers")).to_contain_text("Not exported")  # source-only
    page.locator("#why").click()
    expect(page.locator("#answers .g-weights")).to_have_count(2)
    expect(page.locator("#answers .g-weights").first).to_contain_text("For “positive”: good (+4.0).")
    expect(page.locator("#why")).to_be_hidden()
    choose(page, "#ask-variant", "every variant")
    expect(page.locator("#answers article")).to_have_count(4)
    page.locator("#examples .g-pick").first.click()
    expect(page.locator("#ask-text textarea")).to_have_value(re.compile("^text "))
    expect(page.locator("#answers article")).to_have_count(4)


def test_the_files_are_whole_and_the_report_stands_alone(compared: Page, tmp_path: Path) -> None:
    page = compared

    def taken(kind: str) -> str:
        with page.expect_download() as download:
            page.locator(f"#download-{kind}").click()
        assert download.value.suggested_filename == f"graft-Monday-Tuesday.{kind}"
        download.value.save_as(tmp_path / kind)
        return (tmp_path / kind).read_text(encoding="utf-8-sig")

    report = taken("html")
    assert not re.search(r"https?:", report)
    assert report.count("<svg") == 3
    assert "transferred · Tuesday" in report
    taken("html")  # a second click gives it again
    rows = [*csv.reader(io.StringIO(taken("csv")))]
    assert len(rows) == 26
    assert rows[0][:2] == ["Text", "True label"]
    assert [model["run_name"] for model in json.loads(taken("json"))["models"]] == ["Monday", "Monday", "Tuesday"]


def test_a_phone_needs_no_sideways_scrolling(compared: Page) -> None:
    page = compared
    page.set_viewport_size({"width": 375, "height": 800})
    for fold in ("#fold-crossed", "#fold-calibration", "#fold-parts"):
        page.locator(f"{fold} button").first.click()
    expect(page.locator("#calibration svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
