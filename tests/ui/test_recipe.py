"""The form of a new run: every field of the spec has its control, and what is filled in comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import SourceError
from pipeline.presets import PRESETS
from pipeline.spec import EmbeddedSource, FullFineTuning, LinearProbe, LocalSource, RecipeSpec
from ui import fields, layout
from ui.page import Page
from ui.services import Services
from ui.tabs.recipe import RecipeForm


@pytest.fixture
def form(services: Services) -> RecipeForm:
    """The form, by itself on a page."""
    with gr.Blocks():
        made = RecipeForm(Page(services, gr.BrowserState(""), gr.Textbox(label="run"), gr.Tabs()))
        made.connect()
    return made


def held(form: RecipeForm, **changed: Any) -> list[Any]:
    """What the controls hold, with some of it changed; keys have dashes for dots."""
    values = {key: control.value for key, control in form.controls.items()}
    values |= {name.replace("__", "."): value for name, value in changed.items()}
    sources = [part.value for picker in form.pickers.values() for part in picker.inputs]
    return [*values.values(), *sources]


def test_every_field_of_the_spec_has_a_control(form: RecipeForm) -> None:
    wanted = {field.key for field in fields.all_fields()} | {choice.key for choice in fields.CHOICES}
    assert set(form.controls) | set(form.pickers) == wanted | {"source"}


def test_an_untouched_form_holds_the_defaults(form: RecipeForm) -> None:
    source, values = form.read(held(form))
    assert source == EmbeddedSource()
    wanted = {field.key: field.shown(field.value) for field in (*fields.RUN, *fields.DATA)}
    wanted |= fields.values_of(RecipeSpec())
    assert {key: values[key] for key in wanted} == wanted


def test_another_models_tokenizer_is_looked_at_only_if_it_is_wanted(form: RecipeForm, tmp_path: Path) -> None:
    picker = form.pickers["recipe.vocabulary.model"]
    picker.chosen.value, picker.folder.value = "folder", str(tmp_path)
    assert form.read(held(form))[0] == EmbeddedSource()
    with pytest.raises(SourceError):
        form.read(held(form, recipe__vocabulary__kind="adopt"))


def test_another_models_tokenizer_comes_into_the_values(form: RecipeForm, tiny_model: Path) -> None:
    picker = form.pickers["recipe.vocabulary.model"]
    picker.chosen.value, picker.folder.value = "folder", str(tiny_model)
    _, values = form.read(held(form, recipe__vocabulary__kind="adopt"))
    assert values["recipe.vocabulary.model"] == LocalSource(path=str(tiny_model))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_the_form_and_says_when_it_is_right(form: RecipeForm, name: str) -> None:
    updates = form._fill(name)
    wanted = fields.values_of(PRESETS[name].recipe)
    ways = {choice.key for choice in fields.CHOICES}
    for key in wanted.keys() - form.pickers.keys():
        told = updates[form.controls[key]]
        value = told if key in ways else told["value"]
        assert value == wanted[key]
        assert value is not None  # Gradio's text box and number break on null
    for key in form.controls.keys() - wanted.keys():
        told = updates.get(form.controls[key])
        assert told is None or "value" not in told
    assert PRESETS[name].reason in updates[form.reason]


def test_only_the_fields_of_the_chosen_way_are_seen(form: RecipeForm) -> None:
    (part,) = [part for part in form.parts if part.choice.name == "fine_tuning"]
    for kind in part.choice.ways:
        updates = part.switch(kind, part.ways.value, *(control.value for control in part._fields.values()))
        seen = {key for key, control in part._fields.items() if "g-gone" not in updates[control]["elem_classes"]}
        assert seen == part.choice.keys(kind)
    (none,) = [part for part in form.parts if part.choice.name == "ensemble"]
    held = [control.value for control in none._fields.values()]
    groups = [
        update for output, update in none.switch("none", none.ways.value, *held).items() if type(output) is gr.Column
    ]
    assert groups
    assert all("g-gone" in update.elem_classes for update in groups)


def test_a_way_that_is_gone_back_to_holds_what_was_typed(form: RecipeForm) -> None:
    (part,) = [part for part in form.parts if part.choice.name == "fine_tuning"]
    key, keys = "recipe.fine_tuning.epochs", list(part._fields)
    held = [control.value for control in part._fields.values()]
    held[keys.index(key)] = 77
    there = part.switch("probe", part.ways.value, *held)
    assert there[part.controls[key]]["value"] == LinearProbe().epochs
    back = part.switch(FullFineTuning().kind, there[part.ways], *(control.value for control in part._fields.values()))
    assert back[part.controls[key]]["value"] == 77
    hashed = [hash(ways) for ways in (part.ways.value, there[part.ways], back[part.ways])]
    assert hashed[0] == hashed[2] != hashed[1]  # by which Gradio tells that it has changed


def test_a_recipe_that_is_filled_in_forgets_what_was_typed(form: RecipeForm) -> None:
    (part,) = [part for part in form.parts if part.choice.name == "fine_tuning"]
    updates = part.put(fields.values_of(RecipeSpec()))
    assert updates[part.ways].left == {}


def test_the_form_as_a_whole_is_checked_when_it_is_edited(services: Services) -> None:
    page = layout.build(services)
    conflicts = next(block for block in page.blocks.values() if block.elem_id == "conflicts")
    of_others, of_data = (
        fn for fn in page.fns.values() if conflicts in fn.outputs
    )  # the data check follows the second
    assert len({*of_others.targets, *of_data.targets}) == len(of_others.targets) + len(of_data.targets) > 20
    assert of_others.inputs == of_data.inputs
    assert len(of_data.inputs) < 42  # each is looked up by the browser at each edit
    (look,) = (fn for fn in page.fns.values() if fn.trigger_after == of_data._id)
    assert look.name == "_look"


def test_a_list_of_presets_that_is_left_as_it_was_leaves_what_was_edited(form: RecipeForm) -> None:
    one, other = list(PRESETS)[:2]
    reason = form._choose(one, None)[form.reason]
    assert form._choose(one, reason) == gr.skip()
    assert form._choose(None, None) == gr.skip()
    assert form.reason in form._choose(other, reason)
