"""Opened models: few, shared, and never stale."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import ExportError
from ui.predictors import Predictors


class Opened:
    """Counts what is opened and asked."""

    count = 0
    provider = "CPUExecutionProvider"
    unfit = ""

    def __init__(self, folder: Path) -> None:
        type(self).count += 1
        self.asked: list[str] = []

    def predict(self, texts: list[str]) -> list[str]:
        self.asked += texts
        return texts


def ask(opened: Opened) -> None:
    opened.predict(["warm-up"])


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    Opened.count = 0
    found = [tmp_path / name for name in "abc"]
    for folder in found:
        folder.mkdir()
        (folder / "model.onnx").write_bytes(b"x")
    return found


def test_a_model_is_opened_once_and_warm(folders: list[Path]) -> None:
    predictors = Predictors(open_folder=Opened)
    first = predictors.get(folders[0], ask)
    assert predictors.get(folders[0], ask) is first
    assert Opened.count == 1
    assert first.asked  # type: ignore[attr-defined]


def test_the_one_asked_longest_ago_is_closed(folders: list[Path]) -> None:
    predictors = Predictors(size=2, open_folder=Opened)
    first, second = (predictors.get(folder, ask) for folder in folders[:2])
    predictors.get(folders[0], ask)
    predictors.get(folders[2], ask)
    assert predictors.get(folders[0], ask) is first
    assert predictors.get(folders[1], ask) is not second


def test_a_new_export_is_opened_anew(folders: list[Path]) -> None:
    predictors = Predictors(open_folder=Opened)
    first = predictors.get(folders[0], ask)
    os.utime(folders[0] / "model.onnx", ns=(1, 1))
    assert predictors.get(folders[0], ask) is not first


def test_a_folder_that_can_not_be_served_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no model"):
        Predictors().get(tmp_path, ask)
    (tmp_path / "model.onnx").write_bytes(b"x")
    with pytest.raises(ExportError, match="lacks config"):
        Predictors().get(tmp_path, ask)


def test_what_a_model_refuses_is_told_as_an_error_of_the_page(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from export import predictor

    class Refusing(Opened):
        def fill(self, text: str, top: int) -> list[str]:
            raise predictor.PredictorError("This one fills no masks.")

    monkeypatch.setattr(predictor, "Predictor", Refusing)
    served = Predictors().get(folders[0], ask)
    assert served.predict(["text"]) == ["text"]
    assert served.provider == Opened.provider
    with pytest.raises(ExportError, match="fills no masks"):
        served.fill("text")
    with pytest.raises(ExportError, match="no label in common"):
        served.explain("text", 5)
