"""The server beside a bare session and its peers: ``python -m benchmarks.serving``.

32 clients ask the same texts of mixed lengths, each as soon as it is answered; one text a request, then several. Set
beside that are the bare session with all texts at once, sorted by length; transformers' pipeline behind FastAPI; and,
given its command in an environment of its own (``--infinity``), infinity_emb. All take turns, round by round, and only
one works at a time. Printed are medians of the rounds and what they are of the bare session.

The model is the embedded one with a classification head of random weights, which cost what trained ones do; as a folder
of an exported variant and one for PyTorch, any other can be given.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.clients import ask_all
from benchmarks.embedded import export, mixed, plain
from export.predictor import Predictor

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180


@dataclass
class Row:
    """What was measured of one way to be answered, round by round."""

    name: str
    rates: list[float] = field(default_factory=list)  # texts a second
    p50: list[float] = field(default_factory=list)  # milliseconds
    p95: list[float] = field(default_factory=list)

    def add(self, texts: int, seconds: float, taken: Sequence[float]) -> None:
        """A round."""
        self.rates.append(texts / seconds)
        if taken:
            cuts = statistics.quantiles(taken, n=20, method="inclusive") if len(taken) > 1 else [*taken] * 19
            self.p50.append(cuts[9] * 1000)
            self.p95.append(cuts[18] * 1000)


def make(root: Path, variant: str) -> tuple[Path, Path]:
    """The embedded model with a head: the exported variant, and the folder for PyTorch."""
    torch = plain(root / "torch")
    return export(torch, root, [variant])[variant], torch


@contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[None]:
    """A server in a process of its own, listening."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{' '.join(command)} did not start") from None
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def compare(options: argparse.Namespace, variant: Path, torch: Path) -> list[Row]:
    """All ways, in turns."""
    texts = mixed(options.texts)
    predictor = Predictor(variant)
    ways: list[tuple[Row, Callable[[Row], None]]] = []

    def bare(row: Row) -> None:
        began = time.perf_counter()
        predictor.predict(texts)
        row.add(len(texts), time.perf_counter() - began, [])

    def server(name: str, command: Sequence[str], port: int, path: str, **form: str) -> None:
        stack.enter_context(serving(command, port))
        for together in options.together:

            def ask(row: Row, together: int = together) -> None:
                asked = ask_all(port, path, texts, clients=options.clients, together=together, **form)
                row.add(len(texts), *asyncio.run(asked))

            ways.append((Row(f"{name}, {together} a request"), ask))

    with ExitStack() as stack:
        ways.append((Row("bare session"), bare))
        python, port = sys.executable, free_port()
        command = [python, "-m", "export", "serve", f"model={variant}", "--port", str(port)]
        server("graft", command, port, "/v1/models/model/predict")
        port = free_port()
        peer = [python, str(ROOT / "benchmarks" / "pipeline_server.py"), str(torch), str(port)]
        server("pipeline behind FastAPI", peer, port, "/predict")
        if options.infinity:
            port = free_port()
            command = [
                *(options.infinity, "v2", "--port", str(port)),
                *("--model-id", str(torch if options.infinity_engine == "torch" else variant)),
                *("--engine", options.infinity_engine, "--device", "cpu", "--no-bettertransformer"),
                *("--served-model-name", "model"),
            ]
            server("infinity_emb", command, port, "/classify", field="input", model="model")
        for round_ in range(options.rounds + 1):
            for row, measure in ways:
                measure(Row("warm-up") if round_ == 0 else row)
    return [row for row, _ in ways]


def report(rows: Sequence[Row]) -> None:
    """Print medians."""
    base = statistics.median(rows[0].rates)
    print(f"{'':<38}{'texts/s':>9}{'of bare':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for row in rows:
        rate = statistics.median(row.rates)
        times = "".join(f"{statistics.median(each):>9.1f}" if each else f"{'':>9}" for each in (row.p50, row.p95))
        print(f"{row.name:<38}{rate:>9.0f}{rate / base:>9.0%}{times}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=2000, help="default: %(default)s")
    parser.add_argument("--clients", type=int, default=32, help="default: %(default)s")
    parser.add_argument("--together", type=int, nargs="+", default=[1, 8], help="texts a request; default: 1 8")
    parser.add_argument("--rounds", type=int, default=5, help="after one that is not counted; default: %(default)s")
    parser.add_argument("--variant", choices=("fp32", "O2", "int8"), default="int8", help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="an exported variant, in place of the embedded model")
    parser.add_argument("--torch", type=Path, help="the same for PyTorch, with --folder")
    parser.add_argument("--infinity", help="the command infinity_emb of an environment that has it")
    parser.add_argument(
        "--infinity-engine", choices=("optimum", "torch"), default="optimum", help="default: %(default)s"
    )
    options = parser.parse_args()
    if bool(options.folder) != bool(options.torch):
        parser.error("--folder and --torch belong together")
    with tempfile.TemporaryDirectory() as root:
        folders = (options.folder, options.torch) if options.folder else make(Path(root), options.variant)
        rows = compare(options, *folders)
    report(rows)
    if not options.infinity:
        print("infinity_emb: not measured; give --infinity its command, from an environment of its own.")


if __name__ == "__main__":
    main()
