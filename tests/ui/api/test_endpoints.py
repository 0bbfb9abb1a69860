"""Every action of the page has an endpoint, and each is described to a stranger."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import gradio as gr
import pytest
from typing_extensions import is_typeddict

from pipeline.presets import PRESETS
from pipeline.runs import RunState
from pipeline.spec import ExportSpec
from ui import layout
from ui.api import kinds, watching
from ui.api.describing import Endpoint, schema
from ui.api.endpoints import ENDPOINTS, GROUPS
from ui.api.forms import SUGGESTED, PresetName
from ui.services import Services

#: What needs no endpoint: it moves about on the page, or fills in a form whose values a program just gives.
PAGE_ONLY = "page only"
#: The page's handler of an event → the endpoints that do the same.
ACTIONS: dict[str, tuple[str, ...] | str] = {
    "ui.layout._on_load.<locals>.arrive": ("new_visitor", "open_shared_report"),
    "ui.tabs.start.StartTab._run_demo": ("start_demo",),
    "ui.tabs.start.StartTab.connect.<locals>.<lambda>": PAGE_ONLY,
    "ui.tabs.start.StartTab._open": ("watch_run",),
    "ui.tabs.start.StartTab.show": ("list_runs", "list_sources"),
    "ui.tabs.start.StartTab._tick": ("list_runs", "list_sources"),
    "ui.tabs.dataset.DatasetCard.connect.<locals>.accept": ("upload_file", "upload_text", "inspect_file"),
    "ui.tabs.dataset.DatasetCard.connect.<locals>.correct": ("inspect_file",),
    "ui.tabs.dataset.DatasetCard.connect.<locals>.<lambda>": PAGE_ONLY,  # a file is taken out of the form
    "ui.tabs.dataset.DictionaryCard.connect.<locals>.accept": ("upload_file", "inspect_file"),
    "ui.tabs.dataset.DictionaryCard.connect.<locals>.remove": PAGE_ONLY,
    "ui.tabs.files.BroughtFiles._look_again": ("inspect_file",),
    "ui.tabs.files.BroughtFiles.fill": ("list_samples",),
    "ui.tabs.data.DataTab._look_for_hub": ("list_sources",),
    "ui.tabs.data.DataTab._look": ("check_data", "suggest_recipe"),
    "ui.tabs.data.DataTab._check": ("check_data",),
    "ui.tabs.data.DataTab._write": ("write_spec",),
    "ui.tabs.data.DataTab._start": ("start_training", "start_run"),
    "ui.tabs.data.DataTab.edit": ("read_spec",),
    "ui.tabs.hub.HubBox.connect.<locals>.bring": ("fetch_dataset",),
    "ui.tabs.hub.HubBox._put": PAGE_ONLY,
    "ui.views.hub.examples": PAGE_ONLY,
    "ui.tabs.language.LanguageSwitch._leave": PAGE_ONLY,
    "ui.tabs.language.LanguageSwitch.connect.<locals>.<lambda>": PAGE_ONLY,  # the form comes back after a switch
    "ui.tabs.part.PartForm.switch": PAGE_ONLY,
    "ui.tabs.recipe.RecipeForm._choose": ("list_presets",),
    "ui.tabs.recipe.RecipeForm._take": ("suggest_recipe", "write_spec"),
    "ui.tabs.source.SourcePicker.connect.<locals>.<lambda>": PAGE_ONLY,
    "ui.views.ranking.working": PAGE_ONLY,
    "ui.tabs.ranking.SourceRanking.connect.<locals>.<lambda>": ("rank_sources",),
    "ui.tabs.ranking.SourceRanking._take": PAGE_ONLY,
    "ui.views.estimate.working": PAGE_ONLY,
    "ui.tabs.estimate.EstimateCard.connect.<locals>.<lambda>": ("estimate_run",),
    "ui.wiring.told_here.<locals>.tell": PAGE_ONLY,
    "ui.tabs.progress.ProgressTab.show": ("watch_run", "list_runs"),
    "ui.tabs.progress.ProgressTab._tick": ("watch_run", "wait_for_run", "read_curves", "read_log"),
    "ui.tabs.progress.ProgressTab._measure": ("read_curves",),
    "ui.tabs.progress.ProgressTab.connect.<locals>.<lambda>": ("read_log",),
    "ui.tabs.runs.RunList.connect.<locals>.pick": ("watch_run",),
    "ui.tabs.runs.RunList.connect.<locals>.<lambda>": ("list_runs",),
    "ui.tabs.runs.RunList._tick": ("list_runs",),
    "ui.tabs.actions.RunActions.connect.<locals>.after.<locals>.done": (
        "cancel_run",
        "resume_run",
        "rename_run",
        "delete_run",
    ),
    "ui.tabs.actions.RunActions.connect.<locals>.<lambda>": PAGE_ONLY,
    "ui.tabs.actions.RunActions._ask_name": PAGE_ONLY,
    "ui.tabs.actions.RunActions._ask_deletion": PAGE_ONLY,
    "ui.tabs.actions.RunActions._fold": PAGE_ONLY,
    "ui.tabs.actions.RunActions._share": ("share_report",),
    "ui.tabs.actions.RunActions._take_back": ("unshare_report",),
    "ui.tabs.specs.RunSpecs._compare": ("compare_specs",),
    "ui.tabs.specs.RunSpecs._recipe": ("read_spec",),
    "ui.tabs.compare.CompareTab._select": ("compare_models",),
    "ui.tabs.compare.CompareTab.show": ("compare_models", "read_report"),
    "ui.tabs.compare.CompareTab._choose": ("compare_models",),
    "ui.tabs.compare.CompareTab._pair": ("cross_models", "list_test_texts"),
    "ui.tabs.chosen.ChosenModels._fill": ("list_models",),
    "ui.tabs.ask.AskBox._ask": ("predict", "fill_mask"),
    "ui.tabs.ask.AskBox.connect.<locals>.<lambda>": ("explain",),
    "ui.tabs.closer.CloserLook._parts": ("score_parts", "read_calibration"),
    "ui.tabs.downloads.Downloads.connect.<locals>.<lambda>": ("download_comparison",),
    "ui.tabs.examples.ExampleList._pick": ("list_test_texts", "predict"),
    "ui.tabs.examples.ExampleList._filter": ("list_test_texts",),
    "ui.tabs.examples.ExampleList.connect.<locals>.<lambda>": ("list_test_texts",),
    "ui.tabs.export.ExportTab.show": ("list_exports", "read_speed"),
    "ui.tabs.export.ExportTab._export": ("export_model",),
    "ui.handlers.export.suited": PAGE_ONLY,
    "ui.tabs.export.ExportTab._choose": ("list_exports",),
    "ui.tabs.speed.SpeedCard._measure": ("measure_speed",),
    "ui.tabs.export.ExportTab._zip": ("download_export",),
    "ui.tabs.export.ExportTab._push": ("push_export",),
    "ui.tabs.export.ExportTab.connect.<locals>.<lambda>": PAGE_ONLY,  # empties the box of the token
}
#: Draws the tables in which labels are matched; their values are the arguments of check_data and write_spec.
DRAWN = "gradio.renderable.Renderable.apply"
#: What the page knows by itself.
PROGRAMS_ONLY = {"about_server"}

EACH = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)


@pytest.fixture
def page(services: Services) -> gr.Blocks:
    return layout.build(services)


def handlers(page: gr.Blocks) -> dict[str, set[str]]:
    """The page's handlers, and who may call them."""
    found: dict[str, set[str]] = {}
    for function in page.fns.values():
        if function.fn is None or function.api_name in ENDPOINTS:
            continue
        handler: Any = inspect.unwrap(function.fn)
        while hasattr(handler, "func"):  # functools.partial
            handler = handler.func
        found.setdefault(f"{handler.__module__}.{handler.__qualname__}", set()).add(function.api_visibility)
    return found


