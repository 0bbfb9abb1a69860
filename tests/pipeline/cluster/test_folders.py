"""Models in folders of the server's machine, taken along."""

from pathlib import Path

from pipeline.cluster.folders import folder_of, moved
from pipeline.plan import plan
from pipeline.spec import AdoptVocabulary, LocalSource, MaskedLanguageModelling, RunSpec


def test_a_stage_that_reads_a_models_folder_takes_it_along_under_its_own_key(
    tiny_spec: RunSpec, tmp_path: Path
) -> None:
    changes = {"vocabulary": AdoptVocabulary(model=tiny_spec.source), "adaptation": MaskedLanguageModelling()}
    spec = tiny_spec.model_copy(update={"recipe": tiny_spec.recipe.model_copy(update=changes)})
    stages = {stage.name: stage for stage in plan(spec)}
    found = {name: folder_of(stage) for name, stage in stages.items()}
    assert isinstance(tiny_spec.source, LocalSource)
    assert {name for name, folder in found.items() if folder} == {"source-only", "vocabulary", "adaptation"}
    for name in ("source-only", "vocabulary", "adaptation"):
        key, folder = found[name]
        assert folder == Path(tiny_spec.source.path)
        assert key.startswith("model-")
        there = moved(stages[name], tmp_path)
        assert there.key == stages[name].key
        assert folder_of(there) == (key, tmp_path)
