"""The steps of an export, from PyTorch to packaged variants."""

from __future__ import annotations

import io
import logging
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch

from export.asking import Answerer, ask, questions
from export.benchmark import median_latencies
from export.calibration import Ranges
from export.convert import convert
from export.fusion import fused_nodes, fusions, missing, told
from export.measuring import measure
from export.optimise import LEVELS, LevelName, halve, optimise
from export.package import package
from export.predictor import Predictor, PredictorError, Question
from export.quantise import LADDER, STATIC_LADDER, Rung, quantise
from export.reference import Reference
from export.report import ExportReport, Fusion, Parity, VariantName, VariantReport
from export.verify import Gate, verify
from pipeline.errors import ExportError
from pipeline.messages import Message, clauses
from pipeline.report import Report
from pipeline.spec import ExportSpec, Optimisation, Provider, RunSpec
from pipeline.tasks import TASKS

#: A variant this many times slower than one that it builds on was made for nothing; less is noise.
NOTABLY_SLOWER = 1.3


@dataclass(frozen=True)
class Job:
    """What to export: a model's folder, the run that explains it, and target training texts to calibrate on."""

    run_id: str
    folder: Path
    options: ExportSpec
    spec: RunSpec
    report: Report
    calibration: Callable[[], list[Question]] = list


@dataclass(frozen=True)
class Variant:
    """A variant that was made, opened as it will be served, and compared."""

    name: VariantName
    method: Message
    predictor: Predictor
    parity: Parity
    fused: dict[str, int] = field(default_factory=dict)
    fusions: tuple[Fusion, ...] = ()
    repairs: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def report(self, latencies: dict[str, float]) -> VariantReport:
        """Its report, given how many milliseconds each variant takes for one question, in the order they were made."""
        folder, names = self.predictor.folder, list(latencies)
        earlier = min(names[: names.index(self.name)], key=lambda name: latencies[name], default=self.name)
        slow = latencies[self.name] > NOTABLY_SLOWER * latencies[earlier]
        return VariantReport(
            name=self.name,
            folder=folder.name,
            method=self.method,
            size_bytes=sum(path.stat().st_size for path in folder.glob("model.onnx*")),
            parity=self.parity,
            latency_ms=latencies[self.name],
            provider=self.predictor.provider,
            fused=self.fused,
            fusions=self.fusions,
            repairs=self.repairs,
            notes=[*self.notes, Message("It takes longer here than {variant}.", variant=earlier)]
            if slow
            else self.notes,
        )


class Yardstick:
    """PyTorch's answers on the frozen test set."""

    def __init__(self, job: Job) -> None:
        self.job, self.task = job, job.spec.task
        self.reference = Reference(job.folder, self.task)
        labels = list(self.reference.config.id2label.values())
        if TASKS[self.task].label_column and labels != job.report.labels:
            raise ExportError(
                "The model's labels are {labels}; the report's are {known}.",
                "Let the run finish anew.",
                labels=", ".join(labels),
                known=", ".join(job.report.labels),
            )
        self.questions = questions(self.task, job.report.examples)
        self.replies = ask(self.reference, self.task, self.questions)
        self._measure = measure(self.task, job.report)

    def compare(self, predictor: Predictor, *, exact: bool) -> Parity:
        """Hold a variant against PyTorch, under the default gate."""
        return verify(predictor, self.task, self.questions, self.replies, self._measure, exact=exact, gate=Gate())

    def ranges(self, model: Path) -> Ranges:
        """The ranges of a converted graph's activations, of which none is sought before it is asked for."""
        return Ranges(model, self.reference, self.job.calibration(), self.job.options.calibration)

    def time(self, variants: list[Variant]) -> dict[str, float]:
        """Median milliseconds for one question, of every variant and of ``torch``."""
        models: dict[str, Answerer] = {
            "torch": self.reference,
            **{str(variant.name): variant.predictor for variant in variants},
        }
        answers = {name: partial(ask, model, self.task) for name, model in models.items()}
        return median_latencies(answers, self.questions)


def build(job: Job, out: Path, progress: Callable[[int, int, str], None]) -> ExportReport:
    """Make every variant that the options ask for in ``out``, each in a folder of its own.

    Raises:
        ExportError: The model can't be converted, or no variant passed its gate.
    """
    plan = _plan(job.options)
    total = len(plan) + 2
    with _quietly():
        progress(0, total, "Asking PyTorch for its answers")
        yardstick = Yardstick(job)
        variants: list[Variant] = []
        notes: list[Message] = []
        for done, (name, title, make) in enumerate(plan, start=1):
            progress(done, total, title)
            try:
                variants.append(make(yardstick, out))
            except (ExportError, PredictorError) as error:
                fault = error.told if isinstance(error, ExportError) else Message(error.template, error.values)
                if name == "fp32":  # the others are made of it
                    raise ExportError(fault) from error
                shutil.rmtree(out / name.lower(), ignore_errors=True)
                notes.append(Message("{variant} was left out: {fault}", variant=name, fault=fault))
        passed = [variant.name for variant in variants if variant.parity.passed]
        if not passed:
            reasons = clauses(
                Message("{variant}: {remark}", variant=variant.name, remark=variant.parity.reason)
                for variant in variants
            )
            raise ExportError(
                "No variant answers as PyTorch does: {reasons}.", "Report this model as a defect.", reasons=reasons
            )
        progress(total - 1, total, "Timing, and writing the model cards")
        latencies = yardstick.time(variants)
        torch_latency = latencies.pop("torch")
        report = ExportReport(
            run_id=job.run_id,
            model=job.options.model,
            task=job.spec.task,
            options=job.options,
            metric=TASKS[job.spec.task].metrics[0],
            variants=[variant.report(latencies) for variant in variants],
            torch_latency_ms=torch_latency,
            served=passed[-1],
            notes=notes,
        )
        for variant in report.variants:
            package(out / variant.folder, variant, report, job.spec, job.report)
    progress(total, total, "Exported")
    return report


