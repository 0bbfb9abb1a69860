"""A run with a stage of every kind, in seconds: a tiny encoder with random weights, and the project's samples."""

from __future__ import annotations

from pathlib import Path

from pipeline.samples import SAMPLES
from pipeline.sources import default_source, resolve
from pipeline.spec import (
    Bagging,
    CoTraining,
    ExportSpec,
    FullFineTuning,
    LocalSource,
    MaskedLanguageModelling,
    RecipeSpec,
    RunSpec,
    SpeedSpec,
    TransplantVocabulary,
)

#: Long enough to be killed in, though the encoder learns little.
TUNING = FullFineTuning(epochs=6, batch_size=8, learning_rate=1e-3)


def small_spec(folder: Path) -> RunSpec:
    """The run; its encoder is written into ``folder``."""
    return RunSpec(
        name="Small",
        source=LocalSource(path=str(encoder(folder / "encoder"))),
        data=SAMPLES["reviews"].data,
        recipe=RecipeSpec(
            source_training=TUNING,
            vocabulary=TransplantVocabulary(size=500, max_piece_length=2),
            adaptation=MaskedLanguageModelling(embedding_epochs=1, epochs=1),
            fine_tuning=TUNING,
            self_training=CoTraining(rounds=2),
            ensemble=Bagging(members=2),
            target_only=TUNING,
        ),
        exports=(ExportSpec(model="transferred", optimisation=("O1",), quantisation=()),),
        speed=(SpeedSpec(batches=(1,), lengths=(8,), rounds=1, compiled=False),),
    )


def encoder(folder: Path, width: int = 32) -> Path:
    """A BERT of two layers, narrow by default, that reads as the embedded encoder does."""
    import torch  # noqa: PLC0415
    from transformers import AutoTokenizer, BertConfig, BertModel  # noqa: PLC0415

    tokenizer = AutoTokenizer.from_pretrained(resolve(default_source(None)).path)
    torch.manual_seed(0)
    shape = {"hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 2 * width}
    BertModel(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=128, **shape)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
