"""What the data doctor says on the page: lines with rows, splits, pictures, a recipe; and nothing unescaped."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.doctor import CHECKS, Figures, Finding, Histogram, Suggestion
from pipeline.messages import Message
from pipeline.presets import PRESETS
from pipeline.spec import EmbeddedSource
from ui.handlers import doctor, training, uploads
from ui.handlers.doctor import Checkup, Splits
from ui.handlers.uploads import Role, Slot
from ui.services import Services
from ui.tabs.doctor import DoctorCard, SuggestedRecipe
from ui.text.languages import speaking
from ui.views import doctor as views
from ui.views import figures as pictures

HOSTILE = "<script>alert('x')</script>\"&"
GOOD = [(f"the soup no {number} was warm and fresh", "good") for number in range(20)]
BAD = [(f"the room no {number} was cold and dirty", "bad") for number in range(20)]
#: A repeated text, one with both labels; the test file repeats the first three texts.
SPOILT = [*GOOD, *BAD, (GOOD[3][0].upper(), "good"), (BAD[2][0], "good")]
TEST = [*GOOD[:3], *[(f"another text no {number}", "good" if number % 2 else "bad") for number in range(9)]]
Given = Callable[..., training.Files]


@pytest.fixture
def given(services: Services, tmp_path: Path) -> Given:
    """Files with these rows in use, or on show if they have problems."""

    def _given(**roles: list[tuple[str, str]]) -> training.Files:
        slots: dict[Role, Slot] = {role: Slot() for role in uploads.ROLES}
        for role, rows in roles.items():
            path = tmp_path / f"{role}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("text", "label"), *rows])
            slots[role] = uploads.accept(services, Slot(), role, path, "text-classification")  # type: ignore[index, arg-type]
        return training.Files(slots)

    return _given


def look(services: Services, files: training.Files, *, asked: bool = False, **values: object) -> Checkup:
    given = {name.replace("__", "."): value for name, value in values.items()}
    return doctor.check_up(services, files, mapping={}, source=EmbeddedSource(), values=given, asked=asked)


def levels(found: Checkup) -> dict[str, str]:
    assert found.diagnosis
    worst = {"pass": 0, "warn": 1, "fail": 2}
    told: dict[str, str] = {}
    for each in found.diagnosis.findings:
        told[each.check] = max(told.get(each.check, "pass"), each.level, key=worst.__getitem__)
    return told


def test_without_files_it_is_said_what_to_do(services: Services, given: Given) -> None:
    found = look(services, given())
    assert not found.waits
    assert "Bring texts above" in views.checkup(found)


def test_a_spoilt_file_is_told_with_its_rows(services: Services, given: Given) -> None:
    found = look(services, given(source=[*GOOD, *BAD], target=SPOILT, test=TEST))
    told = levels(found)
    assert {told[check] for check in ("duplicates", "contradictions", "leakage")} <= {"warn", "fail"}
    page = views.checkup(found)
    assert re.search(r'data-check="duplicates".*?Rows 42, 43', page)
    assert re.search(r'data-check="leakage".*?Rows 2, 3, 4', page)
    assert page.index('data-check="duplicates"') < page.index("<details")  # passes are folded below
    assert "Remove them: a repeated text counts more than others." in page


def test_fails_come_first_and_levels_are_counted(services: Services, given: Given) -> None:
    found = look(services, given(source=[*GOOD, *BAD], target=[("", "good"), *SPOILT]))
    page = views.checkup(found)
    marked = re.findall(r"g-finding g-(\w+)", page)
    assert marked == sorted(marked)
    assert marked[0] == "fail"
    assert f"FAIL {marked.count('fail')}" in page
    assert "would stop the run" in page
    assert "once the problems above are solved" in page  # and no split is promised


def test_the_test_set_is_told_and_frozen(services: Services, given: Given) -> None:
    found = look(services, given(source=[*GOOD, *BAD], target=SPOILT, test=TEST))
    assert found.splits
    assert (found.splits.test, found.splits.given) == (len(TEST), True)
    assert found.splits.target_train == len(SPOILT) - 3
    page = views.splits(found.splits)
    assert "Your test file is frozen" in page
    assert "3 target training texts removed" in page


def test_what_the_form_holds_counts(services: Services, given: Given) -> None:
    files = given(source=[*GOOD, *BAD], target=[*GOOD, *BAD])
    half = look(services, files, data__test_fraction=0.5, data__dev_fraction=0.2).splits
    assert half
    assert (half.test, half.dev, half.target_train, half.given) == (20, 4, 16, False)
    wrong = look(services, files, data__test_fraction=7, seed=None).splits  # told elsewhere; the default counts here
    assert wrong
    assert wrong.test == 12


def test_large_files_are_looked_at_when_asked(
    services: Services, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "MOST_MEGABYTES", 0.0001)
    files = given(target=SPOILT)
    found = look(services, files)
    assert found.waits
    assert "only when you ask" in views.checkup(found)
    assert look(services, files, asked=True).diagnosis


def test_other_names_of_source_labels_count(services: Services, given: Given) -> None:
    files = given(
        source=[(text, {"good": "fine", "bad": "poor"}[label]) for text, label in (*GOOD, *BAD)], target=SPOILT
    )
    assert levels(look(services, files))["mapping"] == "fail"  # nothing is alike in these names
    renamed = replace(files, renamed={"fine": "good", "poor": "bad", "gone": "x"})
    assert levels(look(services, renamed))["mapping"] == "pass"
    assert renamed.document["data"]["source_label_mapping"] == {"fine": "good", "poor": "bad"}


def test_hostile_names_and_labels_are_escaped(services: Services, given: Given) -> None:
    found = look(services, given(target=[*GOOD, *[(text, HOSTILE) for text, _ in BAD]]))
    page = views.checkup(found)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    finding = Finding("leakage", "fail", ("test", "target"), Message(HOSTILE), Message(HOSTILE), (2, 3))
    assert found.diagnosis
    drawn = views.findings(replace(found.diagnosis, findings=(finding,)))
    assert "<script>" not in drawn


def test_many_rows_are_folded(services: Services, given: Given) -> None:
    found = look(services, given(target=SPOILT)).diagnosis
    assert found
    few, many = tuple(range(2, 12)), tuple(range(2, 102))
    for rows, folds in ((few, False), (many, True)):
        finding = Finding("duplicates", "warn", ("target",), Message("m"), Message("r"), rows)
        page = views.findings(replace(found, findings=(finding,)))
        assert ("and 92 more" in page) == folds
        assert ("Rows 2, 3, 4, 5, 6, 7, 8, 9" in page) is True


def test_pictures_hold_together_and_say_what_they_show() -> None:
    labels = {"source": {f"label {number}": 20 - number for number in range(15)}, "target": {"label 1": 3}}
    lengths = Histogram(
        "pieces", (0, 10, 20, 30), {"source": (1, 5, 0), "target": (0, 0, 0)}, {"source": 6, "target": 0}
    )
    whole = replace(lengths, unit="characters", measured={"source": 9, "target": 0})
    page = pictures.pictures(Figures(labels, whole, lengths, 20))  # type: ignore[arg-type]
    assert page
    assert page.count('role="img"') == page.count("aria-label") == 4
    assert "and 3 more" in page
    assert "cut after 20" in page
    assert "even sample" in page
    assert "Source texts: most have 10 to 20" in page
    assert "nan" not in page
    for x in re.findall(r"[ \"](-?[\d.]+),-?[\d.]+", page):
        assert 0 <= float(x) <= pictures.WIDTH
    assert pictures.pictures(Figures({}, replace(whole, edges=()), replace(lengths, edges=()), 128)) is None


@pytest.mark.parametrize("name", PRESETS)
def test_a_suggestion_says_why_and_is_offered_unless_it_is_in_the_form(name: str) -> None:
    box = SuggestedRecipe()
    found = Suggestion(name, Message(HOSTILE))
    offered = box.draw(found, None)
    assert PRESETS[name].title in offered[box.reason].replace("&#x27;", "'")
    assert "<script>" not in offered[box.reason]
    assert "g-gone" not in offered[box.take].elem_classes
    assert "g-gone" in box.draw(found, name)[box.take].elem_classes
    assert "g-gone" in box.draw(None)[box.box].elem_classes


def test_the_button_stands_there_while_the_doctor_waits() -> None:
    card = DoctorCard()
    assert "g-gone" not in card.draw(Checkup(9.0))[card.asking].elem_classes
    assert "g-gone" in card.draw(Checkup())[card.asking].elem_classes


def test_all_of_it_is_told_in_chinese(services: Services, given: Given) -> None:
    found = look(services, given(source=[*GOOD, *BAD], target=SPOILT, test=TEST))
    with speaking("zh"):
        page = views.checkup(found) + views.splits(Splits(1, 2, 3, 4, 5, 6, given=False))
        assert found.diagnosis
        assert found.diagnosis.suggestion
        page += views.suggestion(found.diagnosis.suggestion)
    seen = re.sub(r"<[^>]*>", " ", page) + " ".join(re.findall(r'aria-label="(.*?)"', page))
    words = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", seen)} - {"csv", "amp", "quot"}
    assert words <= {"source", "target", "test", "good", "bad"}
    assert CHECKS.keys() >= set(levels(found))
