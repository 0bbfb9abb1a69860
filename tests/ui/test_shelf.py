"""The shelf: a form comes back once, by its ticket alone, and the oldest makes room."""

from __future__ import annotations

from ui.handlers.shelf import Shelf


def test_a_form_comes_back_once() -> None:
    shelf = Shelf()
    ticket = shelf.put(["a", 1])
    assert shelf.take(ticket) == ("a", 1)
    assert shelf.take(ticket) is None


def test_an_unknown_ticket_brings_nothing() -> None:
    shelf = Shelf()
    shelf.put(["a"])
    assert shelf.take("guessed") is None
    assert shelf.take(None) is None


def test_the_oldest_form_makes_room() -> None:
    shelf = Shelf(size=2)
    tickets = [shelf.put([number]) for number in range(3)]
    assert [shelf.take(ticket) for ticket in tickets] == [None, (1,), (2,)]
