"""What is finished already: on this machine, and where all machines can fetch it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.artifacts import ArtifactStore
from pipeline.cluster.folders import folder_of
from pipeline.plan import Stage
from pipeline.shelf import Shelf


@dataclass(frozen=True)
class Kept:
    """The finished stages of all runs.

    Attributes:
        artifacts: This machine's.
        shelf: Everybody's; None where all machines share the folder of artifacts.
    """

    artifacts: ArtifactStore
    shelf: Shelf | None

    def state(self, stage: Stage) -> Literal["finished", "damaged", "missing"]:
        """Whether a stage is finished, and what is kept of it whole; what is damaged is gone once it has been told."""
        made = self.artifacts.complete(stage.key)
        if self.artifacts.whole(stage.key) or (self.shelf is not None and self.shelf.complete(stage.key)):
            return "finished"
        return "damaged" if made else "missing"

    def bring(self, stage: Stage, read: Sequence[Stage]) -> None:
        """Put on the shelf, if there is one, what a stage reads and only this machine has."""
        if self.shelf is None:
            return
        places = {before.key: self.artifacts.path(before.key) for before in read}
        if (found := folder_of(stage)) is not None:
            places[found[0]] = found[1]
        for key, place in places.items():
            if place.is_dir() and not self.shelf.complete(key):
                self.shelf.put(key, place)

    def fetch(self, stage: Stage) -> None:
        """Bring a finished stage here, if it is on the shelf alone."""
        if self.shelf is None or self.artifacts.complete(stage.key):
            return
        with self.artifacts.build(stage.key) as building:
            if building is not None:
                self.shelf.get(stage.key, building.out)
