"""The headline scenario on the samples that come with Graft: English reviews to Chinese ones."""

from __future__ import annotations

from pipeline.samples import SAMPLES
from pipeline.settings import Settings
from pipeline.sources import default_source
from pipeline.spec import ExportSpec, FullFineTuning, RecipeSpec, RunSpec, TransplantVocabulary


def demo_spec(settings: Settings) -> RunSpec:
    """The demo's run; two minutes on two cores."""
    return RunSpec(
        name="Demo: English to Chinese reviews",
        source=default_source(settings.default_source),
        data=SAMPLES["reviews"].data,
        recipe=RecipeSpec(
            source_training=FullFineTuning(epochs=4, batch_size=16, learning_rate=3e-4, embedding_learning_rate=0),
            vocabulary=TransplantVocabulary(size=8000, max_piece_length=2),
            fine_tuning=FullFineTuning(epochs=6, batch_size=16, embedding_learning_rate=2e-4),
            target_only=FullFineTuning(epochs=15, batch_size=16, learning_rate=2e-4),
        ),
        exports=(
            ExportSpec(model="transferred", optimisation=("O2",), quantisation=("int8",)),
            ExportSpec(model="source-only", optimisation=("O2",), quantisation=()),
        ),
    )
