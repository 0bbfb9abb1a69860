"""Rates: how they are written, and how they are counted."""

from __future__ import annotations

import re
import threading

import pytest

from pipeline import rates
from pipeline.rates import FORM, Counts, Rate, place_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("written", "rate"),
    [("off", None), ("1/second", Rate(1, 1)), ("30/minute", Rate(30, 60)), ("5/hour", Rate(5, 3600))],
)
def test_what_a_setting_says(written: str, rate: Rate | None) -> None:
    assert re.match(FORM, written)
    assert Rate.read(written) == rate


@pytest.mark.parametrize("written", ["", "0/minute", "5", "5/week", "5 / minute", "-1/day", "off/day", "5/day "])
def test_what_a_setting_can_not_say(written: str) -> None:
    assert not re.match(FORM, written)


def test_all_at_once_and_then_evenly() -> None:
    clock = Clock()
    counts, rate = Counts(clock), Rate(3, 60)
    assert [counts.spend("a", rate) for _ in range(3)] == [0, 0, 0]
    assert counts.spend("a", rate) == pytest.approx(20)
    assert counts.spend("b", rate) == 0
    clock.now += 19
    assert counts.spend("a", rate) == pytest.approx(1)
    clock.now += 1.001
    assert counts.spend("a", rate) == 0
    assert counts.spend("a", rate) == pytest.approx(20, abs=0.01)
    clock.now += 600
    assert [counts.spend("a", rate) for _ in range(3)] == [0, 0, 0]
    assert counts.spend("a", rate) > 0


@pytest.mark.parametrize("times", [1, 7, 1000, 6000])
def test_rounding_costs_nobody_a_time(times: int) -> None:
    clock = Clock()
    clock.now = 123_456.789
    counts = Counts(clock)
    assert sum(not counts.spend("a", Rate(times, 60)) for _ in range(times + 5)) == times


def test_who_has_been_quiet_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_KNOWN", 100)
    clock = Clock()
    counts, rate = Counts(clock), Rate(10, 10)
    for number in range(1000):
        clock.now += 0.1
        counts.spend(number, rate)
    assert len(counts._whole) <= 101
    for number in range(1000):  # all at once: nobody's count may be lost
        counts.spend(("at once", number), Rate(1, 60))
    assert all(counts.spend(("at once", number), Rate(1, 60)) for number in range(1000))


def test_threads_together_get_no_more_than_there_is() -> None:
    counts, rate, allowed = Counts(), Rate(500, 3600), []
    threads = [
        threading.Thread(target=lambda: allowed.extend(not counts.spend("a", rate) for _ in range(200)))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(allowed) == 500


def test_a_connection_has_one_place() -> None:
    assert place_of("192.0.2.7") == "192.0.2.7"
    assert place_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert place_of("2001:db8:1:2::1") == place_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert place_of("2001:db8:1:3::1") != place_of("2001:db8:1:2::1")
    assert place_of("fe80::1%eth0") == "fe80::/64"
    assert place_of("testclient") == "testclient"
