"""What figures hang on: said for programs and for people, without a place of this machine."""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

from benchmarks.circumstances import circumstances, told
from pipeline.processor import model_name


def test_machine_libraries_and_options_are_told_and_no_place() -> None:
    place = Path("/somebody/private")
    options = argparse.Namespace(texts=1500, together=[1, 8], folder=place, results=place, infinity=str(place))
    found = circumstances(options)
    assert "/somebody" not in json.dumps(found)
    assert found["versions"]["torch"] == version("torch")
    assert found["options"] == {"texts": 1500, "together": [1, 8]}
    page = told(found)
    assert page.startswith(f"- Processor: {found['processors']} of {model_name()} (")
    assert f"fastapi {version('fastapi')}" in page
    assert page.endswith("- Asked for: texts 1500; together 1 8.")
