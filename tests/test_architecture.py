"""The import rules of docs/architecture.md."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "datasets", "optimum")

#: Package or module → what of the project it may import, besides itself; ``.*``: any module of a package.
ALLOWED = {
    "pipeline/messages.py": set(),
    "pipeline/faults.py": {"pipeline.messages"},
    "pipeline/errors.py": {"pipeline.messages"},
    "pipeline/spec": {"pipeline.errors", "pipeline.faults", "pipeline.messages"},
    "pipeline/settings.py": {"pipeline.errors", "pipeline.faults", "pipeline.rates"},
    "pipeline/rates.py": set(),
    "pipeline/events.py": {"pipeline.messages"},
    "pipeline/report.py": {"pipeline.messages"},
    "pipeline/tasks.py": {"pipeline.messages", "pipeline.spec.base"},
    "pipeline/scores.py": set(),
    "pipeline/parts.py": set(),
    "pipeline/presets.py": {"pipeline.spec"},
    "pipeline/outward.py": set(),
    "pipeline/reachability.py": set(),
    "pipeline/harmless.py": set(),
    "pipeline/sources.py": {"pipeline.errors", "pipeline.harmless", "pipeline.outward", "pipeline.spec"},
    "pipeline/artifacts.py": {"pipeline.storage"},
    "pipeline/gemm.py": set(),
    "pipeline/peak.py": set(),
    "pipeline/states.py": {"pipeline.messages"},
    "pipeline/storage.py": set(),
    "pipeline/folders.py": {"pipeline.errors", "pipeline.events"},
    "pipeline/runs.py": {
        "pipeline",
        "pipeline.errors",
        "pipeline.folders",
        "pipeline.messages",
        "pipeline.report",
        "pipeline.spec",
        "pipeline.states",
        "pipeline.storage",
    },
    "pipeline/keeping.py": {"pipeline.runs", "pipeline.settings"},
    "pipeline/parameters.py": {"pipeline.messages", "pipeline.spec"},
    "pipeline/plan": {
        "pipeline",
        "pipeline.errors",
        "pipeline.messages",
        "pipeline.parameters",
        "pipeline.sources",
        "pipeline.spec",
        "pipeline.spec.compatibility",
        "pipeline.tasks",
    },
    "pipeline/evaluation": {
        "pipeline.messages",
        "pipeline.parts",
        "pipeline.report",
        "pipeline.scores",
        "pipeline.spec.base",
        "pipeline.tasks",
    },
    "pipeline/analysis": {
        "pipeline.errors",
        "pipeline.evaluation.*",
        "pipeline.messages",
        "pipeline.report",
        "pipeline.scores",
        "pipeline.spec.base",
        "pipeline.tasks",
    },
    "pipeline/data": {"pipeline.errors", "pipeline.messages", "pipeline.spec", "pipeline.settings", "pipeline.tasks"},
    "pipeline/classical": {"pipeline.data.words", "pipeline.scores", "pipeline.spec.base", "pipeline.tasks"},
    "pipeline/self_training": {"pipeline.classical.regression", "pipeline.data.schemes", "pipeline.scores"},
    "pipeline/models": {"pipeline.errors", "pipeline.spec"},
    "pipeline/presence.py": {"pipeline", "pipeline.errors", "pipeline.spec"},
    "pipeline/doctor": {
        "pipeline.data.*",
        "pipeline.errors",
        "pipeline.messages",
        "pipeline.presence",
        "pipeline.presets",
        "pipeline.report",
        "pipeline.settings",
        "pipeline.spec",
        "pipeline.tasks",
    },
    "pipeline/hub": {
        "pipeline.engine.command",
        "pipeline.errors",
        "pipeline.messages",
        "pipeline.outward",
        "pipeline.settings",
        "pipeline.spec",
        "pipeline.spec.base",
        "pipeline.tasks",
    },
    "pipeline/ranking": {
        "pipeline.data.*",
        "pipeline.engine.command",
        "pipeline.errors",
        "pipeline.messages",
        "pipeline.presence",
        "pipeline.settings",
        "pipeline.spec",
        "pipeline.stages",
        "pipeline.stages.*",
        "pipeline.tasks",
    },
    "pipeline/estimate": {
        "pipeline",
        "pipeline.artifacts",
        "pipeline.data.*",
        "pipeline.doctor.*",
        "pipeline.engine.command",
        "pipeline.errors",
        "pipeline.events",
        "pipeline.messages",
        "pipeline.parameters",
        "pipeline.peak",
        "pipeline.plan",
        "pipeline.plan.stage",
        "pipeline.runs",
        "pipeline.settings",
        "pipeline.spec",
        "pipeline.stages",
        "pipeline.stages.*",
        "pipeline.tasks",
    },
    "pipeline/shelf.py": {"pipeline.artifacts", "pipeline.errors"},
    "pipeline/publishing.py": {"pipeline.plan", "pipeline.report", "pipeline.storage"},
    "pipeline/cluster": {
        "pipeline",
        "pipeline.artifacts",
        "pipeline.engine.local",
        "pipeline.errors",
        "pipeline.events",
        "pipeline.messages",
        "pipeline.parameters",
        "pipeline.plan",
        "pipeline.plan.stage",
        "pipeline.publishing",
        "pipeline.runs",
        "pipeline.settings",
        "pipeline.shelf",
        "pipeline.spec",
        "pipeline.stages",
        "pipeline.stages.*",
    },
    "export/predictor": set(),
    "export/serving": {
        "export.choosing",
        "export.predictor",
        "pipeline.cluster.connecting",
        "pipeline.errors",
        "pipeline.faults",
        "pipeline.messages",
        "pipeline.rates",
    },
}


def project_imports(path: Path) -> set[str]:
    """Modules of the project that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.split(".")[0] in ("pipeline", "export", "ui", "app")}


