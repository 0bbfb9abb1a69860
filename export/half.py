"""Half precision of a float32 graph, and the ladder of repairs for a model that loses by it.

What costs accuracy is less the products, whose sums are taken in float32, than what lies between them: a layer norm
squares its input, which overflows above 256, and the sums that go by the layers carry the outliers of all of them. So a
repair leaves these in float32 first, as PyTorch's autocast does, and products only after them.
"""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import onnxruntime as ort
from onnxruntime.transformers.onnx_model import OnnxModel

from export.weighted import Weighted
from export.weights import rewriting
from pipeline.messages import Message


@dataclass(frozen=True)
class HalfRung:
    """One way to halve; tokens go in and logits come out as before.

    Attributes:
        title: For people.
        types: Types of the nodes that are left in float32.
        head: Whether the products behind which no other comes are left in it.
        feed_forward: Share of the feed-forward products that are left in it, from the first on.
    """

    title: Message
    types: frozenset[str] = frozenset()
    head: bool = False
    feed_forward: float = 0.0


#: Plain and fused layer norms, softmax, and the sums between the layers.
NORMS = frozenset({"ReduceMean", "Pow", "Sqrt", "Div", "Add", "Softmax"}) | {
    f"{kind}LayerNormalization" for kind in ("", "Skip", "Embed")
}
GELUS = frozenset({"Erf", "Gelu", "BiasGelu", "FastGelu", "QuickGelu", "Tanh"})

#: Fastest first; the first that passes the gate is taken. Beside each, of O2's graph of MiniLM tuned on Chinese texts:
#: by how much a logit of 200 test texts differs at most and in the mean, in thousandths, computed on a CPU; megabytes.
HALF_LADDER = (
    HalfRung(Message("everything in fp16")),  # 5.6 · 0.62 · 26
    HalfRung(Message("layer norms, sums and softmax in float32"), NORMS),  # 2.4 · 0.31 · 27
    # 2.3 · 0.30 · 27
    HalfRung(Message("layer norms, sums, softmax, GELU and the head in float32"), NORMS | GELUS, head=True),
    # 2.3 · 0.25 · 34
    HalfRung(Message("all of these and early feed-forward in float32"), NORMS | GELUS, head=True, feed_forward=0.5),
)


def to_half(folder: Path, rung: HalfRung, *, fused: bool) -> None:
    """Turn a folder's float32 graph into one of half precision, in place.

    Args:
        folder: Holds ``model.onnx``, with its weights in it or beside it.
        rung: What stays in float32.
        fused: Whether it holds onnxruntime's own nodes, the types of whose values ONNX itself does not know.

    Raises:
        Exception: onnxruntime can't convert the graph, or not load what came of it.
    """
    path = (folder / "model.onnx").absolute()
    with rewriting(path.parent) as model:
        # Where shapes can't be inferred, onnxruntime writes what it has of the model into the working folder.
        with TemporaryDirectory() as place, chdir(place):
            model.convert_float_to_float16(
                use_symbolic_shape_infer=fused,
                keep_io_types=True,
                node_block_list=_spared(model.model.graph, rung),
            )
        _straightened(model)
    if rung.types:  # where no types can be inferred there are no casts
        options = ort.SessionOptions()
        options.log_severity_level = 4
        ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _spared(graph: onnx.GraphProto, rung: HalfRung) -> list[str]:
    """Names of the nodes that are left in float32; none in a branch, into which the converter puts no casts."""
    weighted = Weighted.of(graph)
    found = [node.name for node in graph.node if node.op_type in rung.types]
    found += weighted.feed_forward[: round(len(weighted.feed_forward) * rung.feed_forward)]
    return found + (weighted.heads if rung.head else [])


#: How onnxruntime's converter names the casts before and behind a node that it leaves in float32.
WIDENED, ROUNDED = "_cast_to_fp32_node", "_cast_to_fp16_node"


def _straightened(model: OnnxModel) -> None:
    """Have what is computed in float32 go on in float32: between two such nodes it would be rounded to half and back.

    That would lose what the nodes are left in float32 for: a square above 65,504 is infinite on the way. And what
    several of them read the converter widens once for each, under one name, which makes the graph invalid.
    """
    graph = model.model.graph
    makers = {output: node for node in graph.node for output in node.output}
    widened: set[str] = set()
    kept: dict[str, str] = {}  # rounded and widened again → as it was
    for node in [node for node in graph.node if node.name.endswith(WIDENED)]:
        before = makers.get(node.input[0])
        if before is not None and before.name.endswith(ROUNDED):
            kept[node.output[0]] = before.input[0]
        if node.output[0] in widened:
            graph.node.remove(node)
        widened.add(node.output[0])
    for node in graph.node:
        node.input[:] = [kept.get(name, name) for name in node.input]
    model.prune_graph()
    model.topological_sort()
