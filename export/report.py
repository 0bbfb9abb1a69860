"""What an export made: ``export.json`` beside the variants is the JSON form of :class:`ExportReport`.

Light to import: the page reads it without waiting for torch, Optimum or onnxruntime.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from pipeline.errors import ExportError
from pipeline.messages import Message, Template
from pipeline.report import Frozen, Telling
from pipeline.spec import ExportSpec, ModelName, TaskName, VariantName

FILE = "export.json"

FusionKind = Literal["attention", "layer-norm", "skip-layer-norm", "gelu"]
#: Whence int8 has the ranges of the activations that it rounds.
RangesFrom = Literal["batch", "calibration"]


class Fusion(Frozen):
    """How many of one kind were fused into a node each."""

    kind: FusionKind
    fused: int
    there: int  # before the fusion; 0 where only what came of it can be counted

    @property
    def complete(self) -> bool:
        """Whether none was left as it was."""
        return self.fused >= self.there


class Parity(Frozen):
    """A variant held against PyTorch on the frozen test set; rates are fractions of 1.

    What is answered is a text, a word where words are tagged, or a hidden token where they are guessed. Which
    tokens are hidden is the export's own choice, so that a perplexity is near the run's, but not the same.
    """

    model_config = ConfigDict(ser_json_inf_nan="strings")  # a broken variant's logits may be no numbers

    texts: int
    singles: int = 0  # texts that were asked one by one besides; of loss, flips and difference the worse is told
    answers: int  # of which flip_count are others: of texts, of words that are tagged, or of hidden tokens
    metric_reference: float  # PyTorch
    metric: float  # the variant
    metric_loss: float  # how much worse the variant is, negative if it is better; of perplexity as a share of it
    flips: float  # share of the answers that are others than PyTorch's
    flip_count: int
    max_logit_difference: float  # of a language model: of a hidden token's log-likelihood
    passed: bool
    reason: Message  # which limit was missed and by what; empty if passed


#: Whether a variant passed its gate → what it is called.
TITLES = {True: Template("{model}, {variant} ONNX"), False: Template("{model}, {variant} ONNX, missed its gate")}


class VariantReport(Frozen):
    """One exported folder."""

    name: VariantName
    folder: str  # beside export.json
    method: Message  # how it was made, for people
    size_bytes: int  # of the model's weights and graph
    parity: Parity
    latency_ms: float  # one text, tokenizing included: median over test texts
    provider: str  # where onnxruntime computed it
    fused: dict[str, int]  # nodes that stand for several, by type
    fusions: tuple[Fusion, ...] = ()  # what was fused of what there was, by kind
    ranges: tuple[RangesFrom, ...] = ()  # of int8; a repair may have made it static where dynamic was asked for
    repairs: list[Message]  # the ways that were tried before and missed the gate, with the numbers
    notes: list[Message]  # what a reader should know

    def title(self, model: Message) -> Message:
        """What people call it among the forms of a model, given what they call that."""
        return Message(TITLES[self.parity.passed], model=model, variant=self.name)


class ExportReport(Telling):
    """What an export made, and which variant is to be served."""

    schema_version: Literal[2] = 2
    run_id: str
    model: ModelName
    task: TaskName
    options: ExportSpec
    metric: str  # what Parity.metric measures
    variants: list[VariantReport]
    torch_latency_ms: float  # PyTorch, measured as VariantReport.latency_ms
    served: VariantName  # of those that passed their gate the one that export.choosing prefers
    notes: tuple[Message, ...] = ()  # what was left out, and why

    def variant(self, name: str) -> VariantReport:
        """The report of one variant, by name."""
        return next(variant for variant in self.variants if variant.name == name)

    @property
    def unmade(self) -> tuple[VariantName, ...]:
        """What was asked for and could not be made; the notes say why."""
        made = {variant.name for variant in self.variants}
        return tuple(name for name in self.options.variants if name not in made)

    def remarks(self) -> list[Message]:
        """Sentences for people: what failed, what had to be repaired, what else is to be known."""
        said = [self.recall(note) for note in self.notes]
        for variant in self.variants:
            said += [self._of(variant, repair) for repair in variant.repairs]
            if not variant.parity.passed:
                reason = self.recall(variant.parity.reason)
                missed = Message(
                    "{variant} missed its gate and is not served: {reason}.", variant=variant.name, reason=reason
                )
                said.append(missed)
            said += [self._of(variant, note) for note in variant.notes]
        return said

    def _of(self, variant: VariantReport, remark: str) -> Message:
        return Message("{variant}: {remark}", variant=variant.name, remark=self.recall(remark))


def read_report(destination: Path) -> ExportReport:
    """The report of a finished export.

    Raises:
        ExportError: There is none, or it can't be read.
    """
    try:
        return ExportReport.read(destination / FILE)
    except OSError as error:
        raise ExportError(
            "{folder} holds no finished export.", "Export the model first.", folder=str(destination)
        ) from error
    except ValidationError as error:
        raise ExportError(
            "{file} is damaged, or of another Graft.", "Export the model anew.", file=str(destination / FILE)
        ) from error
