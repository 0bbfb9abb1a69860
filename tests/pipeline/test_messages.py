"""Messages: told once, kept with their parts, and English wherever a text is wanted."""

import copy
import json
import pickle

import pytest
from pydantic import BaseModel

from pipeline.errors import DataError, GraftError, RunError
from pipeline.messages import Message, clauses, filled, sentences, series, told

NESTED = Message(
    "{file} has {rows}: {share:.1%}.", file="a.csv", rows=Message("{count:,} rows", count=1200), share=0.125
)


def test_a_message_is_its_english_text() -> None:
    assert NESTED == "a.csv has 1,200 rows: 12.5%."
    assert f"{NESTED:>30}" == "  a.csv has 1,200 rows: 12.5%."
    assert json.dumps(NESTED) == '"a.csv has 1,200 rows: 12.5%."'
    assert (NESTED.template, NESTED.values["share"]) == ("{file} has {rows}: {share:.1%}.", 0.125)


def test_values_are_never_formatted_twice() -> None:
    inner = Message("“{name}”", name="{file} {0} }{")
    assert Message("{file}: {what}", file="{what}.csv", what=inner) == "{what}.csv: “{file} {0} }{”"


def test_without_values_a_template_is_told_as_it_stands() -> None:
    assert Message('Write {"text": "…"} {}') == 'Write {"text": "…"} {}'
    assert Message("{{file}}: {file}", file="a") == "{file}: a"


def test_values_come_as_dict_takes_them() -> None:
    assert Message("{a} {b}", {"a": 1}, b=2) == "1 2"
    assert Message(NESTED) is NESTED


def test_parts_bring_a_message_back_from_json() -> None:
    again = Message.of(str(NESTED), json.loads(json.dumps(NESTED.parts)))
    assert again == NESTED
    assert again.parts == NESTED.parts
    assert isinstance(again.values["rows"], Message)


@pytest.mark.parametrize(
    "parts",
    [
        None,
        {},
        {"template": "{missing}", "values": {}},
        {"template": "{count:,}", "values": {"count": "many"}},
        {"template": "Another sentence.", "values": {"a": 1}},
        {"template": "{0}", "values": {"a": 1}},
        {"template": None, "values": None},
        ["not", "parts"],
    ],
)
def test_damaged_parts_leave_the_text(parts: object) -> None:
    found = Message.of("A sentence.", parts)
    assert (found, found.values) == ("A sentence.", {})


def test_what_json_can_not_hold_is_kept_as_text(tmp_path: object) -> None:
    assert json.loads(json.dumps(Message("{path}", path=tmp_path).parts))["values"] == {"path": str(tmp_path)}


def test_copies_are_messages_too() -> None:
    for copied in (copy.deepcopy(NESTED), pickle.loads(pickle.dumps(NESTED))):  # noqa: S301 - our own
        assert (copied, copied.template, copied.values) == (NESTED, NESTED.template, NESTED.values)


def test_a_model_keeps_messages_and_writes_texts() -> None:
    class Kept(BaseModel):
        said: Message
        notes: list[Message] = []

    kept = Kept(said=NESTED, notes=["plain"])
    assert kept.said is NESTED
    assert kept.model_dump_json() == '{"said":"a.csv has 1,200 rows: 12.5%.","notes":["plain"]}'
    read = Kept.model_validate_json(kept.model_dump_json())
    assert (read.said, read.said.values) == (str(NESTED), {})


@pytest.mark.parametrize(
    ("join", "said"),
    [(series, "a, b, c"), (clauses, "a; b; c"), (sentences, "a b c")],
    ids=["series", "clauses", "and"],
)
def test_lists_are_joined(join: object, said: str) -> None:
    assert join(["a", Message("b"), "c"]) == said
    assert (join(["{a}"]), join([])) == ("{a}", "")


def test_only_messages_with_values_need_to_be_kept() -> None:
    assert told([NESTED, Message("Plain."), "text"]) == {str(NESTED): NESTED.parts}


def test_an_error_fills_both_its_sentences() -> None:
    error = DataError(
        "{file} has no column {column!r}.", "Choose one of {columns}.", file="{a}", column="b", columns="c"
    )
    assert (error.message, error.remedy) == ("{a} has no column 'b'.", "Choose one of c.")
    assert str(error) == error.told == "{a} has no column 'b'. Choose one of c."
    assert error.message.values == {"file": "{a}", "column": "b"}
    assert error.remedy.values == {"columns": "c"}


def test_an_error_takes_messages_and_plain_texts() -> None:
    assert str(RunError(NESTED)) == NESTED
    assert str(GraftError("a {b}", 'c {"d": 1}')) == 'a {b} c {"d": 1}'
    again = DataError("{file}: {fault}", RunError("No.", "Do {this}.", this=1).remedy, file="x", fault="y")
    assert (str(again), again.remedy.values) == ("x: y Do 1.", {"this": 1})


def test_a_template_is_filled_with_what_it_has_places_for() -> None:
    assert filled("{a}", {"a": 1, "b": 2}).values == {"a": 1}
    assert filled("none", {"a": 1}).values == {}
