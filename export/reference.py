"""The trained model as PyTorch computes it: what every exported variant is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Encoding

import pipeline.models  # noqa: F401 - makes Graft's own kinds of model known to transformers
from export.predictor import Question, Tokens, longest_input
from pipeline.errors import ExportError
from pipeline.models.configuration import CompositeConfig
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

#: The only weights that are read: unpickling others would run what they say.
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


class Reference:
    """A model folder in PyTorch: in evaluation mode; float32 on the CPU, unless it is moved.

    Only the folder is read: no network, no pickled weights, none of its code.

    Args:
        folder: A Hugging Face model folder in safetensors, with a fast tokenizer.
        task: What the model does; decides on its head.

    Attributes:
        task: As given.
        model: The transformers model.
        device: Where it is.
        config: What an exported folder says of it: of a bridge or an ensemble, what its encoders are, so
            that it loads where Graft is not installed; and ``graft_task``.
        tokenizer: Its tokenizer, set to pad on the right and to cut what the model can't read.

    Raises:
        ExportError: The folder is not such a folder.
    """

    def __init__(self, folder: Path, task: TaskName) -> None:
        if not any((folder / name).is_file() for name in WEIGHTS):
            raise ExportError(
                "{folder} holds no model.safetensors.",
                "Export a model that was saved in safetensors.",
                folder=str(folder),
            )
        self.task = task
        try:
            self.model = getattr(transformers, TASKS[task].auto_class).from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
            )
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **_settings(task))
        except Exception as error:  # a damaged folder shows in as many types as there are libraries
            raise ExportError(
                "{folder} can't be loaded: {fault}.", "Train the model anew.", folder=str(folder), fault=str(error)
            ) from error
        if not self.tokenizer.is_fast:
            raise ExportError(
                "The tokenizer in {folder} has no fast form.",
                "Save it so that it has a tokenizer.json.",
                folder=str(folder),
            )
        self.config = _plain(self.model.config)
        self.config.graft_task = task
        self.tokenizer.model_max_length = longest_input(
            self.config.to_dict(), {"model_max_length": self.tokenizer.model_max_length}
        )
        self.model.eval()
        self.device = torch.device("cpu")
        # A tokenizer may offer token types to a model that tells none apart.
        types = getattr(self.config, "type_vocab_size", 0) > 1
        self._inputs = [name for name in self.tokenizer.model_input_names if types or name != "token_type_ids"]

    @property
    def mask_id(self) -> int | None:
        """Id of the hidden token, if there is one."""
        return self.tokenizer.mask_token_id

    def move(self, device: torch.device, dtype: torch.dtype) -> None:
        """Compute elsewhere, or in another precision, from now on."""
        self.device = device
        self.model.to(device=device, dtype=dtype)

    def encode(self, questions: Sequence[Question]) -> list[Encoding]:
        """The questions as tokens, cut to what the model reads; see :class:`export.predictor.Predictor`."""
        columns = TASKS[self.task].columns
        texts = zip(*questions, strict=True) if len(columns) > 1 else [questions]
        encoded = self.tokenizer(*map(list, texts), truncation=True, is_split_into_words=columns == ("tokens",))
        return encoded.encodings

    def outputs(self, texts: Sequence[Tokens], batch: int = 16) -> Iterator[tuple[int, np.ndarray]]:
        """A text's number and what the model says of it: [labels], or [tokens, labels] without the padding."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row].ids))  # like lengths together: little padding
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            answers = self.logits(self.inputs([texts[row] for row in rows]))
            for row, answer in zip(rows, answers, strict=True):
                yield row, answer[: len(texts[row].ids)] if answer.ndim > 1 else answer

    def logits(self, inputs: dict[str, torch.Tensor]) -> np.ndarray:
        """What the model says of a batch: float32 ``[texts, …]``; both are in the machine's memory, wherever it is."""
        with torch.inference_mode():
            there = {name: values.to(self.device) for name, values in inputs.items()}
            answers: np.ndarray = self.model(**there).logits.float().cpu().numpy()
            return answers

    def inputs(self, batch: Sequence[Tokens]) -> dict[str, torch.Tensor]:
        """A batch as the model takes it, padded to its longest text."""
        features = [{"input_ids": list(text.ids), "token_type_ids": list(text.type_ids)} for text in batch]
        padded = self.tokenizer.pad(features, return_tensors="pt")
        return {name: padded[name] for name in self._inputs}


def _plain(config: Any) -> Any:
    """The config of the encoders inside, with the labels of the whole."""
    while isinstance(config, CompositeConfig):
        config = config.inner()
    return config


def _settings(task: TaskName) -> dict[str, Any]:
    """How the tokenizer is loaded; byte-level ones read words that are split already only as if after a space."""
    words = {"add_prefix_space": True} if TASKS[task].labelling == "tags" else {}
    return {"padding_side": "right", "local_files_only": True, "trust_remote_code": False, **words}
