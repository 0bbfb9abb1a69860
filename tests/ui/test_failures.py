"""What goes wrong is told in a sentence; a traceback stays in the log."""

import logging

import pytest

from pipeline.errors import DataError
from ui.failures import explain


def test_an_expected_error_is_told_with_its_remedy() -> None:
    assert explain(DataError("a.csv is empty.", "Take another.")).sentence == "a.csv is empty. Take another."


def test_an_unexpected_one_is_told_by_a_number_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = explain(ZeroDivisionError("secret detail"))
    assert "secret" not in found.sentence
    number = found.message.split("id ")[1].rstrip(".")
    assert number in caplog.text
    assert "secret detail" in caplog.text
