"""What the files of an exported folder say of its model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = ("model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json")

#: What an export says of the variant, where it was Graft that made it.
RECORD = "variant.json"

#: Its names of variants in half precision.
HALF = frozenset({"O4", "fp16"})

#: The labels of a config.json that names none; transformers leaves them out.
UNNAMED = {"0": "LABEL_0", "1": "LABEL_1"}

#: Model types that count positions from behind the padding id, so that fewer are left for tokens.
OFFSET_POSITIONS = frozenset({"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta"})

#: How the name of a model's class ends → the task it has, where ``graft_task`` in config.json does not say.
HEADS = {
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "entity-recognition",
    "ForMaskedLM": "language-modelling",
}


class PredictorError(Exception):
    """A folder that can't be predicted with, or a question it can't be asked; the message ends with the remedy.

    Args:
        template: The message, with places as in ``str.format``, so that others can tell it in another language.
        values: Of the places.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template.format(**values) if values else template)
        self.template, self.values = template, values


class NoNumberError(PredictorError):
    """What a graph says of a question is no number, as where a sum in fp16 overflows; others it may answer."""


@dataclass(frozen=True)
class Folder:
    """An exported folder, apart from its graph and tokenizer.

    Attributes:
        path: Where it is.
        task: What the model does.
        labels: In the model's order; none for a language model.
        width: Scores per text or token: the labels, or the vocabulary of a language model.
        pad_id: Token that fills up shorter texts.
        longest: Most tokens of a text, special ones included.
        types: Whether the tokenizer tells two texts apart for the model.
        mask: The token that stands for a hidden one; empty if there is none.
        unfit: By the kind of a provider why the variant is not made for it, as the table of variants has it that it
            was exported by; empty where it is.
        half: Whether the variant is in half precision.
    """

    path: Path
    task: str
    labels: list[str]
    width: int
    pad_id: int
    longest: int
    types: bool
    mask: str
    unfit: dict[str, str]
    half: bool

    @classmethod
    def read(cls, path: Path) -> Folder:
        """Read the JSON files of a folder.

        Raises:
            PredictorError: A file is missing.
            OSError, ValueError, KeyError: A file can't be read, or says something else than it should.
        """
        if missing := [name for name in FILES if not (path / name).is_file()]:
            raise PredictorError(
                "{folder} lacks {files}. Give the folder of one exported variant, or export anew.",
                folder=str(path),
                files=", ".join(missing),
            )
        config, settings = _json(path / "config.json"), _json(path / "tokenizer_config.json")
        task = config.get("graft_task") or _task(config)
        names = {int(number): label for number, label in config.get("id2label", UNNAMED).items()}
        labels = [] if task == "language-modelling" else [names[number] for number in sorted(names)]
        mask = settings.get("mask_token") or ""
        record = _json(path / RECORD) if (path / RECORD).exists() else {}
        return cls(
            path=path,
            task=task,
            labels=labels,
            width=len(labels) or int(config["vocab_size"]),
            pad_id=int(config.get("pad_token_id") or 0),
            longest=longest_input(config, settings),
            types="token_type_ids" in settings.get("model_input_names", ["token_type_ids"]),
            mask=mask["content"] if isinstance(mask, dict) else mask,
            unfit=dict(record.get("refused") or {}),
            half=record.get("variant") in HALF,
        )


def longest_input(config: dict[str, Any], settings: dict[str, Any]) -> int:
    """Most tokens that the model reads of a text, special ones included.

    Args:
        config: The model's.
        settings: Of its tokenizer.
    """
    positions = int(config.get("max_position_embeddings") or 512)
    if config.get("model_type") in OFFSET_POSITIONS:
        positions -= int(config.get("pad_token_id") or 0) + 1
    return int(min(positions, settings.get("model_max_length") or positions))


def _task(config: dict[str, Any]) -> str:
    if config.get("problem_type") == "multi_label_classification":
        return "multi-label-classification"
    name = next(iter(config.get("architectures") or ["ForSequenceClassification"]))
    return next(task for ending, task in HEADS.items() if name.endswith(ending))


def _json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
