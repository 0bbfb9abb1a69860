"""The peer that a newcomer would write: transformers' pipeline behind FastAPI. ``pipeline_server.py FOLDER PORT``."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline


class Texts(BaseModel):
    """A request."""

    texts: list[str]


def main(folder: str, port: int) -> None:
    """Serve a PyTorch model until it is ended."""
    classify = pipeline("text-classification", folder, top_k=None, truncation=True)
    app = FastAPI()

    @app.post("/predict")
    def predict(asked: Texts) -> list[list[dict[str, object]]]:
        return classify(asked.texts, batch_size=32)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
