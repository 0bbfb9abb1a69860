"""An encoder's last layer computed for the one token that the head reads, but for what its attention reads of all.

What labels a text is the state of its first token (Devlin et al. 2019); the heads of all families read that alone. In
the last layer the others are asked for their keys and values, and whatever else is computed of them - their queries,
what they attend to, the feed-forward block, sums and norms - is for nobody. So the choice of the first is moved to
before it. The answer is the same; of six layers' products an eighth is saved, of twelve a sixteenth. Of an attention
that is one node already, only what lies behind it can be spared.

Nothing is known here of layers: from where a graph chooses the first token, the choice is moved up through all that
needs one token for one (:mod:`export.tokenwise`) and is read by nothing else, as far as it goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.tokenwise import Known, OneEach, attributes_of, behind, one_each
from export.weights import nodes

#: Texts, tokens, width: how many axes a value has that tokens are chosen from, and which the choice is along.
AXES, AXIS = 3, 1
#: In the name of a node that computes one token of each text.
FIRST = "/first_token"


def pool_early(model: Path, converted: Path | None = None) -> int:
    """Choose the first token as early as can be, in place; weights stay where they are.

    Args:
        model: A ``model.onnx`` in float32, converted or optimised.
        converted: What it was optimised from. It tells the sizes of values, which keep their names; ONNX knows nothing
            of what onnxruntime's own nodes give.

    Returns:
        How many nodes compute one token instead of all.
    """
    proto = onnx.load(model, load_external_data=False)
    graph = proto.graph
    known = Known.of(proto, onnx.load(converted, load_external_data=False) if converted else None)
    _read_sizes_early(graph, known)
    early = _early(graph, known)
    if not any(graph.node[place].op_type == "MatMul" for place in early):  # choosing costs more than a sum saves
        return 0
    computed = {output for place in early for output in graph.node[place].output if output}
    _move(graph, early, known, computed)
    others = [value for value in graph.value_info if value.name not in computed]
    del graph.value_info[:]
    graph.value_info.extend(others)
    onnx.save(proto, model)
    return len(early)


def _read_sizes_early(graph: onnx.GraphProto, known: Known) -> None:
    """Take sizes from the first value that has them: whoever asks a value for its sizes would hold it as it is."""
    first: dict[tuple[int | str | None, ...], str] = {}

    def read_early(values: Iterable[str]) -> None:
        for value in values:
            sizes = tuple(known.sizes.get(value, [None]))
            if None not in sizes:
                first.setdefault(sizes, value)

    read_early(given.name for given in graph.input)
    for node in graph.node:
        if node.op_type == "Shape":
            sizes = tuple(known.sizes.get(node.input[0], [None]))
            node.input[0] = first.get(sizes, node.input[0])  # equal names are equal sizes
        read_early(node.output)


def _choices(graph: onnx.GraphProto, known: Known) -> list[onnx.NodeProto]:
    """The nodes that choose the first token of each text."""
    return [
        node
        for node in graph.node
        if node.op_type == "Gather"
        and attributes_of(node).get("axis", 0) == AXIS
        and known.axes(node.input[0]) == AXES
        and not np.any(known.numbers.get(node.input[1], np.ones(1)))
    ]


def _early(graph: onnx.GraphProto, known: Known) -> dict[int, tuple[int, OneEach]]:
    """Places of nodes that can compute the first token alone, for what reads them reads no other.

    Beside each the axis of the tokens in what it gives, and of which inputs the first is enough.
    """
    readers = Counter(name for node in nodes(graph) for name in node.input)  # those in branches too
    readers.update(output.name for output in graph.output)
    reading: dict[str, list[int]] = {}
    for choice in _choices(graph, known):
        reading.setdefault(choice.input[0], []).append(AXIS)
    early = {}
    for place in reversed(range(len(graph.node))):
        node = graph.node[place]
        read = [name for name in node.output if name and readers[name]]
        axes = {axis for name in read for axis in reading.get(name, [])}
        if len(axes) != 1 or any(len(reading.get(name, [])) < readers[name] for name in read):
            continue
        (axis,) = axes
        wanted = one_each(node, axis, known)
        if wanted is None:
            continue
        early[place] = axis, wanted
        for number, own in wanted.items():
            reading.setdefault(node.input[number], []).append(own)
    return early


def _move(graph: onnx.GraphProto, early: dict[int, tuple[int, OneEach]], known: Known, computed: set[str]) -> None:
    """Have these nodes read the first token of whatever else they read."""
    zero = f"pooling{FIRST}"
    graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.int64), zero))
    chosen: dict[tuple[str, int], str] = {}
    ordered = []
    for place, node in enumerate(graph.node):
        if place in early:
            axis, wanted = early[place]
            if node.op_type == "Reshape":
                node.input[1] = _shape_of_one(graph, node, axis, known)
            for number, own in wanted.items():
                name = node.input[number]
                if name in computed:
                    continue
                if (name, own) not in chosen:
                    chosen[name, own] = f"{name}{FIRST}/{own}"
                    ordered.append(
                        helper.make_node("Gather", [name, zero], [chosen[name, own]], name=chosen[name, own], axis=own)
                    )
                node.input[number] = chosen[name, own]
            node.name = f"{node.name or node.output[0]}{FIRST}"
        ordered.append(node)
    del graph.node[:]
    graph.node.extend(ordered)


def _shape_of_one(graph: onnx.GraphProto, node: onnx.NodeProto, axis: int, known: Known) -> str:
    """The shape that a Reshape gives where there is one token: the axes before stay as they are."""
    name = f"{node.output[0]}{FIRST}/shape"
    shape = [*[0] * axis, 1, *(behind(node, axis, known) or ())]
    graph.initializer.append(numpy_helper.from_array(np.array(shape, np.int64), name))
    return name
