from collections.abc import Callable
from pathlib import Path

from pipeline.doctor.material import Material
from pipeline.doctor.pieces import load_reader


def test_pieces_unknown_tokens_and_special_ones_are_counted(tiny_model: Path) -> None:
    reader = load_reader(tiny_model)
    assert reader is not None
    read = reader.read(["good soup", "好 soup"], 1000, words=False)
    assert read.lengths == (4, 4)
    assert read.unknown == (0, 1)
    assert read.fit.unknown_rate == 1 / 4
    assert read.fit.pieces_per_character == 4 / 13
    assert reader.read([("good soup", "bad bed")], 1000, words=False).lengths == (7,)
    assert reader.read([("good", "soups")], 1000, words=True).lengths == (5,)  # soup, ##s


def test_neither_the_models_limit_nor_its_padding_counts(tiny_model: Path) -> None:
    reader = load_reader(tiny_model)
    assert reader is not None
    assert reader.read(["good " * 100, "good"], 1000, words=False).lengths == (102, 3)


def test_of_many_texts_an_even_sample_is_read(tiny_model: Path) -> None:
    reader = load_reader(tiny_model)
    assert reader is not None
    read = reader.read(["good"] * 100, 40, words=False)
    assert read.places == tuple(range(0, 100, 10))
    assert read.total == 100
    assert reader.read([], 40, words=False).fit.pieces_per_character == 0


def test_a_folder_without_a_fast_tokenizer_has_no_reader(tmp_path: Path) -> None:
    assert load_reader(tmp_path) is None


def test_pairs_are_read_as_pairs_and_sentences_as_words(make_material: Callable[..., Material]) -> None:
    pairs = "premise,hypothesis,label\n" + "good soup,bad soup,yes\ncold bed,warm bed,no\n" * 2
    material = make_material({"target": ("pairs.csv", pairs)}, "sentence-pair-classification")
    assert set(material.pieces["target"].lengths) == {7}
    assert material.sheets["target"].texts[0] == "good soup bad soup"
