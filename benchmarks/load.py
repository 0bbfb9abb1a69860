"""Two hundred people on one page: ``python -m benchmarks.load --visitors 200 --minutes 10``.

The server tells visitors apart, a run on the samples trains the whole time, and a hundred more, each with a seed and
so a training of its own, wait behind it. Each visitor opens the
page, uploads a file, has it inspected, puts texts to a model of a run of their own, and looks at their runs, with
pauses as people make them. Said are the errors, and for each action how often it was done and how long it took.
Writes ``benchmarks/results/load.json`` and ``load.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.servers import ROOT, free_port, listening
from benchmarks.small import small_spec
from pipeline.engine.local import LocalEngine
from pipeline.runs import RunState, RunStore
from pipeline.samples import FOLDER
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from pipeline.states import RunRecord
from pipeline.storage import link_tree, write_atomically
from pipeline.worker import carry_out
from ui.access import new_visitor, owner_named

HERE = Path(__file__).resolve().parent
PATIENCE = 60.0  # seconds that an answer may take before that is an error
QUEUED = 100
QUEUED_FILES = {"source": "reviews.en.csv", "target": "reviews.zh.train.csv", "test": "reviews.zh.test.csv"}
TEXTS = ("这家店真不错，下次还来。", "味道一般，送得太慢。", "包装很好，份量也足。", "再也不会点了。")


class Visitor:
    """One of them.

    Args:
        client: Connection to the server.
        token: Who it is.
        run: A finished run of theirs.
        taken: Action → seconds of each time, to add to.
        errors: What went wrong, to add to.
    """

    def __init__(
        self, client: httpx.AsyncClient, token: str, run: str, taken: dict[str, list[float]], errors: Counter[str]
    ) -> None:
        self.client, self.token, self.run = client, token, run
        self.taken, self.errors = taken, errors
        self.draw = random.Random(token)
        self.file = ""

    async def stay(self, until: float, pause: float) -> None:
        """Do one thing after another until then, with pauses of ``pause`` seconds on average."""
        await asyncio.sleep(self.draw.uniform(0, pause))
        actions: tuple[Callable[[], Awaitable[None]], ...] = (self.open, self.upload, self.inspect, self.ask, self.list)
        number = 0
        while time.monotonic() < until:
            await self.do(actions[number % len(actions)])
            number += 1
            await asyncio.sleep(self.draw.expovariate(1 / pause))

    async def do(self, action: Callable[[], Awaitable[None]]) -> None:
        """Do one thing, and count the time, or the error."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                await action()
        except Exception as error:  # noqa: BLE001 - counted, and the visitor stays
            self.errors[f"{action.__name__}: {type(error).__name__} {error}"[:200]] += 1
        else:
            self.taken[action.__name__].append(time.perf_counter() - begun)

    async def open(self) -> None:
        """Open the page."""
        (await self.client.get("/")).raise_for_status()

    async def upload(self) -> None:
        """Bring a file."""
        rows = "\n".join(f"{self.draw.choice(TEXTS)}{number},{number % 2}" for number in range(200))
        self.file = await self._bring("reviews.csv", f"text,label\n{rows}\n".encode())

    async def inspect(self) -> None:
        """Have it looked at."""
        await self._call("inspect_file", file=self.file, visitor=self.token)

    async def ask(self) -> None:
        """Put a text to an exported model."""
        await self._call("predict", run=self.run, text=self.draw.choice(TEXTS), visitor=self.token)

    async def list(self) -> None:
        """Look at one's runs."""
        await self._call("list_runs", visitor=self.token)

    async def start(self) -> None:
        """Queue a run that has no stage in common with another's but the reading of its files."""
        files = {role: await self._bring(name, (FOLDER / name).read_bytes()) for role, name in QUEUED_FILES.items()}
        await self._call("start_training", files=files, seed=self.draw.randrange(1 << 31), visitor=self.token)

    async def _bring(self, name: str, content: bytes) -> str:
        """Upload a file; gives what the server calls it."""
        answer = await self.client.post("/gradio_api/upload", files={"files": (name, content, "text/csv")})
        answer.raise_for_status()
        sent = {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}
        return str((await self._call("upload_file", file=sent, visitor=self.token))["file"])

    async def _call(self, name: str, /, **arguments: Any) -> Any:
        """Call an endpoint as Gradio's clients do: ask, then listen for the answer.

        Raises:
            RuntimeError: It refused.
        """
        begun = await self.client.post(f"/gradio_api/call/v2/{name}", json=arguments)
        begun.raise_for_status()
        event = ""
        async with self.client.stream("GET", f"/gradio_api/call/{name}/{begun.json()['event_id']}") as lines:
            async for line in lines.aiter_lines():
                if line.startswith("event:"):
                    event = line.removeprefix("event:").strip()
                elif line.startswith("data:") and event in ("complete", "error"):
                    said = json.loads(line.removeprefix("data:"))
                    if event == "error":
                        raise RuntimeError(f"{name}: {said}")
                    return said[0]
        raise RuntimeError(f"{name}: no answer")


