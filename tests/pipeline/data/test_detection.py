import pytest

from pipeline.data.detection import detect_columns
from pipeline.data.readers import Table

REVIEWS = ["很好吃，还会再来", "太难吃了，不推荐", "送餐快，味道不错", "等了两个小时才到"]


def table(**columns: list[str]) -> Table:
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(list(columns), rows, [*range(2, len(rows) + 2)], "csv", "utf-8")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cat", "label", "review"], ("review", "label")),
        (["text", "label", "topic"], ("text", "label")),
        (["id", "sentence", "label"], ("sentence", "label")),
        (["label", "label_desc", "sentence", "keywords", "id"], ("sentence", "label")),
        (["Review Text", "Star-Rating"], ("Review Text", "Star-Rating")),
        (["标签", "评论"], ("评论", "标签")),
        (["类别", "文本"], ("文本", "类别")),
        (["title", "content", "sentiment"], ("content", "sentiment")),
        (["Class", "TITLE"], ("TITLE", "Class")),
    ],
)
def test_known_names(names, expected):
    assert detect_columns(table(**{name: ["x", "y"] for name in names})) == expected


def test_columns_without_known_names_are_told_by_content():
    found = detect_columns(
        table(
            code=["a1b2c3d4e5f60718293a4b5c", "b1b2c3d4e5f60718293a4b5c", "c1b2c3d4e5f60718293a4b5c", "d1b2"],
            at=["2024-01-01 10:00:00.000", "2024-01-02 10:00:00.000", "2024-01-03 10:00:00.000", "2024-01-04 10:00"],
            mood=["1", "0", "1", "0"],
            shop=["a", "a", "a", "a"],
            words=REVIEWS,
        )
    )
    assert found == ("words", "mood")


def test_a_known_name_leaves_the_other_column_to_content():
    assert detect_columns(table(mood=["1", "0", "1", "0"], review=REVIEWS)) == ("review", "mood")
    assert detect_columns(table(label=["1", "0", "1", "0"], words=REVIEWS)) == ("words", "label")


def test_of_several_candidates_the_label_has_the_fewest_values():
    found = detect_columns(
        table(a=["x", "y", "z"] * 4, b=["1", "0"] * 6, c=[f"{text}{n}" for n in "123" for text in REVIEWS])
    )
    assert found == ("c", "b")


@pytest.mark.parametrize(
    "columns",
    [
        {"a": ["1", "2", "3", "4"], "b": ["5", "6", "7", "8"]},
        {"a": ["", "", "", ""]},
        {"a": ["word", "other", "more", "last"]},
    ],
)
def test_nothing_convincing(columns):
    assert detect_columns(table(**columns)) == (None, None)


def test_a_lone_column_is_text_and_no_label():
    assert detect_columns(table(a=REVIEWS)) == ("a", None)


def test_long_repeated_texts_are_no_labels():
    assert (
        detect_columns(table(a=["a long answer that was given by many of the people"] * 9 + ["other"] * 9))[1] is None
    )


def test_no_columns_at_all():
    assert detect_columns(Table([], [[], []], [1, 2], "csv", "utf-8")) == (None, None)
