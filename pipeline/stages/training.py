"""One training loop for every stage that learns, resumable to the step.

Batches are grouped by length in an order that depends on seed and epoch alone, and each step seeds
the generators anew: so a resumed training sees the same batches, masks and dropout as one that was
never interrupted. Checkpoints are written by the clock. A batch that does not fit into memory is cut.

It is not transformers' ``Trainer``, whose checkpoints hold pickles, and which costs time at each step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedModel

from pipeline.errors import Cancelled, TrainingError
from pipeline.stages.checkpoints import Checkpoints, State
from pipeline.stages.context import Context
from pipeline.stages.gradients import Gradients
from pipeline.stages.lessons import Lessons, Phase, Watch, order, steps_of
from pipeline.stages.memory import give_back_memory, memory_errors_explained
from pipeline.stages.models import device
from pipeline.stages.precision import Precision
from pipeline.stages.reading import Reading
from pipeline.stages.thrift import quicken

LARGEST_GRADIENT = 1.0  # longer ones are cut to this length (Pascanu et al. 2013)


def train(
    model: PreTrainedModel,
    lessons: Lessons,
    phases: list[Phase],
    precision: Precision,
    context: Context[Any],
    *,
    watch: Watch | None = None,
) -> State:
    """Train ``model`` in place, phase by phase, from the last checkpoint if there is one.

    Args:
        model: On any device; comes back on the one it was trained on.
        lessons: What to learn from.
        phases: One after the other; phases of 0 epochs are left out.
        precision: In which matrices are multiplied.
        context: Told of each step; its ``work`` folder keeps the checkpoints.
        watch: Of the last phase.

    Returns:
        What it took: ``seconds``, ``tokens`` and ``flops``, those before an interruption included.

    Raises:
        Cancelled: The run was cancelled; a checkpoint was written first.
        Dismissed: This is not the first machine of its team, and is done.
        TrainingError: The loss is no number any more, or not even one row fits into memory.
    """
    phases = [phase for phase in phases if phase.epochs > 0]
    steps = [steps_of(len(lessons.dataset), phase.epochs, lessons.batch_size) for phase in phases]
    taken = State()
    quicken(model.to(device()))
    for number, phase in enumerate(phases):
        last = number == len(phases) - 1
        loop = _Loop(model, lessons, phase, precision, context, total=steps[number], pieces=taken.pieces)
        with memory_errors_explained():
            state = loop.run(sum(steps[:number]), sum(steps), watch if last else None)
        taken = State(
            pieces=state.pieces,
            seconds=taken.seconds + state.seconds,
            tokens=taken.tokens + state.tokens,
            flops=taken.flops + state.flops,
        )
    context.team.dismiss()
    return taken


def write_training(
    context: Context[Any],
    taken: State,
    precision: Precision | None,
    examples: int,
    read: Reading | None = None,
    *,
    idle: float = 0.0,
) -> None:
    """Write ``training.json``: what training took, and how fast a lone matrix product was beside it.

    Args:
        context: Of the stage.
        taken: By the training itself.
        precision: Of its products; None: there were none.
        examples: How many rows it learned from.
        read: What was read besides to make the model, without learning from it.
        idle: Seconds besides in which no network was at work: the second view's of co-training.
    """
    read = read or Reading()
    record: dict[str, Any] = {
        "seconds": taken.seconds + read.seconds + idle,
        "idle_seconds": idle,
        "tokens": taken.tokens,
        "flops": taken.flops + read.flops,
        "examples": examples,
    }
    if precision is not None:
        record |= {"gemm_flops_per_second": precision.gemm_flops_per_second, "precision": precision.name}
    context.write_json("training.json", record)


class _Loop:
    """One phase at work."""

    def __init__(
        self,
        model: PreTrainedModel,
        lessons: Lessons,
        phase: Phase,
        precision: Precision,
        context: Context[Any],
        *,
        total: int,
        pieces: int,
    ) -> None:
        self.model, self.lessons, self.precision, self.context = model, lessons, precision, context
        self.total = total
        groups = phase.learn()
        self.peaks = [group["lr"] for group in groups]
        self.learning = [parameter for group in groups for parameter in group["params"]]
        self.optimizer = torch.optim.AdamW(groups, fused=True)
        self.checkpoints = Checkpoints(context.work / phase.name, model, self.optimizer)
        self.state = State(pieces=pieces)
        self.gradients = Gradients(model, lessons, precision, context, self.optimizer.zero_grad)
        self.loss: torch.Tensor | None = None
        self.before = self.of = 0
        self.told = (0, time.monotonic())

    def run(self, before: int, of: int, watch: Watch | None) -> State:
        """Take all steps that are left; ``before`` steps of the stage's ``of`` were taken by earlier phases."""
        self.state = self.context.team.told(self.checkpoints.load) or self.state
        self.checkpoints.spread(self.context.team)
        self.gradients.pieces = self.state.pieces
        self.before, self.of = before, of
        if 0 < self.state.step < self.total:
            step = before + self.state.step
            self.context.note("{stage}: goes on from step {step}.", stage=self.context.title, step=step)
        per_epoch = -(-len(self.lessons.lengths) // self.lessons.batch_size)
        more_phases = before + self.total < of
        self.clock = saved = time.monotonic()
        self.told = (self.state.tokens, self.clock)
        batches: Sequence[list[int]] = ()
        self.model.train()
        try:
            while self._goes_on(watch, per_epoch):
                epoch, number = divmod(self.state.step, per_epoch)
                if not batches or number == 0:
                    batches = order(self.lessons.lengths, self.lessons.batch_size, self.lessons.seed, epoch)
                self.loss = self._step(batches[number])
                self.state.step += 1
                self._tell()
                due = time.monotonic() - saved >= self.context.settings.checkpoint_seconds
                # A resumed stage passes over finished phases.
                if due or (self.state.step == self.total and more_phases):
                    self._save()
                    saved = time.monotonic()
        except Cancelled:
            self._save()
            raise
        if watch and self.context.team.first:
            self.checkpoints.restore_best()
        self._count_seconds()
        return self.state

    def _goes_on(self, watch: Watch | None, per_epoch: int) -> bool:
        """Whether there are steps to take. Where an epoch has ended, the development texts are asked first."""
        step = self.state.step
        if watch and step > self.state.looked and (step % per_epoch == 0 or step == self.total):
            self._look(watch)
        return step < self.total and not (watch and self.state.waited >= watch.patience)

    def _step(self, batch: list[int]) -> torch.Tensor:
        """Learn from one batch, in as many pieces as memory demands; gives the mean loss."""
        warmup = self.lessons.warmup_ratio * self.total
        rising = (self.state.step + 1) / max(1.0, warmup)
        falling = (self.total - self.state.step) / max(1.0, self.total - warmup)
        for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
            group["lr"] = peak * min(1.0, rising, falling)
        loss, units = self.gradients.of(batch, self.lessons.seed * 1_000_003 + self.state.step)
        found = [parameter.grad for parameter in self.learning if parameter.grad is not None]
        length = torch.nn.utils.get_total_norm(found) / units
        # The fused optimiser divides by this on its way, which saves a pass over all gradients.
        self.optimizer.grad_scale = units * torch.clamp(length / LARGEST_GRADIENT, min=1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        tokens = self.lessons.tokens(batch)
        self.state.tokens += tokens
        self.state.flops += tokens * self.gradients.flops_per_token
        self.state.pieces = self.gradients.pieces
        return loss / units

    def _look(self, watch: Watch) -> None:
        """Score the model on the development texts, and keep it if it is the best so far."""
        score = self.context.team.told(lambda: watch.score(self.model))
        self.model.train()
        if self.state.best is None or score > self.state.best:
            self.state.best, self.state.waited = score, 0
            if self.context.team.first:
                self.checkpoints.keep_best()
        else:
            self.state.waited += 1
        self.state.looked = self.state.step
        self.context.step(self.before + self.state.step, self.of, always=True, dev_score=lambda: score)

    def _tell(self) -> None:
        rate = max(group["lr"] for group in self.optimizer.param_groups)
        self.context.step(
            self.before + self.state.step,
            self.of,
            loss=self._finite_loss,
            learning_rate=lambda: rate,
            tokens_per_second=self._pace,
        )

    def _pace(self) -> float:
        """Tokens a second since it was last asked for."""
        (tokens, then), now = self.told, time.monotonic()
        self.told = (self.state.tokens, now)
        return (self.state.tokens - tokens) / max(now - then, 1e-9)

    def _save(self) -> None:
        if self.loss is not None:
            self._finite_loss()
        self._count_seconds()
        if self.context.team.first:
            self.checkpoints.save(self.state)
        give_back_memory()

    def _finite_loss(self) -> float:
        """The loss of the last step. It is asked for now and then: weights that are no numbers stay so."""
        loss = math.nan if self.loss is None else self.loss.item()
        if not math.isfinite(loss):
            raise TrainingError(
                "The loss became {loss} by step {step}.",
                "Lower the learning rate.",
                loss=str(loss),
                step=self.state.step,
            )
        return loss

    def _count_seconds(self) -> None:
        now = time.monotonic()
        self.state.seconds += now - self.clock
        self.clock = now
