"""What is done on ZeroGPU: functions that get a GPU for as long as they ask for, each in a process of its own.

The package ``spaces`` forks a process for the call, hands it a GPU and its arguments, and takes both away when the time
that was asked for is over. Elsewhere its decorator gives the function back as it is. Nothing but its own kind of error
and the name of another's class comes back, so no function here raises. On ZeroGPU, importing this brings torch along;
that is why only what is said there (``GRAFT_ENGINE=zerogpu``) does. The functions have to be there before the page is
launched: the platform ends a Space that has none.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any, TypeVar

from spaces.config import Config

import spaces
from pipeline.engine.turns import MARK, Outcome, Turn, take
from pipeline.errors import RunError
from pipeline.messages import Message
from pipeline.runs import RunStore

ResultT = TypeVar("ResultT")

COMMAND_SECONDS = 60.0  # what a measurement or a ranking asks for


class NoGpuError(RunError):
    """ZeroGPU gave no GPU."""


def there() -> bool:
    """Whether this is ZeroGPU."""
    return bool(Config.zero_gpu)


@spaces.GPU(duration=lambda turn: math.ceil(turn.seconds))
def stage(turn: Turn) -> Outcome:
    """Take a turn at a stage."""
    return take(turn)


@spaces.GPU(duration=lambda _, seconds: math.ceil(seconds))
def command(arguments: list[str], _: float) -> tuple[int, str]:
    """Carry out a command of ``python -m pipeline``; gives its exit code and what it printed.

    Only for the process that ZeroGPU has forked: what is printed meanwhile is taken for the command's.
    """
    from pipeline.__main__ import main  # noqa: PLC0415 - who imports whom

    printed = io.StringIO()
    with redirect_stdout(printed):
        try:
            code = main(arguments)
        except Exception:  # noqa: BLE001 - only the name of its class would come back
            code = 1
    return code, printed.getvalue()


def granted(function: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """Call one of these functions.

    Raises:
        NoGpuError: There was no GPU to be had, or it was taken away.
    """
    try:
        return function(*arguments)
    except Exception as fault:  # whatever the platform raises; the functions raise nothing
        reason = Message(" ".join(str(getattr(fault, "message", fault)).split()))
        raise NoGpuError(
            Message("ZeroGPU gave no GPU, or took it away: {reason}", reason=reason),
            Message("Wait, or sign in with Hugging Face, and try again: a run goes on where it stood."),
        ) from fault


def turn_of(turn: Turn) -> Outcome:
    """Have a turn taken on the GPU; ``lost`` if its process began and has gone without a word.

    Raises:
        NoGpuError: There was no GPU to be had.
    """
    mark = RunStore(turn.root).folder(turn.run_id) / MARK
    mark.unlink(missing_ok=True)
    try:
        return granted(stage, turn)
    except NoGpuError:
        if not mark.exists():
            raise
        mark.unlink(missing_ok=True)
        return Outcome("lost", turn.seconds or 0.0)
