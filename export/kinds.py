"""Kinds of model that Graft trains and Optimum does not list, made known to it."""

from __future__ import annotations

from optimum.exporters.onnx.config import TextEncoderOnnxConfig
from optimum.exporters.onnx.model_configs import COMMON_TEXT_TASKS, BertOnnxConfig
from optimum.exporters.tasks import TasksManager
from optimum.onnxruntime.utils import ORTConfigManager
from optimum.utils import NormalizedConfigManager, NormalizedTextConfig

from pipeline.models.bridge import GraftBridgeConfig
from pipeline.models.configuration import HEADS
from pipeline.models.ensemble import GraftEnsembleConfig
from pipeline.tasks import TASKS

#: Those that are built as BERT is. ERNIE is BERT, with embeddings of tasks that may be added to those of the tokens;
#: which task it is, is the model's default.
LIKE_BERT = ("ernie",)


class CompositeOnnxConfig(TextEncoderOnnxConfig):
    """Several encoders in one graph, which reads what one of them would and answers for all.

    Batch and length are free, of the inputs and of the logits: ``[batch, labels]``, in tagging ``[batch, tokens,
    labels]``. The sizes that example inputs are made by are the encoders', which the composite's config hands on.
    """

    NORMALIZED_CONFIG_CLASS = NormalizedTextConfig

    @property
    def inputs(self) -> dict[str, dict[int, str]]:
        """Name → its free axes; token types are read where the encoders tell two apart."""
        types = ("token_type_ids",) if self._config.type_vocab_size > 1 else ()
        axes = {0: "batch_size", 1: "sequence_length"}
        return dict.fromkeys(("input_ids", "attention_mask", *types), axes)


#: Graft's own.
COMPOSITES = (GraftBridgeConfig.model_type, GraftEnsembleConfig.model_type)


def composite_tasks() -> list[str]:
    """What composites do, as Optimum names it: the tasks whose heads they may have."""
    return list(dict.fromkeys(task.onnx_task for task in TASKS.values() if task.auto_class in HEADS.values()))


def make_known() -> None:
    """Have Optimum convert them, and optimise those as BERT that are built so.

    A composite is optimised by the config that its exported folder holds: one of its encoders'.
    """
    register = TasksManager.create_register("onnx")
    for kind in LIKE_BERT:
        register(kind, *COMMON_TEXT_TASKS)(BertOnnxConfig)
        NormalizedConfigManager._conf.setdefault(kind, NormalizedConfigManager._conf["bert"])  # noqa: SLF001
        ORTConfigManager._conf.setdefault(kind, "bert")  # noqa: SLF001
    for kind in COMPOSITES:
        register(kind, *composite_tasks())(CompositeOnnxConfig)
