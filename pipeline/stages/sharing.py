"""Frozen layers: what they make of the training texts is computed once, for all epochs and for all who share them.

They are the lower layers that an ensemble's members share, or the whole encoder under a linear probe. Members are
stages of their own, so the activations lie in a file beside the artifacts, named by a hash of what they are computed
from: the frozen weights and the token ids. The first member writes it, the others find it, the ensemble's stage
deletes it, and so does a stage that is nobody's member with its own; should it be gone too early, it is computed again.
It is float16, which loses less than a thousandth of a value and halves the disk (hidden units × 2 bytes a token), and
is mapped, not read, into memory. Under the head of a whole text it holds the first token alone.

No dropout acts in the frozen part: that it is computed once is the point. In what learns it acts as ever.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from filelock import FileLock
from transformers import PreTrainedModel

from pipeline.models.layers import Recalled, behead, cut, rejoin
from pipeline.parts import each
from pipeline.stages.context import Context, read_json
from pipeline.stages.encoding import ANSWERS, Collate, Columns
from pipeline.stages.models import device
from pipeline.stages.precision import Precision
from pipeline.stages.reading import BATCH_TOKENS, Reading, in_batches
from pipeline.stages.rows import lengths, mapped

SUFFIX = ".activations.npy"
#: Files that nobody has used for so long belong to runs that were never finished.
STALE_SECONDS = 7 * 24 * 3600
#: Which files a member has used; written into its folder.
RECORD = "activations.json"
#: What computing them took, in the folder that outlives a kill.
TAKEN = "reading.json"
#: What the batches of a model that takes hidden states leave out.
TOKEN_INPUTS = ("input_ids", "token_type_ids")
#: What a row has for each token, of what a model reads.
BY_TOKEN = (*TOKEN_INPUTS, "attention_mask")


@dataclass
class Shared:
    """A model taken apart for training on precomputed activations.

    Attributes:
        upper: The model to train. It takes ``inputs_embeds`` and ``attention_mask``; its ``get_input_embeddings()``
            has no parameters.
        lower: The frozen part.
        dataset: The training set, with columns that say where each row's activations lie; select from it.
        reading: What activations that were not there took, earlier attempts at the stage included; it is part of
            what the training cost.
        padded: Makes a batch of encoded rows for the whole model.
        context: Of the stage at work.
        first_alone: Whether the upper part reads nothing but each row's first token.
        precision: In which matrices are multiplied, those of the frozen part among them.
    """

    upper: PreTrainedModel
    lower: PreTrainedModel
    dataset: Dataset = field(init=False)
    padded: Collate
    context: Context[Any]
    precision: Precision
    first_alone: bool = False
    reading: Reading = field(init=False)
    _states: list[np.memmap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reading = Reading.load(self.context.work / TAKEN)

    @property
    def whole(self) -> bool:
        """Whether it is the whole encoder that is frozen, and the head alone that is left to train."""
        return isinstance(self.upper.base_model, Recalled)

    def computed(self, dataset: Dataset) -> Dataset:
        """Encoded rows (the training set, the development texts) made ready for :meth:`collate`.

        Returns:
            The rows, cut at what the upper part reads of them, with two more columns: ``states``, which file, and
            ``first``, where in it the row begins.
        """
        tokens = lengths(dataset)
        kept = np.minimum(tokens, 1) if self.first_alone else tokens
        offsets = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
        self._states.append(self._activations(dataset, tokens, offsets))
        self.context.write_json(RECORD, [Path(str(states.filename)).name for states in self._states])
        which = np.full(len(dataset), len(self._states) - 1, np.int64)
        if self.first_alone:
            dataset = mapped(dataset, _first_alone, self.context.spare, features=dataset.features)
        return dataset.add_column("states", which).add_column("first", offsets[:-1])

    def collate(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """A batch for :attr:`upper`.

        Returns:
            ``inputs_embeds`` float32 ``[batch, tokens, hidden]``, and what the plain batch has besides token ids.
        """
        batch = dict(self.padded(rows))
        width = self._states[0].shape[1]
        states = torch.zeros(*batch["input_ids"].shape, width)
        for number, row in enumerate(rows):
            tokens = len(row["input_ids"])
            found = self._states[row["states"]][row["first"] : row["first"] + tokens]
            states[number, :tokens] = torch.from_numpy(np.array(found))
        return {name: batch[name] for name in batch if name not in TOKEN_INPUTS} | {"inputs_embeds": states}

    def rejoin(self) -> PreTrainedModel:
        """The whole model again, in place: the frozen lower part under the trained upper part."""
        return rejoin(self.upper, self.lower)

    def delete(self) -> None:
        """Delete the files, where no other member is to read them, and the word of them."""
        delete_activations([self.context.out])
        (self.context.out / RECORD).unlink(missing_ok=True)

    def _activations(self, dataset: Dataset, tokens: np.ndarray, offsets: np.ndarray) -> np.memmap:
        """float16 ``[kept tokens, hidden]``, from the file of that name if there is one.

        Args:
            dataset: The encoded rows.
            tokens: How many each has, ``[rows]``.
            offsets: Where those of it begin that are kept, and where the last ones end, ``[rows + 1]``.
        """
        folder = self.context.out.parent
        path = folder / (_name(self.lower, dataset, offsets, self.precision) + SUFFIX)
        with FileLock(_lock(path)):
            if not path.exists():
                _delete_stale(folder)
                partial = path.with_name(f"{path.name}.partial")
                try:
                    with self.reading.counted():
                        self._compute(dataset, tokens, offsets, partial)
                    self.reading.save(self.context.work / TAKEN)
                    os.replace(partial, path)
                finally:
                    partial.unlink(missing_ok=True)
            os.utime(path)
            return np.load(path, mmap_mode="r")

    @torch.inference_mode()
    def _compute(self, dataset: Dataset, tokens: np.ndarray, offsets: np.ndarray, path: Path) -> None:
        shape = (int(offsets[-1]), self.lower.config.hidden_size)
        states = np.lib.format.open_memmap(path, "w+", np.float16, shape)
        place = device()
        self.lower.to(place)
        width, done = int(np.diff(offsets).max(initial=0)), 0

        def ask(batch: list[int]) -> np.ndarray:
            self.context.check()
            padded = self.padded([dataset[index] for index in batch])
            inputs = {name: value.to(place) for name, value in padded.items() if name not in ANSWERS}
            with self.precision.autocast():
                return self.lower(**inputs)[0][:, :width].half().cpu().numpy()

        for batch, found in in_batches(tokens, BATCH_TOKENS, ask, self.context.note):
            for index, row in zip(batch, found, strict=True):
                states[offsets[index] : offsets[index + 1]] = row[: offsets[index + 1] - offsets[index]]
            done += len(batch)
            if self.whole:  # elsewhere what takes time is the training, which tells its own steps
                self.context.step(done, len(dataset))
        states.flush()


def share(
    model: PreTrainedModel,
    dataset: Dataset,
    collate: Collate,
    layers: int,
    context: Context[Any],
    *,
    precision: Precision,
) -> Shared:
    """Freeze the embeddings and the lowest ``layers`` layers, and compute what they make of ``dataset`` once.

    Args:
        model: With its head; taken apart in place.
        dataset: The whole training set, encoded; sampling comes after.
        collate: Makes a batch of encoded rows, padded on the right.
        layers: How many, at least 1 and fewer than the model has.
        context: Its ``out`` lies in the folder in which the activations are kept for the other members.
        precision: In which matrices are multiplied.

    Raises:
        TrainingError: The family's layers can't be told apart, or there are not so many.
    """
    shared = Shared(model, cut(model, layers), collate, context, precision)
    shared.dataset = shared.computed(dataset)
    return shared


def freeze_encoder(
    model: PreTrainedModel,
    dataset: Dataset,
    collate: Collate,
    context: Context[Any],
    *,
    precision: Precision,
    first_alone: bool,
) -> Shared:
    """Freeze the whole encoder, and compute what it makes of ``dataset`` once.

    Args:
        model: With its head, which alone is left to train; taken apart in place.
        dataset: As :func:`share` takes it.
        collate: Likewise.
        context: Likewise.
        precision: Likewise.
        first_alone: Whether the head is one of whole texts, and so reads nothing but their first token.

    Raises:
        TrainingError: What the family's heads read is not known.
    """
    shared = Shared(model, behead(model), collate, context, precision, first_alone)
    shared.dataset = shared.computed(dataset)
    return shared


def delete_activations(members: list[Path]) -> None:
    """Delete the files that these members have used; their folders lie beside them."""
    for member in members:
        for name in read_json(member / RECORD) if (member / RECORD).exists() else ():
            (member.parent / name).unlink(missing_ok=True)
            _lock(member.parent / name).unlink(missing_ok=True)


def _first_alone(columns: Columns) -> Columns:
    """Rows cut behind their first token."""
    return {name: [value[:1] for value in values] if name in BY_TOKEN else values for name, values in columns.items()}


def _name(lower: PreTrainedModel, dataset: Dataset, offsets: np.ndarray, precision: Precision) -> str:
    """Hash of the frozen weights, of the rows that they read and how exactly, and of how much is kept of each."""
    digest = hashlib.sha256(offsets.tobytes() + precision.name.encode())
    for name, value in sorted(lower.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.float().cpu().numpy().tobytes())
    for column in TOKEN_INPUTS:
        for row in each(dataset[column]) if column in dataset.column_names else ():
            digest.update(np.array([len(row), *row]).tobytes())
    return digest.hexdigest()[:40]


def _lock(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _delete_stale(folder: Path) -> None:
    for path in folder.glob(f"*{SUFFIX}*"):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)
