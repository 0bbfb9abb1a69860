"""How many threads a predictor takes: its share of the machine, a core counted once, and callers among them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from export.predictor import providers, session, threads
from export.predictor.folder import Folder


@pytest.mark.parametrize(
    ("written", "cores", "allowed"),
    [
        (["max 100000"], 8, None),
        (["250000 100000"], 8, 2),
        (["50000 100000"], 8, 1),
        (["900000 100000"], 8, None),
        (["150000", "100000"], 8, 1),
        (["-1", "100000"], 8, None),
        ([], 3, 3),
    ],
)
def test_threads_keep_to_the_share_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: list[str], cores: int, allowed: int | None
):
    paths = [tmp_path / f"quota-{number}" for number in range(len(written))]
    for path, text in zip(paths, written, strict=True):
        path.write_text(f"{text}\n")
    monkeypatch.setattr(threads, "QUOTAS", (tuple(map(str, paths)), (str(tmp_path / "nowhere"),)))
    monkeypatch.setattr(threads, "SIBLINGS", str(tmp_path / "no-sysfs-{}"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert threads.allowed_threads() == allowed


@pytest.mark.parametrize(
    ("affinity", "quota", "cores"),
    [
        (range(8), "max", 4),
        ([0, 1, 4, 5], "max", 2),  # both threads of two cores
        (range(4), "max", 4),  # one thread of each core
        ([0, 4], "max", 1),
        (range(8), "200000", 2),
        (range(8), "600000", 4),
    ],
)
def test_threads_that_share_a_core_count_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, affinity: Iterable[int], quota: str, cores: int
):
    """On four cores of two threads each: 0 and 4 are one core, 1 and 5 the next."""
    for number in range(8):
        (tmp_path / f"cpu{number}").write_text(f"{number % 4},{number % 4 + 4}\n")
    (tmp_path / "cpu.max").write_text(f"{quota} 100000\n")
    monkeypatch.setattr(threads, "SIBLINGS", str(tmp_path / "cpu{}"))
    monkeypatch.setattr(threads, "QUOTAS", ((str(tmp_path / "cpu.max"),),))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(affinity), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert threads.allowed_threads() == (cores if cores < 4 else None)
    assert threads.processors() == cores
    assert threads.processors(threads=7) == 7


def test_callers_are_no_more_than_cores(exported: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Of one core with two threads."""
    for number in range(2):
        (tmp_path / f"cpu{number}").write_text("0-1\n")
    monkeypatch.setattr(threads, "SIBLINGS", str(tmp_path / "cpu{}"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    opened = session.Session(Folder.read(exported / "o2"), threads=None, callers=2)
    assert opened.callers == 1


def test_threads_are_set_as_asked_or_to_the_share(exported: Path, monkeypatch: pytest.MonkeyPatch):
    says = Folder.read(exported / "o2")
    monkeypatch.setattr(providers, "allowed_threads", lambda: 1)
    assert session.Session(says, threads=2).graph.get_session_options().intra_op_num_threads == 2
    assert session.Session(says, threads=None).graph.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize(
    ("threads", "callers", "inside", "should"), [(1, 2, 1, 1), (2, 2, 1, 2), (8, 2, 7, 2), (4, 1, 4, 1)]
)
def test_callers_compute_themselves_and_share_the_other_threads(
    exported: Path, threads: int, callers: int, inside: int, should: int
):
    opened = session.Session(Folder.read(exported / "o2"), threads, callers=callers)
    assert opened.graph.get_session_options().intra_op_num_threads == inside
    assert opened.callers == should
