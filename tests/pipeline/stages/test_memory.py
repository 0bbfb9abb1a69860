"""Want of memory is told, and memory that is free is given back."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from pipeline.errors import TrainingError
from pipeline.stages.memory import memory_errors_explained, ran_out_of_memory

ROOT = Path(__file__).parents[3]

FULL_OF_HOLES = """
import torch
from pipeline.stages.memory import give_back_memory

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1000

blocks = [torch.ones(25_000) for _ in range(3000)]  # 100 kB each: from the heap, not mapped by themselves
del blocks[:-1]
before = resident()
give_back_memory()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what a process frees")
def test_what_was_freed_goes_back_to_the_system():
    answer = subprocess.run([sys.executable, "-c", FULL_OF_HOLES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(answer.stdout) > 200  # MB, of 300


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("shapes differ"), False),
    ],
)
def test_want_of_memory_is_told_from_other_faults(error: Exception, is_one: bool):
    assert ran_out_of_memory(error) is is_one
    with pytest.raises(TrainingError if is_one else RuntimeError), memory_errors_explained():
        raise error
