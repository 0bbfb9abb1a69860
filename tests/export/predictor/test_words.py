"""Where the words of a text begin and end, and which token speaks for a word."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from export.predictor.words import first_pieces, join, split, word_logits


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada saw Paris.", ["Ada", "saw", "Paris", "."]),
        ('("Is this Ada\'s?")', ["(", '"', "Is", "this", "Ada's", "?", '"', ")"]),
        ("3.5 % of U.S. e-mail", ["3.5", "%", "of", "U.S", ".", "e-mail"]),
        ("我爱北京。", ["我", "爱", "北", "京", "。"]),
        ("用iPhone 15拍的", ["用", "iPhone", "15", "拍", "的"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("서울에 갔다", ["서울에", "갔다"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        (" \t\n", []),
        ("...", [".", ".", "."]),
    ],
)
def test_split(text: str, words: list[str]):
    assert [text[start:end] for start, end in split(text)] == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["Ada", "saw", "Paris", "."], "Ada saw Paris ."),
        (["我", "爱", "北京"], "我爱北京"),
        (["用", "iPhone", "拍"], "用 iPhone 拍"),
        (["a", "", "b"], "a  b"),
        ([], ""),
    ],
)
def test_join_says_where_each_word_stands(words: list[str], text: str):
    joined, spans = join(words)
    assert joined == text
    assert [joined[start:end] for start, end in spans] == words


@pytest.fixture
def tokenizer() -> Tokenizer:
    pieces = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##do": 4, "##ne": 5, "it": 6}
    made = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return made


def test_the_first_piece_speaks_for_a_word(tokenizer: Tokenizer):
    encoding = tokenizer.encode(["it", "undone", "", "it"], is_pretokenized=True)
    assert encoding.tokens == ["[CLS]", "it", "un", "##do", "##ne", "it", "[SEP]"]
    assert first_pieces(encoding, 4).tolist() == [1, 2, -1, 5]


def test_words_that_were_cut_off_have_no_logits(tokenizer: Tokenizer):
    tokenizer.enable_truncation(4)
    encoding = tokenizer.encode(["undone", "it"], is_pretokenized=True)
    values = word_logits(encoding, np.arange(8.0).reshape(4, 2), 2)
    assert values[0].tolist() == [2, 3]
    assert np.isnan(values[1]).all()
