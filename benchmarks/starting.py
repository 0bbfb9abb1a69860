"""How long the server takes from its start to its first answer, beside importing onnxruntime alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.servers import graft, stopping

BARE = "import onnxruntime"


def first_answer(folder: Path, rounds: int) -> tuple[float, float]:
    """Medians of both, by turns; the first turn, which finds the files cold, is not counted.

    Returns:
        Seconds until a text was answered, and until an interpreter had onnxruntime and ended.
    """
    taken = [(_answered(folder), _imported()) for _ in range(rounds + 1)]
    answered, imported = zip(*taken[1:], strict=True)
    return statistics.median(answered), statistics.median(imported)


def _imported() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.perf_counter() - began


def _answered(folder: Path) -> float:
    peer = graft(folder)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{peer.port}{peer.path}",
        data=json.dumps({"texts": ["A fine film."]}).encode(),
        headers={"Content-Type": "application/json"},
    )
    began = time.perf_counter()
    with stopping(peer.command) as server:
        while True:
            try:
                with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own
                    answer.read()
                return time.perf_counter() - began
            except urllib.error.URLError:
                if server.poll() is not None:
                    raise RuntimeError("The server did not start.") from None
                time.sleep(0.01)
