"""From files to a spec and a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.presets import PRESETS
from ui import access
from ui.api.calling import Refusal
from ui.api.references import spec_of
from ui.handlers import estimate, ranking
from ui.services import Services

Call = Callable[..., Any]
Bring = Callable[..., str]
SOURCE = "text,label\n" + "".join(f"fine thing {n},good\npoor thing {n},bad\n" for n in range(20))
TARGET = "text,label\n" + "".join(f"好东西{n},正面\n坏东西{n},负面\n" for n in range(20))


@pytest.fixture
def small(services: Services, bring: Bring) -> dict[str, str]:
    """A source and a target whose labels have different names."""
    return {"source": bring(services, SOURCE, "source.csv"), "target": bring(services, TARGET, "target.csv")}


def test_presets_are_listed_with_their_recipes(services: Services, call: Call) -> None:
    listed = call(services, "list_presets")
    assert {one["name"]: one["recipe"] for one in listed} == {
        name: preset.recipe.model_dump(mode="json") for name, preset in PRESETS.items()
    }
    assert all(one["reason"] for one in listed)


def test_labels_are_matched_and_corrected(services: Services, call: Call, small: dict[str, str]) -> None:
    labels = call(services, "check_data", files=small)["labels"]
    assert labels["mapping"] == {"正面": "good", "负面": "bad"}
    swapped = {"正面": "bad", "负面": "good"}
    spec = json.loads(call(services, "write_spec", files=small, preset="same-language", label_mapping=swapped))
    assert spec["data"]["label_mapping"] == swapped
    renamed = call(services, "write_spec", files=small, preset="same-language", source_label_mapping=labels["renamed"])
    assert json.loads(renamed)["data"]["source_label_mapping"] == {"good": "正面", "bad": "负面"}


def test_labels_that_nobody_can_match_are_asked_for(services: Services, call: Call, bring: Bring) -> None:
    files = {"source": bring(services, SOURCE), "target": bring(services, TARGET.replace("正面", "甲"))}
    assert call(services, "check_data", files=files)["labels"]["unmatched"]
    with pytest.raises(Refusal, match="甲"):
        call(services, "write_spec", files=files, preset="same-language")


def test_a_spec_is_written_changed_and_started(services: Services, call: Call, small: dict[str, str]) -> None:
    text = call(services, "write_spec", files=small, preset="same-language", name=" Mine ", seed=7)
    spec = json.loads(text)
    assert (spec["name"], spec["seed"]) == ("Mine", 7)
    assert spec["recipe"] == PRESETS["same-language"].recipe.model_dump(mode="json")
    assert spec["data"]["target"]["path"] == small["target"]
    spec["recipe"]["fine_tuning"]["epochs"] = 1
    run = call(services, "start_run", spec=spec)
    assert (run["name"], run["state"]) == ("Mine", "queued")
    assert services.store.spec(run["run"]) == spec_of(services, "", spec)
    again = call(services, "start_run", spec=json.dumps(spec))  # as text, too
    assert services.store.spec(again["run"]) == services.store.spec(run["run"])


def test_how_a_file_is_read_goes_into_the_spec(services: Services, call: Call, bring: Bring) -> None:
    file = bring(services, "a,b,c\n" + "".join(f"fine {n},x,good\npoor {n},y,bad\n" for n in range(20)))
    files = {"target": {"file": file, "text_column": "a", "label_column": "c"}}
    spec = json.loads(call(services, "write_spec", files=files, preset="same-language"))
    assert (spec["data"]["target"]["text_column"], spec["data"]["target"]["label_column"]) == ("a", "c")


def test_the_suggested_recipe_is_taken_unless_another_is_named(
    services: Services, call: Call, sample_files: dict[str, str]
) -> None:
    suggested = call(services, "suggest_recipe", files=sample_files)["preset"]
    spec = json.loads(call(services, "write_spec", files=sample_files))
    assert spec["recipe"] == PRESETS[suggested].recipe.model_dump(mode="json")


def test_a_file_with_problems_is_refused_before_a_run(services: Services, call: Call, bring: Bring) -> None:
    files = {"target": bring(services, "text,label\nfine,good\n,bad\n")}
    with pytest.raises(Refusal):
        call(services, "start_training", files=files, preset="same-language")
    with pytest.raises(Refusal, match="There is no file nothing"):
        call(services, "start_training", files={"target": "nothing"}, preset="same-language")
    assert services.store.list() == []


def test_what_does_not_go_together_is_told(services: Services, call: Call, small: dict[str, str]) -> None:
    conflicts = call(services, "check_data", files=small, preset="no-target-labels")["conflicts"]
    assert conflicts
    with pytest.raises(Refusal, match=conflicts[0][:30].replace("(", ".")):
        call(services, "start_training", files=small, preset="no-target-labels")


def test_a_run_belongs_to_whoever_started_it(
    shared: Services, call: Call, bring: Bring, mine: str, theirs: str
) -> None:
    files = {"source": bring(shared, SOURCE, visitor=mine), "target": bring(shared, TARGET, visitor=mine)}
    run = call(shared, "start_training", files=files, preset="same-language", visitor=mine)["run"]
    assert shared.store.get(run).owner == access.owner_of(shared, mine)
    with pytest.raises(Refusal, match="or it is not yours"):
        call(shared, "start_training", files=files, preset="same-language", visitor=theirs)
    demo = call(shared, "start_demo", visitor=theirs)
    assert shared.store.get(demo["run"]).owner == access.owner_of(shared, theirs)
    assert call(shared, "start_demo", visitor=theirs)["run"] == demo["run"]


def test_a_run_starts_anew_from_the_spec_of_another(
    shared: Services, call: Call, bring: Bring, mine: str, theirs: str
) -> None:
    files = {"target": bring(shared, TARGET, visitor=mine)}
    run = call(shared, "start_training", files=files, preset="same-language", visitor=mine)["run"]
    asked = call(shared, "read_spec", run=run, visitor=mine)
    assert str(shared.store.root) not in asked["spec"]
    assert asked["command"] == "python -m pipeline run spec.json"
    again = call(shared, "start_run", spec=asked["spec"], visitor=mine)["run"]
    assert call(shared, "compare_specs", run=run, other=again, visitor=mine) == []
    with pytest.raises(Refusal, match="or it is not yours"):
        call(shared, "start_run", spec=asked["spec"], visitor=theirs)


def test_sources_are_listed_by_the_names_that_are_taken(
    services: Services, call: Call, services_for: Callable[..., Services]
) -> None:
    told = call(services, "list_sources")
    assert [one["source"] for one in told["sources"]] == ["embedded"]
    assert told["other"] == ["folder"]
    assert told["hub_reachable"] is False
    online = call(services_for(services.settings.model_copy(update={"shared": True}), hub=True), "list_sources")
    assert "google-bert/bert-base-chinese" in [one["source"] for one in online["sources"]]
    assert online["other"] == ["hub"]


def test_an_estimate_and_a_ranking_are_those_of_the_page(
    services: Services, call: Call, small: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.estimate import Estimate, Range, StageEstimate
    from pipeline.ranking.records import Ranked, Ranking
    from pipeline.spec import EmbeddedSource

    bounds = Range(low=1, expected=2, high=3)
    stage = StageEstimate(name="data", kind="data", title="Read", seconds=bounds, reused=False)
    made = Estimate(
        stages=(stage,),
        seconds=bounds,
        memory_mb=bounds,
        gpu_memory_mb=None,
        disk_mb=bounds,
        device="cpu",
        precision="fp32",
        tokens_per_second=1,
        steps=1,
        took=1,
    )
    monkeypatch.setattr(estimate, "ask_estimate", lambda *_, **__: made)
    told = call(services, "estimate_run", spec=call(services, "write_spec", files=small, preset="same-language"))
    assert told["seconds"] == {"low": 1, "expected": 2, "high": 3}
    assert told["stages"][0]["title"] == "Read and split the texts"

    ranked = Ranking(
        sources=(Ranked(source=EmbeddedSource(), title="MiniLM", score=0.5, parameters=1, seconds=1),),
        task="text-classification",
        side="target",
        texts=40,
        labels=2,
    )
    monkeypatch.setattr(ranking, "ask_ranking", lambda *_, **__: ranked)
    told = call(services, "rank_sources", files=small)
    assert (told["places"][0]["source"], told["places"][0]["score"], told["texts"]) == ("embedded", 0.5, 40)
