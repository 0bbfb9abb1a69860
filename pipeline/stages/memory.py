"""How torch says that there is no memory left, how people are told, and giving memory back before it comes to that."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from pipeline.errors import TrainingError
from pipeline.messages import Message


def ran_out_of_memory(error: Exception) -> bool:
    """Whether this is how torch, on a CPU or a GPU, says that there is no memory left."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "DefaultCPUAllocator" in str(error)


def out_of_memory(message: Message) -> TrainingError:
    """The error to raise when a smaller batch does not help."""
    return TrainingError(message, "Lower the longest text (data.max_length), or choose a smaller model.")


@contextmanager
def memory_errors_explained() -> Iterator[None]:
    """Within it, want of memory that no smaller batch can cure is a :class:`TrainingError`."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if ran_out_of_memory(error):
            raise out_of_memory(Message("The model and its optimiser do not fit into memory.")) from error
        raise


def give_back_memory() -> None:
    """Return to the system what the process has freed.

    Batches differ in length, so that the C library's heap is left full of holes: without this a worker that had
    trained some models held 7 GB, more than half of them free. Only glibc has such holes to return, and a way to.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
