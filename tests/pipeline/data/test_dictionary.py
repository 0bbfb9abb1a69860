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
    path = Path(write("words.tsv", "dog\t犬\nno tab\na\t\tc\n\t国\nking\t\n# fine\n"))
    entries = read_entries(path, settings)
    assert entries.words == {"犬": ["dog"]}
    assert entries.notes[1:] == ["words.tsv: 4 lines left out, not two words with a tab between (lines 2, 3, 4, 5)."]


def test_the_first_two_of_more_columns_are_read_and_the_notes_say_so(write, settings):
    path = Path(write("words.tsv", "dog\t犬\t0.93\nking\t国\tnoun\told\nowl\t枭\ncat\t猫\t\n"))
    entries = read_entries(path, settings)
    assert entries.words == {"犬": ["dog"], "国": ["king"], "枭": ["owl"], "猫": ["cat"]}
    assert entries.notes[1:] == ["words.tsv: 2 lines with further columns; the first two are read."]


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


ENGLISH, CHINESE = ["The dog barks.", "Long live the king"], ["小犬很好", "国王来了"]
TSV = "dog\t犬\nking\t国王\nowl\t枭\n"
BACKWARDS = "犬\tdog\n国王\tking\n枭\towl\n"
RIGHT, BACK = {"犬": ["dog"], "国王": ["king"], "枭": ["owl"]}, {"dog": ["犬"], "king": ["国王"], "owl": ["枭"]}


@pytest.mark.parametrize(
    ("text", "texts", "side"),
    [
        (TSV, (ENGLISH, CHINESE), "left"),
        (BACKWARDS, (ENGLISH, CHINESE), "right"),
        (TSV, (CHINESE, ENGLISH), "right"),
        (BACKWARDS, ([], CHINESE), "right"),
        (TSV, ([], CHINESE), "left"),
        (TSV, ([], ENGLISH), "right"),
        (BACKWARDS, (ENGLISH, []), "right"),
    ],
)
def test_the_target_side_is_the_one_whose_words_occur_there(text, texts, side, write, settings):
    entries = read_entries(Path(write("words.tsv", text)), settings, *texts)
    assert entries.words == (BACK if texts[1] == ENGLISH else RIGHT)
    assert entries.notes == [f"words.tsv: 3 word pairs read (tab-separated); the source's stand on the {side}."]


def test_muse_and_cedict_are_read_in_either_direction(write, settings):
    muse = read_entries(Path(write("en-zh.txt", "dog 犬\nking 国王\nbroken\n")), settings, ENGLISH, CHINESE)
    assert muse.words == {"犬": ["dog"], "国王": ["king"]}
    assert muse.notes == [
        "en-zh.txt: 2 word pairs read (MUSE, space-separated); the source's stand on the left.",
        "en-zh.txt: 1 line left out, not two words with a space between (line 3).",
    ]
    cedict = Path(write("cedict.u8", "# CC-CEDICT\n%\n犬 犬 [quan3] /dog/\n國王 国王 [guo2 wang2] /king/ruler/\n"))
    entries = read_entries(cedict, settings, ENGLISH, CHINESE)
    assert entries.words == {"犬": ["dog"], "國王": ["king", "ruler"], "国王": ["king", "ruler"]}
    assert entries.notes == ["cedict.u8: 5 word pairs read (CC-CEDICT); the source's stand on the right."]
    assert read_entries(cedict, settings, CHINESE, ENGLISH).words["king"] == ["國王", "国王"]


def test_without_evidence_the_source_stands_on_the_left(write, settings):
    entries = read_entries(Path(write("words.tsv", TSV)), settings, ["nothing"], ["没有"])
    assert entries.words == RIGHT
    assert entries.notes[0].endswith("the source's stand on the left, as nothing in the texts says otherwise.")
