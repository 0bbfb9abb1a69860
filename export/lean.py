"""A graph relieved, for a CPU, of what it need not compute: shapes, a node slower than its parts, tokens nobody reads.

One text is computed in so little time that the nodes between its products count. Two kinds of them are dealt with here:

- The converter has each attention work out the shapes of its heads while the graph runs: seven nodes a reshaping.
  What of a shape is certain before becomes a constant; what is not, but was worked out before, is read from there.
- onnxruntime fuses a layer norm with the sum before it, and its CPU kernel for that (1.31) takes about three times
  as long as sum and norm apart. So they are taken apart. When a graph is loaded they would be fused again wherever
  that may be; but a sum is known there by its operator, ``Add``, and ``Sum`` of two values is the same.

Measured on MiniLM, everything in int8, on one thread, by turns: one text of 32 tokens and 8 of 128 take 0.79 times as
long as before; O2, of which only sums and norms are left to do, 0.90 and 0.86 times.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.transformers.onnx_model import OnnxModel

from export.pooling import pool_early
from export.sizes import Sizes, constants_of, sizes_of
from export.tokenwise import attributes_of

#: The node that is a sum and the norm after it, and what its epsilon is where it has none of its own.
FUSED, EPSILON = "SkipLayerNormalization", 1e-12
#: In a Reshape's shape: as in what is reshaped, and whatever is left.
AS_READ, LEFT = 0, -1


def lighten(model: Path, converted: Path | None = None) -> None:
    """Relieve a graph in place; what it computes stays the same, and its weights where they are.

    Args:
        model: A ``model.onnx``, converted, optimised or quantised.
        converted: What it was optimised from, as :func:`export.pooling.pool_early` takes it.
    """
    # In this order: whoever works out a shape reads what would be computed of one token, and of a sum that is apart
    # from its norm nothing is told by what was converted.
    with _rewriting(model) as proto:
        _settle_shapes(proto)
    pool_early(model, converted)
    with _rewriting(model) as proto:
        _keep_sums_apart(proto.graph)


@contextmanager
def _rewriting(model: Path) -> Iterator[onnx.ModelProto]:
    """A file's graph without its weights, changed within and then written in its place, without what nobody reads."""
    proto = onnx.load(model, load_external_data=False)
    yield proto
    lighter = OnnxModel(proto)
    lighter.prune_graph()
    onnx.save(lighter.model, model)


def _settle_shapes(proto: onnx.ModelProto) -> None:
    graph = proto.graph
    sizes, constants = sizes_of(proto), constants_of(graph)
    _settle_sizes(graph, sizes, constants)
    computed: dict[tuple[int | str | None, ...], str] = {}
    for node in graph.node:
        if node.op_type != "Reshape" or node.input[1] in constants or _zero_means_zero(node):
            continue
        read, made = sizes.get(node.input[0]), sizes.get(node.output[0])
        if read is None or made is None:
            continue
        shape = [
            size if isinstance(size, int) else AS_READ if [size] == read[axis : axis + 1] else LEFT
            for axis, size in enumerate(made)
        ]
        if shape.count(LEFT) <= 1 and 0 not in made:
            node.input[1] = _constant(graph, np.array(shape, np.int64), f"{node.output[0]}/shape")
        elif None not in made:  # equal names are equal sizes
            node.input[1] = computed.setdefault(tuple(made), node.input[1])


def _settle_sizes(graph: onnx.GraphProto, sizes: dict[str, Sizes], constants: dict[str, np.ndarray]) -> None:
    """Make constants of the sizes that are taken from a shape, and are numbers."""
    shapes: dict[str, Sizes] = {}
    known: dict[str, str] = {}
    for node in graph.node:
        taken = _taken(node, sizes, shapes, constants)
        if taken is None:
            continue
        if all(isinstance(size, int) for size in taken.flat):
            known[node.output[0]] = _constant(graph, taken.astype(np.int64), f"{node.output[0]}/size")
        if taken.ndim:
            shapes[node.output[0]] = taken.tolist()
    for node in graph.node:
        node.input[:] = [known.get(name, name) for name in node.input]


def _taken(
    node: onnx.NodeProto, sizes: dict[str, Sizes], shapes: dict[str, Sizes], constants: dict[str, np.ndarray]
) -> np.ndarray | None:
    """The sizes that a node gives: a shape, from one axis to another, or some of one; None: it gives no such thing."""
    if node.op_type == "Shape" and node.input[0] in sizes:
        asked = attributes_of(node)
        return np.array(sizes[node.input[0]], object)[asked.get("start", 0) : asked.get("end")]
    if not node.input or node.input[0] not in shapes or not all(name in constants for name in node.input[1:]):
        return None
    shape, arguments = np.array(shapes[node.input[0]], object), [constants[name] for name in node.input[1:]]
    if node.op_type == "Gather":
        return np.array(shape[arguments[0]], object)
    if node.op_type == "Slice":
        starts, ends, *others = arguments
        step = int(others[1][0]) if len(others) > 1 else 1
        return shape[int(starts[0]) : int(ends[0]) : step]
    return None


def _keep_sums_apart(graph: onnx.GraphProto) -> None:
    """Write the sums of computed values that a layer norm reads so that they are not fused with it."""
    apart: list[onnx.NodeProto] = []
    for node in graph.node:
        apart += _parts(node) if node.op_type == FUSED else [node]
    del graph.node[:]
    graph.node.extend(apart)
    given = {weight.name for weight in graph.initializer}
    normed = {node.input[0] for node in graph.node if node.op_type == "LayerNormalization"}
    for node in graph.node:
        if node.op_type == "Add" and node.output[0] in normed and given.isdisjoint(node.input):
            node.op_type = "Sum"


def _parts(fused: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Sum and norm of a node that is both: of two values, perhaps of a bias, too; the sum may be read by others."""
    one, other, weight, shift, bias = (list(fused.input) + [""] * 5)[:5]
    normed, _, _, total = (list(fused.output) + [""] * 4)[:4]
    name = fused.name or normed
    total = total or f"{name}/sum"
    nodes = []
    if bias:
        nodes.append(helper.make_node("Add", [one, bias], [f"{name}/biased"], name=f"{name}/bias"))
        one = f"{name}/biased"
    epsilon = attributes_of(fused).get("epsilon", EPSILON)
    return [
        *nodes,
        helper.make_node("Add", [one, other], [total], name=f"{name}/add"),
        helper.make_node(
            "LayerNormalization", [total, weight, shift], [normed], name=f"{name}/norm", axis=-1, epsilon=epsilon
        ),
    ]


def _constant(graph: onnx.GraphProto, value: np.ndarray, name: str) -> str:
    graph.initializer.append(numpy_helper.from_array(value, name))
    return name


def _zero_means_zero(node: onnx.NodeProto) -> bool:
    return any(each.name == "allowzero" and helper.get_attribute_value(each) for each in node.attribute)
