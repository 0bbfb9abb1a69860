"""About the server, and guests of a report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.spec import RunSpec
from ui import access
from ui.api.calling import Refusal
from ui.api.endpoints import ENDPOINTS
from ui.services import Services

#: What a guest may ask of the run whose report was shared with them, and of no other.
READABLE = {
    "read_report",
    "compare_models",
    "list_models",
    "list_test_texts",
    "cross_models",
    "score_parts",
    "read_calibration",
    "download_comparison",
}
#: What else an endpoint needs to be called at all.
GIVEN: dict[str, dict[str, Any]] = {
    "rename_run": {"name": "Another"},
    "compare_specs": {"other": "some-run"},
    "predict": {"text": "text"},
    "explain": {"text": "text"},
    "fill_mask": {"text": "[MASK]"},
    "push_export": {"repository": "owner/name"},
    "wait_for_run": {"seconds": 0},
}


@pytest.fixture(params=[False, True], ids=["own machine", "shared host"])
def host(request: pytest.FixtureRequest, services: Services, shared: Services) -> Services:
    return shared if request.param else services


def test_the_limits_are_told(shared: Services, call: Callable[..., Any]) -> None:
    told = call(shared, "about_server")
    assert told["visitors"] is True
    assert told["max_active"] == shared.settings.max_active


def test_a_guest_reads_one_report_and_reaches_nothing_else(
    host: Services, spec: RunSpec, finished: Callable[..., str], call: Callable[..., Any], mine: str
) -> None:
    owner = access.owner_of(host, mine)
    run, kept_back = (finished(host.store, spec, owner=owner) for _ in range(2))
    link = call(host, "share_report", run=run, visitor=mine)
    opened = call(host, "open_shared_report", link=f"https://host/{link['address']}")
    assert opened == call(host, "open_shared_report", link=link["token"])
    assert opened["run"] == run
    guest = opened["visitor"]
    about_runs = [name for name, one in ENDPOINTS.items() if one.arguments and one.arguments[0].name == "run"]
    assert {*about_runs} > READABLE
    for name in about_runs:
        if name in READABLE:
            call(host, name, run=run, visitor=guest)
        else:
            with pytest.raises(Refusal, match="no such run, or it is not yours"):
                call(host, name, run=run, visitor=guest, **GIVEN.get(name, {}))
        with pytest.raises(Refusal, match="no such run, or it is not yours"):
            call(host, name, run=kept_back, visitor=guest, **GIVEN.get(name, {}))
    assert host.supervisor.asked == []  # type: ignore[attr-defined]
    assert call(host, "list_runs", visitor=guest)["total"] == 0
    assert [one["key"] for one in call(host, "list_models", run=run, visitor=guest)] == [
        f"{run}/{model}" for model in ("source-only", "transferred", "target-only")
    ]

    call(host, "unshare_report", run=run, visitor=mine)
    with pytest.raises(Refusal, match="leads to no report"):
        call(host, "open_shared_report", link=link["token"])
    with pytest.raises(Refusal, match="no such run"):
        call(host, "read_report", run=run, visitor=guest)


def test_a_guest_starts_and_brings_nothing(
    host: Services, call: Callable[..., Any], sample_files: dict[str, str]
) -> None:
    guest = access.guest_of("token")
    asked: dict[str, dict[str, Any]] = {
        "start_demo": {},
        "start_training": {"files": sample_files},
        "start_run": {"spec": {"data": {"source": {"path": "samples/reviews.en.csv"}}}},
        "upload_text": {"name": "a.csv", "content": "text,label\n"},
        "check_data": {"files": sample_files},
        "write_spec": {"files": sample_files},
        "inspect_file": {"file": "samples/reviews.en.csv"},
    }
    for name, given in asked.items():
        with pytest.raises(Refusal, match=r"can be read, and nothing more|not valid"):
            call(host, name, visitor=guest, **given)
    assert host.store.list() == []


def test_another_visitor_reaches_no_run(
    shared: Services, spec: RunSpec, finished: Callable[..., str], call: Callable[..., Any], theirs: str
) -> None:
    mine = "m" * 32
    run = finished(shared.store, spec, owner=access.owner_of(shared, mine))
    for name, endpoint in ENDPOINTS.items():
        if endpoint.arguments and endpoint.arguments[0].name == "run":
            with pytest.raises(Refusal, match="no such run, or it is not yours"):
                call(shared, name, run=run, visitor=theirs, **GIVEN.get(name, {}))
    own = finished(shared.store, spec, owner=access.owner_of(shared, theirs))
    with pytest.raises(Refusal, match="no such run, or it is not yours"):
        call(shared, "compare_models", run=own, models=[f"{run}/transferred"], visitor=theirs)
    with pytest.raises(Refusal, match="no such run, or it is not yours"):
        call(shared, "compare_specs", run=own, other=run, visitor=theirs)
