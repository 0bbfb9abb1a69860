"""Two processes at one training: what they add up, what they agree on, and that they part."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import distributed, multiprocessing

from pipeline.stages.team import ALONE, Dismissed, Parted, Ranks


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def _member(rank: int, port: int, call: Callable[[Ranks], Any], results: Any) -> None:
    distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    try:
        results.put((rank, call(Ranks(torch.device("cpu")))))
    finally:
        time.sleep(0.2)


def by_two(call: Callable[[Ranks], Any]) -> list[Any]:
    """What the call gives in each of two processes."""
    context = multiprocessing.get_context("fork")
    results, port = context.Queue(), free_port()
    members = [context.Process(target=_member, args=(rank, port, call, results)) for rank in range(2)]
    for member in members:
        member.start()
    found = dict(results.get(timeout=60) for _ in members)
    for member in members:
        member.join(60)
    return [found[0], found[1]]


def added_up(team: Ranks) -> Any:
    weights = [torch.nn.Parameter(torch.zeros(3)) for _ in range(3)]
    weights[0].grad = torch.full((3,), 1.0 + team.offset % 7)
    if team.first:
        weights[1].grad = torch.ones(3)
    loss, units = team.sum(weights, torch.tensor(2.0), torch.tensor(4))
    return [None if each.grad is None else each.grad.tolist() for each in weights], loss.item(), units.item()


def test_gradients_are_added_up_and_none_is_made_up() -> None:
    first, second = by_two(added_up)
    assert first == second
    gradients, loss, units = first
    assert gradients[1] == [1.0] * 3
    assert gradients[2] is None
    assert (loss, units) == (4.0, 8)


def agreed(team: Ranks) -> Any:
    stopped = team.hears(lambda: not team.first)
    before = stopped()
    well = team.agree(well=team.first)
    return before, well, stopped(), team.agree(well=True), team.share([1, 2, 3])


def test_what_one_lacks_or_wants_all_know_at_the_same_step() -> None:
    first, second = by_two(agreed)
    assert first == (False, False, True, True, [1, 3])
    assert second == (False, False, True, True, [2])


def told(team: Ranks) -> Any:
    said = team.told(lambda: {"step": 3} if team.first else None)
    value = torch.full((2, 2), float(team.first))
    team.spread([value])

    def failing() -> None:
        raise ValueError("full disk")

    try:
        team.told(failing)
    except (ValueError, Dismissed) as fault:
        return said, value.tolist(), type(fault).__name__
    return None


def test_the_first_one_tells_and_where_it_fails_nobody_waits() -> None:
    first, second = by_two(told)
    assert first == ({"step": 3}, [[1.0, 1.0], [1.0, 1.0]], "ValueError")
    assert second == ({"step": 3}, [[1.0, 1.0], [1.0, 1.0]], "Dismissed")


def parted(team: Ranks) -> str:
    team.agree(well=True)
    if not team.first:
        return "gone"
    time.sleep(1.5)
    try:
        team.agree(well=True)
    except Parted:
        return "parted"
    return "hung on"


def test_who_is_left_notices() -> None:
    assert by_two(parted) == ["parted", "gone"]


def test_one_alone_is_asked_nothing() -> None:
    assert ALONE.first
    assert ALONE.share([1, 2]) == [1, 2]
    assert ALONE.agree(well=False) is False
    ALONE.dismiss()
    assert ALONE.told(lambda: 3) == 3
    assert ALONE.hears(lambda: True)()


@pytest.mark.parametrize("first", [True, False])
def test_who_is_not_the_first_may_go(first: bool) -> None:
    team = Ranks.__new__(Ranks)
    team.first = first
    if first:
        team.dismiss()
    else:
        with pytest.raises(Dismissed):
            team.dismiss()
