"""Tiny models of every family, with random weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
    "pad_token_id": 1,
}
#: Model type → what its config wants besides, in the form of the models that people use.
FAMILIES: dict[str, dict] = {
    "bert": {"type_vocab_size": 2},
    "camembert": {"type_vocab_size": 1},
    "deberta": {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "type_vocab_size": 0},
    "deberta-v2": {
        "relative_attention": True,
        "position_buckets": 8,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"],
        "conv_kernel_size": 3,
        "position_biased_input": False,
        "type_vocab_size": 0,
    },
    "distilbert": {},
    "electra": {"embedding_size": 8, "type_vocab_size": 2},
    "ernie": {"type_vocab_size": 2},
    "mpnet": {},
    "roberta": {"type_vocab_size": 1},
    "xlm-roberta": {"type_vocab_size": 1},
}
#: DistilBERT's config has names of its own.
NAMES = {"distilbert": {"intermediate_size": "hidden_dim"}}


@pytest.fixture
def make_model() -> Callable:
    """A function: model type, head, seed → a model in evaluation mode whose parameters are all random."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification

    heads = {"sequence": AutoModelForSequenceClassification, "token": AutoModelForTokenClassification}

    def make(model_type: str = "bert", head: str = "sequence", seed: int = 0, **options):
        names = NAMES.get(model_type, {})
        values = {names.get(name, name): value for name, value in SIZES.items()} | FAMILIES[model_type] | options
        config = AutoConfig.for_model(model_type, num_labels=3, **values)
        torch.manual_seed(seed)
        model = heads[head].from_config(config)
        with torch.no_grad():  # biases and norms too, or a mistake with them would not show
            for parameter in model.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
        return model.eval()

    return make


@pytest.fixture
def batch() -> dict:
    """Three texts of different lengths, padded on the right with id 1."""
    import torch

    lengths = torch.tensor([9, 5, 7])
    mask = (torch.arange(9)[None] < lengths[:, None]).long()
    ids = torch.randint(2, 50, (3, 9), generator=torch.Generator().manual_seed(0))
    return {"input_ids": torch.where(mask == 1, ids, 1), "attention_mask": mask}
