"""From measured steps to stages: by hand, without torch."""

from dataclasses import replace
from typing import get_args

import pytest

from pipeline.estimate.estimating import around
from pipeline.estimate.lengths import Lengths, measure_lengths
from pipeline.estimate.measuring import Measured
from pipeline.estimate.memory import Peak, export_factor, vocabulary_size
from pipeline.estimate.scaling import SECONDS, Scale, checkpoints_of, disk_of, memory_of, seconds_of
from pipeline.plan import Stage, plan
from pipeline.plan.stage import StageKind
from pipeline.settings import Settings
from pipeline.spec import (
    Bagging,
    DatasetSpec,
    ExportSpec,
    ExtendVocabulary,
    KeepVocabulary,
    MaskedLanguageModelling,
    PseudoLabelling,
    Quantisation,
    RecipeSpec,
    RunSpec,
    SpeedSpec,
    TransplantVocabulary,
)

MEASURED = Measured(
    train=0.001,
    idle=0.8,
    read=0.0003,
    parameters=20_000_000,
    embeddings=10_000_000,
    width=400,
    peak=Peak(before=600_000_000, after=900_000_000, learning=10_000_000),
    gpu_bytes=None,
    batch_tokens=500,
    steps=4,
    precision="fp32",
)


@pytest.fixture
def scale(tiny_spec: RunSpec, settings: Settings) -> Scale:
    return Scale(tiny_spec, measure_lengths(tiny_spec, settings), MEASURED, startup=5)


def stages(spec: RunSpec) -> dict[str, Stage]:
    return {stage.name: stage for stage in plan(spec)}


def test_every_kind_of_stage_has_a_rule() -> None:
    assert set(SECONDS) == set(get_args(StageKind))


def test_training_takes_its_tokens_times_their_pace(tiny_spec: RunSpec, scale: Scale) -> None:
    stage = stages(tiny_spec)["source-only"]
    tokens = scale.lengths.tokens("source_train", learned=False)
    texts = 162 * 0.85  # the plan counts lines, the header too, and a share is held out
    assert seconds_of(stage, scale) == pytest.approx(texts * 10 * tokens * 0.001 + 2 * scale.load)


def test_a_target_text_is_as_long_as_the_learned_vocabulary_makes_it(scale: Scale) -> None:
    assert scale.lengths.tokens("target_train", learned=True) == pytest.approx(5 * 0.7 + 2)
    assert scale.lengths.tokens("target_train", learned=False) == 7


def test_splits_are_held_out_as_the_data_say(scale: Scale, tiny_spec: RunSpec) -> None:
    assert scale.lengths.texts("target_train") == 60
    assert scale.lengths.texts("test") == 80
    assert scale.lengths.texts("source_test") == pytest.approx(24)
    held = tiny_spec.data.model_copy(update={"test": None, "dev_fraction": 0.5})
    lengths = Lengths(tiny_spec.model_copy(update={"data": held}), scale.lengths.material)
    assert lengths.texts("target_train") == pytest.approx(60 * 0.7 * 0.5)
    assert lengths.texts("dev") == 30


@pytest.mark.parametrize("quantisation", [(), ("int8",)])
def test_an_export_counts_the_readings_of_its_gate(
    tiny_spec: RunSpec, scale: Scale, quantisation: tuple[Quantisation, ...]
) -> None:
    export = ExportSpec(optimisation=(), quantisation=quantisation)
    stage = stages(tiny_spec.model_copy(update={"exports": (export,)}))["export-transferred"]
    slower = replace(scale, measured=replace(MEASURED, read=2 * MEASURED.read))
    readings = 1 + 2 * len(export.variants)
    assert seconds_of(stage, slower) - seconds_of(stage, scale) == pytest.approx(
        readings * scale.read("test", learned=True)
    )


