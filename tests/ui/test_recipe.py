"""The form of a new run: every field of the spec has its control, and what is filled in comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import SourceError
from pipeline.presets import PRESETS
from pipeline.spec import EmbeddedSource, LocalSource
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
    assert values == {
        **{choice.key: choice.default for choice in fields.CHOICES},
        **{field.key: field.shown(field.value) for field in fields.all_fields() if not field.is_source},
    }


def test_another_models_tokenizer_is_looked_at_only_if_it_is_wanted(form: RecipeForm, tmp_path: Path) -> None:
    picker = form.pickers["recipe.vocabulary.adopt.model"]
    picker.chosen.value, picker.folder.value = "folder", str(tmp_path)
    assert form.read(held(form))[0] == EmbeddedSource()
    with pytest.raises(SourceError):
        form.read(held(form, recipe__vocabulary__kind="adopt"))


def test_another_models_tokenizer_comes_into_the_values(form: RecipeForm, tiny_model: Path) -> None:
    picker = form.pickers["recipe.vocabulary.adopt.model"]
    picker.chosen.value, picker.folder.value = "folder", str(tiny_model)
    _, values = form.read(held(form, recipe__vocabulary__kind="adopt"))
    assert values["recipe.vocabulary.adopt.model"] == LocalSource(path=str(tiny_model))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_the_form_and_says_when_it_is_right(form: RecipeForm, name: str) -> None:
    updates = form._fill(name)
    wanted = fields.values_of(PRESETS[name].recipe)
    for key, control in form.controls.items():
        assert (control in updates) == (key in wanted)
        if key in wanted:
            assert updates[control] == wanted[key]
            assert updates[control] is not None  # Gradio's text box and number break on null
    assert PRESETS[name].reason in updates[form.reason]


def test_only_the_fields_of_the_chosen_way_are_seen(form: RecipeForm) -> None:
    updates = form._show("recipe.ensemble.kind", "bagging")
    seen = [group for group, update in updates.items() if "g-gone" not in update.elem_classes]
    assert len(updates) == 4  # two ways with fields, each in front and under "More options"
    assert len(seen) == 2


def test_the_form_as_a_whole_is_checked_when_it_is_edited(services: Services) -> None:
    page = layout.build(services)
    conflicts = next(block for block in page.blocks.values() if block.elem_id == "conflicts")
    (check,) = [fn for fn in page.fns.values() if conflicts in fn.outputs]
    assert len(check.targets) > 150
