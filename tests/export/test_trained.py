"""From a run to its export: models that were trained, tuned, sampled and boosted as runs do it."""

from __future__ import annotations

import json

import pytest

from export.exporting import export_model
from export.package import damaged
from export.predictor import Predictor
from pipeline.models.configuration import CompositeConfig
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import AttentionBridge, Bagging, Boosting, ExportSpec, LowRankAdaptation, RecipeSpec, RunSpec
from pipeline.worker import carry_out

SHORT = {"epochs": 4, "batch_size": 16, "learning_rate": 2e-3}
#: Kind of the model that is left → what makes it one.
RECIPES: dict[str, RecipeSpec] = {
    "bert": RecipeSpec(fine_tuning=LowRankAdaptation(**SHORT)),
    "graft-bridge": RecipeSpec(fine_tuning=AttentionBridge(**SHORT)),
    "graft-ensemble": RecipeSpec(ensemble=Boosting(members=2, shared_layers=1)),
    "graft-ensemble of graft-bridge": RecipeSpec(fine_tuning=AttentionBridge(**SHORT), ensemble=Bagging(members=2)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECIPES)
def test_what_a_run_trained_is_exported_in_every_variant(tiny_spec: RunSpec, settings: Settings, kind: str):
    changed = {name: getattr(RECIPES[kind], name) for name in RECIPES[kind].model_fields_set}
    spec = tiny_spec.model_copy(update={"recipe": tiny_spec.recipe.model_copy(update=changed)})
    store = RunStore(settings.runs_dir)
    run = store.create(spec).id
    store.move(run, RunState.RUNNING)
    carry_out(store, run, settings)
    assert _kind(store, run) == kind

    report = export_model(store, run, ExportSpec())
    assert [variant.name for variant in report.variants] == ["fp32", "O2", "int8"]
    for variant in report.variants[:2]:
        assert variant.parity.passed
        assert (variant.parity.texts, variant.parity.singles) == (80, 80)
        assert variant.parity.max_logit_difference < 1e-4
    assert report.notes == ()
    for variant in report.variants:
        folder = store.export_folder(run, "transferred") / variant.folder
        assert damaged(folder) == []
        assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
        assert Predictor(folder).predict(["好 汤"])[0].label in {"positive", "negative"}


def _kind(store: RunStore, run: str) -> str:
    """The model's type, and that of its members if they are composites themselves."""
    config = json.loads((store.model_folder(run, "transferred") / "config.json").read_text())
    inner = config.get("encoder", {}).get("model_type", "")
    composites = {each.model_type for each in CompositeConfig.__subclasses__()}
    return f"{config['model_type']} of {inner}" if inner in composites else config["model_type"]
