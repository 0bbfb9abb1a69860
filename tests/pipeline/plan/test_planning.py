"""The plan: order, and keys that change exactly when the output would."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import DataError, SourceError
from pipeline.plan import Stage, plan
from pipeline.spec import (
    AdoptVocabulary,
    DatasetSpec,
    ExportSpec,
    FullFineTuning,
    LocalSource,
    MaskedLanguageModelling,
    Origin,
    RunSpec,
    SpeedSpec,
)
from tests.plans import keys, stages, with_recipe


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


def test_what_training_cost_counts_each_maker_once_and_not_what_lends_its_shape(tiny_spec: RunSpec) -> None:
    models = {model.name: model.makers for model in stages(tiny_spec)["report"].parameters.models}
    assert models["transferred"] == ("transferred: source-only", "transferred: vocabulary", "transferred: transferred")
    assert models["target-only"] == ("target-only: target-only",)


def test_an_adopted_tokenizer_counts_by_its_files(tiny_spec: RunSpec, tiny_model: Path, tmp_path: Path) -> None:
    copied = tmp_path / "other"
    shutil.copytree(tiny_model, copied)

    def adopting(path: Path) -> str:
        return keys(with_recipe(tiny_spec, vocabulary=AdoptVocabulary(model=LocalSource(path=str(path)))))["vocabulary"]

    assert adopting(copied) == adopting(tiny_model)
    (copied / "tokenizer.json").write_text((copied / "tokenizer.json").read_text().replace("soup", "loup"))
    assert adopting(copied) != adopting(tiny_model)


def test_a_missing_file_is_named(tiny_spec: RunSpec) -> None:
    data = tiny_spec.data.model_copy(update={"target": DatasetSpec(path="/nowhere/target.csv")})
    with pytest.raises(DataError, match=r"/nowhere/target\.csv"):
        plan(tiny_spec.model_copy(update={"data": data}))


def test_a_missing_source_is_named(tiny_spec: RunSpec) -> None:
    with pytest.raises(SourceError, match="/nowhere"):
        plan(tiny_spec.model_copy(update={"source": LocalSource(path="/nowhere")}))
