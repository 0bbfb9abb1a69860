"""What is to be learned, and what files that takes."""

from __future__ import annotations

import gradio as gr

from pipeline.spec import RunSpec, TaskName
from pipeline.tasks import TASKS
from ui.text import spec
from ui.views import data as views

DEFAULT: TaskName = RunSpec.model_fields["task"].default


class TaskPicker:
    """The list of tasks, and a sentence on the chosen one."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="g-bar-row"):
            self.chosen = gr.Dropdown(
                choices=[(spec.task(name), name) for name in TASKS],
                value=DEFAULT,
                label=spec.title(RunSpec, "task"),
                info=spec.description(RunSpec, "task"),
                filterable=False,
                elem_id="task",
                min_width=260,
            )
            self.hint = gr.HTML(views.task_hint(DEFAULT), elem_id="task-hint", apply_default_css=False)
