"""Which models a run makes, with fewer labels and other seeds, too, and what they are compared with."""

import pytest

from pipeline.spec import (
    MOST_PASSES,
    Bagging,
    Boosting,
    CoTraining,
    MaskedLanguageModelling,
    RunSpec,
)
from tests.plans import stages, with_recipe


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
    (role,) = curve[0]["transferred"]
    assert found["report"].inputs[role] is found["adaptation"]  # zero-shot: nothing to learn from


def test_each_point_of_a_curve_has_every_seed(tiny_spec: RunSpec) -> None:
    spec = with_recipe(tiny_spec, adaptation=MaskedLanguageModelling()).model_copy(
        update={"learning_curve": (0, 10), "seed": 3}
    )
    once, found = stages(spec), stages(spec.model_copy(update={"repeats": 2}))
    for name in set(once) - {"report"}:
        assert found[name].key == once[name].key
    report = found["report"]
    assert report.parameters.curve[10]["transferred"] == ("transferred@10-labels", "transferred@10-labels@seed-4")
    assert [report.inputs[role].parameters.seed for role in report.parameters.curve[10]["target-only"]] == [3, 4]
    assert found["transferred@10-labels@seed-4"].inputs["model"] is found["adaptation@seed-4"]
    zero = [report.inputs[role] for role in report.parameters.curve[0]["transferred"]]
    assert zero == [found["adaptation"], found["adaptation@seed-4"]]
    assert report.parameters.others == 2 * 4 + 4  # two seeds of 1 + 3 models, and the run's own four once more


def test_a_language_model_is_the_same_chain_without_labels(tiny_spec: RunSpec) -> None:
    spec = with_recipe(tiny_spec, adaptation=MaskedLanguageModelling(epochs=2, embedding_epochs=1.5))
    spec = spec.model_copy(update={"task": "language-modelling"})
    found = stages(spec)
    assert found["source-only"].parameters.splits == ("source_train",)
    assert found["transferred"].parameters.splits == ("target_train", "unlabelled")
    assert found["target-only"].parameters.start == "random"
    scratch = found["target-only"].parameters.adaptation
    assert (scratch.epochs, scratch.embedding_epochs) == (3.5, 0), "as many passes, none under a random body"
    assert not found["transferred"].parameters.source_hash  # its head comes with the model that it begins from
    assert "classical" not in found


def test_a_language_model_is_watched_on_development_texts_where_there_are_some(tiny_spec: RunSpec) -> None:
    adaptation = MaskedLanguageModelling(epochs=MOST_PASSES, embedding_epochs=MOST_PASSES)
    spec = with_recipe(tiny_spec, adaptation=adaptation).model_copy(update={"task": "language-modelling"})
    for dev_fraction, held_out in ((0.2, "dev"), (0.0, None)):
        data = spec.data.model_copy(update={"dev_fraction": dev_fraction})
        found = stages(spec.model_copy(update={"data": data}))
        assert [found[name].parameters.held_out for name in ("transferred", "target-only")] == [held_out] * 2
        assert found["source-only"].parameters.held_out is None, "they are of the target"
    assert found["target-only"].parameters.adaptation.epochs == MOST_PASSES
    classifying = with_recipe(tiny_spec, adaptation=adaptation)
    data = classifying.data.model_copy(update={"dev_fraction": 0.2})
    assert stages(classifying.model_copy(update={"data": data}))["adaptation"].parameters.held_out is None


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
