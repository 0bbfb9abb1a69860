"""What a Ray cluster saves, and what it costs: ``python -m benchmarks.cluster``.

Eight members of a bag train on one machine of one core, then on two; all are on this computer, which needs two cores
and nothing else to do. They alone are timed, from the first one's beginning to the last one's end; nothing of the run
that could be done meanwhile is. Beside it stands the local engine on one core. What is told are ratios of times that
were taken by turns, and whether all sides came to the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.small import encoder
from pipeline.engine.local import WORKER_ENVIRONMENT
from pipeline.events import Event
from pipeline.plan import plan
from pipeline.runs import RunStore
from pipeline.samples import SAMPLES
from pipeline.settings import Settings
from pipeline.spec import Bagging, FullFineTuning, KeepVocabulary, LocalSource, RecipeSpec, RunSpec
from pipeline.worker import CARRYING

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = 8
BEFORE, MEMBER = ("data", "source-only"), "transferred-member-"
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "memory": 4 << 30}
ONE_CORE = {"OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0"}


def spec(folder: Path, epochs: int, width: int) -> RunSpec:
    """A bag on the reviews; the encoder has random weights, which cost what trained ones do."""
    quick = FullFineTuning(epochs=1, batch_size=16)
    return RunSpec(
        name="Bag",
        source=LocalSource(path=str(encoder(folder / "encoder", width))),
        data=SAMPLES["reviews"].data,
        recipe=RecipeSpec(
            source_training=quick,
            vocabulary=KeepVocabulary(),
            fine_tuning=FullFineTuning(epochs=epochs, batch_size=16),
            ensemble=Bagging(members=MEMBERS),
            target_only=quick,
        ),
    )


def members_seconds(events: list[Event]) -> float:
    """From the beginning of the first member to the end of the last one."""
    times = [event["time"] for event in events if event["kind"] == "stage" and event["stage"].startswith(MEMBER)]
    return max(times) - min(times)


def carry(place: Path, run_id: str) -> None:
    """Bring the bag's members about, and what they read, by the engine that the environment names."""
    settings, store = Settings.from_environment(), RunStore(place)
    stages = [stage for stage in plan(store.spec(run_id)) if stage.name in BEFORE or stage.name.startswith(MEMBER)]
    planned = [{"name": each.name, "title": each.title, "cost": each.cost, "key": each.key} for each in stages]
    store.events(run_id).append("plan", stages=planned)
    CARRYING[settings.engine](stages, store, run_id, settings)


def carried_out(run: RunSpec, place: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Carry a run's members out in a process of its own, and read its events."""
    store = RunStore(place)
    run_id = store.create(run).id
    began = time.monotonic()
    with open(place / "log", "wb") as log:
        command = [sys.executable, "-m", "benchmarks.cluster", "--carry", str(place), run_id]
        environment = {**os.environ, **WORKER_ENVIRONMENT, **ONE_CORE, **environment}
        subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=True)
    events = store.events(run_id).read()[0]
    ended = [event for event in events if event["kind"] == "stage" and event["state"] == "done"]
    return {
        "all": time.monotonic() - began,
        "members": members_seconds(events),
        "each": [round(event["seconds"], 2) for event in ended if event["stage"].startswith(MEMBER)],
        "weights": sorted(
            hashlib.sha256(path.read_bytes()).hexdigest() for path in store.artifacts.glob("*/model.safetensors")
        ),
    }


def on_cluster(run: RunSpec, place: Path, machines: int) -> dict[str, Any]:
    """The same on a new cluster of so many machines, and a head that only keeps the books."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    os.environ.update(ONE_CORE)
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(machines):
            cluster.add_node(**NODE)
        cluster.wait_for_nodes()
        return carried_out(run, place, {"GRAFT_ENGINE": "ray", "RAY_ADDRESS": cluster.address})
    finally:
        cluster.shutdown()


def main() -> int:
    """Measure, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--width", type=int, default=128, help="of the encoder")
    parser.add_argument("--carry", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.carry:
        carry(Path(options.carry[0]), options.carry[1])
        return 0
    rounds: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        run = spec(Path(folder), options.epochs, options.width)
        for number in range(options.rounds):
            found = {}
            for name in ("local", "one", "two"):
                place = Path(folder) / f"{number}-{name}"
                place.mkdir()
                machines = {"one": 1, "two": 2}.get(name)
                found[name] = on_cluster(run, place, machines) if machines else carried_out(run, place, {})
            weights = [side.pop("weights") for side in found.values()]
            rounds.append({**found, "same weights": all(each == weights[0] for each in weights)})
            print(json.dumps(rounds[-1]), file=sys.stderr, flush=True)
    pairs = {
        "speed-up of two machines": ("one", "two"),
        "one machine of a cluster beside the local engine": ("one", "local"),
    }
    document = {
        "members": MEMBERS,
        "load": os.getloadavg()[2],
        **{
            name: statistics.median(each[first]["members"] / each[second]["members"] for each in rounds)
            for name, (first, second) in pairs.items()
        },
        "rounds": rounds,
    }
    print(json.dumps(document, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
