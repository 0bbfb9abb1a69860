"""From PyTorch to ONNX, in float32, with Optimum."""

from __future__ import annotations

from pathlib import Path

from optimum.exporters.onnx import export
from optimum.exporters.tasks import TasksManager

from export.kinds import make_known
from export.reference import Reference
from export.weights import settle
from pipeline.errors import ExportError
from pipeline.models.attention import gates_merged
from pipeline.tasks import TASKS


def convert(reference: Reference, out: Path) -> None:
    """Write ``model.onnx`` with the model's config and tokenizer.

    Optimum's ``export`` is called rather than its ``main_export`` or ``onnx_export_from_model``: those
    look for image and audio processors too, and know no models from outside transformers. A
    bridge or an ensemble is described by a config of its own (:mod:`export.kinds`); what the
    folder says is the config of its encoders, which loads where Graft is not installed.

    Args:
        reference: The model.
        out: Folder to make.

    Raises:
        ExportError: Optimum knows no way for this kind of model, or fails on it.
    """
    config = reference.model.config
    out.mkdir(parents=True, exist_ok=True)
    make_known()
    try:
        describe = TasksManager.get_exporter_config_constructor(
            "onnx",
            model_type=config.model_type,
            task=TASKS[reference.task].onnx_task,
            library_name="transformers",
        )
        with gates_merged(reference.model):
            export(reference.model, describe(config), out / "model.onnx")
    except (OSError, MemoryError):  # the machine's, as a full disk is: no fault of the model
        raise
    except Exception as error:  # of Optimum, of PyTorch's exporter, or of the model's own code
        raise ExportError(
            "Optimum can't export a model of type {kind}: {fault}.",
            "Choose another source model.",
            kind=config.model_type,
            fault=str(error),
        ) from error
    settle(out / "model.onnx")
    reference.config.save_pretrained(out)
    tokenizer = reference.tokenizer
    tokenizer.init_kwargs["model_input_names"] = tokenizer.model_input_names  # a class may imply them; files must say
    # Whoever reads tokenizer.json alone has no other word of how much the graph can be asked.
    tokenizer.backend_tokenizer.enable_truncation(tokenizer.model_max_length)
    tokenizer.save_pretrained(out)
