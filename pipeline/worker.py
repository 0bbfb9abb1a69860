"""The process that carries out one run: ``python -m pipeline.worker RUNS_DIR RUN_ID``.

It says it is alive before it loads anything heavy, skips what is finished, and leaves by one
of four doors: done, failed, cancelled, or killed, in which case the supervisor notices.
"""

from __future__ import annotations

import gc
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from filelock import Timeout

from pipeline import mishaps
from pipeline.artifacts import ArtifactStore
from pipeline.errors import Cancelled, Paused
from pipeline.events import NO_ERROR, as_fields
from pipeline.messages import Message
from pipeline.plan import Stage, plan
from pipeline.publishing import publish
from pipeline.runs import LEAVING_SECONDS, RunRecord, RunState, RunStore
from pipeline.settings import EngineName, Settings
from pipeline.spec import HubSource

logger = logging.getLogger(__name__)

#: Sees that one stage of a run is finished; :func:`bring_about` does it here and now.
Bringing = Callable[[Stage, RunStore, str, ArtifactStore, Settings], None]


def carry_out(store: RunStore, run_id: str, settings: Settings, bring: Bringing | None = None) -> RunState:
    """Carry out a run to its end, and give the state it ended in. Raises nothing.

    Args:
        store: All runs.
        run_id: Which one.
        settings: The host's.
        bring: How its stages are brought about, one after the other; by default in this process.
    """
    log, error = store.events(run_id), NO_ERROR
    try:
        spec = store.spec(run_id)
        if isinstance(spec.source, HubSource):
            told = Message("Looking for {model} on the Hub; this can take minutes.", model=spec.source.repo_id)
            log.append("note", stage="", **as_fields("text", told))
        stages = plan(spec)
        log.append("plan", stages=[_planned(stage) for stage in stages])
        if bring is None:
            CARRYING[settings.engine](stages, store, run_id, settings)
        else:
            _in_turn(stages, store, run_id, settings, bring)
    except Cancelled:
        state = RunState.CANCELLED
    except Exception as fault:
        logger.exception("The run failed.")
        state, error = RunState.FAILED, mishaps.told_of(fault)
    else:
        state = RunState.DONE
    log.append("end", state=state, **as_fields("error", error))  # first: who sees that the run has ended has heard all
    store.move(run_id, state, error=error)
    return state


def _planned(stage: Stage) -> dict[str, Any]:
    """A stage as the events tell it."""
    return {
        "name": stage.name,
        **as_fields("title", stage.title),
        "cost": stage.cost,
        "key": stage.key,
        "after": [before.name for before in stage.inputs.values()],
    }


def _in_turn(
    stages: Sequence[Stage], store: RunStore, run_id: str, settings: Settings, bring: Bringing | None = None
) -> None:
    artifacts = ArtifactStore(store.artifacts)
    for stage in stages:
        (bring or bring_about)(stage, store, run_id, artifacts, settings)


def _on_cluster(stages: Sequence[Stage], store: RunStore, run_id: str, settings: Settings) -> None:
    from pipeline.cluster.driver import Driver  # noqa: PLC0415 - only who asks for it has Ray

    kept = ArtifactStore(store.artifacts)
    here = partial(bring_about, store=store, run_id=run_id, artifacts=kept, settings=settings)
    Driver(stages, store, run_id, settings, here).run()


#: Engine → how a worker process brings a run's stages about: here, one after the other; or wherever there is room.
CARRYING: dict[EngineName, Callable[[Sequence[Stage], RunStore, str, Settings], None]] = {
    "local": _in_turn,
    "zerogpu": _in_turn,  # whose server does it itself; a process that is told to gets no GPU
    "ray": _on_cluster,
}


def bring_about(
    stage: Stage,
    store: RunStore,
    run_id: str,
    artifacts: ArtifactStore,
    settings: Settings,
    *,
    deadline: float = math.inf,
    spent: float = 0.0,
) -> None:
    """See that a stage is finished, by doing it unless somebody has, and publish its output.

    Args:
        stage: Which.
        store: All runs.
        run_id: Whose stage.
        artifacts: All finished stages.
        settings: The host's.
        deadline: On the clock of ``time.monotonic``: after that the stage is left for another time.
        spent: Seconds that it has taken at other times.

    Raises:
        Cancelled: Somebody asked the run to stop.
        Paused: The deadline came first.
    """
    log = store.events(run_id)
    if store.cancel_requested(run_id):
        raise Cancelled
    started = time.monotonic() - spent
    made = artifacts.complete(stage.key)
    if artifacts.whole(stage.key):
        log.append("stage", stage=stage.name, state="reused", seconds=0.0)
    else:
        log.append("stage", stage=stage.name, state="running")
        if made:
            told = Message("{stage}: what was kept of it is damaged, and is made anew.", stage=stage.title)
            log.append("note", stage=stage.name, **as_fields("text", told))
        from pipeline.stages import STAGES, quieten  # noqa: PLC0415 - torch; a run that is all reused needs none
        from pipeline.stages.context import Context  # noqa: PLC0415
        from pipeline.stages.memory import give_back_memory  # noqa: PLC0415

        quieten()
        try:
            with artifacts.build(stage.key) as building:
                if building is not None:
                    context = Context(
                        name=stage.name,
                        title=stage.title,
                        parameters=stage.parameters,
                        inputs={role: artifacts.path(before.key) for role, before in stage.inputs.items()},
                        out=building.out,
                        work=building.work,
                        run_folder=store.folder(run_id),
                        settings=settings,
                        events=log,
                        cancel_requested=lambda: store.cancel_requested(run_id),
                        deadline=deadline,
                    )
                    STAGES[stage.kind](context)
            gc.collect()
            give_back_memory()
        except Paused:
            raise
        except Exception:
            log.append("stage", stage=stage.name, state="failed", seconds=time.monotonic() - started)
            raise
        log.append("stage", stage=stage.name, state="done", seconds=time.monotonic() - started)
    publish(stage, artifacts.path(stage.key), store.folder(run_id))


def _await_start(store: RunStore, run_id: str) -> RunRecord:
    """The supervisor writes this process's id into the record just after starting it."""
    deadline = time.monotonic() + 10
    while (record := store.get(run_id)).pid != os.getpid() and time.monotonic() < deadline:
        time.sleep(0.02)
    return record


def main(arguments: list[str]) -> int:
    """Entry point; the exit code is 0 if the run is done."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    store, run_id = RunStore(Path(arguments[0])), arguments[1]
    try:
        with store.at_work(run_id, LEAVING_SECONDS):
            if _await_start(store, run_id).state is not RunState.RUNNING:
                logger.error("Run %s is not to be run; leaving.", run_id)
                return 1
            return int(carry_out(store, run_id, Settings.from_environment()) is not RunState.DONE)
    except Timeout:
        logger.error("Another worker is at run %s; leaving.", run_id)  # noqa: TRY400 - no fault of the code
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
