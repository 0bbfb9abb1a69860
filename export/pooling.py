"""An encoder's last layer computed, behind its attention, for the one token that the head reads.

What labels a text is the state of its first token (Devlin et al. 2019); the heads of all families read that alone. What
follows the attention of the last layer - its output product, the feed-forward block, sums and norms - is computed
token by token, and for all tokens but the first for nobody. So the choice of the first is moved to before it. Its
answer is the same; of six layers' products an eighth is saved, of twelve a sixteenth.

Nothing is known here of layers: from where a graph chooses the first token, the choice is moved up through all that is
computed token by token and read by nothing else, as far as it goes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.sizes import constants_of, sizes_of
from export.weights import nodes

#: Texts, tokens, width: of a value that tokens are chosen from, and the axis.
RANK, AXIS = 3, 1
#: Type of a node that computes token by token → how many of its first inputs may be tokens; the others are weights.
TOKEN_BY_TOKEN = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Pow", "Sum", "SkipLayerNormalization"), 2),
    **dict.fromkeys(("MatMul", "LayerNormalization", "ReduceMean", "BiasGelu", "FastGelu", "Gelu"), 1),
    **dict.fromkeys(("QuickGelu", "Identity", "Cast", "Sqrt", "Erf", "Tanh", "Relu", "Sigmoid", "Neg"), 1),
}
#: Of those, what computes along axes → the attribute that names them, and its default. A mean may read them instead.
ALONG = {"LayerNormalization": ("axis", -1), "ReduceMean": ("axes", [])}
#: In the name of a node that computes one token of each text.
FIRST = "/first_token"


def pool_early(model: Path, converted: Path | None = None) -> int:
    """Choose the first token as early as can be, in place; weights stay where they are.

    Args:
        model: A ``model.onnx`` in float32, converted or optimised.
        converted: What it was optimised from. It tells the axes of values, which keep their names; ONNX knows nothing
            of what onnxruntime's own nodes give.

    Returns:
        How many nodes compute one token instead of all.
    """
    proto = onnx.load(model, load_external_data=False)
    graph = proto.graph
    ranks = _ranks(onnx.load(converted, load_external_data=False)) if converted else {}
    ranks, numbers = ranks | _ranks(proto), constants_of(graph)
    early = _early(graph, ranks, numbers)
    if not any(node.op_type == "MatMul" for node in early):  # the nodes that choose cost more than such a sum saves
        return 0
    computed = {output for node in early for output in node.output if output}
    _move(graph, ranks, computed)
    others = [value for value in graph.value_info if value.name not in computed]
    del graph.value_info[:]
    graph.value_info.extend(others)
    onnx.save(proto, model)
    return len(early)


def _choices(graph: onnx.GraphProto, ranks: dict[str, int], numbers: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """The nodes that choose the first token of each text."""
    return [
        node
        for node in graph.node
        if node.op_type == "Gather"
        and _attributes(node).get("axis", 0) == AXIS
        and ranks.get(node.input[0]) == RANK
        and not np.any(numbers.get(node.input[1], np.ones(1)))
    ]


def _early(graph: onnx.GraphProto, ranks: dict[str, int], numbers: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """The nodes that can compute the first token alone, for what reads them reads no other; the last first."""
    readers = Counter(name for node in nodes(graph) for name in node.input)  # those in branches too
    readers.update(output.name for output in graph.output)
    reading = Counter(node.input[0] for node in _choices(graph, ranks, numbers))
    early = []
    for node in reversed(graph.node):
        read = [name for name in node.output if name and readers[name]]
        if read and all(readers[name] == reading[name] for name in read) and _token_by_token(node, ranks, numbers):
            early.append(node)
            reading.update(node.input)
    return early


def _token_by_token(node: onnx.NodeProto, ranks: dict[str, int], numbers: dict[str, np.ndarray]) -> bool:
    """Whether what the node gives of a token depends on that token alone."""
    tokens = TOKEN_BY_TOKEN.get(node.op_type, 0)
    first, others = [ranks.get(name) for name in node.input[:tokens]], node.input[tokens:]
    if RANK not in first or not all(rank is not None and rank in (0, 1, RANK) for rank in first):
        return False
    if node.op_type in ALONG:
        given = _attributes(node).get(*ALONG[node.op_type])
        axes = np.ravel(numbers.get(others[0], given) if others else given).tolist()
        return axes in ([-1], [RANK - 1])
    most = 2 if node.op_type == "MatMul" else 1
    return all((ranks.get(name, RANK) if name else 0) <= most for name in others)


def _move(graph: onnx.GraphProto, ranks: dict[str, int], computed: set[str]) -> None:
    """Have the nodes that compute these values read the first token of whatever else they read."""
    zero = f"pooling{FIRST}"
    graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.int64), zero))
    chosen: dict[str, str] = {}
    ordered = []
    for node in graph.node:
        if not computed.isdisjoint(node.output):
            node.name = f"{node.name or node.output[0]}{FIRST}"
            for place, name in enumerate(node.input[: TOKEN_BY_TOKEN[node.op_type]]):
                if name in computed or ranks.get(name) != RANK:
                    continue
                if name not in chosen:
                    chosen[name] = f"{name}{FIRST}"
                    ordered.append(
                        helper.make_node("Gather", [name, zero], [chosen[name]], name=chosen[name], axis=AXIS)
                    )
                node.input[place] = chosen[name]
        ordered.append(node)
    del graph.node[:]
    graph.node.extend(ordered)


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _ranks(proto: onnx.ModelProto) -> dict[str, int]:
    """Value or weight → how many axes it has, as far as ONNX can tell."""
    ranks = {name: len(sizes) for name, sizes in sizes_of(proto).items()}
    return ranks | {weight.name: len(weight.dims) for weight in proto.graph.initializer}
