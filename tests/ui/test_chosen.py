"""Which models are set side by side, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import DataError, ExportError, RunError
from pipeline.report import Report
from pipeline.spec import RunSpec
from ui import access
from ui.handlers import ask, variants
from ui.handlers import chosen as handlers
from ui.handlers.chosen import Pick
from ui.services import Services
from ui.views import compare as views

Finished = Callable[..., str]


@pytest.fixture
def runs(services: Services, spec: RunSpec, finished: Finished) -> tuple[str, str]:
    """Two finished runs of one task, with names of their own."""
    names = ("Monday", "Tuesday")
    return tuple(finished(services.store, spec.model_copy(update={"name": name})) for name in names)  # type: ignore[return-value]


def keys(*picks: tuple[str, ...]) -> list[str]:
    return [Pick(*pick).key for pick in picks]


def test_without_a_choice_a_runs_own_models_are_shown(services: Services, runs: tuple[str, str]) -> None:
    found = handlers.shown(services, None, runs[0])
    assert [pick.model for pick in found.picks] == ["source-only", "transferred", "target-only"]
    assert (found.own, found.left_out, found.pair) == (True, 0, ("source-only", "transferred"))
    assert handlers.shown(services, None, runs[0]) is found
    every = keys(*((runs[0], pick.model) for pick in reversed(found.picks)))
    assert handlers.shown(services, None, runs[0], every) is found


def test_models_of_two_runs_are_shown_with_their_runs_names(services: Services, runs: tuple[str, str]) -> None:
    chosen = keys((runs[0], "transferred"), (runs[1], "transferred"), (runs[1], "source-only"))
    found = handlers.shown(services, None, runs[0], chosen)
    assert [model.title for model in found.report.models] == [
        "transferred · Monday",
        "transferred · Tuesday",
        "source-only · Tuesday",
    ]
    assert not found.own
    assert found.pair == ("transferred@1", "source-only@3")
    assert handlers.shown(services, None, runs[0], chosen) is found
    page = views.ahead(found) + views.models(found.report) + views.pairs(found.report)
    assert "transferred · Monday" in page
    assert 'class="g-metric g-transferred"' in page
    assert "g-transferred@" not in page


def test_a_renamed_run_is_told_by_its_new_name(services: Services, runs: tuple[str, str]) -> None:
    chosen = keys((runs[0], "transferred"), (runs[1], "transferred"))
    handlers.shown(services, None, runs[0], chosen)
    services.store.rename(runs[1], "Friday")
    found = handlers.shown(services, None, runs[0], chosen)
    assert found.report.models[1].title == "transferred · Friday"


def test_runs_of_one_name_are_told_apart(services: Services, spec: RunSpec, finished: Finished) -> None:
    one, other = (finished(services.store, spec) for _ in range(2))
    titles = [title for title, _ in handlers.choosable(services, None, one)]
    assert len(set(titles)) == len(titles)
    assert f"({other[-4:]})" in titles[-1]


def test_what_can_be_chosen_learned_the_same_task(
    services: Services, spec: RunSpec, finished: Finished, runs: tuple[str, str], report_of: Callable[..., Report]
) -> None:
    other = finished(services.store, spec)
    path = services.store.folder(other) / "report.json"
    path.write_text(report_of(labels=("x", "y")).model_dump_json(), encoding="utf-8")
    old = finished(services.store, spec)
    (services.store.folder(old) / "report.json").write_text("{}", encoding="utf-8")
    found = [Pick.of(key) for _, key in handlers.choosable(services, None, runs[1])]
    assert [pick.run for pick in found] == [runs[1]] * 5 + [runs[0]] * 5  # its own come first
    assert [pick.name for pick in found[:5]] == [
        "source-only",
        "transferred",
        "transferred+fp32",
        "transferred+int8",
        "target-only",
    ]


@pytest.mark.parametrize("key", ["", "no", "a/b/c/d", "run/transferred", "../run/transferred", "run//"])
def test_a_key_that_names_nothing_is_refused(services: Services, runs: tuple[str, str], key: str) -> None:
    with pytest.raises(RunError):
        handlers.shown(services, None, runs[0], [key])


def test_a_model_that_the_run_has_not_is_refused(services: Services, runs: tuple[str, str]) -> None:
    for model in ("classical", "..", "transferred@1"):
        with pytest.raises(RunError):
            handlers.shown(services, None, runs[0], keys((runs[0], model)))


def test_too_many_models_are_refused(services: Services, runs: tuple[str, str]) -> None:
    many = keys(*((runs[0], "transferred", str(number)) for number in range(13)))
    with pytest.raises(DataError, match="More than 12"):
        handlers.shown(services, None, runs[0], many)


def test_nobody_reaches_another_visitors_models(shared: Services, spec: RunSpec, finished: Finished) -> None:
    mine, theirs = (finished(shared.store, spec, owner=access.owner_of(shared, who)) for who in ("mine", "theirs"))
    for variant in ("", "int8"):
        with pytest.raises(RunError, match="not yours"):
            handlers.shown(shared, "mine", mine, keys((mine, "source-only"), (theirs, "transferred", variant)))
    assert {Pick.of(key).run for _, key in handlers.choosable(shared, "mine", mine)} == {mine}


def test_a_variant_is_put_to_the_test_texts_once(
    services: Services, runs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    real = variants._ask
    monkeypatch.setattr(variants, "_ask", lambda *given: asked.append(given) or real(*given))
    chosen = keys((runs[0], "transferred"), (runs[0], "transferred", "int8"))
    found = handlers.shown(services, None, runs[0], chosen)
    handlers.shown(services, None, runs[0], [*chosen, *keys((runs[1], "transferred"))])
    assert len(asked) == 1
    assert found.report.models[1].title == "transferred, int8 ONNX"
    # The stand-in says "positive" of everything: it is right on the 12 of 25 texts that are.
    assert found.report.models[1].metrics["accuracy"].value == pytest.approx(12 / 25)


def test_a_variant_that_is_not_there_is_told(services: Services, runs: tuple[str, str]) -> None:
    for model, variant in (("transferred", "O3"), ("target-only", "int8"), ("transferred", "../..")):
        with pytest.raises(DataError, match="no variant"):
            variants.variant_file(services, runs[0], model, variant)
    (services.store.export_folder(runs[0], "transferred") / "int8" / "model.onnx").unlink()
    with pytest.raises(ExportError, match="no model"):
        handlers.shown(services, None, runs[0], keys((runs[0], "transferred", "int8")))


def test_a_single_model_asks_for_a_second_one(services: Services, runs: tuple[str, str]) -> None:
    found = handlers.shown(services, None, runs[0], keys((runs[1], "transferred")))
    assert "Choose a second model" in views.ahead(found)


def test_texts_that_not_all_were_tested_on_are_told(
    services: Services, runs: tuple[str, str], report_of: Callable[..., Report]
) -> None:
    path = services.store.folder(runs[1]) / "report.json"
    path.write_text(report_of(texts=20).model_dump_json(), encoding="utf-8")
    found = handlers.shown(services, None, runs[0], keys((runs[0], "transferred"), (runs[1], "source-only")))
    assert (found.left_out, found.report.data.test) == (5, 20)
    page = views.ahead(found)
    assert "5 test texts are left out" in page
    assert "A clear lead" in page


def test_a_guest_sees_the_shared_runs_models_and_no_export(shared: Services, spec: RunSpec, finished: Finished) -> None:
    run_id, other = (finished(shared.store, spec, owner=access.owner_of(shared, "mine")) for _ in range(2))
    share = access.Share(token="t" * 24, created=0)
    (shared.store.folder(run_id) / access.SHARE).write_text(share.model_dump_json(), encoding="utf-8")
    guest = access.guest_of(share.token)
    assert handlers.shown(shared, guest, run_id).own
    assert len(handlers.shown(shared, guest, run_id, keys((run_id, "transferred"), (run_id, "source-only"))).picks) == 2
    assert ask.variants(shared, guest, run_id) == {}
    for chosen in ((run_id, "transferred", "int8"), (other, "transferred")):
        with pytest.raises(RunError, match="not yours"):
            handlers.shown(shared, guest, run_id, keys(chosen))


@pytest.fixture
def bagged(services: Services, spec: RunSpec, finished: Finished) -> str:
    """A finished run whose transferred model is an ensemble of two."""
    run_id = finished(services.store, spec)
    path = services.store.folder(run_id) / "report.json"
    report = Report.read(path)
    names = [f"transferred-member-{number}" for number in (1, 2)]
    members = [report.model("transferred").model_copy(update={"name": name, "title": name}) for name in names]
    examples = [
        one.model_copy(
            update={
                "predictions": {**one.predictions, **dict.fromkeys(names, one.predictions["source-only"])},
                "probabilities": {**one.probabilities, **dict.fromkeys(names, one.probabilities["source-only"])},
            }
        )
        for one in report.examples
    ]
    path.write_text(report.model_copy(update={"members": members, "examples": examples}).model_dump_json())
    return run_id


def test_members_of_an_ensemble_can_be_chosen_and_stand_beside_it(services: Services, bagged: str) -> None:
    assert len(handlers.shown(services, None, bagged).report.models) == 3
    keys_there = [key for _, key in handlers.choosable(services, None, bagged)]
    assert f"{bagged}/transferred-member-2" in keys_there
    chosen = keys((bagged, "transferred"), (bagged, "transferred-member-1"), (bagged, "source-only"))
    found = handlers.shown(services, None, bagged, chosen)
    _, member, source = (model.metrics for model in found.report.models)
    assert member == source  # it says what that one says
    assert 'class="g-metric g-transferred"' in views.models(found.report)
    transferred, silent = ask.ask(services, None, bagged, "text", chosen=chosen[:2])
    assert "ensemble" in silent.fault
    assert transferred.fault != silent.fault
