from pathlib import Path

import pytest

from pipeline.data.dictionary import read_dictionary, read_entries
from pipeline.settings import Settings


@pytest.mark.parametrize(
    "text",
    [
        "dog\t犬\nhound\t犬\nking\t国\n",
        "# comment\n\ndog\t犬\r\n hound \t 犬 \r\ndog\t犬\r\nking\t国",
    ],
)
def test_source_words_of_each_target_word_in_order(text, write, settings):
    words = read_dictionary(Path(write("words.tsv", text)), settings)
    assert words == {"犬": ["dog", "hound"], "国": ["king"]}
    assert list(words) == ["犬", "国"]


@pytest.mark.parametrize(("left", "right"), [("dog", "chienne"), ("犬", "dog"), ("T-shirt", "T恤衫")])
def test_the_source_stands_on_the_left_whatever_the_scripts(left, right, write, settings):
    path = Path(write("words.tsv", f"{left}\t{right}\n"))
    assert read_dictionary(path, settings) == {right: [left]}


def test_malformed_lines_are_counted(write, settings):
    path = Path(write("words.tsv", "dog\t犬\nno tab\na\tb\tc\n\t国\nking\t\n# fine\n"))
    entries = read_entries(path, settings)
    assert entries.words == {"犬": ["dog"]}
    assert entries.malformed == [2, 3, 4, 5]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(codec, write, settings):
    path = Path(write("words.tsv", "dog\t犬只\nking\t国王\n".encode(codec)))
    assert read_dictionary(path, settings) == {"犬只": ["dog"], "国王": ["king"]}


def test_unusable_dictionaries(write, settings, refusal, tmp_path):
    message = refusal(read_dictionary, Path(write("words.tsv", "dog,犬\nking,国\n")), settings)
    assert message == (
        "words.tsv holds no dictionary entry in 2 lines. Write a source word, a tab and a target word on each line."
    )
    assert "gone.tsv does not exist." in refusal(read_dictionary, tmp_path / "gone.tsv", settings)
    assert "empty.tsv is empty." in refusal(read_dictionary, Path(write("empty.tsv", "\n")), settings)
    long = Path(write("long.tsv", "dog\t犬\n" * 3))
    assert "long.tsv has more than 2 rows." in refusal(read_dictionary, long, Settings(max_rows=2))
