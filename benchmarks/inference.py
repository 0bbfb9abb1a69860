"""How fast exported models answer, beside PyTorch: ``python -m benchmarks.inference``.

Every figure is a ratio of medians, and both its sides were measured in the same run, by turns. The models are made
here: the embedded encoder with a head of random weights, which costs what a trained one does; five of them that vote,
with and without layers in common; and an attention bridge. With ``--export`` the first part measures a real export,
whose parity is told beside it; with ``--data`` the texts are real ones. ``--profile`` adds where onnxruntime's time
goes, by operator. What was found is written to ``results/inference.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import embedded
from benchmarks.circumstances import circumstances
from benchmarks.labels import equal_labels
from benchmarks.profiling import profiled
from benchmarks.results import record
from benchmarks.speed_goals import MODELS, judged
from benchmarks.speed_table import parities, speeds
from benchmarks.turns import by_turns
from export.predictor import Predictor, Tokens, processors
from export.report import read_report
from export.speed.measuring import asked_of, measure_speed
from export.speed.report import Shape
from export.speed.subject import Subject, subject
from export.speed.turns import Race

HERE = Path(__file__).resolve().parent
ONE, MANY = Shape(batch=1, length=32), Shape(batch=32, length=128)
ASKED = 10  # times, before the next takes its turn
SHARED_LAYERS = (0, 4, 5)  # of a bag; the encoder has six


@dataclass
class Found:
    """What the parts found: figures by their goals' names, and sections for people."""

    figures: dict[str, float] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    sections: list[str] = field(default_factory=list)


def shapes(options: argparse.Namespace, root: Path, found: Found) -> None:
    """PyTorch and the variants at two shapes."""
    if options.export:
        wanted = subject(options.export)
    else:
        trained = embedded.plain(root / "plain")
        variants = embedded.export(trained, root / "plain-onnx", ["O2", "int8"])
        wanted = Subject("plain", variants, None, trained, None)
    without = () if options.compiled else ("torch.compile",)
    report = measure_speed(wanted, [ONE, MANY], rounds=options.rounds, without=without, progress=told)
    times = {one.name: one for one in report.candidates}
    found.figures["one"] = times["torch"].at(ONE).p50_ms / times["int8"].at(ONE).p50_ms
    found.figures["many"] = times["torch"].at(MANY).p50_ms / times["int8"].at(MANY).p50_ms
    found.figures["gemm"] = times["fp32"].at(MANY).gemm_share or 0.0
    found.details["shapes"] = report.model_dump(mode="json")
    found.details["parity"] = parities(wanted)
    found.sections.append(speeds(report, wanted))
    if options.profile:
        lines = profiled(wanted.variants["fp32"], MANY, found.details.setdefault("profile", {}))
        found.sections.append("Where onnxruntime's time goes, fp32, " + f"{MANY.told}:\n\n" + lines)


def mixed(options: argparse.Namespace, root: Path, found: Found) -> None:
    """The predictor beside a session that is fed batches as they come, in one process by turns."""
    texts = embedded.real(options.data, options.texts)
    trained = embedded.plain(root / "mixed")
    variants = embedded.export(trained, root / "mixed-onnx", ["int8"])
    lines = ["| Variant | Predictor, texts/s | Arrival order, texts/s | Ratio |", "| --- | --- | --- | --- |"]
    for level, name in (("int8", "mixed"), ("fp32", "mixed-fp32")):
        predictor, session = Predictor(variants[level], callers=processors()), Predictor(variants[level])
        ways: dict[str, Callable[[], object]] = {
            "predictor": lambda predictor=predictor: predictor.predict(texts),
            "arrival": lambda session=session: _in_arrival_order(session, texts, options.batch),
        }
        taken = by_turns(ways, options.rounds_of_mixed)
        rates = {way: len(texts) / seconds for way, seconds in taken.items()}
        found.figures[name] = rates["predictor"] / rates["arrival"]
        found.details[name] = {"texts": len(texts), "batch": options.batch, "texts_per_second": rates}
        ratio = f"{found.figures[name]:.2f} ×"
        lines.append(f"| {level} | {rates['predictor']:,.0f} | {rates['arrival']:,.0f} | {ratio} |")
    title = (
        f"{len(texts):,} texts of mixed lengths, {options.rounds_of_mixed} rounds; in arrival order {options.batch} a "
        "batch, padded to its longest:"
    )
    found.sections.append(f"{title}\n\n" + "\n".join(lines))


def _in_arrival_order(session: Predictor, texts: Sequence[str], size: int) -> list[int]:
    """As somebody writes it who has a tokenizer and a session: no sorting, no budget."""
    labels: list[int] = []
    for start in range(0, len(texts), size):
        encoded = session.encode(texts[start : start + size])
        logits = session.batch([Tokens(each.ids, each.type_ids) for each in encoded])
        labels += np.argmax(logits, axis=1).tolist()
    return labels


def ensembles(options: argparse.Namespace, root: Path, found: Found) -> None:
    """Bags beside one model, at each level that is asked for."""
    folders = {"one": embedded.plain(root / "one")}
    folders |= {f"bag-{shared}": embedded.bag(root / f"bag-{shared}", shared) for shared in SHARED_LAYERS}
    title = (
        "Bags of five, and one model of six layers; bag-4 shares four of them, runs 14 layers, and so takes 2.33 times "
        "one model's time at the least"
    )
    made = against(options, root, folders, found, title)
    level = options.levels[0]
    _by_turns_in_one_process(options, root, made["one", level], made["bag-0", level], found)