def prepare(root: Path, spec: RunSpec, tokens: list[str]) -> list[str]:
    """Carry out a run, and give each visitor one like it; their ids."""
    settings = Settings(runs_dir=root, shared=True)
    store = RunStore(root)
    first = store.create(spec).id
    store.move(first, RunState.RUNNING)
    if carry_out(store, first, settings) is not RunState.DONE:
        raise RuntimeError(store.get(first).error)
    runs = []
    for token in tokens:
        owner = owner_named(token)
        record = store.create(spec, owner)
        link_tree(store.folder(first), store.folder(record.id))
        done = RunRecord(**{**vars(store.get(first)), "id": record.id, "owner": owner})
        write_atomically(store.folder(record.id) / "state.json", done.as_json())
        runs.append(record.id)
    return runs


async def visit(address: str, tokens: list[str], runs: list[str], minutes: float, pause: float) -> dict[str, Any]:
    """Queue the runs, then have all visitors at once; gives what was found."""
    taken: dict[str, list[float]] = defaultdict(list)
    errors: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=len(tokens))
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        people = [Visitor(client, token, run, taken, errors) for token, run in zip(tokens, runs, strict=True)]
        newcomers = [Visitor(client, new_visitor(), "", taken, errors) for _ in range(QUEUED)]
        (await client.get("/config")).raise_for_status()  # it listens before it is ready
        for one in newcomers:
            await one.do(one.start)
        until = time.monotonic() + minutes * 60
        await asyncio.gather(*(one.stay(until, pause) for one in people))
    return {"visitors": len(tokens), "minutes": minutes, "taken": taken, "errors": errors}


def load(visitors: int, minutes: float, pause: float, work: Path) -> dict[str, Any]:
    """Start the server, and have them on it."""
    root, port, tokens = work / "runs", free_port(), [new_visitor() for _ in range(visitors)]
    runs = prepare(root, small_spec(work).model_copy(update={"speed": ()}), tokens)
    room = {"GRAFT_SHARED": "true", "GRAFT_RUNS_DIR": str(root), "GRAFT_MAX_RUNNING": "1"}
    room |= {"GRAFT_RATE_REQUESTS": "off", "GRAFT_RATE_ADDRESS_FACTOR": "1000"}  # all of them have one address here
    command = [sys.executable, str(ROOT / "app.py")]
    with listening(command, port, GRADIO_SERVER_PORT=str(port), **room):
        found = asyncio.run(visit(f"http://127.0.0.1:{port}", tokens, runs, minutes, pause))
        records = RunStore(root).list()
        for record in records:
            LocalEngine(RunStore(root)).kill(record.id, record.pid)
    return {**found, "states": Counter(str(record.state) for record in records)}


def write(found: dict[str, Any], folder: Path) -> None:
    """The table."""
    lines = [
        f"{found['visitors']} visitors for {found['minutes']:g} minutes; runs at the end: "
        + ", ".join(f"{count} {state}" for state, count in sorted(found["states"].items()))
        + f". Errors: {found['errors'].total()}.",
        "",
        "| Action | times | p50, s | p95, s | p99, s | longest, s |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for action, seconds in found["taken"].items():
        middle, high, higher = np.percentile(seconds, [50, 95, 99])
        lines.append(f"| {action} | {len(seconds)} | {middle:.2f} | {high:.2f} | {higher:.2f} | {max(seconds):.2f} |")
    lines += ["", *(f"- {count} x {error}" for error, count in found["errors"].most_common())]
    folder.mkdir(exist_ok=True)
    (folder / "load.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    (folder / "load.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    print("\n".join(lines))


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between two actions of one (default: 20)")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="graft-load-"))
    try:
        found = load(options.visitors, options.minutes, options.pause, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write(found, options.results)
    return int(found["errors"].total() > 0)


if __name__ == "__main__":
    sys.exit(main())
