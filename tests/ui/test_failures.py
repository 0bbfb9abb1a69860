"""What goes wrong is told in a sentence; a traceback stays in the log."""

import logging

import gradio as gr
import pytest

from pipeline.errors import DataError
from ui.failures import explain
from ui.wiring import guarded, present_if, quiet


def test_an_expected_error_is_told_with_its_remedy() -> None:
    assert explain(DataError("a.csv is empty.", "Take another.")).sentence == "a.csv is empty. Take another."


def test_an_unexpected_one_is_told_by_a_number_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = explain(ZeroDivisionError("secret detail"))
    assert "secret" not in found.sentence
    number = found.message.split("id ")[1].rstrip(".")
    assert number in caplog.text
    assert "secret detail" in caplog.text


def test_a_message_on_the_page_is_escaped() -> None:
    def fails() -> None:
        raise DataError("<img src=x>.csv is empty.")

    with pytest.raises(gr.Error) as caught:
        guarded(fails)()
    assert "<img" not in caught.value.message
    assert "&lt;img" in caught.value.message
    assert not caught.value.print_exception


def test_a_guarded_handler_keeps_its_signature() -> None:
    def handler(visitor: str, event: gr.SelectData) -> str:
        return visitor

    assert guarded(handler).__wrapped__ is handler
    assert guarded(handler)("a", None) == "a"


def test_a_poll_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise ZeroDivisionError

    assert quiet(fails)() == gr.skip()
    assert "A poll failed" in caplog.text


def test_presence_is_a_class() -> None:
    assert present_if([1], "g-card") == ["g-card"]
    assert present_if(None, "g-card") == ["g-card", "g-gone"]
