"""Labels of source and target brought together from either side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest

from pipeline.spec import EmbeddedSource, TaskName
from ui.handlers import training, uploads
from ui.handlers.uploads import Role, Slot
from ui.services import Services
from ui.tabs.mapping import LabelMapping, names, rename

TASK: TaskName = "entity-recognition"


def tagged(*types: str) -> str:
    return "\n\n".join(f"word{number} B-{kind}\nof O" for number, kind in enumerate(types * 12))


@pytest.fixture
def slots(services: Services, tmp_path: Path) -> Callable[..., dict[Role, Slot]]:
    """Files with entities of these types."""

    def _slots(**types: tuple[str, ...]) -> dict[Role, Slot]:
        found: dict[Role, Slot] = {role: Slot() for role in uploads.ROLES}
        for role, kinds in types.items():
            path = tmp_path / f"{role}.conll"
            path.write_text(tagged(*kinds), encoding="utf-8")
            found[role] = uploads.accept(services, Slot(), role, path, TASK)  # type: ignore[index, arg-type]
        return found

    return _slots


WNUT = ("person", "location", "group", "corporation", "product")
MSRA = ("PER", "LOC", "ORG")


def test_several_source_labels_become_one_and_one_is_left_out(
    services: Services, slots: Callable[..., dict[Role, Slot]]
) -> None:
    given = slots(source=WNUT, target=MSRA)
    three = given["source"], given["target"], given["test"]
    match = uploads.label_match(*three)
    assert match
    assert match.unmatched == ["ORG"]
    likely = uploads.likely_names(*three)
    assert likely == {"person": "PER", "location": "LOC", "group": "ORG", "corporation": "ORG"}
    renamed = {**likely, "product": "O"}
    assert set(uploads.source_labels(given["source"], renamed)) == set(MSRA)
    match = uploads.label_match(*three, renamed)
    assert match
    assert match.exact
    files = training.Files(given, task=TASK, renamed=renamed)
    spec = training.spec_of(services, files, mapping={}, source=EmbeddedSource(), values={})
    assert spec.data.source_label_mapping == renamed
    assert spec.data.label_mapping == {}


def test_the_targets_labels_are_matched_to_the_new_names(slots: Callable[..., dict[Role, Slot]]) -> None:
    given = slots(source=("person", "location"), target=("PER", "LOC"))
    files = training.Files(given, task=TASK, renamed={"person": "human"})
    assert training.complete_mapping(files, {}) == {"PER": "human", "LOC": "location"}
    assert training.known_mapping(files, {"PER": "person"}) == {"LOC": "location"}  # nobody is called so any more


def test_a_label_may_keep_its_name_or_be_a_target_label(slots: Callable[..., dict[Role, Slot]]) -> None:
    given = slots(source=WNUT, target=MSRA)
    offered = [value for _, value in names("person", TASK, given["target"], given["test"])]
    assert offered == ["person", *(given["target"].accepted or given["test"].accepted).label_counts, "O"]  # type: ignore[union-attr]
    assert "O" not in [value for _, value in names("a", "text-classification", Slot(), Slot())]


def test_one_name_is_changed_at_a_time() -> None:
    assert rename({"a": "x"}, "b", " y ") == {"a": "x", "b": "y"}
    assert rename({"a": "x"}, "a", "a") == {}
    assert rename({"a": "x"}, "a", None) == {}


def test_another_source_forgets_the_names_and_another_target_does_not() -> None:
    with gr.Blocks():
        tables = LabelMapping()
    assert tables.forget("source") == {tables.edited: {}, tables.renamed: {}}
    assert tables.forget("target") == {tables.edited: {}}
    assert tables.forget("dev") == {}


def test_the_tables_are_there_where_labels_differ(slots: Callable[..., dict[Role, Slot]]) -> None:
    given = slots(source=WNUT, target=MSRA)
    with gr.Blocks():
        tables = LabelMapping()
    shown = tables.show("brought", given["source"], given["target"], given["test"])
    assert "g-gone" not in shown[tables.box].elem_classes
    assert "brought" in shown.values()
    alike = tables.show("brought", given["source"], given["source"], Slot())
    assert "g-gone" in alike[tables.box].elem_classes
    assert "" in alike.values(), "nothing is drawn anew"
