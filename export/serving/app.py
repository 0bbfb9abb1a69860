"""The application: the routes, the gate before them, and what is told where something fails."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from export.predictor import NoNumberError, PredictorError
from export.serving.gate import HEADERS, OPEN, Gate, State
from export.serving.metrics import Metrics
from export.serving.models import Models
from export.serving.page import POLICY, page
from export.serving.refusals import Refusal, of_predictor
from export.serving.routes import Reload, Routes
from export.serving.settings import ServeSettings

TITLE, VERSION = "Models exported by Graft", "1"
#: What starlette refuses by itself → what it is called here.
CODES = {404: ("unknown_path", "There is nothing at this path."), 405: ("wrong_method", "The path has other methods.")}


def build(
    models: Models, settings: ServeSettings, state: State, metrics: Metrics, reload: Reload | None = None
) -> FastAPI:
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
    app.add_middleware(Gate, settings=settings, state=state, metrics=metrics)
    app.include_router(Routes(models, settings, state, metrics, reload).router())
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]

    async def docs() -> Response:
        """The description for people; FastAPI's own page fetches its scripts from another host."""
        return Response(page(app.openapi()), 200, {"Content-Security-Policy": POLICY}, "text/html; charset=utf-8")

    app.add_api_route("/docs", docs, include_in_schema=False)

    async def told(_: Request, error: Exception) -> Response:
        refusal = _refusal(error)
        metrics.refusals.labels(refusal.code).inc()
        headers = {**HEADERS, **refusal.headers}  # what answers a defect is outside of the gate
        return Response(refusal.body, refusal.status, headers, "application/json")

    for kind in (Refusal, PredictorError, HTTPException, Exception):
        app.add_exception_handler(kind, told)
    return app


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NoNumberError):
        return of_predictor(error, "no_number")
    if isinstance(error, PredictorError):
        return of_predictor(error)
    if isinstance(error, HTTPException) and error.status_code in CODES:
        return Refusal(*CODES[error.status_code], headers=dict(error.headers or {}))
    return Refusal("internal", "The server failed.")


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
