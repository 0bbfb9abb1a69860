"""Puts the endpoints into the page, so that Gradio serves and documents them.

``gr.api`` does the same for one function, but makes a component of its own for every argument, most of which are
alike (who calls, which run); here equal ones are one component, which keeps the page's configuration small. It also
has no place for what is said of an argument.
"""

from __future__ import annotations

import json
from typing import Any

from gradio.components.api_component import Api
from gradio.context import get_blocks_context

from ui.api.calling import bound
from ui.api.describing import Schema
from ui.api.endpoints import ENDPOINTS
from ui.services import Services
from ui.tabs.hub import FETCHING
from ui.wiring import MEASURING

#: Queue → how many are answered at a time.
LIMITS: dict[str, int] = {one["concurrency_id"]: one["concurrency_limit"] for one in (MEASURING, FETCHING)}


def register(services: Services) -> None:
    """Add every endpoint to the page that is being built."""
    page = get_blocks_context()
    made: dict[str, Api] = {}

    def component(schema: Schema, default: Any, label: str) -> Api:
        key = json.dumps([schema, default, label])
        if key not in made:
            made[key] = Api(default, schema, label)
        return made[key]

    for endpoint in ENDPOINTS.values():
        page.set_event_trigger(
            [],
            bound(endpoint, services),
            [component(one.schema, one.default, one.description) for one in endpoint.arguments],
            [component(endpoint.result_schema, None, "answer")],
            preprocess=False,
            postprocess=False,
            show_progress="hidden",
            api_name=endpoint.name,
            api_visibility="public",
            queue=bool(endpoint.queue),
            concurrency_limit=LIMITS.get(endpoint.queue),
            concurrency_id=endpoint.queue or None,
            trigger_mode=None,
        )
