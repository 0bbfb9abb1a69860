"""What every test may ask for: a tiny model, tiny data, and a place for runs. No network."""

from __future__ import annotations

import csv
import functools
import os
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # before any library reads it
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # two test processes on two cores must not spin

from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, FullFineTuning, LocalSource, RecipeSpec, RunSpec, TransplantVocabulary
from tests.clusters import MISSING, REASON, clustered
from tests.s3 import BUCKET, stand_in
from tests.s3 import REASON as NO_S3

GOOD = ["good", "great", "lovely", "fine", "warm", "fresh", "quick", "kind", "tasty", "clean"]
BAD = ["bad", "awful", "broken", "cold", "slow", "rude", "stale", "dirty", "noisy", "late"]
THINGS = ["soup", "room", "phone", "book", "film", "coat", "cable", "bed", "cake", "screen", "hotel", "driver"]
GUT = ["好", "棒", "赞", "香", "快", "暖", "净", "甜", "美", "爱"]
SCHLECHT = ["差", "坏", "烂", "臭", "慢", "冷", "脏", "苦", "丑", "恨"]
DINGE = ["汤", "房", "机", "书", "片", "衣", "线", "床", "糕", "屏", "店", "车"]


def sentences(good: list[str], bad: list[str], things: list[str], count: int, joiner: str) -> list[tuple[str, str]]:
    """Distinct little texts whose label is plain to see."""
    choice = random.Random(0)
    rows: dict[str, str] = {}
    while len(rows) < count:
        words, label = choice.choice(((good, "positive"), (bad, "negative")))
        text = joiner.join((*choice.sample(things, 2), *choice.sample(words, 3)))
        rows.setdefault(text, label)
    return list(rows.items())


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    """A CSV file with the columns text and label."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT encoder of two layers with random weights and a WordPiece tokenizer, as a folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'"
    pieces = special + GOOD + BAD + THINGS + list(letters) + [f"##{letter}" for letter in letters]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    folder = tmp_path_factory.mktemp("tiny-model")
    BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with source.csv, target.csv, test.csv, unlabelled.txt and words.tsv."""
    folder = tmp_path_factory.mktemp("tiny-data")
    write_csv(folder / "source.csv", sentences(GOOD, BAD, THINGS, 160, " "))
    chinese = sentences(GUT, SCHLECHT, DINGE, 260, "")
    write_csv(folder / "target.csv", chinese[:60])
    write_csv(folder / "test.csv", chinese[60:140])
    (folder / "unlabelled.txt").write_text("\n".join(text for text, _ in chinese[140:]), encoding="utf-8")
    pairs = zip(GOOD + BAD + THINGS, GUT + SCHLECHT + DINGE, strict=True)
    (folder / "words.tsv").write_text("".join(f"{en}\t{zh}\n" for en, zh in pairs), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def s3_variables() -> Iterator[dict[str, str]]:
    """What leads to a server that answers as S3 does; nothing where none can be had."""
    with stand_in() as found:
        yield found


@pytest.fixture
def s3(s3_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """An address in it that nobody has used, for this process and those that it begins."""
    if not s3_variables:
        pytest.skip(NO_S3)
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()  # it keeps its connections, whatever the variables say by then
    for name, value in s3_variables.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def cluster(s3_variables: dict[str, str]) -> Iterator[Any]:
    """A Ray cluster of two machines; whoever takes one away gives one back."""
    if MISSING:
        pytest.skip(REASON)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3_variables.items():  # each machine finds the store by its own
            patch.setenv(name, value)
        with clustered() as made:
            yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose runs lie in the test's own folder; checkpoints after every step."""
    return Settings(runs_dir=tmp_path / "runs", checkpoint_seconds=0, cancel_seconds=10)


@pytest.fixture
def store(settings: Settings) -> RunStore:
    """An empty run store."""
    return RunStore(settings.runs_dir)


@pytest.fixture(scope="session")
def tiny_spec(tiny_model: Path, tiny_data: Path) -> RunSpec:
    """A whole run that takes seconds."""
    tuning = FullFineTuning(epochs=10, batch_size=16, learning_rate=2e-3)
    return RunSpec(
        name="tiny",
        source=LocalSource(path=str(tiny_model)),
        data=DataSpec(
            source=DatasetSpec(path=str(tiny_data / "source.csv")),
            target=DatasetSpec(path=str(tiny_data / "target.csv")),
            test=DatasetSpec(path=str(tiny_data / "test.csv")),
            unlabelled=DatasetSpec(path=str(tiny_data / "unlabelled.txt"), format="text"),
            dictionary=str(tiny_data / "words.tsv"),
            max_length=32,
        ),
        recipe=RecipeSpec(
            source_training=tuning,
            vocabulary=TransplantVocabulary(size=200),
            fine_tuning=tuning,
            target_only=tuning,
        ),
    )


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


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of a tiny model of one of :data:`FAMILIES`: random weights, the family's kind of tokenizer.

    The tokenizers know the English words above; the byte-level one can spell any text, and the
    multilingual one (xlm-roberta) knows the Chinese things too.
    """

    @functools.cache
    def build(name: str) -> Path:
        import torch
        import transformers

        member = FAMILIES[name]
        tokenizer = getattr(transformers, f"{member.tokenizer or member.prefix}TokenizerFast")(
            tokenizer_object=_family_tokenizer(member, DINGE if name == "xlm-roberta" else []), model_max_length=64
        )
        torch.manual_seed(0)
        ids = {"pad_token_id": tokenizer.pad_token_id, "vocab_size": len(tokenizer)}
        config = getattr(transformers, f"{member.prefix}Config")(**ids, **member.shape)
        folder = tmp_path_factory.mktemp(name)
        getattr(transformers, f"{member.prefix}{member.head}")(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return build


def _family_tokenizer(member: Family, more: list[str]) -> Any:
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
