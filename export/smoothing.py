"""Outliers of a product's activations moved into its weights, so that rounding both to int8 loses less.

Dynamic int8 has one step for all that a product reads, as wide as its largest outlier demands; and in a transformer the
outliers lie in a few channels, the same for every text. A channel that is divided by a factor, and the row of
the weights that it meets multiplied by it, leave the product as it was. The weights bear it: their steps are
per output channel. (SmoothQuant: Xiao et al. 2023, equation 4. There the division is folded into the layer norm
before; BERT's layer norms are read by the sum behind the block too, so that here it is a node of its own, of next to
no time.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.weights import rewriting

#: How much of a channel's size moves. Of MiniLM tuned on SST-2, everything in int8: by how much a logit differs in the
#: mean from float32's, at 0 (not smoothed), 0.5, 0.7, 0.8, 0.9 and 1: 0.22, 0.38, 0.17, 0.19, 0.26, 0.29.
STRENGTH = 0.75
LEAST = 1e-5  # of a channel that is always 0, or of a row of weights
SMOOTHED = "_smoothed"


def read_by(graph: onnx.GraphProto, products: Sequence[str]) -> dict[str, list[onnx.NodeProto]]:
    """What these products read, which nodes have computed → the products."""
    computed = {output for node in graph.node for output in node.output}
    wanted, found = set(products), dict[str, list[onnx.NodeProto]]()
    for node in graph.node:
        if node.name in wanted and node.input[0] in computed:
            found.setdefault(node.input[0], []).append(node)
    return found


def smooth(folder: Path, products: Sequence[str], peaks: Mapping[str, np.ndarray]) -> None:
    """Turn a folder's float32 graph into one that computes the same with its outliers in the weights, in place.

    Args:
        folder: Holds ``model.onnx``, with its weights in it or beside it.
        products: Names of the products with a weight ``[channels, outputs]``.
        peaks: What they read → the largest size of each of its channels, ``[channels]``.
    """
    with rewriting(folder) as model:
        graph = model.model.graph
        weights = {weight.name: weight for weight in graph.initializer}
        for read, nodes in read_by(graph, products).items():
            rows = [numpy_helper.to_array(weights[node.input[1]]) for node in nodes]
            largest = np.max([np.abs(weight).max(axis=1) for weight in rows], axis=0)
            factors = np.maximum(peaks[read], LEAST) ** STRENGTH / np.maximum(largest, LEAST) ** (1 - STRENGTH)
            divided, by = read + SMOOTHED, f"{read}{SMOOTHED}_by"
            model.add_initializer(numpy_helper.from_array((1 / factors).astype(np.float32), by))
            model.add_node(helper.make_node("Mul", [read, by], [divided], name=divided))
            for node, weight in zip(nodes, rows, strict=True):
                multiplied = f"{node.name}{SMOOTHED}_weight"  # of its own: others may read the same weight
                model.add_initializer(
                    numpy_helper.from_array((weight * factors[:, None]).astype(np.float32), multiplied)
                )
                node.input[:] = [divided, multiplied]
        model.prune_graph()
        model.topological_sort()