def files(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


@pytest.mark.parametrize("place", ALLOWED)
def test_left_never_imports_right(place: str) -> None:
    for path in files(place):
        for name in project_imports(path):
            inside = place.replace("/", ".") + "."  # a package's modules may import each other
            allowed = {name, f"{name.rpartition('.')[0]}.*"} & ALLOWED[place]
            assert allowed or f"{name}.".startswith(inside), f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize(
    ("place", "forbidden"),
    [
        ("pipeline", ("export", "ui", "app")),
        ("export", ("ui", "app", "pipeline.stages", "pipeline.worker", "pipeline.data", "pipeline.engine")),
        ("ui", ("app", "pipeline.stages", "pipeline.worker")),
    ],
)
def test_packages_keep_their_direction(place: str, forbidden: tuple[str, ...]) -> None:
    for path in files(place):
        for name in project_imports(path):
            assert not name.startswith(forbidden), f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize(
    "module",
    [
        "pipeline.spec",
        "pipeline.runs",
        "pipeline.plan",
        "pipeline.worker",
        "pipeline.cluster.driver",
        "pipeline.evaluation.verdict",
        "pipeline.doctor",
        "pipeline.ranking",
        "pipeline.estimate",
        "pipeline.hub.asking",
        "pipeline.hub.command",
        "ui.layout",
        "export.predictor",
        "export.serving.server",
    ],
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_nobody_loads_ray_who_has_not_asked_for_it() -> None:
    modules = "app, pipeline.worker, pipeline.cluster.driver, pipeline.cluster.bench, export.serving.command"
    code = f"import sys, {modules}; print('ray' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False"]


def test_the_page_opens_before_the_statistics_are_there() -> None:
    code = (
        "import sys, ui.layout; print(*[name for name in ('scipy', 'sklearn', 'onnxruntime') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_the_spaces_folder_does_not_shadow_the_spaces_package() -> None:
    assert not (ROOT / "spaces" / "__init__.py").exists()
    code = "import spaces; print(spaces.GPU)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "GPU" in answer.stdout


def test_stage_table_has_a_row_for_every_kind_a_plan_can_hold() -> None:
    from pipeline.plan.stage import StageKind
    from pipeline.stages import STAGES

    assert set(get_args(StageKind)) == set(STAGES)
