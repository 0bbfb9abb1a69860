"""The application: the routes, the gate before them, and what is told where something fails."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from export.predictor import PredictorError
from export.serving.gate import OPEN, Gate, State, refused
from export.serving.metrics import Metrics
from export.serving.models import Models
from export.serving.page import POLICY, page
from export.serving.refusals import Refusal, refusal_of
from export.serving.routes import Reload, Routes
from export.serving.settings import ServeSettings
from export.serving.shortcut import Shortcut

TITLE, VERSION = "Models exported by Graft", "1"


def build(
    models: Models, settings: ServeSettings, state: State, metrics: Metrics, reload: Reload | None = None
) -> ASGIApp:
    """The application; its models are open.

    Args:
        models: That are served.
        settings: How.
        state: Of whoever serves.
        metrics: Told of each request.
        reload: How a model is loaded anew, where others serve it too.
    """
    # No redirects: whatever is no answer is told in one form, and where they lead a client's own header would say.
    app = FastAPI(title=TITLE, version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    routes = Routes(models, settings, state, metrics, reload)
    app.include_router(routes.router())
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]

    async def docs() -> Response:
        """The description for people; FastAPI's own page fetches its scripts from another host."""
        return Response(page(app.openapi()), 200, {"Content-Security-Policy": POLICY}, "text/html; charset=utf-8")

    app.add_api_route("/docs", docs, include_in_schema=False)

    async def told(_: Request, error: Exception) -> Response:
        return refused(refusal_of(error), metrics)

    for kind in (Refusal, PredictorError, HTTPException, Exception):
        app.add_exception_handler(kind, told)
    return Gate(Shortcut(app, routes), settings, state, metrics)


def _described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with the key that all but some routes want."""
    if app.openapi_schema is None:
        found = get_openapi(title=TITLE, version=VERSION, routes=app.routes)
        found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for path, methods in found["paths"].items():
            for method in methods.values():
                method["security"] = [] if path in OPEN else [{"key": []}]
                if "HTTPValidationError" in str(method["responses"].get("422")):
                    del method["responses"]["422"]  # FastAPI's own, for a path's name; any text is one
        app.openapi_schema = found
    return app.openapi_schema
