import pytest

from pipeline.data.detection import filled, roles
from pipeline.data.readers import Table
from pipeline.spec import DatasetSpec
from pipeline.tasks import TASKS

REVIEWS = ["很好吃，还会再来", "太难吃了，不推荐", "送餐快，味道不错", "等了两个小时才到"]


def table(**columns: list[str]) -> Table:
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(list(columns), rows, [*range(2, len(rows) + 2)], "csv", "utf-8")


def detect_columns(of: Table) -> tuple[str | None, str | None]:
    found = filled(DatasetSpec(path="a.csv"), of, "text-classification", labelled=True)
    return found.text_column, found.label_column


def pair(of: Table, **chosen: str) -> tuple[str | None, str | None, str | None]:
    found = filled(DatasetSpec(path="a.csv", **chosen), of, "sentence-pair-classification", labelled=True)
    return found.text_column, found.second_text_column, found.label_column


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


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["label", "sentence1", "sentence2"], ("sentence1", "sentence2", "label")),
        (["hypothesis", "premise", "gold", "label"], ("premise", "hypothesis", "label")),
        (["text_a", "text_b", "y"], ("text_a", "text_b", "y")),
        (["Question", "Answer", "score"], ("Question", "Answer", "score")),
        (["question", "passage", "label", "answer"], ("question", "passage", "label")),
        (["句子1", "句子2", "标签"], ("句子1", "句子2", "标签")),
    ],
)
def test_known_names_of_pairs(names, expected, settings):
    assert pair(table(**{name: ["x", "y"] for name in names})) == expected


def test_pairs_are_told_by_content():
    columns = {
        "no": ["1", "2", "3", "4"],
        "a": REVIEWS,
        "same": ["1", "0", "1", "0"],
        "b": [f"{t}吧，啊" for t in REVIEWS],
    }
    assert pair(table(**columns)) == ("a", "b", "same")
    assert pair(table(question=REVIEWS, passage=REVIEWS, answer=["yes", "no"] * 2)) == ("question", "passage", "answer")
    assert pair(table(a=REVIEWS, same=["1", "0", "1", "0"])) == ("a", None, "same")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"text_column": "extra"}, ("extra", "sentence1", "same")),
        ({"text_column": "sentence2"}, ("sentence2", "sentence1", "same")),
        ({"second_text_column": "extra", "label_column": "same"}, ("sentence1", "extra", "same")),
    ],
)
def test_chosen_columns_are_kept_and_the_rest_is_found(chosen, expected):
    of = table(sentence1=REVIEWS, sentence2=REVIEWS[::-1], extra=REVIEWS, same=["1", "0", "1", "0"])
    assert pair(of, **chosen) == expected


def test_without_names_the_partner_of_a_chosen_text_is_the_longest():
    of = table(a=REVIEWS, b=[text * 2 for text in REVIEWS], c=["x"] * 4)
    assert pair(of, text_column="a") == ("a", "b", None)


@pytest.mark.parametrize("task", TASKS)
def test_only_the_columns_that_a_task_needs_are_asked_for(task):
    assert "label_column" not in roles(task, labelled=False)
    assert "label_column" in roles(task, labelled=True)
    assert ("second_text_column" in roles(task, labelled=True)) == (task == "sentence-pair-classification")


def test_tagged_columns_go_round_those_that_are_chosen():
    rows = [["1", "in", "O"], ["2", "Bern", "B-LOC"]] * 9
    of = Table(["column 1", "column 2", "column 3"], rows, [*range(1, 19)], "conll", "utf-8", [*range(0, 18, 2)])

    def found(**chosen: str) -> tuple[str | None, str | None]:
        dataset = filled(DatasetSpec(path="a.conll", **chosen), of, "entity-recognition", labelled=True)
        return dataset.text_column, dataset.label_column

    assert found() == ("column 2", "column 3")
    assert found(text_column="column 2") == ("column 2", "column 3")
    assert found(label_column="column 3") == ("column 2", "column 3")
    assert found(text_column="column 1", label_column="column 2") == ("column 1", "column 2")


def test_the_separator_of_labels_is_found_unless_it_is_chosen():
    of = table(text=REVIEWS, labels=["a|b", "b", "a", "a|b"])

    def found(task: str, **chosen: str) -> str | None:
        return filled(DatasetSpec(path="a.csv", **chosen), of, task, labelled=True).label_separator

    assert found("multi-label-classification") == "|"
    assert found("multi-label-classification", label_separator=" ") == " "
    assert found("text-classification") is None
