"""Which encoders can be chosen, and what a choice becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from pipeline import sources
from pipeline.errors import SourceError, SpecError
from pipeline.settings import Settings
from pipeline.spec import EmbeddedSource, HubSource, LocalSource, RunSpec
from ui.handlers import sources as handlers
from ui.services import Services


def test_every_kind_of_the_spec_can_be_chosen(
    settings: Settings, tiny_model: Path, services_for: Callable[..., Services]
) -> None:
    services = services_for(settings, hub=True)
    found = [
        handlers.source_of(services, "0", "", "", ""),
        handlers.source_of(services, handlers.FOLDER, "", "", str(tiny_model)),
        handlers.source_of(services, handlers.HUB, "a/b", "v2", ""),
    ]
    assert found == [EmbeddedSource(), LocalSource(path=str(tiny_model)), HubSource(repo_id="a/b", revision="v2")]
    assert {type(source) for source in found} == set(get_args(RunSpec.model_fields["source"].annotation))


def test_hub_models_can_be_chosen_only_when_the_hub_answers(
    settings: Settings, services_for: Callable[..., Services]
) -> None:
    counts = {}
    for reachable in (None, False, True):
        found = handlers.source_choices(services_for(settings, hub=reachable))
        counts[reachable] = len(found.choices)
        assert bool(found.note) is not (reachable is True)
        assert found.default == "0"
    hub = sum(entry.needs_hub for entry in sources.CATALOGUE)
    assert counts[None] == counts[False] == len(sources.CATALOGUE) - hub + 1
    assert counts[True] == counts[False] + hub + 1


def test_the_hosts_own_model_comes_first(
    settings: Settings, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    services = services_for(settings.model_copy(update={"default_source": tmp_path / "own"}))
    found = handlers.source_choices(services)
    assert found.choices[0][0].startswith("own")
    assert handlers.source_of(services, found.default, "", "main", "") == LocalSource(path=str(tmp_path / "own"))


def test_a_source_is_checked_before_it_is_queued(
    settings: Settings, services: Services, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    with pytest.raises(SourceError, match="no readable config"):
        handlers.source_of(services, handlers.FOLDER, "", "main", str(tmp_path))
    with pytest.raises(SourceError, match="out of reach"):
        handlers.source_of(services, handlers.HUB, "bert-base-uncased", "main", "")
    with pytest.raises(SpecError, match=r"Hub id: .* can't be one on the Hugging Face Hub"):
        handlers.source_of(services, handlers.HUB, "../x y", "main", "")
    with pytest.raises(SourceError, match="no such model"):
        handlers.source_of(services, "99", "", "main", "")
    online = services_for(settings, hub=True)
    assert handlers.source_of(online, handlers.HUB, " a/b ", "main", "") == HubSource(repo_id="a/b")


def test_a_shared_host_lends_no_folders(shared: Services, tmp_path: Path) -> None:
    assert handlers.FOLDER not in [value for _, value in handlers.source_choices(shared).choices]
    with pytest.raises(SourceError, match="shared host"):
        handlers.source_of(shared, handlers.FOLDER, "", "main", str(tmp_path))
