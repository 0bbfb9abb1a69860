"""The line that says whether anything lasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.errors import GraftError
from pipeline.settings import Settings
from ui import layout
from ui import services as made
from ui.handlers import storage as handlers
from ui.handlers.storage import Lasting, lasting
from ui.services import Services
from ui.tabs.storage import StorageNotice
from ui.text.languages import speaking
from ui.views.storage import notice


@pytest.mark.parametrize(
    ("volume", "standing", "expected"),
    [(True, None, "volume"), (False, None, "nowhere"), (False, "kept", "repo"), (False, "failing", "failing")],
)
def test_where_runs_are_kept(
    services: Services, monkeypatch: pytest.MonkeyPatch, volume: bool, standing: str | None, expected: Lasting
) -> None:
    monkeypatch.setattr(handlers, "on_a_volume", lambda path: volume and path == services.store.root)
    keeper = SimpleNamespace(standing=standing) if standing else None
    assert lasting(replace(services, keeper=keeper)) == expected  # type: ignore[arg-type]


def test_what_is_told_of_it() -> None:
    told = notice("nowhere", 7)
    assert "Nothing lasts here" in told
    assert 'role="status"' in told
    assert "7 days" not in told
    assert "owner of this Space can read" in told
    kept = notice("repo", 7)
    assert "private data set" in kept
    assert "deleted 7 days after" in kept
    assert "role" not in kept
    with speaking("zh"):
        assert "私有数据集" in notice("repo", None)
        assert "不会长期保留" in notice("nowhere", None)


def test_only_a_space_has_the_line_and_it_is_as_it_is_now(
    shared: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert StorageNotice(shared).outputs == []
    assert StorageNotice(shared).arrive() == {}
    keeper = SimpleNamespace(standing="kept")
    space = replace(shared, space="someone/graft", keeper=keeper)  # type: ignore[arg-type]
    monkeypatch.setattr(handlers, "on_a_volume", lambda _: False)
    ids = {part["props"].get("elem_id") for part in layout.build(space).config["components"]}
    assert {"storage-notice", "duplicate"} <= ids
    line = StorageNotice(space)
    assert "outlive restarts" in str(line.arrive()[line.notice])
    keeper.standing = "failing"
    assert "out of reach" in str(line.arrive()[line.notice])


def test_a_folder_of_runs_that_can_t_be_made_is_named_with_a_remedy(settings: Settings) -> None:
    beside = settings.runs_dir.parent / "file"
    beside.write_text("", encoding="utf-8")
    with pytest.raises(GraftError, match=r"file/runs can't be made: .*\. Choose another folder .*GRAFT_RUNS_DIR"):
        made.create(settings.model_copy(update={"runs_dir": beside / "runs"}))
