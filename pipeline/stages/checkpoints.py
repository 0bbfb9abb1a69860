"""Checkpoints of a training: what has learned so far, the optimiser, and where it stands.

Tensors lie in safetensors, the rest as JSON in their header: nothing that is read can run code. A checkpoint is
written under another name and renamed, so one that has its name was whole; whether it still is tells a checksum in
each file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from pipeline.errors import TrainingError
from pipeline.stages.team import Team

logger = logging.getLogger(__name__)

KEPT = 2  # should the newest be damaged, the one before it is used
BEST = "best.safetensors"
CHECKSUM, SAID = "sha256", "state"


@dataclass
class State:
    """Where a training stands.

    Attributes:
        step: Steps done.
        pieces: Parts into which a batch is cut to fit into memory.
        seconds: Time spent, earlier attempts included.
        tokens: Real tokens trained on.
        flops: Floating-point operations of them.
        best: Highest score on the development texts; None before the first.
        waited: Passes since then.
        looked: Step at which these were asked last.
    """

    step: int = 0
    pieces: int = 1
    seconds: float = 0.0
    tokens: int = 0
    flops: float = 0.0
    best: float | None = None
    waited: int = 0
    looked: int = 0


class Checkpoints:
    """Those of one training, in a folder of their own.

    Args:
        folder: Where they lie.
        model: Only what requires a gradient is kept of it: the rest is as it was at the start.
        optimizer: Of these parameters.
    """

    def __init__(self, folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.folder = folder
        self.learning = {name: value for name, value in model.named_parameters() if value.requires_grad}
        self.optimizer = optimizer

    def save(self, state: State) -> None:
        """Write a checkpoint, and delete old ones."""
        place = self.folder / f"checkpoint-{state.step}"
        partial = place.with_suffix(".partial")
        for folder in (partial, place):
            shutil.rmtree(folder, ignore_errors=True)
        partial.mkdir(parents=True)
        learned = {name: value.detach() for name, value in self.learning.items()}
        _save(learned, partial / "model.safetensors", json.dumps(asdict(state)))
        moments = {
            f"{name}/{key}": value
            for name, parameter in self.learning.items()
            for key, value in self.optimizer.state.get(parameter, {}).items()
        }
        _save(moments, partial / "optimizer.safetensors")
        os.replace(partial, place)
        for old in self._newest_first()[KEPT:]:
            shutil.rmtree(old)

    def load(self) -> State | None:
        """Go back to the newest whole checkpoint; None if there is none."""
        for place in self._newest_first():
            try:
                weights, said = _load(place / "model.safetensors")
                moments, _ = _load(place / "optimizer.safetensors")
                state = State(**json.loads(said))
            except (OSError, ValueError, TypeError, SafetensorError):
                logger.warning("%s is damaged, and passed over.", place)
                continue
            self._put(weights)
            for name, value in moments.items():
                parameter, key = name.rsplit("/", 1)
                owner = self.learning[parameter]
                self.optimizer.state[owner][key] = value.to(owner.device)
            return state
        return None

    def spread(self, team: Team) -> None:
        """Give all machines of a team the first one's weights and moments."""
        if team.size == 1:
            return
        team.spread(list(self.learning.values()))
        there = team.told(self._moments)
        for name, shapes in there.items():
            state = self.optimizer.state[self.learning[name]]
            for key, (shape, kind) in shapes.items():
                state.setdefault(key, torch.zeros(shape, dtype=kind, device=self.learning[name].device))
            team.spread([state[key] for key in shapes])

    def _moments(self) -> dict[str, dict[str, tuple[torch.Size, torch.dtype]]]:
        """What the optimiser holds of each weight, by its form."""
        return {
            name: {key: (value.shape, value.dtype) for key, value in self.optimizer.state[parameter].items()}
            for name, parameter in self.learning.items()
            if parameter in self.optimizer.state
        }

    def keep_best(self) -> None:
        """Remember the weights as they are now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "best.partial"
        _save({name: value.detach() for name, value in self.learning.items()}, partial)
        os.replace(partial, self.folder / BEST)

    def restore_best(self) -> None:
        """Go back to the weights that :meth:`keep_best` remembered last.

        Raises:
            TrainingError: They are damaged; all checkpoints are deleted then.
        """
        try:
            weights, _ = _load(self.folder / BEST)
        except (OSError, ValueError, SafetensorError) as error:
            shutil.rmtree(self.folder, ignore_errors=True)  # to go on from them would end here again
            raise TrainingError(
                "The best weights so far can't be read any more; the disk may be failing.",
                "Resume the run: this stage begins anew.",
            ) from error
        self._put(weights)

    @torch.no_grad()
    def _put(self, weights: dict[str, torch.Tensor]) -> None:
        for name, value in weights.items():
            self.learning[name].copy_(value)

    def _newest_first(self) -> list[Path]:
        found = (path for path in self.folder.glob("checkpoint-*") if path.suffix != ".partial")
        return sorted(found, key=lambda path: int(path.name.removeprefix("checkpoint-")), reverse=True)


def _save(tensors: dict[str, torch.Tensor], path: Path, said: str = "") -> None:
    save_file(tensors, path, metadata={SAID: said, CHECKSUM: _digest(tensors, said)})


def _load(path: Path) -> tuple[dict[str, torch.Tensor], str]:
    """The tensors of a file, and what was said beside them.

    Raises:
        ValueError: They are not those that were written.
        OSError, SafetensorError: It can't be read.
    """
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        header = file.metadata() or {}
    said = header.get(SAID, "")
    if header.get(CHECKSUM) != _digest(tensors, said):
        raise ValueError(f"{path} is damaged")
    return tensors, said


def _digest(tensors: dict[str, torch.Tensor], said: str) -> str:
    found = hashlib.sha256(said.encode())
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        found.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        found.update(value.flatten().view(torch.uint8).numpy())
    return found.hexdigest()
