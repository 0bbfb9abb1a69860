"""What a component needs to be on the page under a condition, and how a handler is wired to an event."""

from __future__ import annotations

import gradio as gr
import pytest

from pipeline.errors import DataError
from ui.wiring import QUEUED, listen, present_if, stamp


def test_presence_is_a_class() -> None:
    assert present_if([1], "g-card") == ["g-card"]
    assert present_if(None, "g-card") == ["g-card", "g-gone"]


def test_what_goes_wrong_without_the_queue_is_shown_by_an_event_with_it() -> None:
    def fails() -> str:
        raise DataError("<b>.csv is empty.")

    with gr.Blocks() as page:
        button, shown = gr.Button(), gr.Textbox()
        for _ in range(2):
            listen(button.click, fails, [], [shown])
        listen(button.click, lambda: "slow", [], [shown], **QUEUED)
    direct, queued = [fn for fn in page.fns.values() if not fn.queue], [fn for fn in page.fns.values() if fn.queue]
    ((told, said),) = direct[0].fn().items()
    assert [fn.outputs for fn in direct] == [[shown, told]] * 2
    (showing,) = [fn for fn in queued if fn.targets == [(told._id, "change")]]
    with pytest.raises(gr.Error) as shown_as:
        showing.fn(said)
    assert shown_as.value.message == "&lt;b&gt;.csv is empty."
    assert [fn.outputs for fn in queued if fn is not showing] == [[shown]]


def test_a_stamp_is_a_component_that_the_browser_knows_and_nobody_sees() -> None:
    with gr.Blocks():
        made = stamp()
    assert made.visible is True
    assert "g-gone" in made.elem_classes
