"""Names of what is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.serving.choosing import named
from pipeline.errors import ExportError


def test_names_are_given_or_the_folder_s():
    assert named(["reviews=/a/b", "/c/topics", "x=y=z"]) == {
        "reviews": Path("/a/b"),
        "topics": Path("/c/topics"),
        "x": Path("y=z"),
    }


@pytest.mark.parametrize("argument", ["/", "/a/two words", "/a/表", "/a/.hidden"])
def test_a_folder_whose_name_fits_no_url_is_refused(argument: str):
    with pytest.raises(ExportError, match=r"can't be a model's name.*NAME=FOLDER"):
        named([argument])
    assert list(named([f"fine={argument}"])) == ["fine"]


def test_a_name_stands_once():
    with pytest.raises(ExportError, match="Two models would be called b"):
        named(["/a/b", "/c/b"])
