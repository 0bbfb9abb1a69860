"""One page in two languages: built alike, each request in its own, and nothing left untranslated."""

from __future__ import annotations

import ast
import asyncio
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.context import LocalContext
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

import ui
from pipeline.settings import Settings
from tests.apart import apart
from ui import layout
from ui.answering import spoken
from ui.languages import LanguageMiddleware, MultilingualBlocks
from ui.services import Services
from ui.tabs.language import FORM_COOKIE, TAB_COOKIE
from ui.text import say
from ui.text.languages import COOKIE, LANGUAGES, current, speaking

ROOT = Path(ui.__file__).parent
#: Words that are the same in every language: names, formats, units, and what people wrote.
NAMES = set(
    """
    Graft English Hugging Face Hub ID MiniLM BERT base XLM RoBERTa DistilBERT ULMFiT LoRA AdaBoost SAMME Bagging
    ONNX onnxruntime Optimum PyTorch Python numpy tokenizers CPU CUDA int csv tsv jsonl conll conllu utf gb
    HTML CSV TSV JSON Lines CoNLL BIO MUSE CEDICT CC MASK unigram wordpiece bpe dropout Dropout AdamW alpha Alpha rank
    MB zip logit config json spec model safetensors FacebookAI xlm roberta McNemar main run
    TensorRT GPU fp bf float HF TOKEN OWNER NAME export variants python
    SST ChnSentiCorp AG News stanfordnlp sst lansinuote fancyzhx ag news Space torch compile
    """.split()  # noqa: SIM905 - a list of words
)
#: Three words in a row, in one line; classes of CSS have hyphens, scripts have many lines.
SENTENCE = re.compile(r"\A(?!.*\n).*(?<![-\w])[A-Za-z]+ [a-z]+ [a-z]+(?![-\w])")
SHOWN = ("label", "info", "placeholder", "title", "value", "choices")


def untranslated(text: str) -> list[str]:
    """Words of a text or of HTML, attributes that people hear included, that are not Chinese and no names."""
    heard = " ".join(re.findall(r'(?:aria-label|title|placeholder|data-copied|data-warning)="(.*?)"', text))
    seen = re.sub(r"<[^>]*>", " ", text)
    words = re.findall(r"[A-Za-z]{2,}", html.unescape(f"{seen} {heard}"))
    return [word for word in words if word not in NAMES]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):  # of choices, the name is seen, the value is not
        for entry in value:
            yield from strings(entry[0] if isinstance(entry, (list, tuple)) else entry)


@pytest.fixture(params=[False, True, None], ids=["no-hub", "hub", "hub-unknown"])
def page(request: pytest.FixtureRequest, settings: Settings, services_for: Callable[..., Services]) -> gr.Blocks:
    return layout.build(services_for(settings, hub=request.param))


def test_the_chinese_page_has_no_untranslated_string(page: MultilingualBlocks) -> None:
    with speaking("zh"):
        components = page.config["components"]
    found = {
        (component["type"], component["props"].get("elem_id"), name, text): words
        for component in components
        if component["type"] not in ("browserstate", "state", "api")  # what programs give is described in English
        for name in SHOWN
        if name != "value" or "choices" not in component["props"]  # one of those, told by its name
        for text in strings(component["props"].get(name))
        if (words := untranslated(text))
    }
    assert found == {}


def test_a_shared_host_has_none_either(shared: Services) -> None:
    with speaking("zh"):
        texts = [
            text
            for component in layout.build(shared).config["components"]
            if component["type"] == "html"
            for text in strings(component["props"].get("value"))
        ]
    assert [words for text in texts if (words := untranslated(text))] == []


def test_the_languages_of_a_page_differ_in_their_words_alone(page: MultilingualBlocks) -> None:
    english = page.config
    with speaking("zh"):
        chinese = page.config
    assert {key for key in english if english[key] != chinese[key]} == {"components"}
    for one, other in zip(english["components"], chinese["components"], strict=True):
        assert {key for key in one if one[key] != other[key]} <= {"props"}
        own, lent = one["props"], other["props"]
        assert {key for key in own if own[key] != lent[key]} <= {*SHOWN, "_selectable"} - {"_selectable"}
        assert [value for _, value in own.get("choices") or ()] == [value for _, value in lent.get("choices") or ()]


def test_a_language_that_is_asked_for_is_there_already(
    page: MultilingualBlocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handlers are at work by then, and what they make would end up in a page that is being built."""
    monkeypatch.setattr(gr, "Blocks", None)
    for language in LANGUAGES:
        with speaking(language):
            components = page.config["components"]
        (button,) = [part for part in components if part["props"].get("elem_id") == "run-demo"]
        assert button["props"]["value"] == say_in(language, "start.run_demo")


def say_in(language: str, key: str) -> str:
    with speaking(language):
        return say(key)


def test_no_sentence_stands_in_the_code_of_the_page() -> None:
    """Whatever people read comes from the tables: a text of several words is a docstring, or for the log."""
    found = []
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "text") or path.name in ("server.py", "theme.py"):  # the terminal, the fonts
            continue
        if path.is_relative_to(ROOT / "api"):  # programs are told of it in English; errors are told by the tables
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        quiet = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger."):
                quiet |= {id(argument) for argument in node.args}
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in quiet]
        found += [
            f"{path.relative_to(ROOT)}: {text}" for text in texts if isinstance(text, str) and SENTENCE.search(text)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [("zh-CN", None, "zh"), ("zh-CN", "en", "en"), ("en", "zh", "zh"), ("de", None, "en")],
)
def test_a_handler_speaks_the_language_of_its_request(accepted: str, chosen: str | None, language: str) -> None:
    cookies = {COOKIE: chosen} if chosen else {}
    token = LocalContext.request.set(SimpleNamespace(cookies=cookies, headers={"accept-language": accepted}))
    try:
        assert spoken(current)() == language
    finally:
        LocalContext.request.reset(token)
    assert current() == "en"


DOCUMENT = '<!doctype html>\n<html\n\tlang="en"\n>\n<head><title>x</title></head><body><p lang="en">é</p></body></html>'


def ask(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """What a small app behind the middleware answers."""

    async def language(_: Any) -> PlainTextResponse:
        return PlainTextResponse(await asyncio.to_thread(current))

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.request(method, path, headers=headers)

    document = lambda _: HTMLResponse(DOCUMENT)  # noqa: E731
    routes = [Route("/", document), Route("/file", document), Route("/language", language)]
    app = Starlette(routes=routes, middleware=[Middleware(LanguageMiddleware)])
    return apart(answer())


def test_the_document_tells_its_language() -> None:
    answer = ask("/", **{"accept-language": "zh-TW"})
    assert '<html\n\tlang="zh-CN"' in answer.text
    assert '<p lang="en">é</p>' in answer.text
    assert 'languages: ["zh-CN"]' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["vary"] == "Cookie, Accept-Language"
    assert 'language: "en"' in ask("/", **{"accept-language": "de"}).text


def test_other_answers_are_sent_on_as_they_are() -> None:
    chinese = {"accept-language": "zh"}
    assert ask("/file", **chinese).text == DOCUMENT
    assert ask("/language", **chinese).text == "zh"
    assert ask("/language", cookie=f"{COOKIE}=zh").text == "zh"
    assert ask("/", "HEAD", **chinese).status_code == 200


def test_the_switch_keeps_what_the_server_reads() -> None:
    script = (ROOT / "language.js").read_text(encoding="utf-8")
    assert f"keep('{COOKIE}'" in script
    assert f"keep('{TAB_COOKIE}'" in script
    assert f"keep('{FORM_COOKIE}'" in script
