"""Where the things of a run lie, and that no id leads elsewhere."""

from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.folders import RunFolders


@pytest.mark.parametrize("run_id", ["../secret", "a/b", "", ".", "A", "x" * 200, "a\0b"])
def test_an_id_is_never_a_path(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(RunError):
        RunFolders(tmp_path).folder(run_id)


def test_all_of_a_run_lies_below_its_folder(tmp_path: Path) -> None:
    folders = RunFolders(tmp_path)
    folder = folders.folder("a-run")
    assert folder.parent == tmp_path
    places = (
        folders.events("a-run").path,
        folders.log_path("a-run"),
        folders.model_folder("a-run", "transferred"),
        folders.export_folder("a-run", "transferred"),
    )
    assert all(place.is_relative_to(folder) for place in places)
    assert len(set(places)) == len(places)