def typed_dicts(hint: Any) -> Iterator[Any]:
    """All objects of an answer or an argument, with their fields."""
    if is_typeddict(hint):
        yield hint
        for field in get_type_hints(hint, include_extras=True).values():
            yield from typed_dicts(field)
    for part in get_args(hint):
        if not isinstance(part, str):
            yield from typed_dicts(part)


def test_every_action_of_the_page_has_an_endpoint(page: gr.Blocks) -> None:
    assert handlers(page).keys() - {DRAWN} == ACTIONS.keys()
    named = {name for names in ACTIONS.values() if names != PAGE_ONLY for name in names}
    assert named | PROGRAMS_ONLY == ENDPOINTS.keys()


def test_the_pages_own_events_are_on_neither_list(page: gr.Blocks) -> None:
    visible = {name: who for name, who in handlers(page).items() if who != {"private"}}
    assert visible == {DRAWN: {"undocumented"}}
    told = page.get_api_info()
    assert told["named_endpoints"].keys() == {f"/{name}" for name in ENDPOINTS}
    assert not told["unnamed_endpoints"]


@EACH
def test_a_stranger_is_told_what_it_does_and_what_to_give(endpoint: Endpoint) -> None:
    assert endpoint.summary.endswith((".", "out."))
    assert endpoint.answer.endswith(".")
    for argument in endpoint.arguments:
        assert argument.description.endswith("."), argument.name
        assert argument.schema.keys() - {"additional_description"}, f"{argument.name} has no type"
    hints = get_type_hints(endpoint.function, include_extras=True)
    for kind in {found for hint in hints.values() for found in typed_dicts(hint)}:
        for name, field in schema(kind)["properties"].items():
            assert str(field.get("description", "")).endswith("."), f"{kind.__name__}.{name}"


