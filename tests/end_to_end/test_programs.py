"""Programs against the real server: the example from uploads to predictions, strangers on a shared host, and tools."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from pipeline.spec import RunSpec
from tests.apart import apart
from ui.api.endpoints import ENDPOINTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def example() -> ModuleType:
    """examples/client.py."""
    spec = importlib.util.spec_from_file_location("client", ROOT / "examples" / "client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def spec_file(tiny_spec: RunSpec, tmp_path: Path) -> Path:
    """A spec as people have it: beside its files, without an encoder, which the server then chooses."""
    data = tiny_spec.data
    names = {role: Path(getattr(data, role).path) for role in ("source", "target", "test", "unlabelled")}
    names["dictionary"] = Path(str(data.dictionary))
    document = tiny_spec.model_dump(mode="json", exclude={"source", "exports"})
    for role, path in names.items():
        (tmp_path / path.name).write_bytes(path.read_bytes())
        if role == "dictionary":
            document["data"][role] = path.name
        else:
            document["data"][role]["path"] = path.name
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.mark.slow
def test_the_example_goes_from_uploads_to_predictions(
    app: Any, example: ModuleType, spec_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "model.zip"
    code = example.main([app.url, "--spec", str(spec_file), "--text", "汤好棒", "--zip", str(packed)])
    said = capsys.readouterr()
    assert code == 0, said.err
    for part in ("Run tiny-", "done, 100%", "frozen test texts", "accuracy", "Exported transferred", "most of all for"):
        assert part in said.out
    (record,) = app.store.list()
    assert app.store.uploads in Path(app.store.spec(record.id).data.target.path).parents
    names = zipfile.ZipFile(packed).namelist()
    assert any(name.endswith("/model.onnx") for name in names)
    # What a person sees of it in the meantime is for the page's tests; here once more from another program.
    client = Client(app.url, verbose=False, headers={"Accept-Language": "zh-CN"})
    told = client.predict(run=record.id, api_name="/compare_models")
    assert "在 80 条固定测试文本上" in told["sentence"]
    assert apart(with_tools(app.url, {}, lambda tools: asked_by_tools(tools, record.id)))


async def with_tools(url: str, headers: dict[str, str], use: Callable[[Any], Awaitable[Any]]) -> Any:
    """What is found with an open connection to the tools."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(f"{url}/gradio_api/mcp/", headers=headers) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        return await use(session)


async def called(tools: Any, name: str, /, **given: Any) -> Any:
    """What a tool answers, as data; its error as a sentence."""
    found = await tools.call_tool(name, given)
    text = found.content[0].text
    return text if found.isError else json.loads(text)


async def asked_by_tools(tools: Any, run: str) -> bool:
    """An assistant looks at a finished run, and asks its exported model."""
    listed = await called(tools, "list_runs", limit=1)
    assert listed["runs"][0]["run"] == run
    compared = await called(tools, "compare_models", run=run)
    assert compared["models"][1]["metrics"]["accuracy"]["value"] > 0
    answers = await called(tools, "predict", run=run, text="汤好棒", models=[f"{run}/transferred"])
    assert answers[0]["label"] in ("positive", "negative")
    spec = await tools.call_tool("read_spec", {"run": run})
    forecast = await called(tools, "estimate_run", spec=json.loads(spec.content[0].text)["spec"])
    return bool(forecast["stages"])


