"""On how many threads the CPU computes: its cores, or what a container may use of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

#: Where the kernel says how much of the processors a container may use: quota and period, in one file or in two.
QUOTAS = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)

#: Where the kernel names the logical processors that share a core, which a processor with SMT has two of or more.
SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def processors(threads: int | None = None) -> int:
    """How many threads can compute at the same time: those that are wanted, else one for each core that may be used.

    Two threads that share a core share its arithmetic, too, so that the second adds little to products of matrices and
    takes from the first's cache.
    """
    return threads or allowed_threads() or _cores(range(os.cpu_count() or 1))


def allowed_threads() -> int | None:
    """How many cores this process may use, where that is fewer than the machine has; None: all of them.

    Left to itself, onnxruntime takes the physical cores of the whole machine, whatever a container's share of it.
    """
    machine = range(os.cpu_count() or 1)
    every = _cores(machine)
    allowed = _cores(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else every
    for paths in QUOTAS:
        try:
            quota, period = map(int, " ".join(Path(path).read_text(encoding="ascii") for path in paths).split())
        except (OSError, ValueError):  # no such file, or "max": no limit
            continue
        if quota > 0:  # -1: no limit
            allowed = min(allowed, max(1, quota // period))
    return allowed if allowed < every else None


def _cores(processors: Iterable[int]) -> int:
    """How many cores some logical processors are of; where nobody tells, each has one of its own."""
    return len({_siblings(number) for number in processors})


def _siblings(processor: int) -> str:
    """The logical processors of its core, as the kernel writes them."""
    try:
        return Path(SIBLINGS.format(processor)).read_text(encoding="ascii").strip()
    except OSError:
        return str(processor)
