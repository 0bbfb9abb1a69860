"""A graph's weights: those that several nodes share, and where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
from onnxruntime.transformers.onnx_model import OnnxModel


def settle(model: Path) -> None:
    """Make it plain, in place, which weight each node reads.

    The converter keeps equal weights once, which those of an ensemble's members are where they stayed
    frozen, and hands them on through Identity nodes. Behind one, neither the optimiser nor the
    quantiser sees a weight. Here the nodes read the weight itself; only a Gemm gets a copy of its own, for
    onnxruntime's quantiser transposes the weight of each Gemm in place, and a shared one twice.
    """
    proto = onnx.load(model, load_external_data=False)
    graph = proto.graph
    weights = {weight.name: weight for weight in graph.initializer}
    aliases = {
        node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity" and node.input[0] in weights
    }
    taken: set[str] = set()
    for node in nodes(graph):
        for place, name in enumerate(node.input):
            node.input[place] = aliases.get(name, name)
        if node.op_type == "Gemm" and (name := node.input[1]) in weights:
            if name in taken:
                own = graph.initializer.add()
                own.CopyFrom(weights[name])
                own.name = node.input[1] = f"{name}/{node.name}"
            taken.add(name)
    outputs = {output.name for output in graph.output}
    for node in [node for node in graph.node if node.output[0] in aliases and node.output[0] not in outputs]:
        graph.node.remove(node)
    onnx.save(proto, model)


def beside(folder: Path) -> list[Path]:
    """The files with the weights of a folder's graph, where it has more of them than a graph can hold: 2 GB."""
    return [*folder.glob("model.onnx?data")]


def nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Every node, those in branches too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for branch in (attribute.g, *attribute.graphs):
                yield from nodes(branch)


@contextmanager
def rewriting(folder: Path) -> Iterator[OnnxModel]:
    """A folder's graph, changed within and then written in its place: its weights in it or beside it, as before."""
    files = beside(folder)
    model = OnnxModel(onnx.load(folder / "model.onnx"))
    yield model
    for file in files:  # they may be called otherwise from now on
        file.unlink()
    model.save_model_to_file(str(folder / "model.onnx"), use_external_data_format=bool(files))
