"""Every family of encoders all the way: trained, its vocabulary exchanged, exported, and held against PyTorch.

Once by itself; and once with all that reads with it besides: a pool that it labels, and members that share layers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.exporting import export_model
from export.predictor import Predictor
from pipeline.models.layers import FAMILIES as KNOWN
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import Bagging, ExportSpec, FullFineTuning, LocalSource, PseudoLabelling, RunSpec
from pipeline.worker import carry_out
from tests.families import FAMILIES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def few(tiny_spec: RunSpec, tmp_path_factory: pytest.TempPathFactory) -> RunSpec:
    """The tiny run on the first texts of its files."""
    folder = tmp_path_factory.mktemp("few")
    counts = {"source": 32, "target": 32, "test": 24, "unlabelled": 40}
    data = {}
    for role, count in counts.items():
        given = getattr(tiny_spec.data, role)
        lines = Path(given.path).read_text(encoding="utf-8").splitlines()[: 1 + count]
        (place := folder / Path(given.path).name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        data[role] = given.model_copy(update={"path": str(place)})
    tuning = FullFineTuning(epochs=2, batch_size=8, learning_rate=2e-3)
    ways = {"source_training": tuning, "fine_tuning": tuning, "target_only": tuning}
    return tiny_spec.model_copy(
        update={
            "data": tiny_spec.data.model_copy(update=data),
            "recipe": tiny_spec.recipe.model_copy(update=ways),
        }
    )


def test_every_known_family_is_tried() -> None:
    assert set(FAMILIES) >= set(KNOWN)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="alone"),
        pytest.param(
            {
                "self_training": PseudoLabelling(rounds=2, labels="soft"),
                "ensemble": Bagging(members=2, shared_layers=1),
            },
            id="self-trained-and-bagged",
        ),
    ],
)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_trained_transplanted_exported_and_answers_alike(
    name: str, more: dict[str, Any], few: RunSpec, family: Callable[[str], Path], tmp_path: Path
) -> None:
    store = RunStore(tmp_path)
    recipe = few.recipe.model_copy(update=more)
    run = store.create(few.model_copy(update={"source": LocalSource(path=str(family(name))), "recipe": recipe})).id
    store.move(run, RunState.RUNNING)
    assert carry_out(store, run, Settings(runs_dir=tmp_path, checkpoint_seconds=600)) is RunState.DONE, store.get(run)
    report = store.report(run)
    assert report is not None
    fit = report.model("transferred").tokenizer
    assert fit is not None
    assert fit.unknown_rate < 0.1  # it reads the target, which the source can't
    export = export_model(store, run, ExportSpec(optimisation="O2", quantisation="none"))
    assert {variant.name: variant.parity.passed for variant in export.variants} == {"fp32": True, "O2": True}
    served = Predictor(store.export_folder(run, "transferred") / export.variant(export.served).folder)
    said = [answer.label for answer in served.predict([example.text for example in report.examples])]
    assert said == [example.predictions["transferred"] for example in report.examples]
