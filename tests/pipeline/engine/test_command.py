"""Commands that are asked in a process of their own."""

from pathlib import Path

import pytest

from pipeline.engine.command import ask
from pipeline.errors import RunError


def test_the_document_that_a_command_prints_comes_back(tmp_path: Path) -> None:
    assert ask("list", ["--runs-dir", str(tmp_path)], 60) == []


def test_an_error_of_the_command_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run") as caught:
        ask("show", ["nothing", "--runs-dir", str(tmp_path)], 60)
    assert caught.value.message.values  # so that it can be told in another language


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"longer than 0\.01 seconds"):
        ask("list", ["--runs-dir", str(tmp_path)], 0.01)


def test_one_that_says_nothing_is_told_with_its_exit_code() -> None:
    with pytest.raises(RunError, match="exit code 2"):
        ask("dance", [], 60)