def test_tools_tell_a_stranger_how_to_use_them(shared_app: Any) -> None:
    """Without reading anything else: every tool, every argument, and what goes wrong."""

    async def look(tools: Any) -> None:
        found = {tool.name: tool for tool in (await tools.list_tools()).tools}
        assert found.keys() == ENDPOINTS.keys()
        for name, tool in found.items():
            assert tool.description.startswith(ENDPOINTS[name].description), name
            assert ENDPOINTS[name].answer in tool.description, name
            arguments = tool.inputSchema["properties"]
            assert [*arguments] == [argument.name for argument in ENDPOINTS[name].arguments]
            for argument in ENDPOINTS[name].arguments:
                assert arguments[argument.name]["description"] == argument.description
        assert {"name": "few-target-labels"}.items() <= (await called(tools, "list_presets"))[1].items()
        assert "Ask new_visitor for a token" in await called(tools, "list_runs")
        token = (await tools.call_tool("new_visitor", {})).content[0].text
        brought = await called(
            tools, "upload_text", name="a.csv", content="text,label\nfine,good\npoor,bad\n", visitor=token
        )
        told = await called(tools, "inspect_file", file=brought["file"], visitor=token)
        assert told["label_counts"] == {"good": 1, "bad": 1}
        assert "or it is not yours" in await called(tools, "inspect_file", file="/etc/passwd", visitor=token)

    apart(with_tools(shared_app.url, {}, look))


def test_tools_know_the_visitor_by_a_header_and_speak_their_language(shared_app: Any) -> None:
    token = Client(shared_app.url, verbose=False).predict(api_name="/new_visitor")
    headers = {"X-Graft-Visitor": token, "Accept-Language": "zh-CN"}

    async def look(tools: Any) -> None:
        assert (await called(tools, "list_runs"))["total"] == 0
        assert "没有这次运行，或者它不属于您。" in await called(tools, "watch_run", run="nobody")

    apart(with_tools(shared_app.url, headers, look))


def test_strangers_keep_their_files_and_runs_apart(shared_app: Any, example: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("text,label\n" + "".join(f"fine {n},good\npoor {n},bad\n" for n in range(20)), encoding="utf-8")
    mine, theirs = example.Graft(shared_app.url), example.Graft(shared_app.url)
    assert mine.visitor != theirs.visitor
    name = mine.bring(file)
    assert str(shared_app.store.root) not in name
    assert mine.my("inspect_file", file=name)["usable"]
    files = {"target": name}
    for asked in (
        lambda: theirs.my("inspect_file", file=name),
        lambda: theirs.my("start_training", files=files, preset="same-language"),
        lambda: theirs.my("start_run", spec={"data": {"target": {"path": name}}}),
        lambda: mine.my("start_run", spec={"data": {"target": {"path": str(ROOT / "README.md")}}}),
    ):
        with pytest.raises(AppError, match=r"or it is not yours\. Bring it with upload_file"):
            asked()
    assert theirs.my("list_runs")["total"] == 0
    again = example.Graft(shared_app.url, mine.visitor)
    assert again.my("inspect_file", file=name)["usable"]


def test_a_path_of_the_server_is_no_upload(shared_app: Any) -> None:
    """Neither as gradio_client would send it, nor by hand."""
    visitor = Client(shared_app.url, verbose=False).predict(api_name="/new_visitor")
    marked = {"meta": {"_type": "gradio.FileData"}}
    for sent in ({"path": "/etc/passwd", **marked}, {"path": "/etc/passwd"}, "/etc/passwd"):
        answer = httpx.post(f"{shared_app.url}/gradio_api/run/upload_file", json={"data": [sent, visitor]})
        assert answer.status_code == 500
        assert "Traceback" not in answer.text
        assert "root:" not in answer.text
    assert not list(shared_app.store.uploads.glob("*/passwd"))


def test_a_small_file_is_uploaded_by_gradio_client(app: Any, tmp_path: Path) -> None:
    file = tmp_path / "文本.csv"
    file.write_text("text,label\n好,正\n坏,负\n", encoding="utf-8")
    client = Client(app.url, verbose=False)
    name = client.predict(file=handle_file(str(file)), api_name="/upload_file")["file"]
    assert client.predict(file=name, api_name="/inspect_file")["label_counts"] == {"正": 1, "负": 1}
    (tmp_path / "large.csv").write_bytes(b"x" * 1_100_000)
    with pytest.raises(Exception, match="maximum file size"):
        client.predict(file=handle_file(str(tmp_path / "large.csv")), api_name="/upload_file")
