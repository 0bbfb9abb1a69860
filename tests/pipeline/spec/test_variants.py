"""The table of what runs where: whole, with a reason for each refusal, and held to by the spec."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from pipeline.errors import SpecError
from pipeline.spec import (
    DEFAULT_VARIANTS,
    LEFT_OUT,
    MATRIX,
    ExportSpec,
    Optimisation,
    Provider,
    Quantisation,
    VariantName,
    export_spec,
    refusal,
    rows,
)
from pipeline.spec.variants import REFUSALS


def test_the_table_is_whole() -> None:
    assert get_args(VariantName) == ("fp32", *get_args(Optimisation), *get_args(Quantisation))
    assert [*MATRIX] == [(variant, provider) for variant in get_args(VariantName) for provider in get_args(Provider)]
    assert [refused for _, cells in rows() for refused in cells] == [*MATRIX.values()]


@pytest.mark.parametrize(
    ("variant", "provider", "reason"),
    [
        ("O2", "cpu", ""),
        ("int8-static", "cpu", ""),
        ("int8", "cuda", "dynamic int8 is for CPUs"),
        ("int8-static", "cuda", "no products in int8"),
        ("int8-static", "tensorrt", "ranges around zero"),
        ("O4", "cpu", "needs a GPU"),
        ("O4", "cuda", ""),
        ("fp16", "cpu", "slower and no more exact"),
        ("fp16", "cuda", ""),
        ("O2", "tensorrt", "fuses by itself"),
        ("O1", "tensorrt", ""),
        ("fp16", "tensorrt", ""),
    ],
)
def test_what_is_made_and_what_is_refused(variant: str, provider: str, reason: str) -> None:
    found = refusal(variant, provider)
    assert reason in found
    assert bool(found) is bool(reason)


@pytest.mark.parametrize("chosen", MATRIX, ids="-".join)
def test_the_spec_takes_what_the_table_says(chosen: tuple[VariantName, Provider]) -> None:
    variant, provider = chosen
    field = "optimisation" if variant in get_args(Optimisation) else "quantisation"
    values: dict[str, Any] = {"provider": provider, "optimisation": [], "quantisation": []}
    values[field] = [] if variant == "fp32" else [variant]
    if reason := MATRIX[chosen]:
        with pytest.raises(ValidationError):
            ExportSpec.model_validate(values)
        with pytest.raises(SpecError) as caught:
            export_spec(values)
        assert str(caught.value).startswith(f"This export is not made: {variant} for {provider}: {reason}.")
    else:
        assert export_spec(values).variants == tuple(dict.fromkeys(("fp32", variant)))


@pytest.mark.parametrize("provider", get_args(Provider))
def test_what_is_made_where_nobody_says_otherwise_is_made_for_the_provider(provider: Provider) -> None:
    spec = export_spec({"provider": provider})
    made = DEFAULT_VARIANTS[provider]
    assert (spec.optimisation, spec.quantisation) == (made["optimisation"], made["quantisation"])
    assert not any(MATRIX[variant, provider] for variant in spec.variants)
    assert ExportSpec(provider=provider) == spec == export_spec(spec.model_dump())
    assert export_spec({"provider": provider, "quantisation": "none"}).variants == ("fp32", *made["optimisation"])


def test_the_fields_own_defaults_are_for_their_provider() -> None:
    assert ExportSpec() == ExportSpec(provider="cpu")
    for field, made in DEFAULT_VARIANTS[ExportSpec.model_fields["provider"].default].items():
        assert ExportSpec.model_fields[field].default == made


def test_a_refusal_names_each_variant_that_is_meant() -> None:
    with pytest.raises(SpecError, match=r"made: O4 for cpu: O4 computes.*; fp16 for cpu: a CPU computes"):
        export_spec({"optimisation": ["O1", "O4"], "quantisation": ["int8", "fp16"]})
    with pytest.raises(SpecError, match="made: O2, O3 for tensorrt: TensorRT fuses"):
        export_spec({"provider": "tensorrt", "optimisation": ["O1", "O2", "O3"], "quantisation": []})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("O2", ("O2",)),
        ("none", ()),
        ([], ()),
        (["none"], ()),
        (["O3", "none", "O1", "O3"], ("O1", "O3")),
        (("O2",), ("O2",)),
    ],
)
def test_one_value_is_a_set_of_one_and_sets_have_one_form(given: Any, meant: tuple[str, ...]) -> None:
    spec = ExportSpec.model_validate({"optimisation": given})
    assert spec.optimisation == meant
    assert ExportSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize("given", [None, 2, [1], ["O9"], {"O2": 1}, "O1,O2"])
def test_what_is_no_set_of_levels_is_named(given: Any) -> None:
    with pytest.raises(SpecError, match="made: optimisation"):
        export_spec({"optimisation": given})


def test_every_rule_is_the_reason_somewhere_and_something_is_made_everywhere() -> None:
    assert {rule.reason for rule in REFUSALS} == {reason for reason in MATRIX.values() if reason}
    for number in range(2):
        assert {chosen[number] for chosen, reason in MATRIX.items() if not reason} == {each[number] for each in MATRIX}


def test_what_is_left_out_can_not_be_chosen() -> None:
    assert not set(LEFT_OUT) & {*get_args(Optimisation), *get_args(Quantisation)}


def test_a_value_that_is_out_of_bounds_is_named() -> None:
    with pytest.raises(SpecError, match=r"calibration_texts: Input should be less than or equal to 2000"):
        export_spec({"calibration_texts": 5000})
