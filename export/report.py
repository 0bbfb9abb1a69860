"""What an export made: ``export.json`` beside the variants is the JSON form of :class:`ExportReport`.

Light to import: the page reads it without waiting for torch, Optimum or onnxruntime.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from pipeline.errors import ExportError
from pipeline.report import Frozen
from pipeline.spec import ExportSpec, ModelName, TaskName

FILE = "export.json"

VariantName = Literal["fp32", "O1", "O2", "O3", "int8"]


class Parity(Frozen):
    """A variant held against PyTorch on the frozen test set; rates are fractions of 1.

    What is answered is a text, a word where words are tagged, or a hidden token where they are guessed. Which
    tokens are hidden is the export's own choice, so that a perplexity is near the run's, but not the same.
    """

    model_config = ConfigDict(ser_json_inf_nan="strings")  # a broken variant's logits may be no numbers

    texts: int
    answers: int  # as many as texts, but where words are tagged or hidden tokens guessed
    metric_reference: float  # PyTorch
    metric: float  # the variant
    metric_loss: float  # how much worse the variant is, negative if it is better; of perplexity as a share of it
    flips: float  # share of the answers that are others than PyTorch's
    flip_count: int
    max_logit_difference: float  # of a language model: of a hidden token's log-likelihood
    passed: bool
    reason: str  # which limit was missed and by what; empty if passed


class VariantReport(Frozen):
    """One exported folder."""

    name: VariantName
    folder: str  # beside export.json
    method: str  # how it was made, for people
    size_bytes: int  # of the model's weights and graph
    parity: Parity
    latency_ms: float  # one text, tokenizing included: median over test texts
    provider: str  # where onnxruntime computed it
    fused: dict[str, int]  # nodes that stand for several, by type
    repairs: list[str]  # the ways that were tried before and missed the gate, with the numbers
    notes: list[str]  # what a reader should know


class ExportReport(Frozen):
    """What an export made, and which variant is to be served."""

    schema_version: Literal[2] = 2
    run_id: str
    model: ModelName
    task: TaskName
    options: ExportSpec
    metric: str  # what Parity.metric measures
    variants: list[VariantReport]
    torch_latency_ms: float  # PyTorch, measured as VariantReport.latency_ms
    served: VariantName  # the last one that passed its gate
    notes: tuple[str, ...] = ()  # what was left out, and why

    def variant(self, name: str) -> VariantReport:
        """The report of one variant, by name."""
        return next(variant for variant in self.variants if variant.name == name)

    def remarks(self) -> list[str]:
        """Sentences for people: what failed, what had to be repaired, what else is to be known."""
        said = list(self.notes)
        for variant in self.variants:
            said += [f"{variant.name}: {repair}" for repair in variant.repairs]
            if not variant.parity.passed:
                said.append(f"{variant.name} missed its gate and is not served: {variant.parity.reason}.")
            said += [f"{variant.name}: {note}" for note in variant.notes]
        return said


def read_report(destination: Path) -> ExportReport:
    """The report of a finished export.

    Raises:
        ExportError: There is none, or it can't be read.
    """
    try:
        return ExportReport.model_validate_json((destination / FILE).read_bytes())
    except OSError as error:
        raise ExportError(f"{destination} holds no finished export.", "Export the model first.") from error
    except ValidationError as error:
        raise ExportError(f"{destination / FILE} is damaged, or of another Graft.", "Export the model anew.") from error
