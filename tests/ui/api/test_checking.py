"""What there is to say of files is what the page says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.presets import PRESETS
from ui.services import Services

Call = Callable[..., Any]
Bring = Callable[..., str]
TARGET = "text,label\n" + "".join(f"好东西{n},正面\n坏东西{n},负面\n" for n in range(20))


def test_the_doctor_says_what_it_says_on_the_page(services: Services, call: Call, sample_files: dict[str, str]) -> None:
    told = call(services, "check_data", files=sample_files)
    assert told["level"] in ("pass", "warn")
    assert told["splits"]["test"] == 200
    assert told["suggestion"]["preset"] in PRESETS
    assert told["suggestion"] == call(services, "suggest_recipe", files=sample_files)
    assert told["conflicts"] == []
    assert told["labels"] == {"mapping": {}, "unmatched": [], "renamed": {}}


def test_it_names_rows_and_remedies(services: Services, call: Call, bring: Bring) -> None:
    files = {"target": bring(services, TARGET + "好东西1,负面\n"), "test": bring(services, TARGET)}
    worse = [one for one in call(services, "check_data", files=files)["findings"] if one["level"] != "pass"]
    assert any(one["rows"] and one["remedy"] for one in worse)
