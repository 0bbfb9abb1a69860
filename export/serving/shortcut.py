"""The short way of a prediction, past FastAPI's layers.

They were a third of what a request of one text costs the event loop beside its tokens. FastAPI has the same function
under the same path, and describes it; what does not go this way, as another method, goes there.
"""

from __future__ import annotations

from fastapi import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from export.serving.routes import PREDICT, Routes


class Shortcut:
    """ASGI: predictions, and before everything else the application.

    Args:
        app: That answers what is no prediction.
        routes: The functions behind the paths.
    """

    def __init__(self, app: ASGIApp, routes: Routes) -> None:
        self._app, self._routes = app, routes
        self._path = Route(PREDICT, routes.predict, methods=["POST"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on; what can't be answered is raised."""
        match, found = self._path.matches(scope)
        if match is not Match.FULL:
            await self._app(scope, receive, send)
            return
        scope["route"] = self._path
        response = await self._routes.predict(found["path_params"]["name"], Request(scope, receive))
        await response(scope, receive, send)
