"""The plan: order, and keys that change exactly when the output would."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import DataError, SourceError
from pipeline.plan import Stage, plan
from pipeline.spec import (
    AdoptVocabulary,
    Bagging,
    Boosting,
    CoTraining,
    DatasetSpec,
    ExportSpec,
    FullFineTuning,
    KeepVocabulary,
    LocalSource,
    MaskedLanguageModelling,
    Origin,
    PseudoLabelling,
    RunSpec,
    SpeedSpec,
)


def stages(spec: RunSpec) -> dict[str, Stage]:
    return {stage.name: stage for stage in plan(spec)}


def keys(spec: RunSpec) -> dict[str, str]:
    return {stage.name: stage.key for stage in plan(spec)}


def with_recipe(spec: RunSpec, **changes: object) -> RunSpec:
    return spec.model_copy(update={"recipe": spec.recipe.model_copy(update=changes)})


def test_every_stage_comes_after_what_it_reads(tiny_spec: RunSpec) -> None:
    spec = with_recipe(tiny_spec, adaptation=MaskedLanguageModelling())
    spec = spec.model_copy(update={"exports": (ExportSpec(),)})
    seen: set[str] = set()
    for stage in plan(spec):
        assert {before.name for before in stage.inputs.values()} <= seen
        seen.add(stage.name)
    assert seen >= {"data", "source-only", "vocabulary", "adaptation", "transferred", "target-only", "report"}


def test_a_comparison_of_speed_comes_after_its_export_and_is_made_anew_when_asked_again(tiny_spec: RunSpec) -> None:
    def timed(asked_at: float, *exports: ExportSpec) -> dict[str, Stage]:
        speed = (SpeedSpec(asked_at=asked_at),)
        return stages(tiny_spec.model_copy(update={"exports": exports, "speed": speed}))

    first, again = timed(1, ExportSpec()), timed(2, ExportSpec())
    assert [*first][-2:] == ["export-transferred", "speed-transferred"]
    assert first["speed-transferred"].inputs["export"] is first["export-transferred"]
    assert {name for name in first if first[name].key != again[name].key} == {"speed-transferred"}
    other = timed(1, ExportSpec(optimisation=("O1",)))
    assert other["speed-transferred"].key != first["speed-transferred"].key
    assert "export" not in timed(1)["speed-transferred"].inputs  # what was exported by hand has no stage


def test_keys_are_unique_and_stable(tiny_spec: RunSpec) -> None:
    first = keys(tiny_spec)
    assert first == keys(tiny_spec)
    assert len(set(first.values())) == len(first)


def test_a_change_reaches_only_what_depends_on_it(tiny_spec: RunSpec) -> None:
    before = keys(tiny_spec)
    after = keys(with_recipe(tiny_spec, fine_tuning=FullFineTuning(epochs=7)))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"transferred", "report"}


def with_file(spec: RunSpec, role: str, path: Path) -> RunSpec:
    """The spec with one file exchanged."""
    value = str(path) if role == "dictionary" else DatasetSpec(path=str(path))
    return spec.model_copy(update={"data": spec.data.model_copy(update={role: value})})


def test_another_dictionary_is_another_transplant(tiny_spec: RunSpec, tmp_path: Path) -> None:
    other = tmp_path / "other.tsv"
    other.write_text("soup\t房\n", encoding="utf-8")
    before, after = keys(tiny_spec), keys(with_file(tiny_spec, "dictionary", other))
    assert before["vocabulary"] != after["vocabulary"]
    assert before["transferred"] != after["transferred"]
    gone = tiny_spec.model_copy(update={"data": tiny_spec.data.model_copy(update={"dictionary": None})})
    assert keys(gone)["vocabulary"] not in (before["vocabulary"], after["vocabulary"])


@pytest.mark.parametrize("role", ["target", "test", "unlabelled"])
def test_runs_that_share_a_source_share_its_model(tiny_spec: RunSpec, tmp_path: Path, role: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text("text,label\n好汤,positive\n坏汤,negative\n", encoding="utf-8")
    before, after = keys(tiny_spec), keys(with_file(tiny_spec, role, other))
    assert before["source-only"] == after["source-only"]
    assert before["transferred"] != after["transferred"]


@pytest.mark.parametrize("role", ["source", "source_test"])
def test_other_source_texts_make_another_source_model(tiny_spec: RunSpec, tmp_path: Path, role: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text("text,label\ngood soup,positive\nbad soup,negative\n", encoding="utf-8")
    assert keys(tiny_spec)["source-only"] != keys(with_file(tiny_spec, role, other))["source-only"]


def test_a_label_called_path_counts_like_any_other(tiny_spec: RunSpec) -> None:
    def mapped(mapping: dict[str, str]) -> dict[str, str]:
        return keys(tiny_spec.model_copy(update={"data": tiny_spec.data.model_copy(update={"label_mapping": mapping})}))

    assert mapped({"path": "positive"})["data"] != mapped({})["data"]


def test_the_seed_reaches_everything(tiny_spec: RunSpec) -> None:
    after = keys(tiny_spec.model_copy(update={"seed": 1}))
    assert all(key != after[name] for name, key in keys(tiny_spec).items())


def test_content_counts_and_place_does_not(tiny_spec: RunSpec, tmp_path: Path) -> None:
    moved = tmp_path / "moved.csv"
    shutil.copy(tiny_spec.data.target.path, moved)

    def at(path: Path) -> RunSpec:
        data = tiny_spec.data.model_copy(update={"target": DatasetSpec(path=str(path))})
        return tiny_spec.model_copy(update={"data": data})

    assert keys(at(moved)) == keys(tiny_spec)
    moved.write_text(moved.read_text(encoding="utf-8") + "好汤,positive\n", encoding="utf-8")
    assert keys(at(moved))["data"] != keys(tiny_spec)["data"]


def test_where_a_file_is_from_counts_for_nothing(tiny_spec: RunSpec) -> None:
    origin = Origin(dataset="tiny/reviews", split="train", commit="c" * 40)
    data = {
        role: getattr(tiny_spec.data, role).model_copy(update={"origin": origin})
        for role in ("source", "target", "test")
    }
    fetched = tiny_spec.model_copy(update={"data": tiny_spec.data.model_copy(update=data)})
    assert keys(fetched) == keys(tiny_spec)


def test_keeping_the_vocabulary_leaves_the_stage_out(tiny_spec: RunSpec) -> None:
    assert "vocabulary" not in keys(with_recipe(tiny_spec, vocabulary=KeepVocabulary()))


def test_without_source_texts_source_only_is_a_probe_on_the_target_labels_and_named_so(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"source": None})
    found = stages(tiny_spec.model_copy(update={"data": data}))
    parameters = found["source-only"].parameters
    assert (parameters.split, parameters.tuning.kind, parameters.start) == ("target_train", "probe", "pretrained")
    titles = {model.name: model.title for model in found["report"].parameters.models}
    assert titles["source-only"] == "source-only (linear probe)"


def test_without_target_labels_only_what_can_be_had_is_made(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), self_training=CoTraining()))
    assert not {"target-only", "classical", "teacher"} & set(found)
    assert found["transferred"].parameters.split is None
    assert found["transferred"].inputs["labels"] is found["pseudo-labels-1"]


@pytest.mark.parametrize(("teacher", "stage"), [("adapted", "adaptation"), ("transplanted", "vocabulary")])
def test_who_labels_first_without_target_labels_can_be_chosen(tiny_spec: RunSpec, teacher: str, stage: str) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    recipe = {"adaptation": MaskedLanguageModelling(), "self_training": CoTraining(teacher=teacher)}
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), **recipe))
    assert found["pseudo-labels-1"].inputs["model"] is found[stage]
    assert found["transferred"].inputs["model"] is found["adaptation"]  # who learns has read the target in any case
    labelled = stages(with_recipe(tiny_spec, **recipe))
    assert labelled["pseudo-labels-1"].inputs["model"] is labelled["teacher"]


def test_pseudo_labelling_goes_round_by_round(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=PseudoLabelling(rounds=3)))
    assert found["pseudo-labels-1"].inputs["model"] is found["teacher"]
    assert found["pseudo-labels-3"].inputs["previous"] is found["pseudo-labels-2"]
    assert found["pseudo-labels-3"].inputs["model"] is found["student-2"]
    assert found["transferred"].inputs["labels"].key == found["pseudo-labels-3"].key
    assert "student" not in found["student-1"].inputs
    assert found["student-2"].inputs["student"] is found["student-1"]
    assert found["transferred"].inputs["student"] is found["student-2"]


def test_a_recipe_may_end_with_the_true_labels_alone(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=CoTraining(finish=True)))
    assert found["student"].inputs["labels"] is found["pseudo-labels-1"]
    assert found["transferred"].inputs["model"] is found["student"]
    assert "labels" not in found["transferred"].inputs


def test_members_and_their_rivals_end_with_the_true_labels_alike(tiny_spec: RunSpec) -> None:
    found = stages(with_recipe(tiny_spec, self_training=CoTraining(finish=True), ensemble=Bagging(members=2)))
    last = [found[name] for name in ("transferred-member-1", "seed-ensemble-member-1", "same-compute")]
    assert all(stage.inputs["model"] is found["student"] and "labels" not in stage.inputs for stage in last)


def test_without_target_labels_there_are_no_true_ones_to_end_with(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": None})
    found = stages(with_recipe(tiny_spec.model_copy(update={"data": data}), self_training=CoTraining(finish=True)))
    assert found["transferred"].inputs["labels"] is found["pseudo-labels-1"]


@pytest.mark.parametrize(
    ("ensemble", "sampling"), [(Bagging(members=3), "bootstrap"), (Boosting(members=3), "boosted")]
)
def test_an_ensemble_is_compared_with_the_same_compute_and_other_seeds(
    tiny_spec: RunSpec, ensemble: Bagging | Boosting, sampling: str
) -> None:
    found = stages(with_recipe(tiny_spec, ensemble=ensemble))
    members = [found[f"transferred-member-{number}"] for number in (1, 2, 3)]
    assert {member.parameters.sampling for member in members} == {sampling}
    assert len({member.key for member in members}) == 3
    assert ("previous" in members[2].inputs) == (sampling == "boosted")
    assert found["same-compute"].parameters.tuning.epochs == 3 * members[0].parameters.tuning.epochs
    told = {model.name: model.description for model in found["report"].parameters.models}
    assert told["same-compute"] == "one model trained 3 times as long as a member, which takes the compute of all 3"
    assert found["seed-ensemble"].inputs["member-3"].parameters.sampling == "all"
    assert [model.name for model in found["report"].parameters.models][-2:] == ["same-compute", "seed-ensemble"]
    assert [model.name for model in found["report"].parameters.members] == [member.name for member in members]
    assert all(found["report"].inputs[member.name] is member for member in members)


def test_a_rival_of_members_that_share_layers_trains_no_longer_than_they_do_together(tiny_spec: RunSpec) -> None:
    """Two layers, one shared, ten epochs: 3 × 3 × 10 passes and one through the shared layer, of 3 × 2 × 10."""
    found = stages(with_recipe(tiny_spec, ensemble=Bagging(members=3, shared_layers=1)))
    assert found["same-compute"].parameters.tuning.epochs == pytest.approx(10 * 91 / 60)
    told = {model.name: model.description for model in found["report"].parameters.models}
    assert told["same-compute"] == "one model trained 1.52 times as long as a member, which takes the compute of all 3"


def test_repeats_differ_in_their_seed_and_share_the_data(tiny_spec: RunSpec) -> None:
    found = stages(tiny_spec.model_copy(update={"repeats": 3}))
    assert found["transferred@seed-2"].parameters.seed == 2
    assert found["transferred@seed-2"].inputs["data"] is found["transferred"].inputs["data"]
    transferred = next(model for model in found["report"].parameters.models if model.name == "transferred")
    assert len(transferred.repeats) == 2


def test_a_learning_curve_shares_all_but_what_learns_from_labels(tiny_spec: RunSpec) -> None:
    spec = with_recipe(tiny_spec, adaptation=MaskedLanguageModelling()).model_copy(
        update={"learning_curve": (0, 10, 20)}
    )
    found = stages(spec)
    assert {name for name in found if "@" in name} == {
        f"{model}@{count}-labels" for model in ("transferred", "target-only", "classical") for count in (10, 20)
    }
    assert found["transferred@10-labels"].inputs["model"] is found["adaptation"]
    curve = found["report"].parameters.curve
    assert set(curve[0]) == {"transferred"}
    assert found["report"].inputs[curve[0]["transferred"]] is found["adaptation"]  # zero-shot: nothing to learn from


def test_what_training_cost_counts_each_maker_once_and_not_what_lends_its_shape(tiny_spec: RunSpec) -> None:
    models = {model.name: model.makers for model in stages(tiny_spec)["report"].parameters.models}
    assert models["transferred"] == ("transferred: source-only", "transferred: vocabulary", "transferred: transferred")
    assert models["target-only"] == ("target-only: target-only",)


def test_a_language_model_is_the_same_chain_without_labels(tiny_spec: RunSpec) -> None:
    spec = with_recipe(tiny_spec, adaptation=MaskedLanguageModelling(epochs=2))
    found = stages(spec.model_copy(update={"task": "language-modelling"}))
    assert found["source-only"].parameters.splits == ("source_train",)
    assert found["transferred"].parameters.splits == ("target_train", "unlabelled")
    assert found["target-only"].parameters.start == "random"
    assert "classical" not in found


def test_an_adopted_tokenizer_counts_by_its_files(tiny_spec: RunSpec, tiny_model: Path, tmp_path: Path) -> None:
    copied = tmp_path / "other"
    shutil.copytree(tiny_model, copied)

    def adopting(path: Path) -> str:
        return keys(with_recipe(tiny_spec, vocabulary=AdoptVocabulary(model=LocalSource(path=str(path)))))["vocabulary"]

    assert adopting(copied) == adopting(tiny_model)
    (copied / "tokenizer.json").write_text((copied / "tokenizer.json").read_text().replace("soup", "loup"))
    assert adopting(copied) != adopting(tiny_model)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"target": None},
        {"task": "language-modelling", "adaptation": MaskedLanguageModelling()},
        {"ensemble": Bagging()},
        {"ensemble": Bagging(), "target": None, "self_training": CoTraining()},
    ],
)
def test_the_spec_tells_which_models_a_run_makes(tiny_spec: RunSpec, change: dict[str, object]) -> None:
    data = tiny_spec.data.model_copy(update={key: change[key] for key in ("target",) if key in change})
    spec = tiny_spec.model_copy(update={"data": data, "task": change.get("task", tiny_spec.task)})
    spec = with_recipe(spec, **{key: part for key, part in change.items() if key not in ("target", "task")})
    assert spec.models == tuple(model.name for model in stages(spec)["report"].parameters.models)


def test_a_missing_file_is_named(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": DatasetSpec(path="/nowhere/target.csv")})
    with pytest.raises(DataError, match=r"/nowhere/target\.csv"):
        plan(tiny_spec.model_copy(update={"data": data}))


def test_a_missing_source_is_named(tiny_spec: RunSpec) -> None:
    with pytest.raises(SourceError, match="/nowhere"):
        plan(tiny_spec.model_copy(update={"source": LocalSource(path="/nowhere")}))
