"""Which language a browser gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.text.languages import COOKIE, current, speaking, wanted


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("ZH-cn", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("de-DE,de;q=0.9", "en"),
        ("fr,zh;q=0.5", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=much", "en"),
        (";;,=,", "en"),
    ],
)
def test_the_browsers_first_language_that_the_page_has_is_taken(accepted: str | None, language: str) -> None:
    assert wanted({}, accepted) == language


def test_what_was_chosen_goes_before_what_the_browser_asks_for() -> None:
    assert wanted({COOKIE: "en"}, "zh-CN") == "en"
    assert wanted({COOKIE: "zh"}, "en") == "zh"
    assert wanted({COOKIE: "tlh"}, "zh-CN") == "zh"


def test_languages_of_requests_at_once_do_not_mix() -> None:
    assert current() == "en"
    with speaking("zh"):
        assert current() == "zh"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(current).result() == "en"
        with speaking("en"):
            assert current() == "en"
        assert current() == "zh"
    assert current() == "en"
