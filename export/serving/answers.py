"""What goes back: the predictor's own answers, in the order of the questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from export.predictor import Filling, MultiPrediction, Prediction, Tagging

Answer = TypeVar("Answer")


class Answers(BaseModel, Generic[Answer]):
    """Answers of one model."""

    model_config = ConfigDict(protected_namespaces=())

    model: str = Field(description="Its name.")
    answers: list[Answer] = Field(description="One for each text, in the order in which they were sent.")


class LabelAnswers(Answers[Prediction]):
    """Where a text, or a pair of texts, has one label."""


class LabelsAnswers(Answers[MultiPrediction]):
    """Where a text has any number of labels."""


class TagAnswers(Answers[Tagging]):
    """Where every word has a tag; start and end count characters of ``text``."""


class MaskAnswers(Answers[list[Filling]]):
    """Where a mask is filled: guesses, the likeliest first."""


#: For OpenAPI.
EXAMPLES: dict[str, dict[str, Any]] = {
    "one label": {
        "value": {
            "model": "reviews",
            "answers": [{"label": "positive", "probabilities": {"negative": 0.02, "positive": 0.98}}],
        }
    },
    "several labels": {
        "value": {
            "model": "topics",
            "answers": [{"labels": ["food"], "probabilities": {"food": 0.91, "price": 0.12}}],
        }
    },
    "tags": {
        "value": {
            "model": "names",
            "answers": [
                {
                    "text": "Ada left",
                    "words": [
                        {"text": "Ada", "label": "B-PER", "probability": 0.99, "start": 0, "end": 3},
                        {"text": "left", "label": "O", "probability": 0.99, "start": 4, "end": 8},
                    ],
                    "entities": [{"text": "Ada", "label": "PER", "probability": 0.99, "start": 0, "end": 3}],
                }
            ],
        }
    },
    "a filled mask": {
        "value": {
            "model": "adapted",
            "answers": [[{"token": "capital", "probability": 0.93, "text": "Paris is the capital of France."}]],
        }
    },
}


def document(model: str, answers: Sequence[Any]) -> bytes:
    """The body of a response, an :class:`Answers`; what is the predictor's is not looked through once more."""
    return to_json({"model": model, "answers": answers}, inf_nan_mode="null")


class ModelInfo(BaseModel):
    """A model that is served."""

    name: str
    task: str = Field(description="What it was trained to do.")
    labels: list[str] = Field(description="In its order; none for a language model.")
    fields: list[str] = Field(description="Which field of a request's body it is asked with.")
    variant: str = Field(description="Folder of the exported variant.")
    provider: str = Field(description="Where onnxruntime computes.")
    longest: int = Field(description="Most tokens that it reads of a text.")
    batch_tokens: int = Field(description="Most padded tokens computed at once.")
    verified: bool = Field(description="Whether its files were held against their checksums; false: it has none.")
    generation: int = Field(description="How often it was loaded.")
    loaded: datetime
    waiting: int = Field(description="Texts in its queue.")


class ModelList(BaseModel):
    """All models that are served."""

    models: list[ModelInfo]


class Status(BaseModel):
    """How the server is."""

    status: Literal["ok", "ready"]
