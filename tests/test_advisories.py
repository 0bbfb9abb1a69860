"""What docs/advisories.md says does not reach Graft: the code that advisories concern is not called."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app.py", "pipeline", "export", "ui", "spaces", "examples")
#: Calls and attributes of these names, as they are written.
CALLS = re.compile(
    r"^(torch\.(load|save|jit\.(?!TracerWarning).*|export\..*|hub\..*|package\..*)|pickle\..*|cPickle\..*|dill\..*|cloudpickle\..*|"
    r"joblib\.(load|dump)|shelve\..*|marshal\..*|pd\.read_pickle|pandas\.read_pickle|onnx\.hub.*|np\.fromregex|"
    r"yaml\.(load|unsafe_load|full_load)|os\.system|os\.popen|subprocess\.getoutput)$"
)
MODULES = re.compile(
    r"^(pickle|cPickle|dill|cloudpickle|shelve|marshal|kernels|onnx\.hub|torch\.(jit|hub|package)|"
    r"transformers\.(trainer|commands|models\..*\.convert_|generation|agents|tools|convert_)|tarfile)"
)
NAMES = {"Trainer", "Seq2SeqTrainer", "load_custom_generate", "custom_object_save", "get_class_from_dynamic_module"}


def sources() -> Iterator[Path]:
    for name in OURS:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def written(node: ast.AST) -> str:
    """A dotted name, as it stands in the code."""
    if isinstance(node, ast.Attribute):
        before = written(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """What an import brings that should not be."""
    module = getattr(node, "module", "") or ""
    for alias in node.names:
        whole = f"{module}.{alias.name}" if module else alias.name
        if MODULES.match(whole) or alias.name in NAMES:
            yield f"import {whole}"


def told(node: ast.keyword) -> Iterator[str]:
    """An argument that lets a library do more than read."""
    wanted = {"trust_remote_code": "False", "weights_only": "True", "allow_pickle": "False", "use_safetensors": "True"}
    value = ast.unparse(node.value)
    if node.arg in wanted and value != wanted[node.arg]:
        yield f"{node.arg}={value}"


def faults(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and CALLS.match(written(node)):
        yield written(node)
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from imported(node)
    if isinstance(node, ast.keyword):
        yield from told(node)
    if isinstance(node, ast.Call) and written(node.func) in ("eval", "exec", "compile", "__import__"):
        yield written(node.func)


def found() -> Iterator[str]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from (f"{path.relative_to(ROOT)}: {fault}" for fault in faults(node))


def test_no_code_that_an_advisory_concerns_is_called() -> None:
    assert [*found()] == []


def test_every_model_is_loaded_without_code_of_its_own_and_from_safetensors() -> None:
    """What is said to be so by default is said in so many words, wherever strangers' folders are loaded."""
    tree = ast.parse((ROOT / "pipeline/stages/models.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    strangers = [
        {keyword.arg for keyword in call.keywords} for call in calls if written(call.func).endswith(".from_pretrained")
    ]
    assert len(strangers) >= 3
    assert all("trust_remote_code" in given or None in given for given in strangers)


def test_what_an_advisory_needs_is_not_installed_with_the_requirements() -> None:
    assert importlib.util.find_spec("kernels") is None
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "kernels" not in pinned


def test_the_page_is_served_without_what_an_advisory_needs() -> None:
    assert "ssr_mode=False" in (ROOT / "ui" / "server.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["transformers", "gradio", "torch", "onnx", "accelerate", "datasets"])
def test_the_list_is_of_the_pinned_versions(package: str) -> None:
    """Whoever raises a pin looks the package up again."""
    looked_up = {
        "transformers": "4.57.6", "gradio": "6.17.3", "torch": "2.13.0", "onnx": "1.23.2", "accelerate": "1.15.0",
        "datasets": "5.0.1",
    }  # fmt: skip
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{package}=={re.escape(looked_up[package])}$", pins, re.MULTILINE)


def test_every_test_that_the_lists_name_is_there() -> None:
    for page in ("docs/advisories.md", "SECURITY.md", "docs/reliability.md"):
        named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / page).read_text(encoding="utf-8"))
        assert named
        assert [path for path in named if not (ROOT / path).exists()] == [], page
