"""What Optimum is told of the kinds of model that it does not list."""

from __future__ import annotations

import onnx
import pytest
from optimum.exporters.tasks import TasksManager
from optimum.onnxruntime.utils import ORTConfigManager
from optimum.utils import NormalizedConfigManager

from export.convert import convert
from export.kinds import COMPOSITES, CompositeOnnxConfig, make_known
from export.reference import Reference
from pipeline.errors import ExportError
from pipeline.models.configuration import HEADS, CompositeConfig
from pipeline.models.layers import FAMILIES
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

#: A family whose encoders tell two types of tokens apart, one that does not, and one whose config has other names.
DESCRIBED = [
    ("bert", "bridge", {"input_ids", "attention_mask", "token_type_ids"}),
    ("roberta", "shared", {"input_ids", "attention_mask"}),
    ("distilbert", "ensemble", {"input_ids", "attention_mask"}),
]


@pytest.mark.parametrize("kind", FAMILIES)
def test_what_can_be_trained_layer_by_layer_can_be_exported(kind: str):
    make_known()
    known = TasksManager.get_supported_tasks_for_model_type(kind, "onnx", library_name="transformers")
    assert {task.onnx_task for task in TASKS.values()} <= set(known)
    ORTConfigManager.check_supported_model(kind)
    NormalizedConfigManager.check_supported_model(kind)


def test_every_composite_is_known_for_the_heads_that_it_may_have():
    make_known()
    assert set(COMPOSITES) == {config.model_type for config in CompositeConfig.__subclasses__()}
    wanted = {task.onnx_task for task in TASKS.values() if task.auto_class in HEADS.values()}
    for kind in COMPOSITES:
        assert set(TasksManager.get_supported_tasks_for_model_type(kind, "onnx", library_name="transformers")) == wanted


@pytest.mark.parametrize(("family_name", "kind", "inputs"), DESCRIBED)
@pytest.mark.parametrize("task", ["text-classification", "part-of-speech"])
def test_a_composite_is_described_by_a_config_of_its_own(
    zoo, family_name: str, kind: str, inputs: set[str], task: TaskName
):
    make_known()
    config = Reference(zoo.model(family_name, task, kind), task).model.config
    described = TasksManager.get_exporter_config_constructor(
        "onnx", model_type=config.model_type, task=TASKS[task].onnx_task, library_name="transformers"
    )(config)
    assert isinstance(described, CompositeOnnxConfig)
    free = {0: "batch_size", 1: "sequence_length"}
    assert described.inputs == dict.fromkeys(inputs, free)
    assert described.outputs == {"logits": {0: "batch_size"} if task == "text-classification" else free}
    examples = described.generate_dummy_inputs(framework="np", batch_size=3, sequence_length=5)
    assert {name: array.shape for name, array in examples.items()} == dict.fromkeys(inputs, (3, 5))
    assert examples["input_ids"].max() < config.inner().vocab_size


@pytest.mark.parametrize(("family_name", "kind", "inputs"), DESCRIBED)
def test_its_graph_reads_what_the_description_says(zoo, family_name: str, kind: str, inputs: set[str]):
    graph = onnx.load(zoo.variants(family_name, "text-classification", kind) / "fp32" / "model.onnx").graph
    assert {item.name for item in graph.input} == inputs


def test_a_head_that_composites_have_not_is_refused(zoo, tmp_path):
    reference = Reference(zoo.model("bert", "text-classification", "bridge"), "text-classification")
    reference.task = "language-modelling"
    with pytest.raises(ExportError, match=r"model of type graft-bridge: .*doesn't support task fill-mask"):
        convert(reference, tmp_path / "fp32")
