"""Values that several attentions read at once, kept apart while a graph is optimised.

onnxruntime fuses an attention if the three products that begin it are the only ones that read their input. Where the
members of an ensemble read the same shared layer, there are three for each, and none is fused. So each attention is
given a sum of its own before, with nothing added, and after the fusions the sums are taken out again. Nothing of them
is left in the graph.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

#: Begins the names of the nothings that are added.
MARK = "graft/apart/"
#: Queries, keys and values.
PRODUCTS = 3


def set_apart(model: Path) -> bool:
    """Give each of several attentions on one value an input of its own, in place; whether there were any."""
    proto = onnx.load(model, load_external_data=False)
    graph = proto.graph
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in dict.fromkeys(node.input):
            readers[name].append(node)
    weights = {weight.name: weight.dims for weight in graph.initializer}
    sums: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for value, reading in readers.items():
        products = [node for node in reading if node.op_type == "MatMul" and node.input[1] in weights]
        if len(products) <= PRODUCTS:
            continue
        for attention in _attentions(graph, value, products, reading):
            name = f"{MARK}{sum(map(len, sums.values()))}"
            # With one dimension it would be taken for a bias, and a single number would be folded away.
            nothing = np.zeros((1, 1, weights[products[0].input[1]][0]), np.float32)
            graph.initializer.append(numpy_helper.from_array(nothing, name))
            sums[value].append(helper.make_node("Add", [value, name], [f"{name}/sum"], name=f"{name}/node"))
            for node in attention:
                node.input[:] = [f"{name}/sum" if given == value else given for given in node.input]
    if not sums:
        return False
    makers = {output: number for number, node in enumerate(graph.node) for output in node.output}
    for value in sorted(sums, key=lambda value: makers.get(value, -1), reverse=True):
        for node in sums[value]:
            graph.node.insert(makers.get(value, -1) + 1, node)
    onnx.save(proto, model)
    return True


def bring_together(model: Path) -> None:
    """Take the sums out again, in place."""
    proto = onnx.load(model, load_external_data=False)
    graph = proto.graph
    renamed = {
        node.output[0]: node.input[0] for node in graph.node if node.op_type == "Add" and node.name.startswith(MARK)
    }
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for node in [node for node in graph.node if node.output[0] in renamed]:
        graph.node.remove(node)
    read = {name for node in graph.node for name in node.input}
    for weight in [each for each in graph.initializer if each.name.startswith(MARK) and each.name not in read]:
        graph.initializer.remove(weight)
    onnx.save(proto, model)


def _attentions(
    graph: onnx.GraphProto, value: str, products: list[onnx.NodeProto], reading: list[onnx.NodeProto]
) -> list[list[onnx.NodeProto]]:
    """The readers of a value, attention by attention: three products, and the sum in which what they led to meets it.

    Products that lead to no such sum, as those of an attention to another encoder, stay as they are.
    """
    found = []
    names = {node.name for node in products}
    makers = {output: node for node in graph.node for output in node.output}
    for meeting in (node for node in reading if node.op_type == "Add"):
        others = [name for name in meeting.input if name != value]
        led = _led_from(others, value, makers, names)
        if len(led) == PRODUCTS:
            found.append([node for node in products if node.name in led] + [meeting])
    return found


def _led_from(pending: list[str], value: str, makers: dict[str, onnx.NodeProto], wanted: set[str]) -> set[str]:
    """Names of the wanted products from which some values come, without going back beyond ``value``."""
    found, seen = set(), {value}
    pending = [*pending]
    while pending:
        name = pending.pop()
        if name in seen or name not in makers:
            continue
        seen.add(name)
        if makers[name].name in wanted:
            found.add(makers[name].name)
        else:
            pending += makers[name].input
    return found
