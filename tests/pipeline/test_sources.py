"""Source models: found, checked, or refused with a reason."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline import sources
from pipeline.errors import SourceError
from pipeline.plan import plan
from pipeline.sources import EMBEDDED_SHA256
from pipeline.spec import AdoptVocabulary, EmbeddedSource, HubSource, LocalSource, RunSpec


@pytest.fixture
def model_copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_the_embedded_model_has_the_published_hash() -> None:
    resolved = sources.resolve(EmbeddedSource())
    assert (resolved.path / "config.json").is_file()
    assert resolved.licence == "Apache-2.0"


def test_an_altered_embedded_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "EMBEDDED_SHA256", "0" * 64)
    with pytest.raises(SourceError, match=EMBEDDED_SHA256):
        sources.resolve(EmbeddedSource())


def test_a_missing_embedded_model_names_the_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "EMBEDDED_PACKAGE", "no_such_package")
    with pytest.raises(SourceError, match=r"requirements\.txt"):
        sources.resolve(EmbeddedSource())


def test_a_local_folder_is_taken_as_it_is(model_copy: Path) -> None:
    assert sources.resolve(LocalSource(path=str(model_copy))).path == model_copy


def test_pickled_weights_are_refused(model_copy: Path) -> None:
    (model_copy / "model.safetensors").rename(model_copy / "pytorch_model.bin")
    with pytest.raises(SourceError, match="safetensors"):
        sources.resolve(LocalSource(path=str(model_copy)))


def test_a_model_with_code_is_refused(model_copy: Path) -> None:
    config = json.loads((model_copy / "config.json").read_text())
    (model_copy / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(SourceError, match="code"):
        sources.resolve(LocalSource(path=str(model_copy)))


@pytest.mark.parametrize("composite", sources.COMPOSITES)
def test_a_bridge_or_an_ensemble_is_refused_before_anything_is_trained(
    model_copy: Path, tiny_spec: RunSpec, composite: str
) -> None:
    config = json.loads((model_copy / "config.json").read_text())
    (model_copy / "config.json").write_text(json.dumps({"model_type": composite, "encoder": config}))
    source = LocalSource(path=str(model_copy))
    with pytest.raises(SourceError, match="several encoders in one") as caught:
        plan(tiny_spec.model_copy(update={"source": source}))
    assert "source-only" in caught.value.remedy
    adopting = tiny_spec.recipe.model_copy(update={"vocabulary": AdoptVocabulary(model=source)})
    with pytest.raises(SourceError, match="several encoders in one"):
        plan(tiny_spec.model_copy(update={"recipe": adopting}))


def test_every_model_of_several_encoders_is_known() -> None:
    from pipeline.models import bridge, ensemble
    from pipeline.models.configuration import CompositeConfig

    assert (bridge.GraftBridgeConfig.model_type, ensemble.GraftEnsembleConfig.model_type) == sources.COMPOSITES
    assert {config.model_type for config in CompositeConfig.__subclasses__()} == set(sources.COMPOSITES)


@pytest.mark.parametrize("damage", ["config.json", "folder"])
def test_a_folder_that_is_no_model_is_named(model_copy: Path, damage: str) -> None:
    if damage == "folder":
        shutil.rmtree(model_copy)
    else:
        (model_copy / damage).write_text("{")
    with pytest.raises(SourceError, match=str(model_copy)):
        sources.resolve(LocalSource(path=str(model_copy)))


def test_a_folder_without_a_tokenizer_is_told_before_anything_is_trained(model_copy: Path, tiny_spec: RunSpec) -> None:
    for path in model_copy.iterdir():
        if path.name.startswith(("tokenizer", "vocab")):
            path.unlink()
    source = LocalSource(path=str(model_copy))
    with pytest.raises(SourceError, match="holds no tokenizer"):
        plan(tiny_spec.model_copy(update={"source": source}))
    (model_copy / "spm.model").touch()
    sources.resolve(source)


def test_a_hub_model_without_a_hub_says_what_else_to_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(SourceError, match="embedded source"):
        sources.resolve(HubSource(repo_id="nobody/nothing-here"))


def test_the_fingerprint_follows_weights_config_and_tokenizer(model_copy: Path) -> None:
    source = LocalSource(path=str(model_copy))
    seen = [sources.fingerprint(source), sources.fingerprint(source)]
    assert seen[0] == seen[1]
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        with open(model_copy / name, "ab") as file:
            file.write(b" ")
        seen.append(sources.fingerprint(source))
    assert len(set(seen)) == 4


def test_the_catalogue_starts_with_what_needs_no_network() -> None:
    assert not sources.CATALOGUE[0].needs_hub
    assert all(entry.needs_hub for entry in sources.CATALOGUE[1:])
