"""What random kills do to runs: ``python -m benchmarks.kills --kills 200``.

A small run with a stage of every kind is carried out again and again, each time in an empty folder, while the worker,
the server with the supervisor in it, or both, as is drawn, are killed (SIGKILL) once in every stage, at a moment
drawn from the time that the stage takes. A run that was interrupted is resumed, as a person would. Afterwards nothing
may be lost or damaged, and the report has to be that of a run that nobody disturbed. Writes
``benchmarks/results/kills.json`` and ``kills.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.servers import ROOT, free_port
from pipeline.artifacts import ArtifactStore
from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.errors import RunError
from pipeline.events import Progress, StageProgress
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec

HERE = Path(__file__).resolve().parent
PATIENCE = 600.0  # seconds without a kill in which a run has to end
Victims = tuple[str, ...]
#: The supervisor lives in the server.
VICTIMS: tuple[Victims, ...] = (("worker",), ("server",), ("worker", "server"))


@dataclass
class Trial:
    """One run, disturbed.

    Args:
        root: Folder of its runs, empty.
        spec: What is run.
        choice: Of stages, moments and victims.
        spans: Stage → seconds that it takes undisturbed, in the order of the plan.
    """

    root: Path
    spec: RunSpec
    choice: random.Random
    spans: dict[str, float]
    killed: Counter[tuple[str, str]] = field(default_factory=Counter)  # stage, victims

    def __post_init__(self) -> None:
        self.store = RunStore(self.root)
        self.run = self.store.create(self.spec).id
        self.server = self._serve()

    def disturb(self, kills: int) -> dict[str, Any]:
        """Kill once in each of so many stages, let the run end, and give what its report says that lasts.

        Raises:
            RuntimeError: The run was lost, failed, or does not end.
        """
        met = {*self.choice.sample([*self.spans], min(kills, len(self.spans)))}
        try:
            for stage, seconds in self.spans.items():
                if stage in met:
                    self._await(lambda stages, stage=stage: stages[stage].state != "waiting")
                    time.sleep(self.choice.uniform(0, seconds))
                    self._kill(self.choice.choice(VICTIMS))
            self._await(lambda _: False)
        finally:
            self._end()
        return self._checked()

    def spent(self) -> dict[str, float]:
        """Stage → seconds that it took."""
        return {name: stage.seconds for name, stage in self._progress().stages.items()}

    def _await(self, reached: Callable[[dict[str, StageProgress]], bool]) -> None:
        """Wait until the stages of the plan have come so far, or the run is done."""
        deadline = time.monotonic() + PATIENCE
        while self._state() is not RunState.DONE and not ((stages := self._progress().stages) and reached(stages)):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.run} does not go on: {self.root}")
            time.sleep(0.05)

    def _state(self) -> RunState:
        """Where the run stands; one that was interrupted is resumed first."""
        record = self.store.get(self.run)
        if record.state is RunState.FAILED:
            raise RuntimeError(f"{self.run} failed: {record.error}")
        if record.state is RunState.INTERRUPTED:
            supervisor = Supervisor(self.store, LocalEngine(self.store), Settings(runs_dir=self.root))
            with suppress(RunError):  # the server was quicker
                supervisor.resume(self.run)
        return record.state

    def _kill(self, victims: Victims) -> None:
        record, found = self.store.get(self.run), set[str]()
        if "worker" in victims and record.pid and LocalEngine(self.store).alive(self.run, record.pid):
            os.killpg(record.pid, signal.SIGKILL)
            found.add("worker")
        if "server" in victims:
            self.server.kill()
            self.server.wait()
            self.server = self._serve()
            found.add("server")
        if found:
            current = self._progress().current
            self.killed[current.name if current else "between stages", " and ".join(sorted(found))] += 1

    def _progress(self) -> Progress:
        return Progress().add(self.store.events(self.run).read()[0])

    def _serve(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "app.py"), "--port", str(free_port()), "--runs-dir", str(self.root)]
        environment = {**os.environ, "GRAFT_CHECKPOINT_SECONDS": "0"}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _end(self) -> None:
        self.server.kill()
        self.server.wait()
        record = self.store.get(self.run)
        LocalEngine(self.store).kill(self.run, record.pid)

    def _checked(self) -> dict[str, Any]:
        artifacts = ArtifactStore(self.store.artifacts)
        keys = self.store.events(self.run).planned_keys()
        damaged = [key for key in keys if not artifacts.whole(key)]
        half = [path.name for path in self.store.artifacts.glob("*.partial")]
        report = self.store.report(self.run)
        if damaged or half or report is None:
            raise RuntimeError(f"{self.run}: damaged {damaged}, half done {half}, report {report is not None}")
        return report.model_dump(
            mode="json", exclude={"models": {"__all__": {"cost"}}, "members": {"__all__": {"cost"}}}
        )


def loop(spec: RunSpec, kills: int, *, seed: int, say: Callable[[str], None]) -> Counter[Any]:
    """Disturb runs, once a stage, until there were ``kills`` kills; gives where they fell.

    Raises:
        RuntimeError: Something was lost or damaged, or a report is another one.
    """
    killed: Counter[tuple[str, str]] = Counter()
    undisturbed, spans = None, dict[str, float]()
    number = 0
    while undisturbed is None or killed.total() < kills:
        root = Path(tempfile.mkdtemp(prefix="graft-kills-"))
        trial = Trial(root, spec, random.Random(f"{seed}-{number}"), spans)
        report = trial.disturb(kills - killed.total())
        if undisturbed is None:
            undisturbed, spans = report, trial.spent()
        elif report != undisturbed:
            raise RuntimeError(f"another report: {root}")
        killed += trial.killed
        shutil.rmtree(root)
        say(f"run {number}: {trial.killed.total()} kills, {killed.total()} in all; the report is the same")
        number += 1
    return killed


def main() -> int:
    """Entry point."""
    from benchmarks.small import small_spec  # noqa: PLC0415 - loads torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how many in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of stages, moments and victims (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        spec = small_spec(Path(folder))
        killed = loop(spec, options.kills, seed=options.seed, say=print)
    write(killed, time.monotonic() - begun, HERE / "results")
    return 0


def write(killed: Counter[tuple[str, str]], seconds: float, folder: Path) -> None:
    """The table of where kills fell."""
    victims = [" and ".join(sorted(names)) for names in VICTIMS]
    stages = sorted({stage for stage, _ in killed})
    rows = [f"| {stage} | {' | '.join(str(killed[stage, victim]) for victim in victims)} |" for stage in stages]
    head = f"| Stage at work | {' | '.join(victims)} |\n| --- |{' --- |' * len(victims)}\n"
    found = f"{killed.total()} kills in {seconds / 60:.0f} minutes"
    text = f"{found}: no run lost, no artifact damaged, every report the same.\n\n"
    folder.mkdir(exist_ok=True)
    (folder / "kills.md").write_text(text + head + "\n".join(rows) + "\n", encoding="utf-8")
    where = [{"stage": stage, "victims": victim, "kills": count} for (stage, victim), count in sorted(killed.items())]
    (folder / "kills.json").write_text(json.dumps({"seconds": seconds, "killed": where}, indent=1), encoding="utf-8")
    print(text + head + "\n".join(rows))


if __name__ == "__main__":
    sys.exit(main())
