"""What can name an encoder or a data set of the Hub: an id, and never an address, a path or a flag."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipeline.errors import DataError
from pipeline.hub.examples import EXAMPLES
from pipeline.hub.records import Wanted
from pipeline.sources import CATALOGUE
from pipeline.spec import AdoptVocabulary, HubSource, Origin

IDS = ["gpt2", "google-bert/bert-base-uncased", "a_b/c.d-e_f", "FacebookAI/xlm-roberta-base", "0x/1"]
NO_IDS = [
    "", "http://127.0.0.1/a", "https://huggingface.co/a/b", "//host/a", "/etc/passwd", "./a", "../a", "a/../b", "a/..",
    "a..b/c", "~/a", "a/b/c", "a b/c", "a/b?x=1", "a/b#x", "a/b@main", "a:80/b", "localhost:8000", "[::1]/a", "a\\b",
    "a/b\n", "a\x00/b", "--flag", "-a/b", "a/-b", "a/b%2f..", "ａ/b", "169.254.169.254/latest/meta-data", "x" * 201,
    "models--a--b/c", ".hidden/a", "a/.hidden", "a/b.", "user@host/a", "hf://datasets/a/b", "file:///etc/passwd",
]  # fmt: skip
REVISIONS = ["main", "v1.0", "refs/pr/1", "refs/convert/parquet", "c" * 40, "feature_x-2"]
NO_REVISIONS = ["", "../x", "/etc/passwd", "a/../../b", "a..b", "..", ".", "-x", "a b", "a\n", "a/", "a//b", "a@{1}",
                "http://host", "a?b", "a#b", "a%2e%2e", "x" * 201]  # fmt: skip


@pytest.mark.parametrize("name", IDS)
def test_an_id_is_an_id(name: str) -> None:
    assert HubSource(repo_id=name).repo_id == name
    assert Wanted.of(name).dataset == name


def test_all_that_are_offered_are_ids() -> None:
    for entry in CATALOGUE:
        assert entry.spec.kind
    assert all(example.wanted for example in EXAMPLES)


@pytest.mark.parametrize("name", NO_IDS)
def test_nothing_else_is(name: str) -> None:
    with pytest.raises(ValidationError):
        HubSource(repo_id=name)
    with pytest.raises(ValidationError):
        AdoptVocabulary.model_validate({"model": {"kind": "hub", "repo_id": name}})
    with pytest.raises(ValidationError):
        Origin(dataset=name, split="train", commit="c" * 40)


@pytest.mark.parametrize("name", sorted({*NO_IDS} - {"a/b\n"}))  # typed names are stripped
def test_nor_is_it_a_data_set(name: str) -> None:
    with pytest.raises(DataError, match="can't be a data set of the Hub"):
        Wanted.of(name)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000/datasets/a/b", "https://169.254.169.254/datasets/a/b?x", "ftp://h/datasets/a/b"]
)
def test_of_an_address_only_the_id_is_taken(address: str) -> None:
    """Whatever host the page of a data set is on, the id is asked of the host's own Hub."""
    try:
        assert Wanted.of(address).dataset == "a/b"
    except DataError:
        assert address.startswith("ftp")


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_is_a_name(name: str) -> None:
    assert HubSource(repo_id="a/b", revision=name).revision == name
    assert Wanted.of("a/b", revision=name).revision == name


@pytest.mark.parametrize("name", NO_REVISIONS)
def test_and_never_a_path_in_the_cache(name: str) -> None:
    with pytest.raises(ValidationError):
        HubSource(repo_id="a/b", revision=name)
    if name.strip() not in ("", "a"):
        with pytest.raises(DataError, match="can't be the name"):
            Wanted.of("a/b", revision=name)
