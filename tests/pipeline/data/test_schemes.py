import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from pipeline.data.schemes import spell_entities, to_iob2


def converted(*sentences: str):
    tags, starts = [], []
    for sentence in sentences:
        starts.append(len(tags))
        tags.extend(sentence.split())
    found = to_iob2(tags, starts)
    ends = [*starts[1:], len(tags)]
    return found, [" ".join(found.tags[start:end]) for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("scheme", "sentences", "expected"),
    [
        ("IOB2", ["B-PER I-PER O B-LOC B-LOC I-LOC"], ["B-PER I-PER O B-LOC B-LOC I-LOC"]),
        ("IOB1", ["I-PER I-PER B-PER O I-LOC", "I-LOC I-PER"], ["B-PER I-PER B-PER O B-LOC", "B-LOC B-PER"]),
        ("BIOES", ["B-PER I-PER E-PER O S-LOC S-LOC"], ["B-PER I-PER I-PER O B-LOC B-LOC"]),
        ("BIOES", ["B-PER L-PER O U-LOC"], ["B-PER I-PER O B-LOC"]),
        ("BIOES", ["B_PER M_PER E_PER", "O S_ORG"], ["B-PER I-PER I-PER", "O B-ORG"]),
        ("BIOES", ["B-name I-name O S-game"], ["B-name I-name O B-game"]),
        ("IO", ["PER PER O LOC PER", "PER O"], ["B-PER I-PER O B-LOC B-PER", "B-PER O"]),
        ("IOB2", ["B-creative-work I-creative-work"], ["B-creative-work I-creative-work"]),
    ],
    ids=["IOB2", "IOB1", "BIOES", "BILOU", "BMES", "BIOS", "IO", "hyphen"],
)
def test_every_scheme_becomes_iob2(scheme, sentences, expected):
    found, made = converted(*sentences)
    assert (found.scheme, made, found.repaired, found.strange) == (scheme, expected, [], [])


@pytest.mark.parametrize(
    ("sentences", "expected", "repaired"),
    [
        (["O I-PER I-PER", "B-LOC O B-PER"], ["O B-PER I-PER", "B-LOC O B-PER"], [1]),
        (["B-PER I-LOC I-LOC", "B-PER O"], ["B-PER B-LOC I-LOC", "B-PER O"], [1]),
        (["B-PER", "I-PER B-LOC"], ["B-PER", "B-PER B-LOC"], [1]),
        (["B-PER I-PER O", "S-LOC B-PER E-PER"], ["B-PER I-PER O", "B-LOC B-PER I-PER"], [1]),
        (["O E-PER O", "B-LOC E-LOC"], ["O B-PER O", "B-LOC I-LOC"], [1]),
        (["S-PER E-PER O", "B-LOC E-LOC"], ["B-PER B-PER O", "B-LOC I-LOC"], [1]),
        (["O B-PER", "S-LOC B-LOC E-LOC"], ["O B-PER", "B-LOC B-LOC I-LOC"], [1]),
    ],
    ids=[
        "without a beginning",
        "of another type",
        "over a sentence's end",
        "without an end",
        "an end alone",
        "an end after a single",
        "a single that is a beginning",
    ],
)
def test_broken_sequences_are_repaired_and_placed(sentences, expected, repaired):
    found, made = converted(*sentences)
    assert made == expected
    assert found.repaired == repaired


def test_a_few_odd_beginnings_do_not_change_the_scheme():
    sentences = ["B-PER I-PER O B-LOC"] * 20 + ["O I-LOC O"]
    found, _ = converted(*sentences)
    assert (found.scheme, found.repaired) == ("IOB2", [81])


def test_tags_that_are_none_are_placed():
    found, made = converted("B-PER X O", "B- I-PER")
    assert made == ["B-PER O O", "O B-PER"]
    assert found.strange == [1, 3]


def test_columns_of_entities_are_told():
    assert spell_entities(["O", "O", "B-PER"])
    assert spell_entities(["O"] * 19 + ["x"])
    assert not spell_entities(["NN", "VB", "O"])
    assert not spell_entities([])


TAGS = st.sampled_from(["O", *(f"{prefix}-{kind}" for prefix in "BIESLUM" for kind in ("PER", "LOC"))])


@bounds(max_examples=200, deadline=None, database=None)
@given(st.lists(st.lists(TAGS, min_size=1, max_size=8), min_size=1, max_size=5))
def test_whatever_comes_in_whole_entities_come_out(sentences):
    _, made = converted(*(" ".join(sentence) for sentence in sentences))
    for before, after in zip(sentences, (sentence.split() for sentence in made), strict=True):
        assert [tag[2:] for tag in before] == [tag[2:] for tag in after]
        for place, tag in enumerate(after):
            assert tag[0] in "BIO"
            if tag[0] == "I":
                assert place > 0
                assert after[place - 1] in (f"B{tag[1:]}", f"I{tag[1:]}")
    again, same = converted(*made)
    assert (same, again.repaired) == (made, [])
