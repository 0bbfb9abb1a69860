"""Finished stages over fsspec: complete only when all is there, checked when fetched."""

import pickle
import secrets
from pathlib import Path

import pytest

from pipeline.errors import RunError, SpecError
from pipeline.shelf import Shelf


@pytest.fixture(params=["file", "memory", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "s3":
        return Shelf(request.getfixturevalue("s3"))
    addresses = {"file": (tmp_path / "a shelf").as_uri(), "memory": f"memory://{secrets.token_hex(4)}/graft"}
    return Shelf(addresses[request.param])


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    (folder / "texts" / "deep").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"\x00weights" * 1000)
    (folder / "texts" / "deep" / "名字.json").write_text("{}", encoding="utf-8")
    return folder


def test_what_is_brought_comes_back(shelf: Shelf, made: Path, tmp_path: Path) -> None:
    assert not shelf.complete("key")
    shelf.put("key", made)
    assert shelf.complete("key")
    shelf.get("key", tmp_path / "back")
    for path in ("model.safetensors", "texts/deep/名字.json"):
        assert (tmp_path / "back" / path).read_bytes() == (made / path).read_bytes()


def test_it_travels_without_its_connections(shelf: Shelf, made: Path) -> None:
    shelf.put("key", made)
    assert pickle.loads(pickle.dumps(shelf)).complete("key")  # noqa: S301 - our own


def test_what_was_brought_by_half_is_not_there(shelf: Shelf, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf._files, "pipe_file", lambda *_: (_ for _ in ()).throw(OSError("gone")))
    with pytest.raises(OSError, match="gone"):
        shelf.put("key", made)
    assert not shelf.complete("key")


def test_two_who_bring_the_same_do_not_mix(shelf: Shelf, made: Path, tmp_path: Path) -> None:
    shelf.put("key", made)
    (made / "model.safetensors").write_bytes(b"others")
    shelf.put("key", made)
    shelf.get("key", tmp_path / "back")
    assert (tmp_path / "back" / "model.safetensors").read_bytes() == b"others"


def test_what_is_damaged_is_told_and_made_anew(shelf: Shelf, made: Path, tmp_path: Path) -> None:
    shelf.put("key", made)
    weights = next(path for path in shelf._files.find(shelf._root) if path.endswith("safetensors"))
    shelf._files.pipe_file(weights, b"flipped")
    with pytest.raises(RunError, match=r"model\.safetensors of a finished stage is damaged"):
        shelf.get("key", tmp_path / "back")
    assert not shelf.complete("key")


@pytest.mark.parametrize("address", ["nothing://there"])
def test_an_address_that_can_not_be_used_is_told(address: str) -> None:
    with pytest.raises(SpecError, match=r"GRAFT_ARTIFACTS is .*can't be used"):
        Shelf(address).complete("key")


def test_a_store_that_does_not_let_one_in_is_told(
    s3: str, s3_variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in s3_variables.keys() - {"AWS_ENDPOINT_URL"}:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))  # where keys may lie, too
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SpecError, match=r"GRAFT_ARTIFACTS is .*can't be used: Unable to locate credentials"):
        Shelf(s3.replace("graft", "another")).complete("key")
