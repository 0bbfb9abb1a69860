"""What every test may ask for: a tiny model, tiny data, and a place for runs. No network."""

from __future__ import annotations

import functools
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # before any library reads it
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # two test processes on two cores must not spin

from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, FullFineTuning, LocalSource, RecipeSpec, RunSpec, TransplantVocabulary
from tests.clusters import MISSING, REASON, clustered
from tests.families import made
from tests.s3 import BUCKET, stand_in
from tests.s3 import REASON as NO_S3
from tests.texts import BAD, DINGE, GOOD, GUT, SCHLECHT, THINGS, sentences, write_csv

BEGAN = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--within``: CI has a limit, and a test that was left out and named is better than none that ended."""
    parser.addoption("--within", type=float, metavar="MINUTES", help="leave out what has not begun by then, and say so")


def pytest_runtest_setup(item: pytest.Item) -> None:
    minutes = item.config.getoption("--within")
    if minutes is not None and time.monotonic() - BEGAN > 60 * minutes:
        pytest.skip(f"not begun within {minutes:g} minutes (--within): this check was not made")


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


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of a tiny model of one of :data:`tests.families.FAMILIES`, made once."""
    return functools.cache(lambda name: made(name, tmp_path_factory.mktemp(name)))
