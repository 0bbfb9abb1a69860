"""A stranger calls every endpoint to reach what is another's.

What there is to try is read off the app itself: an endpoint's argument that this file does not know fails the test, so
that a new door can't be forgotten.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest

from tests.apart import apart
from tests.end_to_end.doors.place import MARK, STRANGER, VICTIM, Place, clean, strangers
from tests.end_to_end.test_programs import with_tools
from ui.access import GUEST
from ui.api.endpoints import ENDPOINTS

#: Endpoints that look at nobody's run, file or link.
OF_NOBODY = {"about_server", "new_visitor", "list_samples", "list_presets", "list_sources", "list_runs", "start_demo"}
#: An endpoint's arguments that name nothing of anybody's.
HARMLESS = {
    "task", "name", "second", "preset", "label_mapping", "source_label_mapping", "text", "variant", "role", "seed",
    "offset", "limit", "kind", "contains", "first", "content", "dataset", "config", "split", "reading", "seconds",
    "measure", "label", "said", "by", "sure", "provider", "optimisation", "quantisation", "calibration",
    "max_metric_loss", "max_flips", "max_logit_difference",
    "calibration_texts", "batches", "lengths", "rounds", "compiled", "repository", "private", "token", "model",
    "visitor",
}  # fmt: skip


def foreign(place: Place) -> dict[str, list[Any]]:
    """Argument → values that lead to the victim's, or would if somebody forgot to look."""
    run, file, path = place.run, place.file, str(place.upload)
    spelled = [run, f"../{run}", f"{run}/", f" {run}", f"./{run}", str(place.folder), f"{run}\x00", run.upper()]
    files = [file, f"{file}/.", f"x/../{file}", path, f"file://{path}", f"samples/../{file}", f"samples/{path}",
             f"{place.file.partition('/')[0]}/.owner", *place.paths]  # fmt: skip
    specs: list[Any] = [{"data": {"source": {"path": one}, "target": {"path": one}}} for one in files]
    specs += [{"data": {"target": {"path": file}}, "source": {"kind": "local", "path": str(place.folder)}}]
    return {
        "run": spelled,
        "other": spelled,
        "models": [[f"{one}/transferred"] for one in spelled] + [[f"{run}/transferred/fp32"], ["transferred"]],
        "file": [*files, {"path": path}, {"path": path, "meta": {"_type": "gradio.FileData"}}],
        "files": [{"target": one, "source": one} for one in files] + [{"target": {"file": file}}],
        "spec": [*specs, json.dumps(specs[0])],
        "source": [str(place.folder), run, f"{run}/transferred", f"local:{place.folder}"],
        "link": [run, f"/?report={run}", f"/?report={VICTIM}", hashlib.sha256(VICTIM.encode()).hexdigest(), "", "*"],
    }


def filled(name: str, argument: str, value: Any) -> dict[str, Any]:
    """Arguments of an endpoint with one of them foreign, and the others as they have to be."""
    usual: dict[str, Any] = {
        "files": {"target": "samples/reviews.zh.train.csv", "test": "samples/reviews.zh.test.csv"},
        "text": "text", "name": "a name", "content": "text,label\na,b\n", "model": "transferred", "dataset": "a/b",
        "repository": "a/b", "token": "hf_x", "spec": {"data": {"target": {"path": "samples/reviews.zh.train.csv"}}},
        "file": "samples/reviews.zh.train.csv", "run": "no-run", "other": "no-run", "link": "no",
        "first": "transferred", "second": "source-only",
    }  # fmt: skip
    needed = {one.name: usual[one.name] for one in ENDPOINTS[name].arguments if one.required}
    return {**needed, argument: value}


def test_every_argument_of_every_endpoint_is_known(place: Place) -> None:
    info = httpx.get(f"{place.app.url}/gradio_api/info").json()["named_endpoints"]
    assert {name.lstrip("/") for name in info} == ENDPOINTS.keys()
    found = {one["parameter_name"] for endpoint in info.values() for one in endpoint["parameters"]}
    assert found == HARMLESS | foreign(place).keys()
    named = {name for name, one in ENDPOINTS.items() if {each.name for each in one.arguments} & foreign(place).keys()}
    others = {"upload_text", "fetch_dataset"}  # take no name of anything that is there
    assert ENDPOINTS.keys() - named - others == OF_NOBODY


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ENDPOINTS.keys() - OF_NOBODY))
def test_no_endpoint_gives_a_stranger_what_is_anothers(place: Place, unchanged: None, name: str) -> None:
    values = foreign(place)
    mine = [argument.name for argument in ENDPOINTS[name].arguments]
    for argument in mine:
        for value in values.get(argument, []):
            given = filled(name, argument, value)
            for visitor in strangers(place) if value == values[argument][0] else [STRANGER]:
                if "visitor" in mine:
                    given["visitor"] = visitor
                answer = place.ask(name, **given)
                clean(place, answer, f"{name} {given}")
                if argument in ("run", "file", "spec", "link", "files"):
                    assert answer.status_code == 500, f"{name} {given}: {answer.text}"


def test_the_victim_gets_what_the_strangers_do_not(place: Place) -> None:
    """Else the tests above would show nothing."""
    for name in ("watch_run", "read_log", "compare_models", "list_exports", "read_report", "list_test_texts"):
        answer = place.ask(name, run=place.run, visitor=VICTIM)
        assert answer.status_code == 200, name
        assert MARK in answer.text, name
    assert MARK in place.ask("inspect_file", file=place.file, visitor=VICTIM).text
    assert place.ask("list_runs", visitor=STRANGER).json()["data"][0]["total"] == 0


def test_the_neighbour_notices_who_connects(place: Place) -> None:
    before = place.neighbour.met
    assert MARK in httpx.get(f"{place.neighbour.url}/a.csv").text
    assert place.neighbour.met == before + 1


def test_a_header_makes_nobody_somebody_else(place: Place, unchanged: None) -> None:
    owner = hashlib.sha256(VICTIM.encode()).hexdigest()
    for headers in (
        {"x-graft-visitor": owner},
        {"x-graft-visitor": STRANGER, "cookie": f"visitor={VICTIM}; oauth_info={VICTIM}; session={VICTIM}"},
        {"x-graft-visitor": STRANGER, "authorization": f"Bearer {VICTIM}", "x-forwarded-user": VICTIM},
    ):
        body = {"data": [place.run, ""]}
        answer = httpx.post(f"{place.app.url}/gradio_api/run/watch_run", json=body, headers=headers)
        assert answer.status_code == 500
        clean(place, answer, str(headers))


def test_no_tool_gives_an_assistant_what_is_anothers(place: Place, unchanged: None) -> None:
    async def look(tools: Any) -> list[Any]:
        calls = [
            (name, {"run": place.run}) for name in ("watch_run", "read_log", "read_spec", "delete_run", "read_report")
        ]
        calls.append(("inspect_file", {"file": place.file}))
        owner = hashlib.sha256(VICTIM.encode()).hexdigest()
        return [
            await tools.call_tool(name, {**given, "visitor": visitor})
            for visitor in (STRANGER, owner, f"{GUEST}{place.run}")
            for name, given in calls
        ]

    for found in apart(with_tools(place.app.url, {}, look)):
        assert found.isError
        assert MARK not in str(found)
