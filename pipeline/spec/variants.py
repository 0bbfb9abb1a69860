"""What can be exported for which provider: one table, shown to people and held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pipeline.messages import Message

Optimisation = Literal["O1", "O2", "O3", "O4"]
Quantisation = Literal["int8", "int8-static", "fp16"]
Provider = Literal["cpu", "cuda", "tensorrt"]

#: What an export can hold, in the order in which it is made; fp32, of which the others are made, is always among it.
VariantName = Literal["fp32", "O1", "O2", "O3", "O4", "int8", "int8-static", "fp16"]


@dataclass(frozen=True)
class Refusal:
    """Variants that are not made for some providers, and the reason given."""

    reason: Message
    variants: frozenset[str]
    providers: frozenset[str]

    def holds(self, variant: str, provider: str) -> bool:
        """Whether it refuses a variant for a provider."""
        return variant in self.variants and provider in self.providers


def _refusal(reason: Message, *, variants: str, providers: str) -> Refusal:
    return Refusal(reason, frozenset(variants.split()), frozenset(providers.split()))


#: The first that holds is the reason that is given.
REFUSALS: tuple[Refusal, ...] = (
    _refusal(
        Message("O4 computes in fp16, which needs a GPU: choose O2 or O3, or the provider cuda"),
        variants="O4",
        providers="cpu",
    ),
    _refusal(
        Message("a CPU computes fp16 by way of float32, which is slower and no more exact: choose int8"),
        variants="fp16",
        providers="cpu",
    ),
    _refusal(
        Message("dynamic int8 is for CPUs; a GPU's providers have no such products: choose fp16"),
        variants="int8",
        providers="cuda tensorrt",
    ),
    _refusal(
        Message("the CUDA provider has no products in int8: choose fp16"),
        variants="int8-static",
        providers="cuda",
    ),
    _refusal(
        Message("TensorRT wants int8 with ranges around zero, which is not made here: choose fp16"),
        variants="int8-static",
        providers="tensorrt",
    ),
    _refusal(
        Message("TensorRT fuses by itself and does not know onnxruntime's fused nodes: choose O1, or no level"),
        variants="O2 O3 O4",
        providers="tensorrt",
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


def refusal(variant: str, provider: str) -> Message:
    """Why a variant is not made for a provider; empty if it is."""
    found = (rule.reason for rule in REFUSALS if rule.holds(variant, provider))
    return next(found, Message(""))


#: Every variant and provider → why it is not made; empty if it is.
MATRIX: dict[tuple[VariantName, Provider], Message] = {
    (variant, provider): refusal(variant, provider)
    for variant in get_args(VariantName)
    for provider in get_args(Provider)
}

#: What is made for a provider where nobody says otherwise, by the field of an export's spec. O1 for TensorRT, which
#: folds constants by itself, has the last layer compute the first token alone.
DEFAULT_VARIANTS: dict[Provider, dict[str, tuple[VariantName, ...]]] = {
    "cpu": {"optimisation": ("O2",), "quantisation": ("int8",)},
    "cuda": {"optimisation": ("O2",), "quantisation": ("fp16",)},
    "tensorrt": {"optimisation": ("O1",), "quantisation": ("fp16",)},
}


def rows() -> list[tuple[VariantName, list[Message]]]:
    """The table as people see it: a row a variant, a column a provider, in declared order."""
    providers: tuple[Provider, ...] = get_args(Provider)
    return [(variant, [MATRIX[variant, provider] for provider in providers]) for variant in get_args(VariantName)]
