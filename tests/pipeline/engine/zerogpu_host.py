"""A Space with ZeroGPU, as far as the package ``spaces`` can tell: its decorator, forks and queues are the real ones.

Stood in for are the platform's service, which grants turns and ends the process of one whose time is over, and what
touches a GPU's driver: the "GPU" is the CPU, and torch is not patched. As a program, ``zerogpu_host.py RUNS_DIR SPEC
[WHAT…]`` carries out a spec, ``zerogpu_host.py serve RUNS_DIR PORT`` starts the page; both print what happened as JSON.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import sys
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit


@dataclass
class Platform:
    """What grants turns, and what it was asked for."""

    granted: list[int] = field(default_factory=list)
    ended: int = 0
    reported: bool = False
    refuses: bool = False
    patience: float = 1.0  # how many times what was asked for a process lives
    clocks: dict[str, threading.Timer] = field(default_factory=dict)
    workers: dict[str, int] = field(default_factory=dict)

    def report(self, _: dict[str, str]) -> tuple[int, object]:
        self.reported = True
        return 200, {}

    def schedule(self, asked: dict[str, str]) -> tuple[int, object]:
        if self.refuses:
            return 429, {"left": 3, "wait": "PT2H"}
        self.granted.append(int(asked["durationSeconds"]))
        return 200, {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": str(len(self.granted))}

    def allow(self, asked: dict[str, str]) -> tuple[int, object]:
        token, pid = asked["allowToken"], int(asked["pid"])
        self.workers[token] = pid
        seconds = self.patience * self.granted[int(token) - 1]
        self.clocks[token] = clock = threading.Timer(seconds, self._end, [token])
        clock.daemon = True
        clock.start()
        return 200, {}

    def release(self, asked: dict[str, str]) -> tuple[int, object]:
        token = asked["allowToken"]
        if clock := self.clocks.pop(token, None):
            clock.cancel()
            with suppress(ProcessLookupError):
                os.kill(self.workers[token], signal.SIGKILL)  # it would wait for a next turn
        return 200, {}

    def _end(self, token: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.workers[token], signal.SIGKILL)
            self.ended += 1


class Answers(BaseHTTPRequestHandler):
    platform: ClassVar[Platform]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        platform = self.platform
        asks = {"/startup-report": platform.report, "/schedule": platform.schedule}
        asks |= {"/allow": platform.allow, "/release": platform.release}
        status, document = asks[address.path](asked)
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def stand_in(**options: float | bool) -> Platform:
    """Begin to be ZeroGPU; before anything imports ``spaces`` or torch."""
    platform = Platform(**options)  # type: ignore[arg-type]
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Answers,), {"platform": platform}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["SPACES_ZERO_GPU"] = "true"
    os.environ["SPACES_ZERO_DEVICE_API_URL"] = f"http://127.0.0.1:{server.server_port}"
    sys.modules["torch"] = None  # type: ignore[assignment] - then it leaves torch alone, whose CPU build it can't patch
    import spaces.zero  # noqa: F401

    del sys.modules["torch"]
    return platform


def serve(root: str, port: str) -> None:
    """Serve the page for a moment, and print what the platform was told at the start."""
    platform = stand_in()
    os.environ["SPACE_ID"] = "someone/graft"

    def look() -> None:
        address = f"http://127.0.0.1:{port}/"
        while True:
            with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
                print(json.dumps({"status": answer.status, "reported": platform.reported}), flush=True)
                os._exit(0)
            time.sleep(0.2)

    threading.Thread(target=look, daemon=True).start()
    from ui.server import main as page

    sys.exit(page(["--port", port, "--runs-dir", root, "--host", "127.0.0.1"]))


def hasten(steps: int) -> None:
    """Let a turn's time be over after so many steps, however fast the machine is."""
    from pipeline.errors import Paused
    from pipeline.stages.context import Context

    taken: Counter[int] = Counter()  # of this process, which a turn has for itself
    looks = Context.check

    def check(self: Context) -> None:
        looks(self)
        taken[id(self)] += 1
        if math.isfinite(self.deadline) and taken[id(self)] >= steps:
            raise Paused

    Context.check = check  # type: ignore[method-assign]


def main(root: str, spec: str, *what: str) -> None:
    """Carry out a spec.

    ``what`` may hold ``refuse``, ``overrun``, ``cancel``, ``kill``, and as NAME=VALUE ``patience``, ``steps`` of a
    turn, and settings.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    given = dict(word.split("=") for word in what if "=" in word)
    platform = stand_in(refuses="refuse" in what, patience=float(given.pop("patience", 1)))
    if steps := int(given.pop("steps", 0)):
        hasten(steps)
    from pipeline import spec as specs
    from pipeline.engine import turns
    from pipeline.engine.engines import engine_of
    from pipeline.engine.supervisor import Supervisor
    from pipeline.runs import RunStore
    from pipeline.settings import Settings

    if "overrun" in what:
        turns.RESERVE = -100.0  # a stage that does not look at its deadline
    settings = Settings.model_validate({"runs_dir": root, "engine": "zerogpu", "gpu_seconds": 60, **given})
    store = RunStore(settings.runs_dir)
    supervisor = Supervisor(store, engine_of(store, settings), settings)
    run = supervisor.submit(specs.load(Path(spec))).id
    asked = False
    while store.get(run).state.active:
        time.sleep(0.05)
        supervisor.tick()
        learning = any(event.get("loss") for event in store.events(run).read()[0])
        if learning and not asked and {"cancel", "kill"} & {*what}:
            asked = True
            if "kill" in what:
                supervisor.engine.kill(run, store.get(run).pid)
            else:
                supervisor.cancel(run)
    record = store.get(run)
    found = {"run": run, "state": record.state, "error": record.error, "granted": platform.granted}
    print(json.dumps({**found, "ended": platform.ended, "pid": os.getpid()}))


if __name__ == "__main__":
    (serve if sys.argv[1] == "serve" else main)(*sys.argv[1 + (sys.argv[1] == "serve") :])
