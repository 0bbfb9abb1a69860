"""From PyTorch to ONNX, in float32, with Optimum."""

from __future__ import annotations

from pathlib import Path

from optimum.exporters.onnx import export
from optimum.exporters.tasks import TasksManager

from export.reference import Reference
from pipeline.errors import ExportError
from pipeline.spec import TaskName
from pipeline.tasks import TASKS


def convert(model_folder: Path, out: Path, task: TaskName) -> None:
    """Write ``model.onnx`` with the model's config and tokenizer.

    Optimum's ``export`` is called rather than its ``main_export``: that one looks for image and
    audio processors too, and knows no models from outside transformers.

    Args:
        model_folder: A Hugging Face model folder in safetensors.
        out: Folder to make.
        task: What the model does.

    Raises:
        ExportError: The folder can't be loaded, or Optimum knows no way for this kind of model.
    """
    reference = Reference(model_folder, task)
    config = reference.model.config
    out.mkdir(parents=True, exist_ok=True)
    try:
        onnx_config = TasksManager.get_exporter_config_constructor(
            "onnx", model=reference.model, task=TASKS[task].onnx_task, library_name="transformers"
        )(config)
        export(reference.model, onnx_config, out / "model.onnx")
    except (KeyError, NotImplementedError, ValueError) as error:
        raise ExportError(
            f"Optimum can't export a model of type {config.model_type}: {error}.", "Choose another source model."
        ) from error
    config.save_pretrained(out)
    reference.tokenizer.save_pretrained(out)
