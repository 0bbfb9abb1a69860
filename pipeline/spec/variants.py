"""What can be exported for which provider: one table, shown to people and held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pipeline.messages import Message

Optimisation = Literal["none", "O1", "O2", "O3", "O4"]
Quantisation = Literal["none", "int8", "int8-static", "fp16"]
Provider = Literal["cpu", "cuda", "tensorrt"]

#: One way to export: optimisation, quantisation, provider.
Combination = tuple[Optimisation, Quantisation, Provider]


@dataclass(frozen=True)
class Refusal:
    """Combinations that are not made, and the reason given; an empty set means: whichever."""

    reason: Message
    optimisations: frozenset[str] = frozenset()
    quantisations: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()

    def holds(self, optimisation: str, quantisation: str, provider: str) -> bool:
        """Whether it refuses a combination."""
        chosen = zip(
            (optimisation, quantisation, provider),
            (self.optimisations, self.quantisations, self.providers),
            strict=True,
        )
        return all(not meant or value in meant for value, meant in chosen)


def _refusal(reason: Message, **meant: str) -> Refusal:
    return Refusal(reason, **{field: frozenset(values.split()) for field, values in meant.items()})


#: The first that holds is the reason that is given.
REFUSALS: tuple[Refusal, ...] = (
    _refusal(
        Message("O4 computes in fp16, which needs a GPU: choose O2 or O3, or the provider cuda"),
        optimisations="O4",
        providers="cpu",
    ),
    _refusal(
        Message("a CPU computes fp16 by way of float32, which is slower and no more exact: choose int8, or none"),
        quantisations="fp16",
        providers="cpu",
    ),
    _refusal(
        Message("dynamic int8 is for CPUs; a GPU's providers have no such products: choose fp16"),
        quantisations="int8",
        providers="cuda tensorrt",
    ),
    _refusal(
        Message("the CUDA provider has no products in int8: choose fp16"),
        quantisations="int8-static",
        providers="cuda",
    ),
    _refusal(
        Message("TensorRT wants int8 with ranges around zero, which is not made here: choose fp16"),
        quantisations="int8-static",
        providers="tensorrt",
    ),
    _refusal(
        Message("TensorRT fuses by itself and does not know onnxruntime's fused nodes: choose none or O1"),
        optimisations="O2 O3 O4",
        providers="tensorrt",
    ),
    _refusal(
        Message("O4 is in fp16 already: choose no quantisation beside it"),
        optimisations="O4",
        quantisations="int8 int8-static fp16",
    ),
)

#: What other exporters offer and this one leaves out, and why.
LEFT_OUT: dict[str, Message] = {
    "bf16": Message(
        "onnxruntime has no products in bf16 on a CPU, and on a GPU fp16 is as fast and rounds to an eighth of the step"
    ),
    "int4": Message(
        "weights of 4 bits help where reading them takes the time, as in generation; an encoder's time is in its sums"
    ),
}


def refusal(optimisation: str, quantisation: str, provider: str) -> Message:
    """Why a combination is not made; empty if it is."""
    found = (rule.reason for rule in REFUSALS if rule.holds(optimisation, quantisation, provider))
    return next(found, Message(""))


#: Every combination → why it is not made; empty if it is.
MATRIX: dict[Combination, Message] = {
    (optimisation, quantisation, provider): refusal(optimisation, quantisation, provider)
    for provider in get_args(Provider)
    for optimisation in get_args(Optimisation)
    for quantisation in get_args(Quantisation)
}


def rows() -> list[tuple[Optimisation, Quantisation, list[Message]]]:
    """The table as people see it: a row an optimisation and quantisation, a column a provider, in declared order."""
    kinds: tuple[tuple[Any, ...], ...] = tuple(map(get_args, (Optimisation, Quantisation, Provider)))
    return [
        (level, kind, [MATRIX[level, kind, provider] for provider in kinds[2]])
        for level in kinds[0]
        for kind in kinds[1]
    ]
