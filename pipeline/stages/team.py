"""Machines that do one training together: each computes the gradients of its share of every batch.

The batches, their order and the steps are those of one machine; what is added up in another order differs in the last
digits, and dropout draws other values. All of them hold the same weights at every step, so the first alone writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import distributed

Told = TypeVar("Told")
#: Numbers that are added up among the machines at once: enough to make the way worth it, little beside a model.
BUCKET = 1 << 24


class Parted(Exception):  # noqa: N818 - nobody's fault
    """Another machine has gone."""


class Dismissed(Exception):  # noqa: N818 - an end
    """The training is over; what is left is the first machine's."""


class Team:
    """One machine alone.

    Attributes:
        first: Whether this machine is the one that writes.
        size: How many there are.
        offset: To be added to the seed of what is drawn for this machine's rows.
    """

    first: bool = True
    size: int = 1
    offset: int = 0

    def hears(self, wanted: Callable[[], bool]) -> Callable[[], bool]:
        """Whether to stop, as all see it at the same step; ``wanted`` is what this machine knows."""
        return wanted

    def told(self, call: Callable[[], Told]) -> Told:
        """What the first machine's call gives."""
        return call()

    def share(self, batch: list[int]) -> list[int]:
        """This machine's part of a batch; may be empty."""
        return batch

    def agree(self, *, well: bool) -> bool:
        """Whether all are well; each says so at each step."""
        return well

    def sum(
        self, learning: Sequence[torch.nn.Parameter], loss: torch.Tensor, units: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add up gradients, in place, losses and units."""
        return loss, units

    def spread(self, tensors: Sequence[torch.Tensor]) -> None:
        """Give all the first machine's values, in place."""

    def dismiss(self) -> None:
        """Let all but the first go.

        Raises:
            Dismissed: This is not the first.
        """


ALONE = Team()


class Ranks(Team):
    """One of the processes of torch's process group, which somebody has made.

    Args:
        place: Where the group's tensors have to be.
    """

    def __init__(self, place: torch.device) -> None:
        self.size, self._rank, self._place = distributed.get_world_size(), distributed.get_rank(), place
        self.first, self.offset = self._rank == 0, self._rank * 1_000_000_007
        self._wanted: Callable[[], bool] = lambda: False
        self._stopped = False

    def hears(self, wanted: Callable[[], bool]) -> Callable[[], bool]:
        """Whether to stop; they come to know at the next step."""
        self._wanted = wanted
        return lambda: self._stopped

    def told(self, call: Callable[[], Told]) -> Told:
        """What the first machine's call gives; if that fails, all learn that it did."""
        said: list[Any] = [None, None]
        if self.first:
            try:
                said = [call(), None]
            except Exception as fault:
                self._tell([None, str(fault)])
                raise
        self._tell(said)
        if said[1] is not None:
            raise Dismissed
        return said[0]

    def share(self, batch: list[int]) -> list[int]:
        """Every so-manieth row, so that all have texts of like length."""
        return batch[self._rank :: self.size]

    def agree(self, *, well: bool) -> bool:
        """Whether all are well; a wish to stop is passed on with it."""
        said = torch.tensor([float(not well), float(self._wanted())], device=self._place)
        with _together():
            distributed.all_reduce(said, op=distributed.ReduceOp.MAX)
        ill, stop = said.tolist()
        self._stopped = self._stopped or bool(stop)
        return not ill

    def sum(
        self, learning: Sequence[torch.nn.Parameter], loss: torch.Tensor, units: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add up; a weight that has a gradient nowhere is left without."""
        has = [float(each.grad is not None) for each in learning]
        head = torch.tensor([loss.item(), units.item(), *has], dtype=torch.float64, device=self._place)
        with _together():
            distributed.all_reduce(head)
            used = [each for each, count in zip(learning, head[2:].tolist(), strict=True) if count]
            for bucket in _buckets(used):
                flat = torch.cat([_gradient(each).flatten() for each in bucket])
                distributed.all_reduce(flat)
                for each, part in zip(bucket, flat.split([each.numel() for each in bucket]), strict=True):
                    each.grad = part.view_as(each).clone()
        return head[0].to(loss.dtype), head[1].to(units.dtype)

    def spread(self, tensors: Sequence[torch.Tensor]) -> None:
        """One after the other."""
        with _together(), torch.no_grad():
            for each in tensors:
                value = each.detach().to(self._place).contiguous()
                distributed.broadcast(value, 0)
                each.copy_(value)

    def dismiss(self) -> None:
        """Whoever is not the first may go."""
        if not self.first:
            raise Dismissed

    def _tell(self, said: list[Any]) -> None:
        with _together():
            distributed.broadcast_object_list(said, 0)


@contextmanager
def _together() -> Iterator[None]:
    """Within it, all have to be there."""
    try:
        yield
    except RuntimeError as error:  # of any backend
        raise Parted from error


def _gradient(parameter: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _buckets(parameters: Sequence[torch.nn.Parameter]) -> Iterator[list[torch.nn.Parameter]]:
    bucket: list[torch.nn.Parameter] = []
    for each in parameters:
        if bucket and sum(one.numel() for one in bucket) + each.numel() > BUCKET:
            yield bucket
            bucket = []
        bucket.append(each)
    if bucket:
        yield bucket
