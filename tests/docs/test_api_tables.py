"""docs/api.md lists every endpoint as it is, and its first call is one that works."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from ui.api.endpoints import ENDPOINTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_tables_are_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "docs" / "api_tables.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run `python docs/api_tables.py`"
    assert all(f"| `{name}` |" in PAGE for name in ENDPOINTS)


def test_calls_in_the_documents_have_arguments_that_there_are() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    calls = [node for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.Call)]
    named = 0
    for call in calls:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if "api_name" in given:
            endpoint = ENDPOINTS[ast.literal_eval(given.pop("api_name")).removeprefix("/")]
            assert given.keys() <= {argument.name for argument in endpoint.arguments}
            assert {argument.name for argument in endpoint.arguments if argument.required} <= given.keys()
            named += 1
    assert named >= 4


def test_endpoints_that_sentences_name_exist() -> None:
    """A function that is called something else has to be found in what is said to programs, too."""
    said = [PAGE]
    for endpoint in ENDPOINTS.values():
        said += [endpoint.description, *(argument.description for argument in endpoint.arguments)]
    verbs = "list|read|write|start|upload|check|new|open|wait|compare|export|download|inspect|rank|estimate|fill"
    named = set(re.findall(rf"`((?:{verbs})_\w+)`", " ".join(said)))
    assert named - ENDPOINTS.keys() == set()
