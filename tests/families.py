"""A tiny encoder of every family: its shape, its kind of tokenizer, and random weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.texts import BAD, DINGE, GOOD, THINGS


@dataclass(frozen=True)
class Family:
    """How a family of encoders looks, much smaller.

    Attributes:
        prefix: Of the names of its classes in transformers.
        head: Of the class that its checkpoints are saved from.
        pieces: What kind of tokenizer it has.
        special: Role → special token, in the order of their indices.
        shape: Of the network.
        tokenizer: Prefix of its tokenizer's class, where that is another family's.
    """

    prefix: str
    head: str
    pieces: str
    special: dict[str, str]
    shape: dict[str, Any] = field(default_factory=dict)
    tokenizer: str = ""


BERT = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
ROBERTA = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}
MPNET = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "[UNK]", "mask": "<mask>"}
DEBERTA = {"pad": "[PAD]", "cls": "[CLS]", "sep": "[SEP]", "unk": "[UNK]", "mask": "[MASK]"}
BODY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
BERT_BODY = {**BODY, "max_position_embeddings": 64}
ROBERTA_BODY = {**BODY, "max_position_embeddings": 66, "type_vocab_size": 1}
DISTILBERT_BODY = {"max_position_embeddings": 64, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
DEBERTA_BODY = {
    **BERT_BODY,
    "type_vocab_size": 0,
    "relative_attention": True,
    "position_buckets": 8,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
}
FIRST_DEBERTA_BODY = {
    **BERT_BODY,
    "type_vocab_size": 0,
    "relative_attention": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
}
FAMILIES = {
    "bert": Family("Bert", "ForMaskedLM", "wordpiece", BERT, BERT_BODY),
    "minilm": Family("Bert", "Model", "wordpiece", BERT, BERT_BODY),
    "distilbert": Family("DistilBert", "ForMaskedLM", "wordpiece", BERT, DISTILBERT_BODY),
    "electra": Family("Electra", "ForPreTraining", "wordpiece", BERT, {**BERT_BODY, "embedding_size": 16}),
    "roberta": Family("Roberta", "ForMaskedLM", "bpe", ROBERTA, ROBERTA_BODY),
    "xlm-roberta": Family("XLMRoberta", "ForMaskedLM", "unigram", ROBERTA, ROBERTA_BODY),
    "deberta-v2": Family("DebertaV2", "ForMaskedLM", "unigram", DEBERTA, DEBERTA_BODY),
    "camembert": Family("Camembert", "ForMaskedLM", "unigram", ROBERTA, ROBERTA_BODY),
    "deberta": Family("Deberta", "ForMaskedLM", "bpe", DEBERTA, FIRST_DEBERTA_BODY),
    "ernie": Family("Ernie", "ForMaskedLM", "wordpiece", BERT, {**BERT_BODY, "use_task_id": True}, "Bert"),
    "mpnet": Family("MPNet", "ForMaskedLM", "wordpiece", MPNET, {**BODY, "max_position_embeddings": 66}),
}


def made(name: str, folder: Path) -> Path:
    """Save a tiny model of one of :data:`FAMILIES` in a folder, and give the folder.

    The tokenizers know the English words of :mod:`tests.texts`; the byte-level one can spell any text, and the
    multilingual one (xlm-roberta) knows the Chinese things too.
    """
    import torch
    import transformers

    member = FAMILIES[name]
    tokenizer = getattr(transformers, f"{member.tokenizer or member.prefix}TokenizerFast")(
        tokenizer_object=_tokenizer(member, DINGE if name == "xlm-roberta" else []), model_max_length=64
    )
    torch.manual_seed(0)
    ids = {"pad_token_id": tokenizer.pad_token_id, "vocab_size": len(tokenizer)}
    config = getattr(transformers, f"{member.prefix}Config")(**ids, **member.shape)
    getattr(transformers, f"{member.prefix}{member.head}")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(member: Family, more: list[str]) -> Any:
    """The bare tokenizer of a family, which knows the English words and ``more``."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    special = list(member.special.values())
    words, letters = GOOD + BAD + THINGS, list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'")
    cls, sep = ((token, special.index(token)) for token in (member.special["cls"], member.special["sep"]))
    if member.pieces == "wordpiece":
        pieces = [*special, *words, *more, *letters, *(f"##{letter}" for letter in letters)]
        vocabulary = {piece: index for index, piece in enumerate(pieces)}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=member.special["unk"]))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = _frame(cls, sep)
    elif member.pieces == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        trainer = trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
        tokenizer.train_from_iterator([" ".join(words + more)] * 2, trainer)
        tokenizer.post_processor = _frame(cls, sep)
    else:
        pieces = [*special, *(f"▁{word}" for word in words), *more, "▁", *letters]
        scores = [(piece, -0.01 * rank) for rank, piece in enumerate(pieces)]
        tokenizer = Tokenizer(models.Unigram(scores, unk_id=special.index(member.special["unk"])))
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        between = f"{sep[0]} {sep[0]}" if cls[0] == "<s>" else sep[0]
        segment = ":0" if cls[0] == "<s>" else ":1"
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{cls[0]} $A {sep[0]}",
            pair=f"{cls[0]} $A {between} $B{segment} {sep[0]}{segment}",
            special_tokens=[cls, sep],
        )
    return tokenizer


def _frame(cls: tuple[str, int], sep: tuple[str, int]) -> Any:
    """What stands around texts, and between two of them."""
    from tokenizers import processors

    return (processors.RobertaProcessing if cls[0] == "<s>" else processors.BertProcessing)(sep, cls)
