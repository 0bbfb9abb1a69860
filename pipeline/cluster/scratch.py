"""What a stage takes of its machine's own disk.

Below ``<temporary folder>/graft-<user>/<machine>/`` lie ``artifacts/``, finished stages fetched from the shelf and kept
for the next one, and for each stage at work a store of runs with one run in it, which the export's command reads as
it reads any other. What has not been used for a week is deleted.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.artifacts import ArtifactStore
from pipeline.cluster.order import Order
from pipeline.events import EventLog
from pipeline.publishing import publish
from pipeline.runs import RunRecord, RunState, RunStore

WEEK = 7 * 86_400.0  # seconds; longer than any stage
#: Kinds of stage that read the run's own folder, as the command of that name does for people.
READ_THE_RUN = ("export", "speed")


def home(machine: str) -> Path:
    """The folder of one machine; several can be one computer, in tests."""
    place = Path(tempfile.gettempdir()) / f"graft-{os.getuid()}" / machine
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


class Scratch:
    """The places of one stage at work.

    Attributes:
        artifacts: Finished stages, the shared ones or those of this machine.
        store: A store with one run.
        events: The run's, in which the stage and what it starts tell of themselves.
    """

    def __init__(self, root: Path, order: Order, artifacts: Path) -> None:
        self.order = order
        self.artifacts = ArtifactStore(artifacts)
        self.store = RunStore(root)
        self.store.artifacts.symlink_to(artifacts, target_is_directory=True)
        now = time.time()
        record = RunRecord(id=order.run_id, name=order.name, state=RunState.RUNNING, created=now, changed=now)
        self.run_folder.mkdir()
        (self.run_folder / "spec.json").write_text(order.spec.model_dump_json(), encoding="utf-8")
        (self.run_folder / "state.json").write_text(record.as_json(), encoding="utf-8")
        self.events.append("plan", stages=order.stages)

    @property
    def run_folder(self) -> Path:
        """The run's."""
        return self.store.folder(self.order.run_id)

    @property
    def events(self) -> EventLog:
        """The run's, as far as this stage is concerned."""
        return self.store.events(self.order.run_id)

    def fetch(self) -> dict[str, Path]:
        """Bring here what the stage reads; gives the folders of its inputs by role."""
        stage = self.order.stage
        for before in self.order.read:
            self.fetched(before.key)
        if stage.kind in READ_THE_RUN:
            self.fetched(self.order.data.key)
            for before in self.order.read:
                publish(before, self.artifacts.path(before.key), self.run_folder)
        return {role: self.artifacts.path(before.key) for role, before in stage.inputs.items()}

    def fetched(self, key: str) -> Path:
        """The folder of one thing on the shelf."""
        if self.order.shelf is not None:
            with self.artifacts.build(key) as building:
                if building is not None:
                    self.order.shelf.get(key, building.out)
            os.utime(self.artifacts.path(key))
        return self.artifacts.path(key)


@contextmanager
def scratch(order: Order, machine: str) -> Iterator[Scratch]:
    """Places for one stage; the run's are gone afterwards."""
    place = home(machine)
    _tidy(place)
    artifacts = order.shared or place / "artifacts"
    artifacts.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix="stage-", dir=place))
    try:
        yield Scratch(root, order, artifacts)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Delete what nobody has used for a week: of this machine, and what is left of machines that it was before."""
    os.utime(place)
    for path in (*place.parent.glob("*"), *place.glob("stage-*"), *place.glob("artifacts/*")):
        try:
            old = time.time() - path.stat().st_mtime > WEEK
        except FileNotFoundError:
            continue
        if old and path != place:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
