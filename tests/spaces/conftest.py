"""Imports the script's modules as Python itself does for a script, and builds its folder once."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "spaces"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it would be uploaded; tests that change it take a copy."""
    place = tmp_path_factory.mktemp("built") / "space"
    import folder

    folder.build(place)
    return place


@pytest.fixture
def space(built: Path, tmp_path: Path) -> Path:
    """A built folder to plant problems in."""
    return shutil.copytree(built, tmp_path / "space")
