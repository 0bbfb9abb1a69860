"""A stranger calls every event of the page, which are private, but can be called by number."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.end_to_end.doors.place import STRANGER, Place, clean


def payloads(place: Place) -> dict[str, Any]:
    """What every input of an event may be given, besides who asks."""
    path = str(place.upload)
    file = {"path": path, "orig_name": "a.csv", "size": 1, "meta": {"_type": "gradio.FileData"}}
    return {
        "id": place.run,
        "list": [f"{place.run}/transferred"],
        "path": path,
        "file": file,
        "number": 0,
        "nothing": None,
        "address": {**file, "path": f"{place.app.url}/gradio_api/file={path}", "url": f"{place.app.url}/x"},
        "neighbour": {**file, "path": f"{place.neighbour.url}/a.csv", "url": f"{place.neighbour.url}/b.csv"},
        "link": f"{place.neighbour.url.replace('127.0.0.1', 'localhost')}/a.csv",
        "report": str(place.folder / "report.json"),
    }


def answers(client: httpx.Client, sent: int, session: str) -> str:
    """All that the queue says of a session's events."""
    said, done = [], 0
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}, timeout=180) as stream:
        for line in stream.iter_lines():
            said.append(line)
            done += '"process_completed"' in line
            if done >= sent or '"close_stream"' in line:
                break
    return "\n".join(said)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["id", "list", "path", "file", "number", "nothing", "address", "neighbour", "link", "report"]
)
def test_no_event_of_the_page_gives_a_stranger_what_is_anothers(place: Place, unchanged: None, kind: str) -> None:
    value = payloads(place)[kind]
    config = httpx.get(f"{place.app.url}/config").json()
    parts = {part["id"]: part for part in config["components"]}
    events = [one for one in config["dependencies"] if one["backend_fn"] and one["api_visibility"] != "public"]
    assert len(events) > 100
    demo = {one["id"] for one in parts.values() if one["props"].get("elem_id") == "demo"}

    def given(number: int) -> Any:
        part = parts[number]
        if part["type"] == "state":
            return None
        return STRANGER if part["props"].get("elem_id") == "visitor" else value

    session, sent = f"stranger{kind}", 0
    query = f"?run={place.run}&report={place.run}"
    with httpx.Client(base_url=place.app.url, timeout=120) as client:
        for event in events:
            if {target for target, _ in event["targets"]} & demo:
                continue  # starts a run of the stranger's own, and is tried as an endpoint
            body = {"fn_index": event["id"], "data": [*map(given, event["inputs"])], "session_hash": session}
            body["event_data"] = {"value": place.run, "index": 0, "_type": "x"}
            if not event["queue"]:
                clean(place, client.post(f"/gradio_api/run/predict{query}", json=body), f"event {event['id']}")
                continue
            answer = client.post(f"/gradio_api/queue/join{query}", json=body)
            assert answer.status_code in (200, 422), answer.text
            clean(place, answer, f"event {event['id']}")
            sent += answer.status_code == 200
        said = answers(client, sent, session)
    assert said.count('"process_completed"') == sent
    for secret in place.secrets:
        at = said.find(secret.decode())
        assert at < 0, said[max(0, at - 300) : at + 100]
    assert "Traceback" not in said
