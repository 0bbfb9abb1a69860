"""The page as a whole: it builds, asks nothing of the network, and closes the runs' folder."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import gradio as gr
import pytest

import ui
from pipeline.settings import Settings
from ui import layout, server
from ui.services import Services
from ui.theme import STYLE, theme

ROOT = Path(ui.__file__).parent


@pytest.fixture
def page(services: Services) -> gr.Blocks:
    return layout.build(services)


def test_every_tab_stands_there(page: gr.Blocks) -> None:
    tabs = [block.label for block in page.blocks.values() if isinstance(block, gr.Tab)]
    assert tabs == ["Start", "Your data", "Progress", "Compare", "Export"]


def test_only_tabs_stand_among_the_tabs(page: gr.Blocks) -> None:
    """Anything else there upsets the order that Gradio keeps of them in the browser."""
    tabs = next(block for block in page.blocks.values() if isinstance(block, gr.Tabs))
    assert all(isinstance(child, gr.Tab) for child in tabs.children)


def test_every_control_has_a_label(page: gr.Blocks) -> None:
    controls = (gr.Textbox, gr.Number, gr.Dropdown, gr.Radio, gr.Checkbox, gr.File)
    assert [block.elem_id for block in page.blocks.values() if isinstance(block, controls) and not block.label] == []


def test_what_the_browser_tests_press_is_there(page: gr.Blocks) -> None:
    ids = {block.elem_id for block in page.blocks.values()}
    assert ids >= {"run-demo", "start-training", "ask-text", "ask", "cancel", "resume", "compare", "fill-samples"}


def test_no_component_is_taken_in_and_out_by_visible(page: gr.Blocks) -> None:
    """See :func:`ui.wiring.present_if`."""
    assert [block for block in page.blocks.values() if getattr(block, "visible", True) is not True] == []


def test_no_event_has_two_listeners_that_wait_for_their_last_answer(page: gr.Blocks) -> None:
    waiting = [target for fn in page.fns.values() if fn.trigger_mode == "always_last" for target in fn.targets]
    of_components = [target for target in waiting if target[0] is not None]
    assert of_components
    assert len(set(of_components)) == len(of_components)


def test_only_what_takes_long_or_may_start_a_run_goes_through_the_queue(page: gr.Blocks) -> None:
    own = [fn for fn in page.fns.values() if fn.queue and fn.api_visibility == "private"]
    long = {"measuring", "hub"}  # the rest of these events is named
    ids = {getattr(page.blocks[fn.targets[0][0]], "elem_id", None) for fn in own if fn.concurrency_id not in long}
    assert ids == {"start-training", "run-demo", "resume", "start-export", "measure-speed", "push", "told"}
    assert {fn.concurrency_id for fn in own} >= long


def test_no_event_follows_a_state_of_which_gradio_tells_only_through_its_queue(page: gr.Blocks) -> None:
    states = {key for key, block in page.blocks.items() if isinstance(block, gr.State)}
    assert not {target for fn in page.fns.values() for target, event in fn.targets if event == "change"} & states


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "http" not in STYLE.read_text(encoding="utf-8")
    assert not any("http://" in path.read_text(encoding="utf-8") for path in ROOT.glob("*.js"))
    look = theme()
    fonts = (*look._font, *look._font_mono)
    assert not any(isinstance(font, gr.themes.GoogleFont) for font in fonts)
    assert look._stylesheets == []


def test_a_settings_word_can_not_break_out_of_the_head() -> None:
    head = layout.head(Settings(max_upload_mb=1.5))
    facts = re.search(r'<script type="application/json" id="graft-words">(.*?)</script>', head)
    assert facts
    found = json.loads(facts[1])
    assert found["limit"] == 1_500_000
    assert "at most 1.5 MB" in found["words"]["en"]["refusal"]
    assert "最多可上传 1.5 MB" in found["words"]["zh-CN"]["refusal"]


def test_only_gradios_own_parts_import_it() -> None:
    for folder in ("handlers", "views", "text"):
        for path in (ROOT / folder).glob("*.py"):
            assert "gradio" not in re.findall(
                r"^(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
            ), path


def test_a_taken_port_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert server.main(["--port", str(port), "--runs-dir", str(tmp_path)]) == 1
    said = capsys.readouterr().err.strip()
    assert f"127.0.0.1:{port}" in said
    assert "Choose another --port" in said
    assert "\n" not in said


def test_a_wrong_setting_is_told_in_a_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_MAX_UPLOAD_MB", "-3")
    assert server.main([]) == 1
    assert "GRAFT_MAX_UPLOAD_MB" in capsys.readouterr().err


def test_a_space_listens_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/graft")
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    assert server._parser(Settings()).parse_args([]).host == "0.0.0.0"  # noqa: S104 - a Space is reached from outside
    monkeypatch.delenv("SPACE_ID")
    assert server._parser(Settings()).parse_args([]).host == "127.0.0.1"
