"""The server beside a bare session and its peers: ``python -m benchmarks.serving``.

32 clients ask the same texts of mixed lengths, each as soon as it is answered; one text a request, then several. Set
beside that are the bare session with all texts at once, sorted by length, and the predictor as it answers many texts
fastest; transformers' pipeline behind FastAPI; and,
given its command in an environment of its own (``--infinity``), infinity_emb. All take turns, round by round, and only
one works at a time; the clients work on the same cores. A last part tells how long the server takes from its start to
its first answer. What was found, medians of the rounds with the rounds themselves, is written to
``results/serving.json`` and ``.md``.

The model is the embedded one with a classification head of random weights, which cost what trained ones do; as a folder
of an exported variant and one for PyTorch, any other can be given.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.circumstances import circumstances, told
from benchmarks.clients import ask_all
from benchmarks.embedded import export, mixed, plain
from benchmarks.results import record
from benchmarks.servers import Peer, graft, infinity, listening, pipeline
from benchmarks.speed_goals import SERVER, judged
from benchmarks.starting import first_answer
from export.predictor import Predictor, processors

HERE = Path(__file__).resolve().parent
PEERS = ("pipeline", "infinity")
LONGEST = 1500  # characters, which are fewer than 512 tokens: infinity_emb doesn't cut a longer text and never answers


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

    @property
    def rounds(self) -> dict[str, list[float]]:
        """Each round's texts a second, and milliseconds where requests were timed."""
        found = {"texts_per_second": self.rates, "p50_ms": self.p50, "p95_ms": self.p95}
        return {name: values for name, values in found.items() if values}

    @property
    def medians(self) -> dict[str, float]:
        """Of the rounds."""
        return {name: statistics.median(values) for name, values in self.rounds.items()}


def offline(predictor: Predictor, texts: Sequence[str], row: Row) -> None:
    """A round without a server."""
    began = time.perf_counter()
    predictor.predict(texts)
    row.add(len(texts), time.perf_counter() - began, [])


def asked(peer: Peer, texts: Sequence[str], clients: int, together: int, row: Row) -> None:
    """A round of a server."""
    asking = ask_all(peer.port, peer.path, texts, clients=clients, together=together, **peer.form)
    row.add(len(texts), *uvloop.run(asking))


def compare(options: argparse.Namespace, variant: Path, torch: Path) -> dict[str, Row]:
    """All ways, in turns; by ``bare``, or the peer's key and the texts a request."""
    texts = [text for text in mixed(options.texts) if len(text) <= LONGEST]
    bare_session, bulk = Predictor(variant), Predictor(variant, callers=processors())
    peers = {"graft": graft(variant), "pipeline": pipeline(torch)}
    if options.infinity:
        folder = torch if options.infinity_engine == "torch" else variant
        peers["infinity"] = infinity(options.infinity, options.infinity_engine, folder)

    asked_for = f"{len(texts):,} texts, {options.variant if not options.folder else variant.name}"
    rows = {"bare": Row(f"bare session, {asked_for}"), "bulk": Row(f"predictor, {bulk.callers} callers")}
    ways = {"bare": partial(offline, bare_session, texts), "bulk": partial(offline, bulk, texts)}
    for name, peer in peers.items():
        for together in options.together:
            rows[f"{name}-{together}"] = Row(f"{peer.title}, {together} a request")
            ways[f"{name}-{together}"] = partial(asked, peer, texts, options.clients, together)
    with ExitStack() as stack:
        for peer in peers.values():
            stack.enter_context(listening(peer.command, peer.port))
        for turn in range(options.rounds + 1):
            for name, measure in ways.items():
                measure(rows[name] if turn else Row("warm-up"))
    return rows


def figures(rows: dict[str, Row]) -> dict[str, float]:
    """What the goals are about."""
    medians = {name: row.medians for name, row in rows.items()}
    found = {"of-bare": medians["graft-1"]["texts_per_second"] / medians["bare"]["texts_per_second"]}
    for name in rows:
        peer, _, together = name.partition("-")
        if peer not in PEERS:
            continue
        ours, theirs = medians[f"graft-{together}"], medians[name]
        found[f"{name}-rate"] = ours["texts_per_second"] / theirs["texts_per_second"]
        found[f"{name}-p95"] = ours["p95_ms"] / theirs["p95_ms"]
    return found


def table(rows: dict[str, Row]) -> str:
    """Markdown: every way, beside the bare session and the predictor with as many callers as processors."""
    heads = ("", "texts/s", "rounds", "of bare", "of predictor", "p50 ms", "p95 ms")
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    bases = [rows[name].medians["texts_per_second"] for name in ("bare", "bulk")]
    for row in rows.values():
        found = row.medians
        rate = found["texts_per_second"]
        cells = [row.name, f"{rate:,.0f}", f"{min(row.rates):,.0f} to {max(row.rates):,.0f}"]
        cells += [f"{rate / base:.0%}" for base in bases]
        cells += [f"{found[name]:.1f}" if name in found else "" for name in ("p50_ms", "p95_ms")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, write and print."""
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
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    options = parser.parse_args()
    if bool(options.folder) != bool(options.torch):
        parser.error("--folder and --torch belong together")
    if 1 not in options.together:
        parser.error("--together needs 1, which a goal is about")
    with tempfile.TemporaryDirectory() as root:
        variant, torch = options.folder, options.torch
        if not variant:
            torch = plain(Path(root) / "torch")
            variant = export(torch, Path(root), [options.variant])[options.variant]
        rows = compare(options, variant, torch)
        answered, imported = first_answer(variant, options.rounds)
    found = {**figures(rows), "start": answered - imported}
    started = f"First answer after {answered:.2f} s; importing onnxruntime alone takes {imported:.2f} s."
    known = circumstances(options)
    page = "\n\n".join([judged(SERVER, found), table(rows), started, told(known)])
    if not options.infinity:
        page += "\n\ninfinity_emb: not measured; give --infinity its command, from an environment of its own."
    details = {row.name: {**row.medians, "rounds": row.rounds} for row in rows.values()}
    start = {"answered_seconds": answered, "imported_seconds": imported}
    figured = {"figures": found, "details": {**details, "start": start}, "circumstances": known}
    record("serving", figured, page, options.results)
    print(page)


if __name__ == "__main__":
    main()
