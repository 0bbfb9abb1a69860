"""The samples keep their promises: counts, balance, form, and texts that are all different."""

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
REVIEWS_EN, REVIEWS_ZH_TRAIN, REVIEWS_ZH_TEST = "reviews.en.csv", "reviews.zh.train.csv", "reviews.zh.test.csv"
UNLABELLED, GLOSSARY = "reviews.zh.unlabelled.txt", "glossary.en-zh.tsv"
ENTITIES = ("entities.en.conll", "entities.zh.conll")
TEXTS = {
    "en": (REVIEWS_EN, ENTITIES[0]),
    "zh": (REVIEWS_ZH_TRAIN, REVIEWS_ZH_TEST, UNLABELLED, ENTITIES[1]),
}
FILES = (*TEXTS["en"], *TEXTS["zh"], GLOSSARY)
GRAM = {"en": 4, "zh": 2}  # characters
OPENING = {"en": 12, "zh": 4}  # characters that a template would repeat
SAME = 0.5  # of all n-grams of two texts: from here on they say the same
HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """A CSV file's rows."""
    with open(SAMPLES / name, encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def sentences(name: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """A CoNLL file's sentences, each of (word, tag)."""
    blocks = (SAMPLES / name).read_text(encoding="utf-8").removesuffix("\n\n").split("\n\n")
    return tuple(tuple(tuple(line.split("\t")) for line in block.split("\n")) for block in blocks)


@cache
def texts(name: str) -> tuple[str, ...]:
    """What a file's models would read."""
    if name.endswith(".csv"):
        return tuple(row["text"] for row in rows(name))
    if name.endswith(".conll"):
        joiner = " " if ".en." in name else ""
        return tuple(joiner.join(word for word, _ in sentence) for sentence in sentences(name))
    return tuple((SAMPLES / name).read_text(encoding="utf-8").splitlines())


def bare(text: str, joiner: str = "") -> str:
    """The text's letters and digits alone."""
    return re.sub(r"[\W_]+", joiner, unicodedata.normalize("NFKC", text).casefold()).strip()


def grams(text: str, language: str) -> frozenset[str]:
    """The n-grams of characters; an English text keeps the spaces between its words."""
    kept, size = bare(text, " " if language == "en" else ""), GRAM[language]
    return frozenset(kept[start : start + size] for start in range(max(1, len(kept) - size + 1)))


def near_duplicates(items: list[str], language: str) -> list[tuple[str, str]]:
    """All pairs of texts whose n-grams' Jaccard similarity is at least ``SAME``.

    Two sets as similar as that share one of each one's rarest half: only texts under the same rare n-gram
    are compared.
    """
    sets = [grams(item, language) for item in items]
    frequency = Counter(gram for each in sets for gram in each)
    index: dict[str, list[int]] = {}
    found = []
    for this, own in enumerate(sets):
        rarest = sorted(own, key=lambda gram: (frequency[gram], gram))[: int(len(own) * (1 - SAME)) + 1]
        for other in sorted({other for gram in rarest for other in index.get(gram, ())}):
            shared = len(own & sets[other])
            if shared >= SAME * (len(own) + len(sets[other]) - shared):
                found.append((items[other], items[this]))
        for gram in rarest:
            index.setdefault(gram, []).append(this)
    return found


def test_near_duplicates_are_found() -> None:
    english = [
        "The soup was cold and the waiter rude.",
        "A film that stays with you for days.",
        "The soup was cold, and the waiter was rude!",
        "the SOUP was cold and the waiter rude",
        "The soup was hot and the bread fresh.",
    ]
    assert near_duplicates(english, "en") == [
        (english[0], english[2]),
        (english[0], english[3]),
        (english[2], english[3]),
    ]
    chinese = [
        "房间很干净，早餐也不错。",
        "耳机戴久了耳朵疼",
        "房间干净，早餐也不错",
        "早餐种类太少了。",
        "耳机戴久了，耳朵疼！",
    ]
    assert near_duplicates(chinese, "zh") == [(chinese[0], chinese[2]), (chinese[1], chinese[4])]
    assert near_duplicates([], "en") == []


@pytest.mark.parametrize("language", TEXTS)
def test_near_duplicates_misses_none(language: str) -> None:
    """The index finds what comparing each with each finds, on variants of the samples' own texts."""
    few = [text for name in TEXTS[language] for text in texts(name)[:25]]
    few += [text[: len(text) * part // 10] for part in (4, 5, 6, 8) for text in few[::4]]
    sets = [grams(text, language) for text in few]
    each = [
        (few[other], few[this])
        for this in range(len(few))
        for other in range(this)
        if len(sets[this] & sets[other]) >= SAME * len(sets[this] | sets[other])
    ]
    assert each
    assert near_duplicates(few, language) == each


@pytest.mark.parametrize("language", TEXTS)
def test_no_two_texts_of_a_language_are_near_duplicates(language: str) -> None:
    everything = [text for name in TEXTS[language] for text in texts(name)]
    assert near_duplicates(everything, language) == []


@pytest.mark.parametrize("name", [*TEXTS["en"], *TEXTS["zh"]])
def test_texts_follow_no_template(name: str) -> None:
    length = OPENING["en" if ".en." in name else "zh"]
    opening, count = Counter(text[:length] for text in texts(name)).most_common(1)[0]
    assert count == 1 or count <= 0.02 * len(texts(name)), f"{count} texts begin with {opening!r}"


@pytest.mark.parametrize("name", FILES)
def test_files_are_clean_text(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert "\ufffd" not in text
    assert text.endswith("\n")
    assert text.endswith("\n\n") == name.endswith(".conll")  # where an empty line ends a sentence
    assert "\n\n\n" not in text
    assert [line for line in text.split("\n") if line != line.strip() or "  " in line] == []
    allowed = "\n\t" if name.endswith((".tsv", ".conll")) else "\n"
    odd = {char for char in text if char not in allowed and unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn"}}
    assert odd == set()


@pytest.mark.parametrize(
    ("name", "least", "most", "topics"),
    [(REVIEWS_EN, 400, None, 6), (REVIEWS_ZH_TRAIN, 100, 100, 6), (REVIEWS_ZH_TEST, 200, 200, 6)],
)
def test_labelled_reviews(name: str, least: int, most: int | None, topics: int) -> None:
    assert len(rows(name)) >= least
    assert most is None or len(rows(name)) <= most
    labels = Counter(row["label"] for row in rows(name))
    assert set(labels) == {"positive", "negative"}
    assert labels["positive"] == labels["negative"]
    assert len({row["topic"] for row in rows(name)}) >= topics
    assert all(set(row) == {"text", "label", "topic"} and all(row.values()) for row in rows(name))
    assert all(value == value.strip() for row in rows(name) for value in row.values())
    assert all(bool(HAN.search(row["text"])) == (name != REVIEWS_EN) for row in rows(name))


def test_unlabelled_reviews() -> None:
    assert len(texts(UNLABELLED)) >= 300
    assert all(HAN.search(text) for text in texts(UNLABELLED))


def test_no_test_text_is_anywhere_else() -> None:
    tested = {bare(text) for text in texts(REVIEWS_ZH_TEST)}
    assert len(tested) == len(rows(REVIEWS_ZH_TEST))
    for name in FILES[:-1]:
        if name != REVIEWS_ZH_TEST:
            assert tested.isdisjoint(bare(text) for text in texts(name)), name


@pytest.mark.parametrize("name", ENTITIES)
def test_entities(name: str) -> None:
    assert len(sentences(name)) >= 120
    entities: Counter[str] = Counter()
    for sentence in sentences(name):
        before = "O"
        for item in sentence:
            assert len(item) == 2, sentence
            word, tag = item
            assert word == "".join(word.split())
            assert word
            assert re.fullmatch(r"O|[BI]-(PER|LOC|ORG)", tag), sentence
            assert not tag.startswith("I-") or before[1:] == tag[1:], f"{tag} after {before}: {sentence}"
            entities[tag[2:]] += tag.startswith("B-")
            before = tag
        assert (".zh." in name) == any(HAN.search(word) for word, _ in sentence)
    assert all(entities[kind] >= 40 for kind in ("PER", "LOC", "ORG")), entities


def test_glossary() -> None:
    lines = texts(GLOSSARY)
    assert all(line.count("\t") == 1 for line in lines)
    pairs = [tuple(line.split("\t")) for line in lines]
    assert len(pairs) == len(set(pairs)) >= 1500
    assert [en for en, _ in pairs if not re.fullmatch(r"[a-z]+(?:[ '-][a-z]+)*", en)] == []
    assert [zh for _, zh in pairs if not re.fullmatch(r"[\u3400-\u9fff]+", zh)] == []


def test_readme_tells_the_counts() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\S+)` \|.*\| (\d+) \|$", readme, re.MULTILINE)
    everything = [*FILES, *(f"headlines/{name}" for name in HEADLINES)]
    assert {name: int(count) for name, count in table} == {name: len(texts(name)) for name in everything}
    present = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()}
    assert present == {*everything, "README.md"}


HEADLINES = {"train.txt": ("en", 15), "target.txt": ("zh", 8), "test.txt": ("zh", 12)}


def headlines(name: str) -> list[tuple[str, str]]:
    """A file's (headline, class) pairs."""
    lines = (SAMPLES / "headlines" / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


@pytest.mark.parametrize("name", HEADLINES)
def test_headlines_have_ten_classes_of_equal_size(name: str) -> None:
    counts = Counter(label for _, label in headlines(name))
    assert len(counts) == 10
    assert set(counts.values()) == {HEADLINES[name][1]}
    assert set(counts) == {label for _, label in headlines("train.txt")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_headline_stands_twice_or_nearly_so(language: str) -> None:
    items = [text for name, (spoken, _) in HEADLINES.items() if spoken == language for text, _ in headlines(name)]
    assert near_duplicates(items, language) == []
