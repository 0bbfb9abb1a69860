"""One training loop for every stage that learns: transformers' Trainer, made resumable to the step.

What is added to it: batches grouped by length in an order that depends on seed and epoch alone
(so a resumed run sees the same batches), checkpoints by the clock, progress, and cancelling.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import Sampler
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_pt_utils import get_length_grouped_indices

from pipeline.errors import Cancelled, TrainingError
from pipeline.runs import write_atomically
from pipeline.stages.context import Context
from pipeline.stages.models import bf16_pays

ParameterGroups = list[dict[str, Any]]


def train(
    model: PreTrainedModel,
    dataset: Dataset,
    collate: Any,
    groups: ParameterGroups,
    *,
    epochs: float,
    batch_size: int,
    seed: int,
    context: Context[Any],
    warmup_ratio: float = 0.1,
    phase: str = "training",
    steps_before: int = 0,
    steps_after: int = 0,
) -> float:
    """Train ``model`` in place, from the last checkpoint of this phase if there is one.

    Args:
        model: On any device; comes back on the one it was trained on.
        dataset: Tokenised, with a column ``input_ids``.
        collate: Makes a batch of examples.
        groups: Parameters with their peak learning rates, as torch's optimisers take them.
        epochs: Passes over ``dataset``; fractions count.
        batch_size: Examples a step.
        seed: Of the order of examples and of dropout.
        context: Told of each step; its ``work`` folder keeps the checkpoints.
        warmup_ratio: Share of the steps in which the rate rises from 0; it falls to 0 linearly.
        phase: Tells the checkpoints of several trainings of one stage apart.
        steps_before: Steps of this stage's earlier phases, for the progress.
        steps_after: Steps of its later phases.

    Returns:
        Seconds of training, those before an interruption included.

    Raises:
        Cancelled: The run was cancelled; a checkpoint was written first.
        TrainingError: The loss is no number any more.
    """
    folder = context.work / phase
    set_seed(seed)
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch_size,
        warmup_ratio=warmup_ratio,
        bf16=bf16_pays(),
        use_cpu=not torch.cuda.is_available(),
        seed=seed,
        data_seed=seed,
        save_strategy="no",  # the clock decides, see _Watch
        save_total_limit=2,
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    watch = _Watch(context, folder / "seconds", steps_before, steps_after)
    trainer = _Trainer(
        watch,
        model=model,
        args=arguments,
        train_dataset=dataset,
        data_collator=collate,
        optimizers=(torch.optim.AdamW(groups, fused=True), None),  # fused: a sixth of the time on a CPU,
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(folder))
    if watch.cancelled:
        raise Cancelled
    return watch.seconds


def steps_of(examples: int, epochs: float, batch_size: int) -> int:
    """Steps that :func:`train` takes."""
    per_epoch = -(-examples // batch_size)
    return max(1, -(-int(per_epoch * epochs * 1000) // 1000))


def last_checkpoint(folder: Path) -> str | None:
    """The newest whole checkpoint. The Trainer writes ``trainer_state.json`` last of all."""
    for path in sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]), reverse=True):
        try:
            json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return str(path)
    return None


class LengthGroupedSampler(Sampler[int]):
    """Indices such that batches hold texts of like length, in an order given by seed and epoch.

    transformers' own sampler draws from the global generator, whose state at the start of an
    epoch is lost when a run is resumed in the middle of it.
    """

    def __init__(self, lengths: list[int], batch_size: int, seed: int) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order; accelerate's data loader calls this."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 10_007 + self.epoch)
        indices = get_length_grouped_indices(self.lengths, self.batch_size, generator=generator)
        # Whole batches are shuffled, or the longest texts would always come first.
        batches = [indices[start : start + self.batch_size] for start in range(0, len(indices), self.batch_size)]
        last = [batches.pop()] if len(batches[-1]) < self.batch_size else []
        order = torch.randperm(len(batches), generator=generator).tolist()
        return iter([index for batch in [batches[number] for number in order] + last for index in batch])


class _Trainer(Trainer):
    """The Trainer with our order of examples, and the loss of each step at hand."""

    def __init__(self, watch: _Watch, **kwargs: Any) -> None:
        super().__init__(callbacks=[watch], **kwargs)
        self.watch = watch
        self.pop_callback(PrinterCallback)  # it would write every log entry to the worker's output

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> LengthGroupedSampler:
        dataset = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(ids) for ids in dataset["input_ids"]]
        return LengthGroupedSampler(lengths, self.args.train_batch_size, self.args.seed)

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        loss = super().training_step(*args, **kwargs)
        self.watch.loss = loss.item()
        if not math.isfinite(self.watch.loss):
            raise TrainingError(
                f"The loss became {self.watch.loss} at step {self.state.global_step + 1}.", "Lower the learning rate."
            )
        return loss


class _Watch(TrainerCallback):
    """Reports steps, saves by the clock, and stops a cancelled run after a last checkpoint."""

    def __init__(self, context: Context[Any], clock: Path, steps_before: int, steps_after: int) -> None:
        self.context = context
        self.clock = clock  # file with the seconds trained up to the last checkpoint
        self.before, self.after = steps_before, steps_after
        self.loss = math.nan
        self.cancelled = False
        self.seconds_before = 0.0
        self.started = self.saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time spent training, earlier attempts included."""
        return self.seconds_before + time.monotonic() - self.started

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self.started = self.saved = time.monotonic()
        if state.global_step:
            self.seconds_before = float(self.clock.read_text()) if self.clock.exists() else 0.0
            self.context.note(f"{self.context.title}: goes on from step {state.global_step}.")

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        rate = kwargs["lr_scheduler"].get_last_lr()[0]
        total = self.before + state.max_steps + self.after
        try:
            self.context.step(self.before + state.global_step, total, loss=self.loss, learning_rate=rate)
        except Cancelled:
            self.cancelled = control.should_training_stop = control.should_save = True
        if time.monotonic() - self.saved >= self.context.settings.checkpoint_seconds:
            control.should_save = True

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self.saved = time.monotonic()
        write_atomically(self.clock, str(self.seconds))
