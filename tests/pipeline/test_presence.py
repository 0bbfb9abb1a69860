from pathlib import Path

from pipeline.presence import at_hand, available
from pipeline.spec import EmbeddedSource, HubSource, LocalSource


def test_what_lies_on_this_machine_is_at_hand(tiny_model: Path, tmp_path: Path) -> None:
    found = at_hand(LocalSource(path=str(tiny_model)))
    assert found is not None
    assert found.path == tiny_model
    assert at_hand(EmbeddedSource()) is not None
    assert at_hand(LocalSource(path=str(tmp_path))) is None


def test_what_would_have_to_be_fetched_is_not() -> None:
    assert at_hand(HubSource(repo_id="nobody/nothing")) is None


def test_the_hosts_own_model_comes_before_the_catalogue(tiny_model: Path) -> None:
    titles = [title for title, _ in available(tiny_model)]
    assert titles[0] == tiny_model.name
    assert titles[1].startswith("MiniLM")
