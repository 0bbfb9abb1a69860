"""The ranking on the page: asked of a process, told in the page's words, and its best taken into the form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import DataError, RunError, SourceError
from pipeline.ranking import Ranking
from pipeline.ranking.records import Ranked
from pipeline.spec import EmbeddedSource, HubSource, LocalSource, RunSpec, SourceSpec
from ui.failures import explain
from ui.handlers import ranking as handlers
from ui.handlers import training, uploads
from ui.handlers.uploads import Role, Slot
from ui.page import Page
from ui.services import Services
from ui.tabs.ranking import SourceRanking
from ui.tabs.source import SourcePicker
from ui.text.languages import speaking
from ui.views import ranking as views

HOSTILE = "<script>alert('x')</script>\"&"


def ranked(source: SourceSpec, score: float | None, title: str = "model", error: str = "") -> Ranked:
    parameters = None if score is None else 22_700_000
    return Ranked(title=title, source=source, score=score, parameters=parameters, seconds=1.5, error=error)


def ranking(*sources: Ranked) -> Ranking:
    return Ranking(task="text-classification", side="target", texts=300, labels=2, sources=sources)


@pytest.fixture
def files(services: Services, tmp_path: Path) -> Callable[..., training.Files]:
    def _files(*roles: Role, task: Any = "text-classification") -> training.Files:
        slots: dict[Role, Slot] = {role: Slot() for role in uploads.ROLES}
        path = tmp_path / "rows.csv"
        path.write_text("text,label\n" + "".join(f"text {n},{'ab'[n % 2]}\n" for n in range(20)), encoding="utf-8")
        for role in roles:
            slots[role] = uploads.accept(services, Slot(), role, path, task)
        return training.Files(slots, task=task)

    return _files


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """The specs that the process is asked about."""
    found: list[RunSpec] = []

    def ask(spec: RunSpec, settings: Any) -> Ranking:
        found.append(spec)
        return ranking(ranked(LocalSource(path="/models/<b>"), 0.4), ranked(EmbeddedSource(), 0.2))

    monkeypatch.setattr(handlers, "ask_ranking", ask)
    return found


@pytest.mark.parametrize("roles", [("source", "target"), ("target",), ("source",), ("target", "test")])
def test_any_labelled_file_will_do(
    services: Services, files: Callable[..., training.Files], asked: list[RunSpec], roles: tuple[Role, ...]
) -> None:
    values = {"data.max_length": 64, "seed": 3, "recipe.ensemble.kind": "no such thing"}
    found = handlers.rank(services, files(*roles), EmbeddedSource(), values)
    assert (asked[0].data.max_length, asked[0].seed) == (64, 3)
    assert found.best
    assert found.best.name == "<b>"
    assert [line.chosen for line in found.lines] == [False, True]


@pytest.mark.parametrize(("roles", "task"), [((), "text-classification"), (("target",), "language-modelling")])
def test_without_labels_there_is_nothing_to_rank_by(
    services: Services, files: Callable[..., training.Files], asked: list[RunSpec], roles: tuple[Role, ...], task: str
) -> None:
    with pytest.raises(DataError, match="no labels"):
        handlers.rank(services, files(*roles, task=task), EmbeddedSource(), {})
    assert asked == []


def test_the_table_says_what_the_score_means_and_escapes(services: Services) -> None:
    lines = [
        ranked(LocalSource(path=f"/x/{HOSTILE}"), 0.4),
        ranked(EmbeddedSource(), 0.2),
        ranked(LocalSource(path="/y/broken"), None, error=HOSTILE),
    ]
    page = views.places(handlers.places(services, ranking(*lines), EmbeddedSource()))
    assert "<script>" not in page
    assert page.count("<tr>") == 4
    assert "0.400" in page
    assert "23 M" in page
    assert "not tried" in page
    assert "300 target texts with 2 labels" in page
    assert "higher is better" in page
    with speaking("zh"):
        assert "越高越好" in views.places(handlers.places(services, ranking(*lines), EmbeddedSource()))


def test_the_best_is_offered_unless_it_is_chosen(services: Services) -> None:
    found = ranking(ranked(EmbeddedSource(), 0.4), ranked(LocalSource(path="/x"), 0.2))
    chosen = handlers.places(services, found, EmbeddedSource())
    assert chosen.best is None
    assert "ranks first, and it is chosen already" in views.places(chosen)
    alone = handlers.places(services, ranking(ranked(EmbeddedSource(), 0.4)), EmbeddedSource())
    assert "only model on this machine" in views.places(alone)
    none = handlers.places(services, ranking(ranked(EmbeddedSource(), None, error="no")), EmbeddedSource())
    assert none.best is None


def test_taking_the_best_chooses_it(services: Services, tiny_model: Path) -> None:
    with gr.Blocks():
        page = Page(services, gr.BrowserState(""), gr.Textbox(label="run"), gr.Tabs())
        picker = SourcePicker(page, "title", "help", "source-model")
        card = SourceRanking(page, picker)
        card.connect(lambda: None, [])
    source = LocalSource(path=str(tiny_model))
    drawn = card.draw(handlers.places(services, ranking(ranked(source, 0.4)), EmbeddedSource()))
    assert drawn[card.best] == source
    assert "g-gone" not in drawn[card.take].elem_classes
    taken = card._take(source)
    assert taken[picker.chosen] == "folder"
    assert taken[picker.folder].value == str(tiny_model)
    with pytest.raises(SourceError, match="can't be chosen now"):
        card._take(HubSource(repo_id="a/b"))


def test_what_goes_wrong_is_told_in_its_place(services: Services) -> None:
    with gr.Blocks():
        page = Page(services, gr.BrowserState(""), gr.Textbox(label="run"), gr.Tabs())
        card = SourceRanking(page, SourcePicker(page, "title", "help", "source-model"))
    drawn = card.draw(explain(RunError(HOSTILE, "Try again.")))
    assert "&lt;script&gt;" in drawn[card.shown]
    assert "Try again." in drawn[card.shown]
    assert "g-gone" in drawn[card.take].elem_classes
