"""The table of what runs where: whole, with a reason for each refusal, and held to by the spec."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from pipeline.errors import SpecError
from pipeline.spec import LEFT_OUT, MATRIX, ExportSpec, Optimisation, Provider, Quantisation, export_spec, refusal, rows
from pipeline.spec.variants import REFUSALS


def test_the_table_is_whole() -> None:
    assert len(MATRIX) == len(get_args(Optimisation)) * len(get_args(Quantisation)) * len(get_args(Provider))
    for field, values in (("optimisation", Optimisation), ("quantisation", Quantisation), ("provider", Provider)):
        assert ExportSpec.model_fields[field].annotation == values
    assert [refused for _, _, cells in rows() for refused in cells] == [
        MATRIX[level, kind, provider]
        for level in get_args(Optimisation)
        for kind in get_args(Quantisation)
        for provider in get_args(Provider)
    ]


@pytest.mark.parametrize(
    ("optimisation", "quantisation", "provider", "reason"),
    [
        ("O2", "int8", "cpu", ""),
        ("O2", "int8-static", "cpu", ""),
        ("O2", "int8", "cuda", "dynamic int8 is for CPUs"),
        ("none", "int8-static", "cuda", "no products in int8"),
        ("none", "int8-static", "tensorrt", "ranges around zero"),
        ("O4", "none", "cpu", "needs a GPU"),
        ("O4", "none", "cuda", ""),
        ("O4", "fp16", "cuda", "in fp16 already"),
        ("O2", "fp16", "cpu", "slower and no more exact"),
        ("O3", "fp16", "cuda", ""),
        ("O2", "none", "tensorrt", "fuses by itself"),
        ("O1", "fp16", "tensorrt", ""),
    ],
)
def test_what_is_made_and_what_is_refused(optimisation: str, quantisation: str, provider: str, reason: str) -> None:
    found = refusal(optimisation, quantisation, provider)
    assert reason in found
    assert bool(found) is bool(reason)


@pytest.mark.parametrize("chosen", MATRIX, ids="-".join)
def test_the_spec_takes_what_the_table_says(chosen: tuple[str, str, str]) -> None:
    values = dict(zip(("optimisation", "quantisation", "provider"), chosen, strict=True))
    if reason := MATRIX[chosen]:  # type: ignore[index]
        with pytest.raises(ValidationError):
            ExportSpec.model_validate(values)
        with pytest.raises(SpecError) as caught:
            export_spec(values)
        assert str(caught.value).startswith(f"This export is not made: {reason}.")
    else:
        assert export_spec(values) == ExportSpec.model_validate(values)


def test_every_rule_is_the_reason_somewhere_and_something_is_made_everywhere() -> None:
    assert {rule.reason for rule in REFUSALS} == {reason for reason in MATRIX.values() if reason}
    for number in range(3):
        assert {chosen[number] for chosen, reason in MATRIX.items() if not reason} == {each[number] for each in MATRIX}


def test_what_is_left_out_can_not_be_chosen() -> None:
    assert not set(LEFT_OUT) & {*get_args(Optimisation), *get_args(Quantisation)}


def test_a_value_that_is_out_of_bounds_is_named() -> None:
    with pytest.raises(SpecError, match=r"calibration_texts: Input should be less than or equal to 2000"):
        export_spec({"calibration_texts": 5000})
