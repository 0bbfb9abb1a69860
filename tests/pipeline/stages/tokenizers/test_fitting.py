"""How well a tokenizer fits a text."""

from __future__ import annotations

from pathlib import Path

from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import fit


def test_unknown_tokens_and_pieces_are_counted(tiny_model: Path) -> None:
    found = fit(load_tokenizer(tiny_model), ["good soup", "汤x"])  # good, soup; [UNK], x
    assert found.unknown_rate == 1 / 4
    assert found.pieces_per_character == 4 / 10


def test_no_text_fits_without_fault(tiny_model: Path) -> None:
    assert fit(load_tokenizer(tiny_model), []).unknown_rate == 0
