"""Kinds of model that Graft trains and Optimum does not list, made known to it."""

from __future__ import annotations

from optimum.exporters.onnx.model_configs import COMMON_TEXT_TASKS, BertOnnxConfig
from optimum.exporters.tasks import TasksManager
from optimum.onnxruntime.utils import ORTConfigManager
from optimum.utils import NormalizedConfigManager

#: Those that are built as BERT is. ERNIE is BERT, with embeddings of tasks that may be added to those of the tokens;
#: which task it is, is the model's default.
LIKE_BERT = ("ernie",)


def make_known() -> None:
    """Have Optimum convert and optimise them as it does BERT."""
    for kind in LIKE_BERT:
        TasksManager.create_register("onnx")(kind, *COMMON_TEXT_TASKS)(BertOnnxConfig)
        NormalizedConfigManager._conf.setdefault(kind, NormalizedConfigManager._conf["bert"])  # noqa: SLF001
        ORTConfigManager._conf.setdefault(kind, "bert")  # noqa: SLF001
