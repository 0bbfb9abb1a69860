"""What holds of the whole code: secrets are compared in constant time, and one place writes tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ui import access
from ui.views.files import FILES

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app.py", "pipeline", "export", "ui", "spaces")
#: What holds a secret, by its name.
SECRET = re.compile(r"(^|_)(token|tokens|secret|password|api_key|api_keys|keys|visitor|owner|digest)$")
#: Comparisons of such names that tell nothing of a secret → why.
TOLD = {
    ("ui/access.py", "browser != visitor"): "both are the caller's own",
    ("pipeline/runs.py", "record.owner == owner"): "both are hashes that the server has made",
    ("pipeline/data/detection.py", "name != token"): "a column's name",
    ("pipeline/stages/tokenizers/framing.py", "other == token"): "a tokenizer's token",
    ("export/predictor/checksums.py", "hashlib.file_digest(file, 'sha256').hexdigest() == digest"): "a file's checksum",
}


def sources() -> Iterator[Path]:
    for name in OURS:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def names(node: ast.AST) -> Iterator[str]:
    """Names and attributes that are compared as they are; what is called on them is not."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr


def compared() -> Iterator[tuple[str, str]]:
    """Every comparison for equality in which a secret stands on either side, with something else than a literal."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            if any(SECRET.search(name) for side in sides for name in names(side)):
                yield str(path.relative_to(ROOT)), ast.unparse(node)


def test_no_secret_is_compared_by_equality() -> None:
    assert {*compared()} == {*TOLD}


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """What is compared in constant time from here on."""
    import hmac
    import secrets

    seen: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def compare(first: Any, second: Any) -> bool:
        seen.append((first, second))
        return real(first, second)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    monkeypatch.setattr(secrets, "compare_digest", compare)
    return seen


def test_keys_of_the_server_of_models_are(watched: list[tuple[Any, Any]]) -> None:
    from export.serving.gate import Gate, State
    from export.serving.metrics import Metrics
    from export.serving.settings import ServeSettings

    app: Any = None
    gate = Gate(app, ServeSettings(api_keys=("first", "second")), State(), Metrics())  # type: ignore[arg-type]
    for given, known in ((b"Bearer first", True), (b"Bearer second", True), (b"Bearer firs", False), (b"", False)):
        watched.clear()
        assert bool(gate._known(given)) == known
        assert len(watched) == 2  # each of them, whichever it is
        assert {len(side) for pair in watched for side in pair} == {32}  # of one length, whatever was sent


def test_visitors_and_links_are(watched: list[tuple[Any, Any]], tmp_path: Path) -> None:
    from pipeline.demo import demo_spec
    from pipeline.errors import RunError
    from pipeline.runs import RunStore
    from pipeline.settings import Settings

    settings = Settings(runs_dir=tmp_path, shared=True)
    services: Any = SimpleNamespace(settings=settings, store=RunStore(tmp_path))
    run = services.store.create(demo_spec(settings), access.owner_of(services, "mine")).id
    assert access.run_of(services, "mine", run).id == run
    assert len(watched) == 1
    with pytest.raises(RunError):
        access.run_of(services, "theirs", run)
    assert len(watched) == 2
    share = access.Share(token="right", created=1.0)
    (services.store.folder(run) / access.SHARE).write_text(share.model_dump_json(), encoding="utf-8")
    assert access.readable_runs(services, access.guest_of("wrong")) == []
    assert access.readable_runs(services, access.guest_of("right"))
    assert watched[2:] == [(b"right", b"wrong"), (b"right", b"right")]


def test_the_cookie_of_a_login_is() -> None:
    """Gradio reads it by Starlette's middleware, which has itsdangerous check its signature; that compares so."""
    import inspect

    import itsdangerous.signer
    from starlette.middleware.sessions import SessionMiddleware

    assert "itsdangerous" in inspect.getsource(SessionMiddleware)
    assert "hmac.compare_digest" in inspect.getsource(itsdangerous.signer)


def test_there_is_one_writer_of_tables_for_spreadsheets() -> None:
    """It defuses formulas (tests/ui/test_download.py); another one would have to."""
    writing = re.compile(r"csv\.(?:Dict)?[wW]riter|to_csv|text/csv|\.xlsx|to_excel")
    found = {str(path.relative_to(ROOT)) for path in sources() if writing.search(path.read_text(encoding="utf-8"))}
    assert found == {"ui/handlers/download.py", "ui/views/files.py"}
    assert [kind for kind, (media, _) in FILES.items() if "csv" in media or "sheet" in media] == ["csv"]
