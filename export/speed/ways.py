"""How the trained model can run in PyTorch: the table of PyTorch's candidates. Light, as the report is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: What products are computed in, as PyTorch calls it.
Precision = Literal["float32", "bfloat16", "float16", "int8"]
#: Ways to run the trained model in PyTorch.
Peer = Literal["torch", "torch.compile", "torch bf16", "torch fp16"]
PEERS: tuple[Peer, ...] = get_args(Peer)


@dataclass(frozen=True)
class Way:
    """How PyTorch runs the model; all of them run on a GPU where PyTorch has one, else on the CPU.

    Attributes:
        precision: Of its weights and of what is computed with them.
        compiled: By torch.compile, for each shape by itself.
    """

    precision: Precision = "float32"
    compiled: bool = False

    @property
    def exact(self) -> bool:
        """Whether it computes what the export was held against, so that its metric is known from there."""
        return self.precision == "float32"


WAYS: dict[Peer, Way] = {
    "torch": Way(),
    "torch.compile": Way(compiled=True),
    "torch bf16": Way("bfloat16"),
    "torch fp16": Way("float16"),
}
