"""One turn at a stage, in a process that somebody else has made for it, and what came of it.

A turn that has a time limit ends before it is over: at the next step after its deadline the stage stops where it
stands, a training with a checkpoint, and another turn goes on from there. ``python -m pipeline.engine.turns
RUNS_DIR RUN_ID STAGE`` takes one of a stage that needs no GPU, and prints what came of it.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline import mishaps
from pipeline.artifacts import ArtifactStore
from pipeline.errors import Cancelled, Paused
from pipeline.events import NO_ERROR
from pipeline.messages import Message
from pipeline.plan import Stage, plan
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.worker import bring_about

logger = logging.getLogger(__name__)

#: Share of a turn that is left over: for what comes before the first step, and for writing the checkpoint.
RESERVE = 0.25
MARK = ".turn"  # in the run's folder while a turn is taken: the id of the process that takes it


@dataclass(frozen=True)
class Turn:
    """What is to be done, and in which time.

    Attributes:
        root: Of the store of runs.
        run_id: Whose stage.
        stage: Which.
        settings: The host's.
        seconds: Time limit; None: as long as it takes.
        spent: Seconds that earlier turns have taken.
        server: Id of the process that hands it out.
    """

    root: Path
    run_id: str
    stage: Stage
    settings: Settings
    seconds: float | None = None
    spent: float = 0.0
    server: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a turn.

    Attributes:
        state: ``lost`` if whoever took it has gone without a word.
        seconds: That it took.
        error: What failed.
    """

    state: Literal["done", "paused", "cancelled", "failed", "lost"]
    seconds: float = 0.0
    error: Message = NO_ERROR

    def as_json(self) -> str:
        """The outcome as one line."""
        found = {"state": self.state, "seconds": self.seconds, "error": str(self.error), "told": self.error.kept}
        return json.dumps(found)

    @classmethod
    def read(cls, line: str | bytes) -> Outcome:
        """The outcome of a line; ``lost`` if it is none."""
        try:
            found = json.loads(line)
            return cls(found["state"], found["seconds"], Message.of(found["error"], found["told"]))
        except (ValueError, KeyError, TypeError):
            return cls("lost")


def take(turn: Turn) -> Outcome:
    """Take a turn. Raises nothing, for not every exception outlives the way to another process."""
    store, started = RunStore(turn.root), time.monotonic()
    deadline = math.inf if turn.seconds is None else started + (1 - RESERVE) * turn.seconds
    mark = store.folder(turn.run_id) / MARK
    mark.write_text(str(os.getpid()), encoding="ascii")
    state: Literal["done", "paused", "cancelled", "failed"] = "done"
    error = NO_ERROR
    # In the server's own process somebody else writes this thread's log already.
    with logged(store.log_path(turn.run_id), apart=os.getpid() != turn.server):
        try:
            artifacts = ArtifactStore(store.artifacts)
            bring_about(turn.stage, store, turn.run_id, artifacts, turn.settings, deadline=deadline, spent=turn.spent)
        except Paused:
            state = "paused"
        except Cancelled:
            state = "cancelled"
        except Exception as fault:
            logger.exception("The stage failed.")
            state, error = "failed", mishaps.told_of(fault)
        finally:
            mark.unlink(missing_ok=True)
    return Outcome(state, time.monotonic() - started, error)


@contextmanager
def logged(path: Path, *, apart: bool = True) -> Iterator[None]:
    """Write what this thread logs into a run's log, too; other threads' words are none of its business."""
    if not apart:
        yield
        return
    thread, handler = threading.get_ident(), logging.FileHandler(path, encoding="utf-8")
    handler.addFilter(lambda record: record.thread == thread)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def main(arguments: list[str]) -> int:
    """Entry point; what libraries print goes to stderr, so that the answer stands alone."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
    store, run_id = RunStore(Path(arguments[0])), arguments[1]
    stage = next(stage for stage in plan(store.spec(run_id)) if stage.name == arguments[2])
    settings = Settings.from_environment().model_copy(update={"runs_dir": store.root})
    with answer:
        print(take(Turn(store.root, run_id, stage, settings)).as_json(), file=answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
