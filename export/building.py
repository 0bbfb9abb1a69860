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
from export.convert import convert
from export.measuring import measure
from export.optimise import LEVELS, LevelName, attentions, fusion_note, optimise
from export.package import package
from export.predictor import Predictor, PredictorError
from export.quantise import LADDER, quantise
from export.reference import Reference
from export.report import ExportReport, Parity, VariantName, VariantReport
from export.verify import Gate, verify
from pipeline.errors import ExportError
from pipeline.messages import Message, clauses
from pipeline.report import Report
from pipeline.spec import ExportSpec, RunSpec
from pipeline.tasks import TASKS

#: A variant this many times slower than one that it builds on was made for nothing; less is noise.
NOTABLY_SLOWER = 1.3


@dataclass(frozen=True)
class Job:
    """What to export: a model's folder, and the run that explains it."""

    run_id: str
    folder: Path
    options: ExportSpec
    spec: RunSpec
    report: Report


@dataclass(frozen=True)
class Variant:
    """A variant that was made, opened as it will be served, and compared."""

    name: VariantName
    method: Message
    predictor: Predictor
    parity: Parity
    fused: dict[str, int] = field(default_factory=dict)
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


def _fp32(yardstick: Yardstick, out: Path) -> Variant:
    convert(yardstick.reference, out / "fp32")
    predictor = Predictor(out / "fp32")
    return Variant("fp32", Message("converted in float32"), predictor, yardstick.compare(predictor, exact=True))


def _optimised(level: LevelName, yardstick: Yardstick, out: Path) -> Variant:
    folder = out / level.lower()
    fused = optimise(out / "fp32", folder, level)
    predictor = Predictor(folder)
    note = fusion_note(level, fused, attentions(out / "fp32" / "model.onnx"))
    return Variant(
        level,
        Message("fp32 with {changes}", changes=LEVELS[level].title),
        predictor,
        yardstick.compare(predictor, exact=LEVELS[level].exact),
        fused=fused,
        notes=[note] if note else [],
    )


def _int8(yardstick: Yardstick, out: Path) -> Variant:
    """The first rung of the ladder that passes; if none does, the last, which is nearest to float32."""
    folder = out / "int8"
    repairs: list[Message] = []
    for rung in LADDER:
        shutil.rmtree(folder, ignore_errors=True)
        method = quantise(out / "fp32", folder, rung)
        predictor = Predictor(folder)
        parity = yardstick.compare(predictor, exact=False)
        if parity.passed or rung is LADDER[-1]:
            break
        repairs.append(Message("{way} missed the gate: {reason}.", way=rung.title, reason=parity.reason))
    return Variant("int8", method, predictor, parity, repairs=repairs)


#: By ExportSpec.quantisation.
QUANTISERS: dict[str, Maker] = {"int8": _int8}


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
