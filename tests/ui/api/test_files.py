"""Files that programs bring, and what is told of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder

from pipeline.errors import DataError
from pipeline.hub.records import Fetched, Wanted
from pipeline.settings import Settings
from pipeline.spec import Origin
from ui.api.calling import Refusal
from ui.services import Services

Call = Callable[..., Any]


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Gradio puts what it has accepted."""
    folder = tmp_path / "gradio"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    assert Path(get_upload_folder()) == folder
    return folder


def as_sent(path: Path) -> dict[str, Any]:
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}}


def test_an_upload_is_kept_and_inspected(services: Services, call: Call, uploads: Path) -> None:
    file = uploads / "reviews.csv"
    file.write_text("text,label\nfine,good\npoor,bad\nnice,good\nsad,bad\nwarm,good\n", encoding="utf-8")
    brought = call(services, "upload_file", file=as_sent(file))
    assert brought["bytes"] == file.stat().st_size
    told = call(services, "inspect_file", file=brought["file"])
    assert told["file"] == brought["file"]
    assert told["usable"]
    assert told["label_counts"] == {"good": 3, "bad": 2}
    assert (told["reading"]["format"], told["reading"]["text_column"]) == ("csv", "text")
    assert told["preview"][0] == ["fine", "good"]


def test_a_file_of_the_server_is_no_upload(services: Services, call: Call, uploads: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("text,label\n", encoding="utf-8")
    (uploads / "link.csv").symlink_to(secret)
    for path in (secret, uploads / ".." / "secret.csv", uploads / "link.csv", uploads, uploads / "gone.csv"):
        with pytest.raises(Refusal, match="no file that was uploaded"):
            call(services, "upload_file", file=as_sent(path))
    with pytest.raises(Refusal, match=r"^file"):
        call(services, "upload_file", file=str(secret))
    assert not services.store.uploads.exists()


def test_a_text_is_brought_as_a_file(services: Services, call: Call, bring: Callable[..., str]) -> None:
    name = bring(services, "好吃\n难吃\n", "../../笔记.txt")
    assert name.endswith("/笔记.txt")
    assert call(services, "inspect_file", file=name, role="unlabelled")["texts"] == 2


def test_too_large_a_file_is_refused(
    services: Services, services_for: Callable[..., Services], bring: Callable[..., str]
) -> None:
    small = services_for(services.settings.model_copy(update={"max_upload_mb": 0.001}))
    with pytest.raises(Refusal, match=r"at most 0.001 MB"):
        bring(small, "x" * 2000)
    assert not small.store.uploads.exists()


def test_what_was_detected_can_be_corrected(services: Services, call: Call, bring: Callable[..., str]) -> None:
    name = bring(services, "a,b,c\nfine,x,good\npoor,y,bad\n")
    told = call(services, "inspect_file", file=name, reading={"text_column": "a", "label_column": "b"})
    assert told["label_counts"] == {"x": 1, "y": 1}
    with pytest.raises(Refusal, match="text_colum"):
        call(services, "inspect_file", file=name, reading={"text_colum": "a"})


def test_what_is_wrong_is_told_by_row(services: Services, call: Call, bring: Callable[..., str]) -> None:
    name = bring(services, "text,label\nfine,good\n,bad\npoor,bad\nnice,good\nsad,bad\n")
    told = call(services, "inspect_file", file=name)
    assert not told["usable"]
    (problem,) = told["problems"]
    assert (problem["code"], problem["rows"]) == ("missing", [3])
    assert problem["remedy"]
    with pytest.raises(Refusal, match="empty"):
        call(services, "inspect_file", file=bring(services, ""))


def test_a_dictionary_is_counted(services: Services, call: Call) -> None:
    told = call(services, "inspect_file", file="samples/glossary.en-zh.tsv", role="dictionary")
    assert told["texts"] > 1000
    with pytest.raises(Refusal, match=r"reviews\.zh\.unlabelled"):
        call(services, "inspect_file", file="samples/reviews.zh.unlabelled.txt", role="dictionary")


def test_the_samples_are_files_of_a_form(services: Services, call: Call) -> None:
    found = {one["name"]: one for one in call(services, "list_samples")}
    assert found["reviews"]["files"]["dictionary"] == "samples/glossary.en-zh.tsv"
    assert found["headlines"]["files"]["test"]["file"] == "samples/headlines/test.txt"
    for one in found.values():
        told = call(services, "check_data", files=one["files"], task=one["task"])
        assert told["level"] in ("pass", "warn")


class FakeFetch:
    """Writes a data set, or refuses it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __call__(self, wanted: Wanted, out: Path, settings: Settings, **_: Any) -> Generator[int, None, Fetched]:
        yield 5
        if self.error:
            raise self.error
        path = out.with_name(f"{out.name}.jsonl")
        rows = "".join(f'{{"text": "a text {n}", "label": "{n % 2}"}}\n' for n in range(9))
        path.write_text(rows, encoding="utf-8")
        return Fetched(path=str(path), rows=9, origin=Origin(dataset=wanted.dataset, split="train", commit="c" * 40))


def test_a_data_set_of_the_hub_becomes_a_file_of_whoever_asked(
    shared: Services, services_for: Callable[..., Services], call: Call, mine: str, theirs: str
) -> None:
    online = replace(services_for(shared.settings, hub=True), fetch=FakeFetch())
    told = call(online, "fetch_dataset", dataset="owner/name", visitor=mine)
    assert (told["rows"], told["found"]["label_counts"]) == (9, {"0": 5, "1": 4})
    assert call(online, "inspect_file", file=told["file"], visitor=mine)["usable"]
    with pytest.raises(Refusal, match="or it is not yours"):
        call(online, "inspect_file", file=told["file"], visitor=theirs)
    failing = replace(online, fetch=FakeFetch(DataError("It is gone.", "Name another one.")))
    with pytest.raises(Refusal, match=r"It is gone\. Name another one\."):
        call(failing, "fetch_dataset", dataset="owner/name", visitor=mine)
    with pytest.raises(Refusal, match="Hub"):
        call(shared, "fetch_dataset", dataset="owner/name", visitor=mine)


def test_text_with_half_a_character_is_brought_all_the_same(services: Services, call: Call) -> None:
    content = "text,label\nfine \ud800,good\npoor,bad\nnice,good\nsad,bad\n"
    brought = call(services, "upload_text", name="reviews.csv", content=content)
    assert call(services, "inspect_file", file=brought["file"])["preview"][0] == ["fine ?", "good"]


def test_an_archive_is_refused_by_what_it_is(services: Services, call: Call, uploads: Path) -> None:
    file = uploads / "reviews.csv"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("reviews.csv", "text,label\n")
    brought = call(services, "upload_file", file=as_sent(file))
    with pytest.raises(Refusal, match=r"seems to be a compressed archive\. Unpack it"):
        call(services, "inspect_file", file=brought["file"])
