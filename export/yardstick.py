"""What an export is to do, and PyTorch's answers, which every variant is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from export.asking import Answerer, ask, questions
from export.benchmark import median_latencies
from export.calibration import Ranges
from export.measuring import measure
from export.predictor import Predictor, Question
from export.reference import Reference
from export.report import Fusion, Parity, RangesFrom, VariantReport
from export.verify import Gate, verify
from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.report import Report
from pipeline.spec import ExportSpec, RunSpec, VariantName
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
    ranges: tuple[RangesFrom, ...] = ()
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
            ranges=self.ranges,
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
        self._ranges: Ranges | None = None

    def compare(self, predictor: Predictor, *, exact: bool) -> Parity:
        """Hold a variant against PyTorch, under the gate that the export asks for.

        Raises:
            ExportError: It can be opened, and fails when it is asked.
        """
        gate = Gate.of(self.job.options)
        try:
            return verify(predictor, self.task, self.questions, self.replies, self._measure, exact=exact, gate=gate)
        except (OSError, MemoryError):  # the machine's
            raise
        except Exception as error:  # onnxruntime raises bare and private types
            raise ExportError(
                "It fails when it is asked: {fault}.",
                "Report this model as a defect.",
                fault=" ".join(str(error).split()),
            ) from error

    def ranges(self, model: Path) -> Ranges:
        """The ranges of the activations of the graph to be quantised: once for all that need them, and only then."""
        if self._ranges is None:
            self._ranges = Ranges(model, self.reference, self.job.calibration(), self.job.options.calibration)
        return self._ranges

    def time(self, variants: list[Variant]) -> dict[str, float]:
        """Median milliseconds for one question, of every variant and of ``torch``."""
        models: dict[str, Answerer] = {
            "torch": self.reference,
            **{str(variant.name): variant.predictor for variant in variants},
        }
        answers = {name: partial(ask, model, self.task) for name, model in models.items()}
        return median_latencies(answers, self.questions)
