"""The graph of stages: what needs what, and nothing on top of anything."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from pipeline.events import Progress, StageProgress
from pipeline.plan import plan
from pipeline.runs import RunState
from pipeline.spec import Bagging, RunSpec
from ui.views.graph import Graph, arrange, lines
from ui.views.stages import stages

DEMO = {
    "data": (),
    "source-only": ("data",),
    "vocabulary": ("source-only", "data"),
    "transferred": ("vocabulary", "data"),
    "target-only": ("vocabulary", "data"),
    "classical": ("data",),
    "report": ("data", "source-only", "transferred", "target-only", "classical"),
}


def progress_of(after: dict[str, tuple[str, ...]], **states: str) -> Progress:
    stages = {
        name: StageProgress(name=name, title=name, cost=1, after=tuple(needed), state=states.get(name, "waiting"))
        for name, needed in after.items()
    }
    return Progress(stages=stages)


def free_of_overlaps(graph: Graph) -> bool:
    spots = [*graph.spots.values(), *graph.passing]
    return all(
        one.column != other.column or abs(one.lane - other.lane) >= 1 - 1e-9 for one, other in combinations(spots, 2)
    )


def test_stages_stand_behind_all_that_they_need() -> None:
    graph = arrange(DEMO)
    columns = {name: spot.column for name, spot in graph.spots.items()}
    assert columns == {
        "data": 0, "source-only": 1, "vocabulary": 2, "transferred": 3, "target-only": 3, "classical": 3, "report": 4,
    }  # fmt: skip
    assert free_of_overlaps(graph)
    assert {name for name, spot in graph.spots.items() if spot.lane == 0} == {
        "data", "source-only", "vocabulary", "transferred", "report",
    }  # fmt: skip


def test_what_follows_from_the_rest_is_not_drawn() -> None:
    needs = arrange(DEMO).needs
    assert needs["vocabulary"] == ["source-only"]
    assert needs["report"] == ["transferred", "target-only", "classical"]


def test_a_line_past_other_stages_has_a_way_of_its_own() -> None:
    graph = arrange(DEMO)
    assert [(spot.stage, spot.column) for spot in graph.passing] == [("data", 1), ("data", 2)]
    drawn = lines(graph, ["data"])
    assert drawn.count("<path") == 10
    assert drawn.count("g-gone-by") == 4  # from the data to what begins with it


@pytest.mark.parametrize(
    "after",
    [
        {"a": ()},
        {"a": (), "b": (), "c": ()},
        {"a": ("a", "unknown", "b"), "b": ("a", "a")},
        {"a": (), **{f"b{number}": ("a",) for number in range(30)}, "c": tuple(f"b{number}" for number in range(30))},
    ],
)
def test_any_plan_can_be_drawn(after: dict[str, tuple[str, ...]]) -> None:
    graph = arrange(after)
    assert free_of_overlaps(graph)
    assert all(size > 0 for size in graph.size)


def test_a_real_plan_with_members_and_a_learning_curve_has_no_overlap(spec: RunSpec) -> None:
    recipe = spec.recipe.model_copy(update={"ensemble": Bagging(members=3)})
    large = spec.model_copy(update={"recipe": recipe, "learning_curve": (0, 20, 50), "repeats": 2})
    after = {stage.name: tuple(before.name for before in stage.inputs.values()) for stage in plan(large)}
    graph = arrange(after)
    assert len(graph.spots) > 20
    assert free_of_overlaps(graph)


def test_it_is_a_list_for_those_who_do_not_see_it() -> None:
    page = stages(progress_of(DEMO, data="done", **{"source-only": "running"}), RunState.RUNNING)
    assert re.findall(r'<li class="g-stage-(\w+)', page) == ["done", "running", *["waiting"] * 5]
    assert "after transferred, target-only, classical" in page
    assert 'tabindex="0" role="region"' in page
    assert re.search(r"<svg[^>]*aria-hidden", page)


def test_an_older_run_that_does_not_tell_what_it_needs_is_a_list() -> None:
    page = stages(progress_of(dict.fromkeys(DEMO, ())), RunState.DONE)
    assert "<svg" not in page
    assert page.count("<li") == len(DEMO)
    assert stages(Progress(), RunState.QUEUED) == ""


@pytest.mark.parametrize(
    ("one", "other", "run", "state"),
    [
        ("waiting", "waiting", RunState.RUNNING, "waiting"),
        ("done", "waiting", RunState.RUNNING, "running"),
        ("done", "running", RunState.RUNNING, "running"),
        ("done", "running", RunState.INTERRUPTED, "stopped"),
        ("done", "waiting", RunState.INTERRUPTED, "waiting"),
        ("reused", "failed", RunState.FAILED, "failed"),
        ("reused", "reused", RunState.RUNNING, "reused"),
        ("reused", "done", RunState.DONE, "done"),
    ],
)
def test_what_is_done_once_more_is_one_box(one: str, other: str, run: RunState, state: str) -> None:
    again = {"target-only@20-labels": ("vocabulary",), "transferred@20-labels": ("target-only@20-labels",)}
    given = progress_of({**DEMO, **again}, **dict(zip(again, (one, other), strict=True)))
    page = stages(given, run)
    assert page.count("<li") == len(DEMO) + 1
    assert re.search(rf'<li class="g-stage-{state}"[^>]*title="All of it with 20 labels', page)
    assert f"{sum(found in ('done', 'reused') for found in (one, other))} of 2" in page
    assert "after vocabulary" in page


def test_a_repetition_waits_for_all_that_its_stages_need() -> None:
    """The plan may name what one of them needs behind the first of them."""
    given = progress_of(
        {
            "data": (),
            "a@seed-1": ("data",),
            "vocabulary": ("data",),
            "b@seed-1": ("vocabulary",),
            "report": ("b@seed-1",),
        }
    )
    page = stages(given, RunState.RUNNING)
    assert [title.partition("&")[0] for title in re.findall(r'<li[^>]*title="([^"\n]*)', page)] == [
        "data", "vocabulary", "All of it with seed 1", "report",
    ]  # fmt: skip