@EACH
def test_the_api_page_says_the_same(endpoint: Endpoint, services: Services) -> None:
    told = page_of(services)["named_endpoints"][f"/{endpoint.name}"]
    assert told["description"] == endpoint.description
    given = {one["parameter_name"]: one for one in told["parameters"]}
    assert [*given] == [argument.name for argument in endpoint.arguments]
    for argument in endpoint.arguments:
        one = given[argument.name]
        assert one["python_type"]["description"] == argument.description
        assert one["parameter_has_default"] is not argument.required
        assert argument.required or one["parameter_default"] == argument.default
    (answer,) = told["returns"]
    assert answer["type"]["description"] == endpoint.answer


_told: list[Any] = []


def page_of(services: Services) -> Any:
    """What the API page shows; the page is built once, for it takes a while."""
    if not _told:
        _told.append(layout.build(services).get_api_info())
    return _told[0]


def test_choices_are_those_of_the_spec() -> None:
    assert set(get_args(PresetName)) == {SUGGESTED, *PRESETS}
    assert set(get_args(watching.StateName)) == {state.value for state in RunState}
    export = {argument.name: argument for argument in ENDPOINTS["export_model"].arguments}
    for name, field in ExportSpec.model_fields.items():
        several = isinstance(field.default, tuple)
        kind = list[get_args(field.annotation)[0]] | None if several else field.annotation  # type: ignore[misc]
        assert (export[name].type, export[name].default) == (kind, None if several else field.default)


def test_tasks_and_other_choices_are_listed_on_the_api_page() -> None:
    task = next(one for one in ENDPOINTS["write_spec"].arguments if one.name == "task")
    assert "entity-recognition" in task.schema["enum"]
    kind = next(one for one in ENDPOINTS["list_test_texts"].arguments if one.name == "kind")
    assert "disagree" in kind.schema["enum"]


def test_whatever_concerns_files_or_runs_asks_who_calls() -> None:
    without = {name for name, one in ENDPOINTS.items() if "visitor" not in {given.name for given in one.arguments}}
    public = {"about_server", "new_visitor", "open_shared_report", "list_samples", "list_presets", "list_sources"}
    assert without == public


def test_no_function_is_listed_twice() -> None:
    assert sum(map(len, GROUPS.values())) == len(ENDPOINTS)
    assert get_origin(kinds.Run) is not None  # described once, for all that take it
