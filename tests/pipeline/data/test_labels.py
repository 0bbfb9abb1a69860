import pytest

from pipeline.data.labels import SCALES, apply_mapping, match_labels, sorted_labels


def test_the_same_labels_need_no_mapping():
    match = match_labels(["0", "1", "2"], ["1", "0", "1"])
    assert match.exact
    assert (match.mapping, match.unmatched) == ({}, [])


@pytest.mark.parametrize(
    ("source", "target", "mapping"),
    [
        ("negative positive", "Negative Positive", {"Negative": "negative", "Positive": "positive"}),
        ("news_story news_sport", "News-Story NewsSport", {"News-Story": "news_story", "NewsSport": "news_sport"}),
        ("0 1", "negative positive", {"negative": "0", "positive": "1"}),
        ("negative positive", "0 1", {"0": "negative", "1": "positive"}),
        ("0 1", "-1 1", {"-1": "0"}),
        ("0 1", "1 2", {"1": "0", "2": "1"}),
        ("0 1", "差评 好评", {"差评": "0", "好评": "1"}),
        ("neg pos", "负面 正面", {"负面": "neg", "正面": "pos"}),
        ("bad good", "消极 积极", {"消极": "bad", "积极": "good"}),
        ("false true", "No Yes", {"No": "false", "Yes": "true"}),
        ("negative neutral positive", "-1 0 1", {"-1": "negative", "0": "neutral", "1": "positive"}),
        ("neg neu pos", "差评 中评 好评", {"差评": "neg", "中评": "neu", "好评": "pos"}),
        ("food hotel", "food hotels", {"hotels": "hotel"}),
    ],
)
def test_suggestions(source, target, mapping):
    match = match_labels(source.split(), target.split())
    assert match.mapping == mapping
    assert match.unmatched == []
    assert not match.exact


@pytest.mark.parametrize(
    ("source", "target", "unmatched"),
    [
        ("0 1", "a b", ["a", "b"]),
        ("0 1", "negative neutral positive", ["negative", "neutral", "positive"]),
        ("a b", "a b c", ["c"]),
        ("3 4", "3 5", ["5"]),
        ("! ?", ". ,", [",", "."]),
    ],
)
def test_nothing_is_suggested_without_reason(source, target, unmatched):
    match = match_labels(source.split(), target.split())
    assert match.mapping == {}
    assert match.unmatched == unmatched
    assert not match.exact


def test_signs_of_numbers_are_not_punctuation():
    assert match_labels(["1", "5"], ["-1", "5", "7"]).unmatched == ["-1", "7"]


def test_a_label_of_both_sides_is_kept():
    assert match_labels(["Pos", "pos", "neg"], ["Pos", "NEG"]).mapping == {"NEG": "neg"}


def test_scales_name_each_label_once():
    assert len({frozenset(scale) for scale in SCALES}) == len(SCALES)
    assert all(len(set(scale)) == len(scale) for scale in SCALES)


def test_a_mapping_is_applied():
    assert apply_mapping(["a", "b", "a"], {"a": "x", "z": "y"}) == ["x", "b", "x"]


def test_labels_are_sorted_numbers_by_value():
    assert sorted_labels(["10", "9", "-1", "b", "a", "9"]) == ["-1", "9", "10", "a", "b"]


@pytest.mark.parametrize(
    ("source", "target", "mapping", "unmatched"),
    [
        (
            "PER LOC ORG",
            "person location corporation group product",
            {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"},
            ["product"],
        ),
        ("PER LOC ORG MISC", "人名 地名 机构名", {"人名": "PER", "地名": "LOC", "机构名": "ORG"}, []),
        ("person group corporation x", "PER ORG y z", {"PER": "person"}, ["ORG", "y", "z"]),
        ("PER LOC GPE", "PER GPE FAC XX", {}, ["FAC", "XX"]),
    ],
)
def test_kinds_of_entities_are_matched(source, target, mapping, unmatched):
    match = match_labels(source.split(), target.split())
    assert (match.mapping, match.unmatched) == (mapping, unmatched)
