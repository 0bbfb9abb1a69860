"""Takes a few real training steps and forward passes of the source model. Loads torch.

The steps are those of the stages: the same rows, heads, loop and precision, in a folder that is thrown away.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch
from transformers import PreTrainedModel

from pipeline import sources
from pipeline.data.labels import sorted_labels
from pipeline.data.texts import Texts
from pipeline.estimate.lengths import Lengths
from pipeline.estimate.memory import Peak
from pipeline.events import EventLog
from pipeline.messages import Message
from pipeline.peak import peak_bytes
from pipeline.settings import Settings
from pipeline.spec import FullFineTuning, RunSpec, TaskName
from pipeline.stages.answering import answers
from pipeline.stages.context import Context
from pipeline.stages.data import freeze
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.lessons import Lessons, order
from pipeline.stages.models import device, load_model, load_tokenizer, parameter_count
from pipeline.stages.precision import choose
from pipeline.stages.rows import distinct
from pipeline.stages.rows import lengths as row_lengths
from pipeline.stages.thrift import used_embeddings
from pipeline.stages.training import train
from pipeline.stages.tunings import TUNINGS
from pipeline.tasks import TASKS

STEPS = 4  # of which the first, which also counts operations, is not timed
STEP_TOKENS = 512  # a step on a CPU takes no more, so that the measurement stays short
READ_ROWS = 32
ENOUGH_SECONDS = 5.0  # after that no further step is taken


class Enough(Exception):  # noqa: N818 - no fault
    """The steps have taken long enough."""


@dataclass
class Stopwatch(Context[Any]):
    """A context that notes when each step was done, and tells nobody.

    Attributes:
        ticks: For each step, seconds on the clock and seconds of all cores.
        peak: Most memory held at the end of a step.
    """

    ticks: list[tuple[float, float]] = field(default_factory=list)
    peak: int = 0

    def note(self, text: str, /, **values: object) -> None:
        """Nobody reads it."""

    def step(self, step: int, total: int, **_: Any) -> None:
        """Note the time; a GPU is waited for.

        Raises:
            Enough: One step at least is timed, and there is no time for more.
        """
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.ticks.append((time.monotonic(), time.process_time()))
        self.peak = max(self.peak, psutil.Process().memory_info().rss)
        if len(self.ticks) > 1 and self.ticks[-1][0] - self.ticks[0][0] > ENOUGH_SECONDS:
            raise Enough


@dataclass(frozen=True)
class Measured:
    """What was measured of the source model.

    Attributes:
        train: Seconds of training for each token.
        idle: The same share of it on a machine that does nothing else, 0 to 1, from the time that the cores gave.
        read: Seconds of answering for each token.
        parameters: Numbers in the model.
        embeddings: Those of them in its word embeddings.
        width: Of an embedding.
        peak: What memory the steps took.
        gpu_bytes: Most memory of the GPU; None without one.
        batch_tokens: Padded tokens in the largest batch that was measured.
        steps: Training steps that were measured.
        precision: In which matrices are multiplied.
    """

    train: float
    idle: float
    read: float
    parameters: int
    embeddings: int
    width: int
    peak: Peak
    gpu_bytes: int | None
    batch_tokens: int
    steps: int
    precision: str


def measure(spec: RunSpec, lengths: Lengths, settings: Settings, work: Path) -> Measured:
    """Train and ask the source model on texts of the run, in batches of like size as the recipe's.

    Args:
        spec: The run.
        lengths: Its texts.
        settings: The host's.
        work: An empty folder.

    Raises:
        SourceError: The source model can't be used.
    """
    folder = sources.resolve(spec.source).path
    tokenizer = load_tokenizer(folder, spec.data.max_length)
    texts, labels = _texts(lengths, spec)
    model = load_model(folder, spec.task, labels, to_train=True)
    parameters, embeddings = parameter_count(model.parameters()), model.get_input_embeddings().weight.numel()
    labelled = TASKS[spec.task].label_column is not None
    rows = encode(freeze(texts, labels, spec.task, labelled=labelled), tokenizer, spec.task, labels)
    mean = float(row_lengths(rows).mean())
    batch_size = _batch_size(spec)
    if device().type == "cpu":
        batch_size = max(1, min(batch_size, round(STEP_TOKENS / mean)))
    rows = rows.select(_repeated(len(rows), STEPS * batch_size))
    collate = HEADS[spec.task].collate(tokenizer)
    lessons = Lessons(rows, collate, objective(spec.task), batch_size, warmup_ratio=0.0, seed=spec.seed)
    watch = _stopwatch(settings, work)
    tuned = TUNINGS["full"](model, FullFineTuning(epochs=1, batch_size=batch_size))
    before = psutil.Process().memory_info().rss
    precision = choose(tuned.model, round(batch_size * mean), watch)
    with suppress(Enough), used_embeddings(tuned.model, distinct(rows), tokenizer.pad_token_id):
        learning = parameter_count(value for value in tuned.model.parameters() if value.requires_grad)
        train(tuned.model, lessons, tuned.phases, precision, watch)
    batches = order(lessons.lengths, batch_size, spec.seed, 0)[: len(watch.ticks)]
    (began, began_cores), (ended, ended_cores) = watch.ticks[0], watch.ticks[-1]
    wall, cores = ended - began, (ended_cores - began_cores) / torch.get_num_threads()
    return Measured(
        train=wall / sum(map(lessons.tokens, batches[1:])),
        idle=min(1.0, cores / wall) if device().type == "cpu" else 1.0,
        read=_reading(tuned.model, rows.select(range(min(READ_ROWS, len(rows)))), collate, spec.task),
        parameters=parameters,
        embeddings=embeddings,
        width=model.config.hidden_size,
        peak=Peak(before=before, after=max(watch.peak, peak_bytes()), learning=learning),
        gpu_bytes=torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None,
        batch_tokens=max(map(lessons.padded, batches)),
        steps=len(batches),
        precision=precision.name,
    )


def _texts(lengths: Lengths, spec: RunSpec) -> tuple[Texts, list[str]]:
    """Texts of all labelled files in turn, as many as the steps may need, and their labels."""
    wanted = STEPS * _batch_size(spec)
    sheets = [sheet for sheet in lengths.material.readable if sheet.labelled or spec.task == "language-modelling"]
    share = -(-wanted // len(sheets))
    parts = [sheet.as_texts().at(_spread(len(sheet.rows), share)) for sheet in sheets]
    texts = [text for part in parts for text in part.texts]
    labels = [label for part in parts for label in part.labels or ()]
    chosen = Texts(texts, labels or None, [row for part in parts for row in part.rows])
    found = {name for label in labels for name in ((label,) if isinstance(label, str) else label)}
    return chosen, sorted_labels(found)


def _spread(count: int, wanted: int) -> range:
    """At most ``wanted`` places of ``count``, evenly spaced."""
    return range(0, count, max(1, -(-count // wanted)))


def _repeated(count: int, wanted: int) -> list[int]:
    """``wanted`` places of ``count``, evenly spaced, or all of them again and again."""
    return [place * count // wanted if count > wanted else place % count for place in range(wanted)]


def _batch_size(spec: RunSpec) -> int:
    recipe = spec.recipe
    if spec.task == "language-modelling":
        return int(getattr(recipe.adaptation, "batch_size", 32))
    return recipe.fine_tuning.batch_size


def _reading(model: PreTrainedModel, rows: Any, collate: Any, task: TaskName) -> float:
    """Seconds for each token that a model only reads; what is done at the first time alone does not count."""
    answers(model, rows.select(range(min(4, len(rows)))), collate, task)
    started = time.monotonic()
    answers(model, rows, collate, task)
    return (time.monotonic() - started) / sum(map(len, rows["input_ids"]))


def _stopwatch(settings: Settings, work: Path) -> Stopwatch:
    (work / "events.jsonl").write_text(json.dumps({}), encoding="utf-8")
    return Stopwatch(
        name="estimate",
        title=Message("Estimate"),
        parameters=None,
        inputs={},
        out=work,
        work=work,
        run_folder=work,
        settings=settings.model_copy(update={"checkpoint_seconds": float("inf")}),
        events=EventLog(work / "events.jsonl"),
        cancel_requested=lambda: False,
    )
