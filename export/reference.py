"""The trained model as PyTorch computes it: what every exported variant is held against."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import transformers

from export.predictor import longest_input
from pipeline.errors import ExportError
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

#: The only weights that are read: unpickling others would run what they say.
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


class Reference:
    """A model folder in PyTorch: float32, in evaluation mode, on the CPU.

    Only the folder is read: no network, no pickled weights, none of its code.

    Args:
        folder: A Hugging Face model folder in safetensors, with a fast tokenizer.
        task: What the model does; decides on its head.

    Attributes:
        model: The transformers model.
        tokenizer: Its tokenizer, set to pad on the right and to cut what the model can't read.

    Raises:
        ExportError: The folder is not such a folder.
    """

    def __init__(self, folder: Path, task: TaskName) -> None:
        if not any((folder / name).is_file() for name in WEIGHTS):
            raise ExportError(f"{folder} holds no model.safetensors.", "Export a model that was saved in safetensors.")
        try:
            self.model = getattr(transformers, TASKS[task].auto_class).from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
            )
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, padding_side="right", local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # a damaged folder shows in as many types as there are libraries
            raise ExportError(f"{folder} can't be loaded: {error}.", "Train the model anew.") from error
        if not self.tokenizer.is_fast:
            raise ExportError(
                f"The tokenizer in {folder} has no fast form.", "Save it so that it has a tokenizer.json."
            )
        self.tokenizer.model_max_length = longest_input(
            self.model.config.to_dict(), {"model_max_length": self.tokenizer.model_max_length}
        )
        self.model.eval()
        self._inputs = inspect.signature(self.model.forward).parameters

    def logits(self, texts: Sequence[str], batch: int = 16) -> np.ndarray:
        """Raw scores, float32 of shape [texts, labels], in the given order."""
        logits = np.empty((len(texts), self.model.config.num_labels), np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # like lengths together: little padding
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            encoded = self.tokenizer([texts[row] for row in rows], padding=True, truncation=True, return_tensors="pt")
            # A tokenizer may offer token types to a model that has none.
            inputs = {name: values for name, values in encoded.items() if name in self._inputs}
            with torch.inference_mode():
                logits[rows] = self.model(**inputs).logits.numpy()
        return logits
