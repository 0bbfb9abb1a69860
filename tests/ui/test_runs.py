"""The visitor's runs: their list, their places in the queue, names, deletion, differences."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.errors import RunError
from pipeline.runs import RunState
from pipeline.spec import AdoptVocabulary, CoTraining, ExportSpec, HubSource, KeepVocabulary, RunSpec
from ui import access
from ui.failures import explain
from ui.handlers import runs as handlers
from ui.services import Services
from ui.text.languages import speaking
from ui.views import differences as views
from ui.views import runs as list_views

HOSTILE = "<script>alert('x')</script>\"&"


def named(spec: RunSpec, name: str) -> RunSpec:
    return spec.model_copy(update={"name": name})


def test_long_lists_page(services: Services, spec: RunSpec) -> None:
    ids = [services.store.create(spec).id for _ in range(handlers.PAGE_SIZE + 2)][::-1]
    first = handlers.page(services, None, 0)
    assert (len(first.lines), first.total, first.has_next) == (handlers.PAGE_SIZE, len(ids), True)
    for beyond in (handlers.PAGE_SIZE, 999):
        last = handlers.page(services, None, beyond)
        assert (last.first, len(last.lines), last.has_next) == (handlers.PAGE_SIZE, 2, False)
    assert handlers.page(services, None, -5).first == 0
    assert handlers.holding(services, None, first.lines[-1].record.id) == 0
    assert handlers.holding(services, None, last.lines[0].record.id) == handlers.PAGE_SIZE
    assert handlers.holding(services, None, "gone") == handlers.holding(services, None, None) == 0
    assert "1–6 of 8" in list_views.position(first)


def test_a_run_in_the_queue_tells_its_place_and_whom_it_waits_for(shared: Services, spec: RunSpec) -> None:
    mine, theirs = (access.owner_of(shared, name) for name in ("mine", "theirs"))
    store = shared.store
    at_work = store.create(named(spec, f"At work {HOSTILE}"), mine).id
    store.create(named(spec, "secret"), theirs)
    store.create(named(spec, "Third"), mine)
    store.move(at_work, RunState.RUNNING, pid=1)
    page = handlers.page(shared, "mine", 0)
    lines = {line.record.name: line for line in page.lines}
    waiting = lines["Third"]
    assert (waiting.place, waiting.before, waiting.others) == (2, (f"At work {HOSTILE}",), 1)
    assert lines[f"At work {HOSTILE}"].place == 0
    drawn = list_views.runs(page, at_work, time.time())
    assert "no. 2 in the queue, after “At work" in drawn
    assert "1 of other visitors" in drawn
    assert "secret" not in drawn
    assert "<script" not in drawn
    assert drawn.count('aria-current="true"') == 1
    assert handlers.page(shared, None, 0).lines == ()
    assert list_views.runs(handlers.page(shared, None, 0), None, 0.0) == ""


def test_a_new_name_is_kept_and_an_empty_one_refused(services: Services, spec: RunSpec) -> None:
    run_id = services.store.create(spec).id
    handlers.rename(services, None, run_id, "  Better  ")
    assert services.store.get(run_id).name == "Better"
    with pytest.raises(RunError, match="1 to 80 characters"):
        handlers.rename(services, None, run_id, " ")


def test_only_a_run_at_rest_is_deleted(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    done, waiting = finished(services.store, spec), services.store.create(spec).id
    handlers.delete(services, None, done)
    assert services.supervisor.asked == [("delete", done)]
    assert [line.record.id for line in handlers.page(services, None, 0).lines] == [waiting]
    with pytest.raises(RunError, match="still at work"):
        handlers.delete(services, None, waiting)


def test_what_is_asked_before_a_deletion_names_the_run(services: Services, spec: RunSpec) -> None:
    page = list_views.deleting(services.store.create(named(spec, HOSTILE)))
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def compared(services: Services, first: RunSpec, second: RunSpec) -> str:
    ids = [services.store.create(spec).id for spec in (first, second)]
    assert next(record.id for record in handlers.others(services, None, ids[0])) == ids[1]
    return views.differences(handlers.compare(services, None, *ids))


def test_runs_of_one_recipe_have_no_differences(services: Services, spec: RunSpec) -> None:
    assert "asked to do the same" in compared(services, spec, named(spec, "Other name"))
    assert views.differences(None) == ""


def test_differences_are_told_in_the_words_of_the_form(services: Services, spec: RunSpec) -> None:
    recipe = spec.recipe.model_copy(
        update={
            "self_training": CoTraining(rounds=3),
            "fine_tuning": spec.recipe.fine_tuning.model_copy(update={"epochs": 9}),
        }
    )
    data = spec.data.model_copy(update={"test": None, "label_mapping": {"kind": HOSTILE}})
    other = spec.model_copy(
        update={"seed": 12345, "learning_curve": (10, 50), "exports": (), "recipe": recipe, "data": data}
    )
    page = compared(services, spec, other)
    for words in ("Seed", "12345", "10, 50", "Recipe › Fine-tuning", "Epochs", "Test texts", "reviews.zh.test.csv"):
        assert words in page
    assert "<span>transferred, cpu, O2, int8</span>" in page  # calibration is static int8's alone
    assert "Learn from labels alone" in page
    assert page.index("Learn from labels alone") < page.index("Rounds")
    assert "not part of this run" in page
    assert "<script" not in page


def test_an_export_in_static_int8_is_told_with_its_calibration(services: Services, spec: RunSpec) -> None:
    made = ExportSpec(
        optimisation=("O1", "O2"), quantisation=("int8-static",), calibration="entropy", calibration_texts=64
    )
    page = compared(services, spec.model_copy(update={"exports": ()}), spec.model_copy(update={"exports": (made,)}))
    assert "<span>transferred, cpu, O1 + O2, int8-static, entropy, 64</span>" in page


def test_a_gate_that_is_not_the_usual_one_is_told_by_its_titles(services: Services, spec: RunSpec) -> None:
    made = ExportSpec(max_metric_loss=0.02, max_logit_difference=2e-3)
    page = compared(services, spec.model_copy(update={"exports": ()}), spec.model_copy(update={"exports": (made,)}))
    assert "<span>transferred, cpu, O2, int8, Loss allowed 0.02, Logit difference allowed 0.002</span>" in page


def test_models_are_told_as_a_whole(services: Services, spec: RunSpec) -> None:
    adopted = AdoptVocabulary(model=HubSource(repo_id="some/model"))
    changed = {"source": HubSource(repo_id="google-bert/bert-base-chinese")}
    changed |= {"recipe": spec.recipe.model_copy(update={"vocabulary": adopted})}
    page = compared(services, spec, spec.model_copy(update=changed))
    for words in ("MiniLM L6", "BERT base, Chinese", "Tokenizer of", "some/model"):
        assert words in page
    assert "repo" not in page
    kept = spec.model_copy(update={"recipe": spec.recipe.model_copy(update={"vocabulary": KeepVocabulary()})})
    assert "Vocabulary" in compared(services, spec, kept)


def test_files_of_one_name_are_told_apart_by_their_folders(services: Services, spec: RunSpec) -> None:
    def at(path: str) -> RunSpec:
        target = spec.data.target.model_copy(update={"path": path})
        return spec.model_copy(update={"data": spec.data.model_copy(update={"target": target})})

    page = compared(services, at("/secret/one/a.csv"), at("/secret/two/a.csv"))
    assert "one/a.csv" in page
    assert "two/a.csv" in page
    page = compared(services, at("/secret/one/a.csv"), at("/secret/one/b.csv"))
    assert ">a.csv<" in page
    assert "secret" not in page


def test_a_quota_is_told_as_a_message(services: Services, spec: RunSpec) -> None:
    settings = services.settings.model_copy(update={"max_active": 1})
    supervisor = Supervisor(services.store, LocalEngine(services.store), settings)
    services.store.create(spec)
    with pytest.raises(RunError) as caught:
        supervisor.submit(spec)
    assert "You have 1 runs waiting or at work" in explain(caught.value).sentence
    with speaking("zh"):
        told = explain(caught.value).sentence
    assert told == "您有 1 次运行正在排队或进行，这里最多允许 1 次。请等待其中一次结束，或取消一次。"
