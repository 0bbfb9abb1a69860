"""What models can be trained to do: one table, one row a task. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.messages import Message
from pipeline.spec.base import TaskName

#: What a text is labelled with: one label, several, a tag for each word, or nothing.
Labelling = Literal["one", "several", "tags", "none"]


@dataclass(frozen=True)
class Task:
    """What the stages, the export and the page need to know of a task.

    Attributes:
        title: For people.
        auto_class: Name of the transformers class that has the task's head.
        onnx_task: Optimum's name for it.
        columns: Of the frozen splits: what a model reads, and after that ``label``, ``labels`` or
            ``tags`` as ``labelling`` says, as indices into the run's labels.
        labelling: What a text is labelled with.
        metrics: Computed on the frozen test set; the first one leads the verdict.
        spans: Whether the tags spell entities (BIO), which count as a whole.
        lower_is_better: Whether a smaller leading metric is better.
        classical: Whether there is a classical baseline.
    """

    title: Message
    auto_class: str
    onnx_task: str
    columns: tuple[str, ...]
    labelling: Labelling
    metrics: tuple[str, ...]
    spans: bool = False
    lower_is_better: bool = False
    classical: bool = True

    @property
    def label_column(self) -> str | None:
        """The frozen splits' column with the labels."""
        return {"one": "label", "several": "labels", "tags": "tags", "none": None}[self.labelling]


TASKS: dict[TaskName, Task] = {
    "text-classification": Task(
        title=Message("Text classification"),
        auto_class="AutoModelForSequenceClassification",
        onnx_task="text-classification",
        columns=("text",),
        labelling="one",
        metrics=("accuracy", "macro_f1"),
    ),
    "multi-label-classification": Task(
        title=Message("Multi-label classification"),
        auto_class="AutoModelForSequenceClassification",
        onnx_task="text-classification",
        columns=("text",),
        labelling="several",
        metrics=("micro_f1", "macro_f1", "exact_match"),
    ),
    "sentence-pair-classification": Task(
        title=Message("Sentence pairs"),
        auto_class="AutoModelForSequenceClassification",
        onnx_task="text-classification",
        columns=("text", "second"),
        labelling="one",
        metrics=("accuracy", "macro_f1"),
    ),
    "entity-recognition": Task(
        title=Message("Entity recognition"),
        auto_class="AutoModelForTokenClassification",
        onnx_task="token-classification",
        columns=("tokens",),
        labelling="tags",
        metrics=("entity_f1", "entity_precision", "entity_recall"),
        spans=True,
    ),
    "part-of-speech": Task(
        title=Message("Part-of-speech tagging"),
        auto_class="AutoModelForTokenClassification",
        onnx_task="token-classification",
        columns=("tokens",),
        labelling="tags",
        metrics=("accuracy", "macro_f1"),
    ),
    "language-modelling": Task(
        title=Message("Language modelling"),
        auto_class="AutoModelForMaskedLM",
        onnx_task="fill-mask",
        columns=("text",),
        labelling="none",
        metrics=("perplexity", "masked_accuracy"),
        lower_is_better=True,
        classical=False,
    ),
}
