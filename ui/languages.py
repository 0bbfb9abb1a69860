"""One page in several languages: each request is answered in its own.

Gradio translates labels in the browser, but neither choices nor HTML. So the page is built once a language, and what
differs, its components' properties, is lent to the one that is served.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.sessions import PageConfig
from ui.text.languages import DEFAULT, LANGUAGES, LOCALES, current, speaking, wanted

#: Makes the browser's language the page's, so that Gradio's own sentences are in it too; before Gradio starts.
AGREE = """
<script>
  for (const [name, value] of Object.entries({language: %(locale)s, languages: [%(locale)s]})) {
    Object.defineProperty(navigator, name, {get: () => value});
  }
</script>
"""


class MultilingualBlocks(gr.Blocks):
    """A page whose configuration is in the language that is being spoken.

    What comes after the components of the page, the arguments of endpoints, is told in one language.

    Args:
        login: Whether Gradio is to let people sign in with Hugging Face.
        options: Those of ``gr.Blocks``.
    """

    def __init__(self, *, login: bool = False, **options: Any) -> None:
        self._login, self._options = login, options
        self._translations: dict[str, list[dict[str, Any]]] = {}
        super().__init__(**options)
        self.default_config = PageConfig(self)

    @property
    def config(self) -> dict[str, Any]:
        """What the browser is told of the page; and that there are tools, which are made when they are asked for."""
        told = {**self._config, "mcp_server": True}
        if current() == DEFAULT:
            return told
        pairs = zip(self._config["components"], self._translations[current()], strict=False)
        translated = [{**own, "props": other["props"]} for own, other in pairs]
        return {**told, "components": translated + self._config["components"][len(translated) :]}

    @config.setter
    def config(self, config: dict[str, Any]) -> None:
        self._config = config

    @property
    def expects_oauth(self) -> bool:
        """Gradio asks it before it offers the addresses for signing in; else it looks for a button of its own."""
        return self._login

    def translate(self, fill: Callable[[gr.Blocks], None]) -> None:
        """Build the page in the other languages too, in the order of this page's own components.

        Before anybody is served: Gradio has one place for all threads where it keeps the page that is being built, and
        a component that a handler makes meanwhile would end up in it.
        """
        for language in LANGUAGES.keys() - {DEFAULT}:
            with speaking(language), gr.Blocks(**self._options) as blocks:
                fill(blocks)
            self._translations[language] = blocks.config["components"]


def multilingual(
    fill: Callable[[gr.Blocks], None],
    finish: Callable[[], None] = lambda: None,
    *,
    login: bool = False,
    **options: Any,
) -> MultilingualBlocks:
    """The page that ``fill`` places, in every language.

    Args:
        fill: Places what is seen.
        finish: Adds what is not, to the one page that works.
        login: As :class:`MultilingualBlocks` takes it.
        options: Likewise.
    """
    with speaking(DEFAULT), MultilingualBlocks(login=login, **options) as page:
        fill(page)
        finish()
    page.translate(fill)
    return page


class LanguageMiddleware:
    """Speaks the language of each request, and writes it into the page's document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        with speaking(wanted(request.cookies, request.headers.get("accept-language"))):
            is_page = request.method == "GET" and scope["path"].removeprefix(scope.get("root_path", "")) in ("", "/")
            await self.app(scope, receive, _Document(send) if is_page else send)


class _Document:
    """Sends a document on, with the language written into it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Keep what comes until it is whole."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish()

    async def _finish(self) -> None:
        locale = LOCALES[current()]
        script = AGREE % {"locale": json.dumps(locale)}
        body = self.body.replace(b'lang="en"', f'lang="{locale}"'.encode(), 1)
        body = body.replace(b"<head>", f"<head>{script}".encode(), 1)
        headers = MutableHeaders(raw=list(self.start["headers"]))
        headers["content-length"] = str(len(body))
        headers.add_vary_header("Cookie, Accept-Language")
        await self.send({**self.start, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": body})
