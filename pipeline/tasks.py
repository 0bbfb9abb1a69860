"""What models can be trained to do: one table, one row a task. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.spec import TaskName


@dataclass(frozen=True)
class Task:
    """What the stages, the export and the page need to know of a task.

    Attributes:
        title: For people.
        auto_class: Name of the transformers class that has the task's head.
        onnx_task: Optimum's name for it.
        metrics: Computed on the frozen test set; the first one leads the verdict.
    """

    title: str
    auto_class: str
    onnx_task: str
    metrics: tuple[str, ...]


TASKS: dict[TaskName, Task] = {
    "text-classification": Task(
        title="Text classification",
        auto_class="AutoModelForSequenceClassification",
        onnx_task="text-classification",
        metrics=("accuracy", "macro_f1"),
    ),
}
