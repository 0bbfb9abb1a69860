"""The contract of the checks: each has a bad file that it finds, with the right row, and passes a good one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.doctor.checks import CHECKS, run_check
from pipeline.doctor.material import Material
from pipeline.messages import Message

Files = dict[str, tuple[str, str | bytes]]

GOOD_TEXTS = [
    ("the soup was good and warm", "positive"),
    ("this room is cold and dirty", "negative"),
    ("a great book to have", "positive"),
    ("the driver was rude and late", "negative"),
    ("we have a clean bed", "positive"),
    ("this phone is slow", "negative"),
    ("the cake was fresh", "positive"),
    ("that coat is bad", "negative"),
    ("a lovely film it was", "positive"),
    ("the cable is broken", "negative"),
]


def table(*rows: tuple[str, str]) -> str:
    return "\n".join(["text,label", *(",".join(row) for row in rows)]) + "\n"


def conll(*sentences: str) -> str:
    """Sentences of words and tags: ``"John/B-PER left/O"``."""
    return "\n\n".join("\n".join(word.replace("/", "\t") for word in each.split()) for each in sentences) + "\n"


GOOD = table(*GOOD_TEXTS)
ENTITIES = conll(*[f"{name}/B-PER {word}/O in/O soup/B-LOC" for name in ("good", "kind", "fine") for word in "abc"])


@dataclass(frozen=True)
class Case:
    """A bad file.

    Attributes:
        check: That finds it.
        files: Role → name and content.
        level: Of the finding.
        rows: Of the finding.
        says: What its message holds.
        task: As chosen.
        options: Of the data.
    """

    check: str
    files: Files
    level: str
    rows: tuple[int, ...]
    says: str = ""
    task: str = "text-classification"
    options: dict[str, Any] = field(default_factory=dict)


def target(content: str | bytes, name: str = "target.csv") -> Files:
    return {"target": (name, content)}


CASES = [
    Case("encoding", target(GOOD.encode() + b"\xff soup,positive\n" + "好".encode() * 9), "fail", (12,), "line 12"),
    Case("encoding", target(table(*GOOD_TEXTS, ("la caf\ufffd was good", "positive"))), "warn", (12,), "lost"),
    Case("encoding", target(table(*GOOD_TEXTS, ("caf\xe9 good", "positive")).encode("cp1252")), "warn", (), "Windows"),
    Case("encoding", target(b"\x89PNG\r\n\x1a\n", "picture.csv"), "fail", (), "picture"),
    Case("format", target(GOOD + "one,two,three\n"), "fail", (12,), "row 12"),
    Case("format", target('{"text": "a b", "label": 1}\n{broken\n', "target.jsonl"), "fail", (2,), "line 2"),
    Case("format", target(GOOD.replace(",", "\t")), "warn", (), "TSV"),
    Case("columns", target("number,value\n1,2\n3,4\n"), "fail", (), "no column"),
    Case("task", target(ENTITIES, "target.conll"), "fail", (), "tagged words"),
    Case("task", target("text,label\na good soup,warm|fresh\na room,warm|clean\n"), "warn", (), "Multi-label"),
    Case(
        "task", target("premise,hypothesis,label\na b,c d,yes\ne f,g h,no\ni j,k l,yes\nm,n,no\n"), "warn", (), "pairs"
    ),
    Case("empty", target(table(*GOOD_TEXTS[:3], ("", "positive"), *GOOD_TEXTS[3:])), "fail", (5,), "without text"),
    Case(
        "empty",
        target(table(*GOOD_TEXTS[:3], ("", "positive"), *GOOD_TEXTS[3:])),
        "warn",
        (5,),
        "left out",
        options={"skip_missing": True},
    ),
    Case("empty", target(table(*GOOD_TEXTS, ("!!! ...", "positive"))), "warn", (12,), "letter"),
    Case("duplicates", target(table(*GOOD_TEXTS, ("The SOUP was good and warm!", "positive"))), "warn", (12,), ": 1."),
    Case("contradictions", target(table(*GOOD_TEXTS, ("a great  book to have", "negative"))), "warn", (4, 12), "2"),
    Case(
        "leakage",
        {**target(GOOD), "test": ("test.csv", table(("a new film", "positive"), *GOOD_TEXTS[4:6]))},
        "warn",
        (3, 4),
        "2 letter by letter",
    ),
    Case(
        "leakage",
        {**target(GOOD), "test": ("test.csv", table(("a new film", "positive"), ("This phone is SLOW.", "negative")))},
        "fail",
        (3,),
        "50.0%",
    ),
    Case(
        "leakage",
        {"source": ("source.csv", GOOD), "test": ("test.csv", table(("a film", "negative"), *GOOD_TEXTS[:1]))},
        "fail",
        (3,),
        "have seen them",
    ),
    Case("balance", target(table(*GOOD_TEXTS, ("so so", "neutral"))), "fail", (12,), "neutral"),
    Case("balance", target(table(*GOOD_TEXTS, ("so so", "neutral"), ("all in all", "neutral"))), "warn", (12, 13), "2"),
    Case(
        "tags",
        target(conll("John/I-PER left/O", *["Ann/B-PER Lee/I-PER left/O"] * 9), "target.conll"),
        "warn",
        (1,),
        "1",
        "entity-recognition",
    ),
    Case(
        "tags",
        target(conll(*["Ann/B-PER left/O home/O"] * 9, "Bo/B-PER ran/Q"), "target.conll"),
        "fail",
        (38,),
        "neither",
        "entity-recognition",
    ),
    Case(
        "mapping",
        {"source": ("source.csv", GOOD), **target(table(("a coat", "好评"), ("a cold bed", "差评"), ("b", "好评")))},
        "fail",
        (2, 3, 4),
        "差评",
    ),
    Case(
        "mapping",
        {"source": ("source.csv", GOOD), **target(table(*(row for row in GOOD_TEXTS if row[1] == "positive")))},
        "warn",
        (),
        "negative",
    ),
    Case("language", target(table(*GOOD_TEXTS, ("这家店的汤很好", "positive"))), "warn", (12,), "another script"),
    Case(
        "language",
        {**target(GOOD), "test": ("test.csv", table(("汤很好", "positive"), ("房很冷", "negative")))},
        "warn",
        (),
        "Chinese",
    ),
    Case("tokens", target(table(("汤很好喝", "positive"), ("房间很冷", "negative"))), "warn", (2, 3), "can't read"),
    Case(
        "length",
        target(table(*GOOD_TEXTS, ("good " * 20, "positive"))),
        "warn",
        (12,),
        "has 22",
        options={"max_length": 16},
    ),
    Case("dictionary", {**target(GOOD), "dictionary": ("words.tsv", "no pairs here\n")}, "fail", (), "no dictionary"),
    Case("dictionary", {**target(GOOD), "dictionary": ("words.tsv", "soup\tSuppe\nbed\tBett\n")}, "pass", (), "2"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.says}")
def test_a_check_finds_the_bad_file_and_names_its_rows(case: Case, make_material: Callable[..., Material]) -> None:
    found = run_check(case.check, make_material(case.files, case.task, **case.options))
    matching = [finding for finding in found if finding.level == case.level and case.says in finding.message]
    assert matching, found
    assert matching[0].check == case.check
    assert matching[0].rows == case.rows
    assert matching[0].roles
    assert case.level == "pass" or matching[0].remedy


PASSING: list[tuple[Files, str]] = [
    (
        {
            "source": ("source.csv", GOOD),
            "target": ("target.csv", GOOD.replace("the ", "one ").replace("a ", "my ").replace("this", "your")),
            "test": ("test.csv", GOOD.replace(" is ", " was so ").replace(" was ", " is so ").replace("a ", "any ")),
            "dictionary": ("words.tsv", "suppe\tsoup\nbett\tbed\nfilm\tfilm\n"),
        },
        "text-classification",
    ),
    ({"target": ("target.conll", ENTITIES)}, "entity-recognition"),
]


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_passes_good_files(check: str, make_material: Callable[..., Material]) -> None:
    for files, task in PASSING:
        found = run_check(check, make_material(files, task))
        # What the tiny tokenizer lacks, it reads letter by letter.
        levels = {finding.level for finding in found} - ({"warn"} if check == "tokens" else set())
        assert levels <= {"pass"}, (found, files)
        assert task == "entity-recognition" or check == "tags" or found


def test_every_check_has_a_case() -> None:
    assert {case.check for case in CASES if case.level != "pass"} == set(CHECKS)


def test_every_problem_of_an_inspection_is_told_by_one_check(make_material: Callable[..., Material]) -> None:
    """A file with a problem never passes as a whole: no code of an inspection is forgotten."""
    bad = [
        "number,value\n1,2\n3,4\n",
        "text,label\na b,x\nc d,x\n",
        "text,label\na b,\nc d,x\ne f,y\n",
        "text,label\na b,x\nc d,x\ne f,y\ng h,z\n",
        "text,label\n" + "\n".join(f"text {number},{number}" for number in range(9)),
        ENTITIES,
    ]
    for number, content in enumerate(bad):
        material = make_material(target(content, f"bad-{number}.csv" if content != ENTITIES else "bad.conll"))
        problems = [problem for sheet in material.sheets.values() for problem in sheet.inspection.problems]
        told = {
            finding.message for check in CHECKS for finding in run_check(check, material) if finding.level == "fail"
        }
        assert problems
        assert {problem.message for problem in problems} <= told


def test_findings_are_plain_data_with_their_templates(make_material: Callable[..., Material]) -> None:
    material = make_material(target(table(*GOOD_TEXTS, ("the soup was good and warm", "positive"))))
    finding = run_check("duplicates", material)[0]
    kept = json.loads(json.dumps(finding.as_json()))
    assert kept["rows"] == [12]
    assert Message(kept["message"]["template"], kept["message"]["values"]) == kept["message"]["text"] == finding.message