def test_longer_training_and_a_slower_machine_take_longer(tiny_spec: RunSpec, scale: Scale) -> None:
    recipe = tiny_spec.recipe.model_copy(
        update={"fine_tuning": tiny_spec.recipe.fine_tuning.model_copy(update={"epochs": 40})}
    )
    longer = tiny_spec.model_copy(update={"recipe": recipe})
    slower = replace(scale, measured=replace(MEASURED, train=0.002))
    first = seconds_of(stages(tiny_spec)["transferred"], scale)
    assert seconds_of(stages(longer)["transferred"], scale) > 2 * first
    assert seconds_of(stages(tiny_spec)["transferred"], slower) > first


def test_every_stage_of_a_full_recipe_takes_some_time(tiny_spec: RunSpec, scale: Scale) -> None:
    recipe = tiny_spec.recipe.model_copy(
        update={
            "adaptation": MaskedLanguageModelling(),
            "self_training": PseudoLabelling(),
            "ensemble": Bagging(members=2),
        }
    )
    spec = tiny_spec.model_copy(update={"recipe": recipe, "exports": (ExportSpec(),), "speed": (SpeedSpec(),)})
    full = replace(scale, spec=spec)
    kinds = {stage.kind for stage in plan(spec)}
    assert kinds == set(get_args(StageKind))
    assert all(seconds_of(stage, full) > 0 for stage in plan(spec))
    assert sum(disk_of(stage, full) for stage in plan(spec)) > sum(disk_of(stage, scale) for stage in plan(tiny_spec))
    assert memory_of(full) > memory_of(scale)


@pytest.mark.parametrize(
    ("vocabulary", "size"),
    [
        (KeepVocabulary(), 30_000),
        (ExtendVocabulary(size=500), 30_500),
        (TransplantVocabulary(size=8000), 8000),
        (TransplantVocabulary(size=None), 4000),
    ],
)
def test_the_vocabulary_decides_on_the_size_of_the_model(tiny_spec: RunSpec, vocabulary: object, size: int) -> None:
    spec = tiny_spec.model_copy(update={"recipe": RecipeSpec(vocabulary=vocabulary)})
    assert vocabulary_size(spec, 30_000) == size


def test_disk_is_told_from_parameters(tiny_spec: RunSpec, scale: Scale) -> None:
    made = stages(tiny_spec)
    assert disk_of(made["source-only"], scale) == 80_000_000
    assert disk_of(made["transferred"], scale) == 4 * (10_000_000 + 200 * 400)
    assert disk_of(made["report"], scale) == 0
    assert export_factor(ExportSpec(optimisation=(), quantisation=())) == 1
    assert export_factor(ExportSpec()) > 2
    several = ExportSpec(optimisation=("O1", "O2", "O3"), quantisation=("int8", "int8-static"))
    assert export_factor(several) == pytest.approx(export_factor(ExportSpec()) + 2.9)


def test_checkpoints_count_only_where_a_training_outlasts_their_interval(scale: Scale) -> None:
    assert checkpoints_of(scale, longest=10, every=20) == 0
    assert checkpoints_of(scale, longest=1000, every=20) == 2 * checkpoints_of(scale, longest=30, every=20) > 0


def test_larger_batches_hold_more_memory(tiny_spec: RunSpec, scale: Scale) -> None:
    tuning = tiny_spec.recipe.fine_tuning.model_copy(update={"batch_size": 1024})
    spec = tiny_spec.model_copy(update={"recipe": tiny_spec.recipe.model_copy(update={"fine_tuning": tuning})})
    assert memory_of(replace(scale, spec=spec)) > memory_of(scale)


def test_a_missing_file_or_a_bad_one_is_told(tiny_spec: RunSpec, settings: Settings, tmp_path: object) -> None:
    from pipeline.errors import DataError

    bad = tiny_spec.data.model_copy(update={"target": DatasetSpec(path=f"{tmp_path}/missing.csv")})
    with pytest.raises(DataError, match="does not exist"):
        measure_lengths(tiny_spec.model_copy(update={"data": bad}), settings)


def test_a_figure_lies_within_its_bounds() -> None:
    found = around(10)
    assert found.low < found.expected == 10 < found.high
