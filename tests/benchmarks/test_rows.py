"""The rows of the benchmark of transfer: each is a valid run, and together they try every part of a recipe."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, get_args

import pytest

from benchmarks.goals import GOALS, SPLITS
from benchmarks.rows import ROWS
from benchmarks.texts import Places
from pipeline.spec import AttentionBridge, PseudoLabelling, RunSpec, TransplantVocabulary
from ui import fields

#: Parts of a recipe that have to be tried on two pairs, beside every kind of each: part → field → its values.
WAYS = {
    "vocabulary": {
        name: get_args(TransplantVocabulary.model_fields[name].annotation) for name in ("tokenizer", "initialisation")
    },
    "fine_tuning": {"bridged": get_args(AttentionBridge.model_fields["bridged"].annotation)},
    "self_training": {"labels": get_args(PseudoLabelling.model_fields["labels"].annotation)},
}
PARTS = ("vocabulary", "adaptation", "fine_tuning", "self_training", "ensemble")
KINDS = {choice.key.split(".")[1]: [kind for _, kind in choice.titles()] for choice in fields.CHOICES}


def spec(name: str, *, quick: bool = False) -> RunSpec:
    """A row's, as if all of its files lay there."""
    places = Places(Path("/data"), Path("/sets"), lambda row: Path("/models", row))
    return ROWS[name].spec(name, places, quick=quick)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_a_run_that_can_be_started(name: str, *, quick: bool) -> None:
    made = spec(name, quick=quick)
    assert RunSpec.model_validate_json(made.model_dump_json()) == made
    assert made.data.test is not None
    if quick:
        assert (made.repeats, made.learning_curve) == (1, ())
        assert made.recipe.adaptation.kind == "none" or made.recipe.adaptation.epochs == 1


def tried() -> dict[tuple[str, str, Any], set[str]]:
    """(part, field, value) → the pairs on which a row has it."""
    found: dict[tuple[str, str, Any], set[str]] = defaultdict(set)
    for name, row in ROWS.items():
        recipe = spec(name).recipe
        for part in PARTS:
            for field in ("kind", *WAYS.get(part, {})):
                found[part, field, getattr(getattr(recipe, part), field, None)].add(row.pair)
        if getattr(recipe.adaptation, "embedding_epochs", 0):
            found["adaptation", "embedding_epochs", "some"].add(row.pair)
        if getattr(recipe.ensemble, "shared_layers", 0):
            found["ensemble", "shared_layers", "some"].add(row.pair)
    return found


def test_every_part_of_a_recipe_is_tried_on_two_pairs() -> None:
    found = tried()
    wanted = [(part, "kind", kind) for part in PARTS for kind in KINDS[part]]
    wanted += [
        (part, field, value) for part, ways in WAYS.items() for field, values in ways.items() for value in values
    ]
    wanted += [("adaptation", "embedding_epochs", "some"), ("ensemble", "shared_layers", "some")]
    assert len(wanted) > 25
    assert {one: found[one] for one in wanted if len(found[one]) < 2} == {}


def test_goals_are_those_of_rows_that_there_are() -> None:
    assert GOALS.keys() <= ROWS.keys()
    assert set(SPLITS) <= ROWS.keys()


def test_what_a_row_builds_on_is_another_row() -> None:
    for name, row in ROWS.items():
        for other in filter(None, (row.source, row.tokenizer)):
            assert other in ROWS
            assert ROWS[other].pair != row.pair or row.pair == "eprstmt", name
