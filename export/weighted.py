"""Which nodes of a float32 graph read a weight, and what they are to the model: what is rounded, or spared it."""

from __future__ import annotations

from dataclasses import dataclass

import onnx


@dataclass(frozen=True)
class Weighted:
    """Names of the nodes that read a weight, from the inputs on: the first layers of all members before the second.

    The heads stand by themselves: they are small, and what they round nothing evens out. Only a
    language model's is large; it is the embeddings once more, and stands with them too.

    Attributes:
        feed_forward: Products of the feed-forward blocks, known by weights that are not square,
            whatever a family of models calls them.
        narrowing: Those of them that give fewer values than they read; the outliers are what these read.
        others: The other products, of the attentions.
        embeddings: Look-ups, and a product with the whole vocabulary.
        heads: Products behind which no other with a weight comes.
    """

    feed_forward: list[str]
    narrowing: list[str]
    others: list[str]
    embeddings: list[str]
    heads: list[str]

    @classmethod
    def of(cls, graph: onnx.GraphProto) -> Weighted:
        """Find them."""
        floats = (weight for weight in graph.initializer if weight.data_type == onnx.TensorProto.FLOAT)
        shapes = {weight.name: tuple(weight.dims) for weight in floats if len(weight.dims) == 2}
        products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in shapes]
        depths, heads = _depths(graph, {node.name for node in products}), _heads(graph, {*shapes})
        products.sort(key=lambda node: depths[node.output[0]])
        sized = [(node.name, *shapes[node.input[1]]) for node in products]
        body = [product for product in sized if product[0] not in heads]
        wide = [name for name, rows, columns in sized if name in heads and columns > rows]
        lookups = [node.name for node in graph.node if node.op_type == "Gather" and node.input[0] in shapes]
        return cls(
            feed_forward=[name for name, rows, columns in body if rows != columns],
            narrowing=[name for name, rows, columns in body if rows > columns],
            others=[name for name, rows, columns in body if rows == columns],
            embeddings=lookups + wide,
            heads=sorted(heads),
        )


def _depths(graph: onnx.GraphProto, products: set[str]) -> dict[str, int]:
    """For each value in a graph, how many of these products lie before it, on the longest way."""
    depths: dict[str, int] = {}
    for node in graph.node:
        before = max((depths.get(name, 0) for name in node.input), default=0)
        depths.update(dict.fromkeys(node.output, before + (node.name in products)))
    return depths


def _heads(graph: onnx.GraphProto, weights: set[str]) -> set[str]:
    """Names of the products behind which no other product with a weight comes: going back from the outputs."""
    makers = {output: node for node in graph.node for output in node.output}
    heads: set[str] = set()
    pending, seen = [output.name for output in graph.output], set[str]()
    while pending:
        name = pending.pop()
        node = makers.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        if node.op_type in ("MatMul", "Gemm") and node.input[1] in weights:
            heads.add(node.name)
        else:
            pending += node.input
    return heads
