import pytest

from pipeline.data.words import joined, vocabulary, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A film, it's good.", ("A", "film", ",", "it's", "good", ".")),
        ("送餐快，iPhone 8好", ("送", "餐", "快", "，", "iPhone", "8", "好")),
        ("हिन्दी भाषा।", ("हिन्दी", "भाषा", "।")),
        ("100% (re-made)", ("100", "%", "(", "re-made", ")")),
        ("", ()),
    ],
)
def test_texts_fall_into_words(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("New", "York", "is", "big"), "New York is big"),
        (("他", "在", "New", "York", "，", "对"), "他在New York，对"),
        (("同样", "，", "施力"), "同样，施力"),
        ((), ""),
        ("already a text", "already a text"),
    ],
)
def test_words_make_a_text(words, text):
    assert joined(words) == text


def test_the_vocabulary_holds_words_and_short_runs():
    found = vocabulary(["The Cat", "很好吃呢啊 x"])
    assert {"the", "cat", "很", "好吃", "很好吃", "好吃呢啊"} <= found
    assert "很好吃呢啊" not in found
    assert "Cat" not in found