Maker = Callable[[Yardstick, Path], Variant]


def _plan(options: ExportSpec) -> list[tuple[VariantName, str, Maker]]:
    """Name, title and maker of each variant, in the order in which they build on each other."""
    plan: list[tuple[VariantName, str, Maker]] = [("fp32", "Converting to ONNX", _fp32)]
    if (level := options.optimisation) != "none":
        plan.append((level, f"Optimising ({level})", partial(_optimised, level)))
    if (kind := options.quantisation) != "none":
        plan.append((kind, f"Quantising ({kind})", QUANTISERS[kind]))
    return plan


def _unseen(predictor: Predictor, options: ExportSpec) -> list[Message]:
    """Says so where a variant for a GPU was checked without one."""
    if options.provider == "cpu" or predictor.provider != "CPUExecutionProvider":
        return []
    return [
        Message(
            "Made for {provider} and checked on a CPU, for there was no GPU here: its speed is not what a GPU gives.",
            provider=PROVIDER_TITLES[options.provider],
        )
    ]


def _fp32(yardstick: Yardstick, out: Path) -> Variant:
    convert(yardstick.reference, out / "fp32")
    predictor = Predictor(out / "fp32")
    return Variant("fp32", Message("converted in float32"), predictor, yardstick.compare(predictor, exact=True))


def _optimised(level: LevelName, yardstick: Yardstick, out: Path) -> Variant:
    folder, options = out / level.lower(), yardstick.job.options
    optimise(out / "fp32", folder, level, gpu=options.provider != "cpu")
    return _graph(yardstick, out, level, Message("fp32 with {changes}", changes=LEVELS[level].title), level)


def _fp16(yardstick: Yardstick, out: Path) -> Variant:
    level = yardstick.job.options.optimisation
    halve(out / "fp32", out / "fp16", level)
    method = Message("fp32 in half precision")
    if level != "none":
        method = Message("fp32 in half precision, with {changes}", changes=LEVELS[level].title)
    return _graph(yardstick, out, "fp16", method, level)


def _graph(yardstick: Yardstick, out: Path, name: VariantName, method: Message, level: Optimisation) -> Variant:
    """A variant that optimising made, compared, with proof of what was fused."""
    folder = out / name.lower()
    exact = name != "fp16" and level != "none" and LEVELS[level].exact
    found = fusions(out / "fp32" / "model.onnx", folder / "model.onnx") if level in FUSING else []
    predictor = Predictor(folder)
    return Variant(
        name,
        method,
        predictor,
        yardstick.compare(predictor, exact=exact),
        fused=fused_nodes(folder / "model.onnx"),
        fusions=tuple(found),
        notes=[note for note in (told(found), missing(found)) if note] + _unseen(predictor, yardstick.job.options),
    )


def _int8(name: VariantName, ladder: tuple[Rung, ...], yardstick: Yardstick, out: Path) -> Variant:
    """The first rung of the ladder that passes; if none does, the nearest to float32 that could be made.

    Raises:
        ExportError: No rung can be made of this model.
    """
    folder = out / name
    ranges = yardstick.ranges(out / "fp32" / "model.onnx")
    repairs: list[Message] = []
    made: Variant | None = None
    fault: ExportError | None = None
    for rung in ladder:
        if rung.static and name == "int8" and not ranges:
            continue  # only a repair; there are others
        shutil.rmtree(out / "attempt", ignore_errors=True)
        try:
            method = quantise(out / "fp32", out / "attempt", rung, ranges)
        except ExportError as error:
            fault = error
            repairs.append(Message("{way} could not be made: {fault}", way=rung.title, fault=error.message))
            if rung.static and name == "int8":
                continue
            break
        shutil.rmtree(folder, ignore_errors=True)
        (out / "attempt").rename(folder)
        predictor = Predictor(folder)
        made = Variant(name, method, predictor, yardstick.compare(predictor, exact=False), repairs=list(repairs))
        if made.parity.passed:
            break
        repairs.append(Message("{way} missed the gate: {reason}.", way=rung.title, reason=made.parity.reason))
    shutil.rmtree(out / "attempt", ignore_errors=True)
    if made is None:
        raise fault or ExportError("int8 is not to be had for this model.", "Export without quantisation.")
    return made


#: The levels that promise fused nodes.
FUSING = frozenset(name for name, level in LEVELS.items() if level.fuses)

PROVIDER_TITLES: dict[Provider, str] = {"cpu": "CPU", "cuda": "CUDA", "tensorrt": "TensorRT"}

#: By ExportSpec.quantisation.
QUANTISERS: dict[str, Maker] = {
    "int8": partial(_int8, "int8", LADDER),
    "int8-static": partial(_int8, "int8-static", STATIC_LADDER),
    "fp16": _fp16,
}


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the libraries' comments on a normal export to themselves; their errors come through.

    onnxruntime's optimiser logs under as many names as it has files, and prints besides.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            yield
    finally:
        logging.disable(before)
