"""How a handler answers: its errors are messages, and what it returns is for the outputs that it was connected with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import DataError
from ui.answering import anew, guarded, quiet, telling


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


@pytest.fixture
def told() -> gr.Textbox:
    with gr.Blocks():
        return gr.Textbox()


def test_an_error_goes_where_errors_are_told_each_time_as_another_value(told: gr.Textbox) -> None:
    def fails() -> None:
        raise DataError("a.csv is empty.", "Take another.")

    said = [telling(fails, told, 3)() for _ in range(2)]
    assert all(each.keys() == {told} for each in said)
    assert {each[told].partition(" ")[2] for each in said} == {"a.csv is empty. Take another."}
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("answer", "others", "expected"),
    [
        (lambda: "one", 1, ("one", gr.skip())),
        (lambda: {"a": "value of a state"}, 1, ({"a": "value of a state"}, gr.skip())),
        (lambda: ("one", "two"), 2, ("one", "two", gr.skip())),
        (gr.skip, 2, gr.skip()),
        (dict, 2, gr.skip()),
        (lambda: None, 0, gr.skip()),
    ],
)
def test_what_went_well_tells_of_no_error(
    answer: Callable[[], Any], others: int, expected: Any, told: gr.Textbox
) -> None:
    assert telling(answer, told, others)() == expected


def test_updates_by_component_are_left_alone(told: gr.Textbox) -> None:
    updates = {told: "said"}
    assert telling(lambda: updates, told, 2)() is updates


def test_no_stamp_comes_twice() -> None:
    assert len({anew() for _ in range(100)}) == 100
