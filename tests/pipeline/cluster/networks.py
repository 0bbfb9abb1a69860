"""A head and two machines of a cluster, each in a network of its own, and a run that one of them is lost to.

``python networks.py FOLDER SPEC``, in a user, network and mount namespace of its own: see test_networks.py. The last
line of what it prints is JSON: where the machines are, and how the run ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from pipeline import spec as specs
from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunStore
from pipeline.settings import Settings
from tests.pipeline.cluster.following import follow, logs, progress

#: Machine → its network, in which it is .2 and the head .1. Nobody else is there: the namespace is this script's.
MACHINES = {"one": "10.77.1", "two": "10.77.2"}
HEAD, PORT = "10.77.1.1", 6379
STORE = ["--object-store-memory", "80000000"]


def call(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ray(*arguments: str, within: tuple[str, ...] = ()) -> None:
    """Start a machine of the cluster."""
    call(*within, str(Path(sys.executable).with_name("ray")), "start", *arguments, *STORE, "--disable-usage-stats")


def connect() -> None:
    """A network for each machine, and between them the head, which passes on what one sends to the other."""
    call("mount", "-t", "tmpfs", "tmpfs", "/run")  # where ip keeps the names of networks
    call("ip", "link", "set", "lo", "up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    for name, network in MACHINES.items():
        call("ip", "netns", "add", name)
        call("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        call("ip", "address", "add", f"{network}.1/24", "dev", f"to-{name}")
        call("ip", "link", "set", f"to-{name}", "up")
        call("ip", "-n", name, "address", "add", f"{network}.2/24", "dev", "eth0")
        call("ip", "-n", name, "link", "set", "eth0", "up")
        call("ip", "-n", name, "link", "set", "lo", "up")
        call("ip", "-n", name, "route", "add", "default", "via", f"{network}.1")


def begin() -> None:
    """The cluster: a head that only keeps the books, and a machine in each network."""
    os.environ.update(OMP_NUM_THREADS="1", RAY_health_check_period_ms="1000", RAY_health_check_failure_threshold="3")
    ray("--head", "--num-cpus=0", f"--node-ip-address={HEAD}", f"--port={PORT}", "--include-dashboard=false")
    for name, network in MACHINES.items():
        own = [f"--address={HEAD}:{PORT}", f"--node-ip-address={network}.2", "--num-cpus=1", f"--memory={4 << 30}"]
        ray(*own, within=("ip", "netns", "exec", name))


def lose(name: str) -> None:
    """End all that runs in a network, at once."""
    for pid in call("ip", "netns", "pids", name).split():
        os.kill(int(pid), signal.SIGKILL)


def main(folder: Path, path: Path) -> None:
    """Carry out the run, and lose a machine when both are at work."""
    connect()
    begin()
    os.environ.update(RAY_ADDRESS=f"{HEAD}:{PORT}", GRAFT_ENGINE="ray", GRAFT_CHECKPOINT_SECONDS="0")
    store = RunStore(folder / "runs")
    supervisor = Supervisor(store, LocalEngine(store), Settings(runs_dir=store.root))
    run = supervisor.submit(specs.load(path)).id

    def both_at_work() -> bool:
        stages = progress(store, run).stages.values()
        return sum(stage.state == "running" and 3 < stage.step < stage.total / 2 for stage in stages) >= 2

    follow(supervisor, both_at_work)
    lose("one")
    follow(supervisor, lambda: not store.get(run).state.active)
    report = store.report(run)
    found = {
        "state": store.get(run).state,
        "notes": [text for _, text in progress(store, run).notes],
        "report": report.model_dump(mode="json") if report else None,
        "logs": logs(store)[-4000:],
        "addresses": {name: json.loads(call("ip", "-n", name, "-json", "address")) for name in MACHINES},
    }
    subprocess.run([str(Path(sys.executable).with_name("ray")), "stop", "--force"], check=False, capture_output=True)
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
