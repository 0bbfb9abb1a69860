"""The specs that come with Graft: each can be planned, and each of its files is read as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import spec as specs
from pipeline.data.dictionary import read_dictionary
from pipeline.data.texts import read_texts
from pipeline.plan import plan
from pipeline.settings import Settings

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_can_be_carried_out(path: Path) -> None:
    spec, settings = specs.load(path), Settings()
    assert plan(spec)
    labelled = {"source", "source_test", "target", "test", "dev"} if spec.task != "language-modelling" else set()
    for role in ("source", "source_test", "target", "test", "dev", "unlabelled"):
        if (dataset := getattr(spec.data, role)) is not None:
            texts, _ = read_texts(dataset, settings, labelled=role in labelled, task=spec.task)
            assert len(texts) >= 80
    assert spec.data.dictionary is None or read_dictionary(Path(spec.data.dictionary), settings)
