"""A batch that memory is too small for is learned in pieces; a single text that is too large ends the run."""

from __future__ import annotations

import pytest
import torch

from pipeline.errors import TrainingError
from pipeline.stages.gradients import Gradients
from tests.pipeline.stages.trained import notes


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: 12 GB"),
        MemoryError(),
    ],
)
def test_a_batch_that_does_not_fit_is_learned_in_pieces(learn, make_context, monkeypatch, error):
    """And teaches the same: but for rounding the sum of the pieces' gradients is the batch's."""
    expected, _ = learn(make_context(None, name="whole"), dropout=0.0)
    backward = Gradients._backward

    def short_of_memory(self, rows):
        if len(rows) > 2:
            raise error
        return backward(self, rows)

    monkeypatch.setattr(Gradients, "_backward", short_of_memory)
    context = make_context(None, name="cut")
    found, _ = learn(context, dropout=0.0)
    assert [note for note in notes(context) if "memory" in note] == [
        "Cut: memory ran out, so each batch is learned in 2 pieces.",
        "Cut: memory ran out, so each batch is learned in 4 pieces.",
    ]
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=2e-4, rtol=0)


def test_a_text_that_does_not_fit_at_all_ends_the_run(learn, make_context, monkeypatch):
    def no_memory(self, rows):
        raise MemoryError

    monkeypatch.setattr(Gradients, "_backward", no_memory)
    with pytest.raises(TrainingError, match=r"Not even a single text.*max_length"):
        learn(make_context(None))


def test_an_optimiser_that_does_not_fit_is_told(learn, make_context, monkeypatch):
    def no_memory(self, *args):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch.optim.AdamW, "step", no_memory)
    with pytest.raises(TrainingError, match="optimiser do not fit"):
        learn(make_context(None))


def test_another_fault_is_not_taken_for_want_of_memory(learn, make_context, monkeypatch):
    def fault(self, rows):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Gradients, "_backward", fault)
    with pytest.raises(RuntimeError, match="shapes differ"):
        learn(make_context(None))
