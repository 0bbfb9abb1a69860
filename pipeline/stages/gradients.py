"""The gradients of a batch, computed in as many pieces as memory demands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import PreTrainedModel

from pipeline.messages import Message
from pipeline.stages.context import Context
from pipeline.stages.lessons import Lessons
from pipeline.stages.memory import out_of_memory, ran_out_of_memory
from pipeline.stages.models import device
from pipeline.stages.precision import Precision


class Gradients:
    """Computes gradients, and remembers into how many pieces batches have to be cut.

    Args:
        model: In training.
        lessons: What it learns from.
        precision: In which matrices are multiplied.
        context: Told when batches are cut.
        forget: Deletes the gradients of the model.

    Attributes:
        pieces: Into which each batch is cut; it doubles whenever memory runs out.
        flops_per_token: Floating-point operations of one padded token, both ways; 0 before the first batch.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        lessons: Lessons,
        precision: Precision,
        context: Context[Any],
        forget: Callable[[], None],
    ) -> None:
        self.model, self.lessons, self.precision, self.context = model, lessons, precision, context
        self.forget = forget
        self.pieces = 1
        self.flops_per_token = 0.0

    def of(self, batch: list[int], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Leave the gradients of a batch's summed losses in the model.

        Args:
            batch: Numbers of rows.
            seed: Of masks and dropout.

        Returns:
            The sum of the losses, and the number of units that it is of.

        Raises:
            TrainingError: Not even one row fits into memory.
        """
        team = self.context.team
        share, largest = team.share(batch), -(-len(batch) // team.size)
        while not team.agree(well=(done := self._try(share, seed)) is not None) or done is None:
            self.forget()
            torch.cuda.empty_cache()
            if self.pieces >= largest:
                raise out_of_memory(Message("Not even a single text fits into memory."))
            self.pieces *= 2
            self.context.note(
                "{stage}: memory ran out, so each batch is learned in {pieces} pieces.",
                stage=self.context.title,
                pieces=self.pieces,
            )
        loss, units = team.sum([each for each in self.model.parameters() if each.requires_grad], *done)
        return loss, units.clamp(min=1)

    def _try(self, batch: list[int], seed: int) -> tuple[torch.Tensor, torch.Tensor] | None:
        """The same of this machine's share, at the present number of pieces; None for want of memory."""
        if not batch:
            return torch.zeros((), device=device()), torch.zeros((), device=device())
        torch.manual_seed(seed + self.context.team.offset)
        size = -(-len(batch) // self.pieces)
        pieces = [batch[start : start + size] for start in range(0, len(batch), size)]
        counter = FlopCounterMode(display=False)
        try:
            with nullcontext() if self.flops_per_token else counter:
                sums = [self._backward(piece) for piece in pieces]
        except (RuntimeError, MemoryError) as error:
            if not ran_out_of_memory(error):
                raise
            return None
        if not self.flops_per_token:
            padded = sum(map(self.lessons.padded, pieces))
            self.flops_per_token = counter.get_total_flops() / padded
        losses, units = zip(*sums, strict=True)
        return torch.stack(losses).sum(), torch.stack(units).sum()

    def _backward(self, rows: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        batch = self.lessons.collate(self.lessons.dataset.__getitems__(rows))
        place = device()
        with self.precision.autocast():
            loss, units = self.lessons.objective(
                self.model, {name: value.to(place, non_blocking=True) for name, value in batch.items()}
            )
        loss.backward()
        return loss.detach(), units
