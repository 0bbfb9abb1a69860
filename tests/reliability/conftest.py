"""Places of their own: a script with a mount of its own, and the run that it carries out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.spec import FullFineTuning, MaskedLanguageModelling, RecipeSpec, RunSpec

ROOT = Path(__file__).resolve().parents[2]
ALONE = ["unshare", "--user", "--map-root-user", "--mount"]  # may mount, and nobody else sees it


@pytest.fixture(scope="session")
def short_spec(tiny_spec: RunSpec) -> RunSpec:
    """A run whose trainings take a few steps each."""
    tuning = FullFineTuning(epochs=1, batch_size=16, learning_rate=1e-3)
    recipe = RecipeSpec(
        source_training=tuning,
        vocabulary=tiny_spec.recipe.vocabulary,
        adaptation=MaskedLanguageModelling(embedding_epochs=0, epochs=1),
        fine_tuning=tuning,
        target_only=tuning,
    )
    return tiny_spec.model_copy(update={"recipe": recipe})


@pytest.fixture
def alone(tmp_path: Path) -> Callable[..., Any]:
    """Run a script beside these tests where it may mount what it likes; gives the JSON of its last line."""
    if shutil.which("unshare") is None or subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a file system of his own")

    def run(script: str, *arguments: str, timeout: float = 300) -> Any:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GRAFT_CHECKPOINT_SECONDS": "0"}
        done = subprocess.run(
            [*ALONE, sys.executable, str(Path(__file__).with_name(script)), str(tmp_path), *arguments],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
