"""A program names its own files, and no other; a path of the server is no name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DataError, SourceError, SpecError
from pipeline.samples import FOLDER as SAMPLES
from pipeline.spec import EmbeddedSource, HubSource, LocalSource, RunSpec
from ui import access
from ui.api import references
from ui.handlers.uploads import keep
from ui.services import Services

UNKNOWN = "There is no file .*, or it is not yours"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\nfine,good\n", encoding="utf-8")
    return path


def document(path: str, **more: Any) -> dict[str, Any]:
    return {"data": {"source": {"path": path}, "target": {"path": path}}, **more}


def test_what_was_brought_is_found_again_under_its_name(services: Services, file: Path) -> None:
    name = references.bring(services, "", file)
    found = references.path_of(services, "", name)
    assert found.read_bytes() == file.read_bytes()
    assert found.is_relative_to(services.store.uploads)
    assert references.name_of(services, str(found)) == name


def test_nobody_names_the_file_of_another_visitor(shared: Services, file: Path, mine: str, theirs: str) -> None:
    name = references.bring(shared, mine, file)
    assert references.path_of(shared, mine, name).is_file()
    for other in (theirs, mine[1:] + "x"):
        with pytest.raises(DataError, match=UNKNOWN):
            references.path_of(shared, other, name)


def test_what_was_brought_on_the_page_is_not_named_either(shared: Services, file: Path, mine: str) -> None:
    kept = keep(shared, file)
    with pytest.raises(DataError, match=UNKNOWN):
        references.path_of(shared, mine, f"{kept.parent.name}/{kept.name}")


def test_but_by_the_visitor_whose_run_reads_it(
    shared: Services, spec: RunSpec, file: Path, mine: str, theirs: str
) -> None:
    kept = keep(shared, file)
    data = spec.data.model_copy(update={"dictionary": str(kept)})
    shared.store.create(spec.model_copy(update={"data": data}), access.owner_of(shared, mine))
    name = references.name_of(shared, str(kept))
    assert references.path_of(shared, mine, name) == kept
    with pytest.raises(DataError, match=UNKNOWN):
        references.path_of(shared, theirs, name)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../state.json",
        "samples/../app.py",
        "samples/README.md",
        "0123456789abcdef/../../secret",
        "0123456789abcdef/.owner",
        "~/.bashrc",
        "",
    ],
)
def test_a_path_of_the_server_is_no_name_for_strangers(shared: Services, mine: str, name: str) -> None:
    with pytest.raises(DataError, match=UNKNOWN):
        references.path_of(shared, mine, name)


def test_the_mark_of_an_owner_is_no_file(shared: Services, file: Path, mine: str) -> None:
    folder = references.bring(shared, mine, file).partition("/")[0]
    with pytest.raises(DataError, match=UNKNOWN):
        references.path_of(shared, mine, f"{folder}/{references.OWNER}")


def test_on_ones_own_machine_a_path_is_a_name(services: Services, file: Path) -> None:
    assert references.path_of(services, "", str(file)) == file
    assert references.name_of(services, str(file)) == str(file)
    with pytest.raises(DataError, match=UNKNOWN):
        references.path_of(services, "", "texts.csv")  # relative to what?


def test_samples_have_names_everywhere(shared: Services, mine: str) -> None:
    path = references.path_of(shared, mine, "samples/headlines/train.txt")
    assert path == SAMPLES / "headlines" / "train.txt"
    assert references.name_of(shared, str(path)) == "samples/headlines/train.txt"


def test_a_guest_names_and_brings_nothing(shared: Services, services: Services, file: Path) -> None:
    guest = access.guest_of("token")
    for host in (shared, services):
        with pytest.raises(access.RunError, match="can be read, and nothing more"):
            references.bring(host, guest, file)
        with pytest.raises(access.RunError, match="can be read, and nothing more"):
            references.path_of(host, guest, "samples/reviews.en.csv")


def test_a_spec_comes_back_as_it_was_given(shared: Services, file: Path, mine: str) -> None:
    name = references.bring(shared, mine, file)
    spec = references.spec_of(shared, mine, document(name, name="Mine"))
    assert spec.data.source is not None
    assert Path(spec.data.source.path).is_absolute()
    text = references.text_of(shared, spec)
    assert str(shared.store.root) not in text
    assert references.spec_of(shared, mine, text) == spec


@pytest.mark.parametrize("role", ["source", "target", "test", "dev", "source_test", "unlabelled", "dictionary"])
def test_no_field_of_a_spec_names_a_file_of_the_server(shared: Services, mine: str, role: str) -> None:
    stolen: Any = "/etc/passwd" if role == "dictionary" else {"path": "/etc/passwd"}
    given = document("samples/reviews.zh.train.csv")
    given["data"][role] = stolen
    with pytest.raises(DataError, match=UNKNOWN):
        references.spec_of(shared, mine, given)


@pytest.mark.parametrize("place", ["source", "vocabulary"])
def test_no_encoder_of_a_spec_names_a_folder_of_the_server(
    shared: Services, mine: str, tiny_model: Path, place: str
) -> None:
    folder = {"kind": "local", "path": str(tiny_model)}
    more = {
        "source": {"source": folder},
        "vocabulary": {"recipe": {"vocabulary": {"kind": "adopt", "model": folder}}},
    }[place]
    with pytest.raises(SourceError, match="can't be used on a shared host"):
        references.spec_of(shared, mine, document("samples/reviews.zh.train.csv", **more))


def test_the_hosts_own_model_is_taken_where_none_is_named_and_its_folder_stays_unsaid(
    shared: Services, mine: str, tiny_model: Path, services_for: Callable[..., Services]
) -> None:
    host = services_for(shared.settings.model_copy(update={"default_source": tiny_model}))
    spec = references.spec_of(host, mine, document("samples/reviews.zh.train.csv"))
    assert spec.source == LocalSource(path=str(tiny_model))
    text = references.text_of(host, spec)
    assert str(tiny_model.parent) not in text
    assert references.spec_of(host, mine, text) == spec


def test_what_is_no_spec_is_told(services: Services) -> None:
    for given, said in (("{", "no JSON"), ("[]", "A spec is a JSON object"), ({"data": 1}, "not valid")):
        with pytest.raises(SpecError, match=said):
            references.spec_of(services, "", given)  # type: ignore[arg-type]


def test_an_encoder_is_named(services: Services, tiny_model: Path, services_for: Callable[..., Services]) -> None:
    online = services_for(services.settings, hub=True)
    assert references.source_named(services, "") == EmbeddedSource()
    assert references.source_named(services, "embedded") == EmbeddedSource()
    assert references.source_named(services, str(tiny_model)) == LocalSource(path=str(tiny_model))
    hub = references.source_named(online, "org/model@v1")
    assert hub == HubSource(repo_id="org/model", revision="v1")
    assert references.source_name(hub) == "org/model@v1"
    with pytest.raises(SourceError, match="Hub"):
        references.source_named(services, "org/model")
    with pytest.raises(SpecError, match="Hub"):
        references.source_named(online, "no id of the hub")


def test_a_spec_is_text_that_gradio_client_leaves_alone(services: Services) -> None:
    """An object with a path in it would be fetched as if it were a file."""
    spec = references.spec_of(services, "", document("samples/reviews.zh.train.csv"))
    assert json.loads(references.text_of(services, spec))["data"]["source"]["path"] == "samples/reviews.zh.train.csv"
