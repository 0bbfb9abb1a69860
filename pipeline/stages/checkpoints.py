"""Checkpoints of a training: what has learned so far, the optimiser, and where it stands.

Tensors lie in safetensors, the rest in JSON: nothing that is read can run code. A checkpoint is
written under another name and renamed, so one that has its name is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

KEPT = 2  # should the newest be damaged, the one before it is used
BEST = "best.safetensors"


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
        save_file({name: value.detach() for name, value in self.learning.items()}, partial / "model.safetensors")
        moments = {
            f"{name}/{key}": value
            for name, parameter in self.learning.items()
            for key, value in self.optimizer.state.get(parameter, {}).items()
        }
        save_file(moments, partial / "optimizer.safetensors")
        (partial / "state.json").write_text(json.dumps(asdict(state)), encoding="utf-8")
        os.replace(partial, place)
        for old in self._newest_first()[KEPT:]:
            shutil.rmtree(old)

    def load(self) -> State | None:
        """Go back to the newest whole checkpoint; None if there is none."""
        for place in self._newest_first():
            try:
                weights = load_file(place / "model.safetensors")
                moments = load_file(place / "optimizer.safetensors")
                state = State(**json.loads((place / "state.json").read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, SafetensorError):
                continue
            self._put(weights)
            for name, value in moments.items():
                parameter, key = name.rsplit("/", 1)
                owner = self.learning[parameter]
                self.optimizer.state[owner][key] = value.to(owner.device)
            return state
        return None

    def keep_best(self) -> None:
        """Remember the weights as they are now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "best.partial"
        save_file({name: value.detach() for name, value in self.learning.items()}, partial)
        os.replace(partial, self.folder / BEST)

    def restore_best(self) -> None:
        """Go back to the weights that :meth:`keep_best` remembered last."""
        self._put(load_file(self.folder / BEST))

    @torch.no_grad()
    def _put(self, weights: dict[str, torch.Tensor]) -> None:
        for name, value in weights.items():
            self.learning[name].copy_(value)

    def _newest_first(self) -> list[Path]:
        found = (path for path in self.folder.glob("checkpoint-*") if path.suffix != ".partial")
        return sorted(found, key=lambda path: int(path.name.removeprefix("checkpoint-")), reverse=True)