def _by_turns_in_one_process(options: argparse.Namespace, root: Path, one: Path, bag: Path, found: Found) -> None:
    """The bag beside one model, and beside its members as five graphs that are asked one after the other.

    One model alone may keep its weights in the processor's cache from one text to the next, which five can't.
    """
    level, alone = options.levels[0], embedded.apart(root / "apart")
    five = [Predictor(embedded.export(each, each / "onnx", [level])[level]) for each in alone]
    models = {"one": [Predictor(one)], "bag": [Predictor(bag)], "five": five}
    text = Tokens([1] * ONE.length, [0] * ONE.length)

    def ask(asked: list[Predictor]) -> None:
        for _ in range(ASKED):
            for each in asked:
                each.batch([text])

    ways = {name: partial(ask, asked) for name, asked in models.items()}
    taken = {way: 1000 * seconds / ASKED for way, seconds in by_turns(ways, 4 * options.rounds).items()}
    found.figures["bag-0-apart"] = taken["bag"] / taken["five"]
    found.details["one text, in one process, ms"] = taken
    found.sections[-1] += (
        f"\n\nFor one text, in one process by turns, one model takes {taken['one']:.2f} ms, bag-0 {taken['bag']:.2f}, "
        f"and its members as five graphs of {level}, asked one after the other, {taken['five']:.2f}."
    )


def bridges(options: argparse.Namespace, root: Path, found: Found) -> None:
    """The bridge beside the plain encoder; and labels beside PyTorch's, of a trained one where its export is given."""
    folders = {"one": embedded.plain(root / "alone"), "bridge": embedded.bridge(root / "bridge")}
    made = against(options, root, folders, found, "A bridge, and the plain encoder")
    level = options.levels[0]
    if options.bridge:
        parity = read_report(options.bridge).variant(level).parity
        equal, of, whose = parity.answers - parity.flip_count, parity.answers, f"a trained bridge's graph ({level})"
    else:
        texts = embedded.real(options.data, options.labelled, "test")
        equal, of, whose = *equal_labels(folders["bridge"], made["bridge", level], texts), "the bridge's graph"
    found.figures["bridge-labels"] = equal / of
    found.sections[-1] += f"\n\n{equal:,} of {of:,} labels of {whose} are PyTorch's, on test texts."


def against(
    options: argparse.Namespace, root: Path, folders: dict[str, Path], found: Found, title: str
) -> dict[tuple[str, str], Path]:
    """Models at each level beside the one that is called ``one``; the first level's figures are the goals'."""
    made = {
        (name, level): out
        for name, folder in folders.items()
        for level, out in embedded.export(folder, root / f"{name}-onnx", options.levels).items()
    }
    asked = {f"{name} {level}": asked_of(made[name, level], None) for level in options.levels for name in folders}
    race = Race(asked, [ONE, MANY], options.rounds, told)
    race.run({}, None)
    lines = [f"| Model | {ONE.told}, ms | ratio | {MANY.told}, ms | ratio |", "| --- | --- | --- | --- | --- |"]
    for level in options.levels:
        for name in folders:
            times = {shape: statistics.median(race.seconds[f"{name} {level}"][shape]) for shape in (ONE, MANY)}
            base = {shape: statistics.median(race.seconds[f"one {level}"][shape]) for shape in (ONE, MANY)}
            ratios = {shape: times[shape] / base[shape] for shape in (ONE, MANY)}
            cells = [f"{1000 * times[shape]:.2f} | {ratios[shape]:.2f} ×" for shape in (ONE, MANY)]
            lines.append(f"| {name}, {level} | {' | '.join(cells)} |")
            found.details[f"{name} {level}"] = {
                f"{shape.batch} x {shape.length}": {"ms": 1000 * times[shape], "ratio": ratios[shape]}
                for shape in (ONE, MANY)
            }
            if name != "one" and level == options.levels[0]:
                found.figures[name] = ratios[ONE]
    found.sections.append(f"{title}:\n\n" + "\n".join(lines))
    return made


def told(done: int, total: int, text: str) -> None:
    """Progress on stderr."""
    print(f"\r{done}/{total} {text:<40}", end="", file=sys.stderr, flush=True)


#: Part → what measures it.
PARTS: dict[str, Callable[[argparse.Namespace, Path, Found], None]] = {
    "shapes": shapes,
    "mixed": mixed,
    "bagging": ensembles,
    "bridge": bridges,
}


def main() -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", choices=PARTS, nargs="+", default=list(PARTS), help="default: all")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each candidate; default: %(default)s")
    parser.add_argument("--texts", type=int, default=5000, help="of mixed lengths; default: %(default)s")
    parser.add_argument("--rounds-of-mixed", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=32, help="texts a batch in arrival order; default: %(default)s")
    parser.add_argument("--labelled", type=int, default=1821, help="test texts the bridge labels; default: %(default)s")
    parser.add_argument(
        "--levels",
        nargs="+",
        default=["O2", "int8"],
        help="of bags and bridge; goals: the first's; default: O2 int8",
    )
    parser.add_argument("--compiled", action="store_true", help="torch.compile too")
    parser.add_argument("--profile", action="store_true", help="onnxruntime's time by operator")
    parser.add_argument("--export", type=Path, help="a real export's folder, for the first part")
    parser.add_argument("--bridge", type=Path, help="a trained bridge's export, for its labels on its frozen test set")
    parser.add_argument("--data", type=Path, help="folder with en/: real texts in place of the samples'")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where the table is written")
    options = parser.parse_args()
    found, page = Found(), ""
    with tempfile.TemporaryDirectory() as root:
        for part in options.parts:
            PARTS[part](options, Path(root), found)
            page = "\n\n".join([judged(MODELS, found.figures), *found.sections])
            figured = {"figures": found.figures, "details": found.details, "circumstances": circumstances(options)}
            record("inference", figured, page, options.results)
    print(file=sys.stderr)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
