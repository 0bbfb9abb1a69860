"""Shows what finished stages made in the run's folder."""

from __future__ import annotations

from pathlib import Path

from pipeline.plan import Stage
from pipeline.report import beside
from pipeline.storage import link_tree, write_atomically


def publish(stage: Stage, artifact: Path, folder: Path) -> None:
    """Show a finished stage's output in the run's folder, under the name people look for."""
    if stage.publishes is None:
        return
    if (file := artifact / stage.publishes).is_file():
        for part in (beside(file), file):  # an older Graft's report has nothing beside it
            if part.is_file():
                place = (folder / stage.publishes).with_name(part.name)
                write_atomically(place, part.read_text(encoding="utf-8"))
    else:
        link_tree(artifact, folder / stage.publishes)
