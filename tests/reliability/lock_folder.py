"""Locks the folder of runs, then the folder of one run, and tells what comes of it: see test_disk.py.

``python lock_folder.py FOLDER SPEC``; the last line of what it prints is JSON.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from pipeline import spec as specs
from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings

root, spec = Path(sys.argv[1]) / "runs", Path(sys.argv[2])
root.mkdir()


def lock(folder: Path, *, locked: bool) -> None:
    """Make a folder, and all below it, read-only, or undo that."""
    if locked:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    else:
        subprocess.run(["umount", str(folder)], check=True)


def command(*arguments: str) -> dict[str, object]:
    """What a command of the pipeline says."""
    line = [sys.executable, "-m", "pipeline", *arguments, "--runs-dir", str(root)]
    done = subprocess.run(line, check=False, capture_output=True, text=True)
    return {"code": done.returncode, "error": done.stderr}


found: dict[str, object] = {}
lock(root, locked=True)
found["command"], found["list"] = command("run", str(spec)), command("list")
lock(root, locked=False)

store = RunStore(root)
supervisor = Supervisor(store, LocalEngine(store), Settings(runs_dir=root))
run = store.create(specs.load(spec)).id
store.move(run, RunState.RUNNING, pid=1)
lock(store.folder(run), locked=True)
done = subprocess.run([sys.executable, "-m", "pipeline.worker", str(root), run], check=False, capture_output=True)
found["worker"] = done.returncode

ticks: list[float] = []
tick = supervisor.tick


def counted() -> None:
    """A tick that is counted before it stumbles."""
    ticks.append(time.monotonic())
    tick()


supervisor.tick = counted  # type: ignore[method-assign]
supervisor.start(0.05)
time.sleep(1)
found["ticks while locked"], found["state while locked"] = len(ticks), store.get(run).state
lock(store.folder(run), locked=False)
deadline = time.monotonic() + 20
while store.get(run).state is RunState.RUNNING and time.monotonic() < deadline:
    time.sleep(0.1)
found["state afterwards"] = store.get(run).state
supervisor.resume(run)
deadline = time.monotonic() + 120
while store.get(run).state.active and time.monotonic() < deadline:
    time.sleep(0.2)
found["end"], found["error"] = store.get(run).state, store.get(run).error
print(json.dumps(found))
