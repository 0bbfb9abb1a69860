"""Which languages the page has, which of them is being spoken, and which one a browser wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

#: Code of a language → its name in itself.
LANGUAGES = {"en": "English", "zh": "中文"}
#: Code of a language → how browsers, and Gradio's own sentences, call it.
LOCALES = {"en": "en", "zh": "zh-CN"}
DEFAULT = "en"
COOKIE = "graft_language"

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


def current() -> str:
    """The language in which the page speaks here and now."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while; other requests go on in theirs."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def wanted(cookies: Mapping[str, str], accepted: str | None) -> str:
    """The language that somebody chose, else the first that their browser asks for and the page has.

    Args:
        cookies: Of the request.
        accepted: Its header ``Accept-Language``.
    """
    chosen = cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    ranked = sorted(filter(None, map(_asked, (accepted or "").split(","))), key=lambda pair: -pair[1])
    return next((language for language, _ in ranked if language in LANGUAGES), DEFAULT)


def _asked(entry: str) -> tuple[str, float] | None:
    """A language and how much it is wanted; None for one that is not wanted at all."""
    tag, _, weight = entry.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
    except ValueError:
        return None
    return (tag.strip().partition("-")[0].lower(), quality) if quality > 0 else None
