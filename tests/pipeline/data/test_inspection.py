import pytest

from pipeline.data.inspection import Problem, inspect
from pipeline.spec import DatasetSpec

GOOD = "id,label,review\n1,1,很好吃\n2,0,太难吃\n3,1,送餐快\n4,0,等很久\n5,1,不错\n"


@pytest.fixture
def look(write, settings):
    def _look(content, *, labelled=True, name="reviews.csv", **options):
        return inspect(DatasetSpec(path=write(name, content), **options), settings, labelled=labelled)

    return _look


def test_a_good_file(look):
    found = look(GOOD)
    assert found.ok
    assert found.problems == []
    assert found.columns == ["id", "label", "review"]
    assert (found.row_count, found.texts) == (5, 5)
    assert list(found.label_counts.items()) == [("1", 3), ("0", 2)]
    assert found.preview[0] == ["1", "1", "很好吃"]
    dataset = found.dataset
    assert (dataset.format, dataset.encoding) == ("csv", "utf-8")
    assert (dataset.text_column, dataset.label_column) == ("review", "label")


def test_what_was_found_reads_the_same_again(look, settings):
    found = look(GOOD.encode("gb18030"))
    assert found.dataset.encoding == "gb18030"
    assert inspect(found.dataset, settings, labelled=True) == found
    assert DatasetSpec.model_validate_json(found.dataset.model_dump_json()) == found.dataset


def test_an_encoding_that_cannot_be_chosen_stays_open(look):
    assert look("label,text\n1,caf\xe9 one\n0,b\n1,c\n0,d\n".encode("cp1252")).dataset.encoding == "auto"


def test_the_preview_is_short(look):
    assert len(look("label,text\n" + "1,a\n0,b\n" * 20).preview) == 8


def test_without_labels_only_the_text_is_asked_for(look):
    found = look("text\n好\n\n坏\n", labelled=False)
    assert found.ok
    assert found.label_counts == {}
    assert found.dataset.label_column is None
    assert look(GOOD, labelled=False, label_column="gone").ok


def test_malformed_files_are_errors(look, refusal):
    assert refusal(look, "label,text\n1,a\n0\n").startswith("reviews.csv: row 3 has 1 cell")


def problem(found, code: str) -> Problem:
    assert not found.ok
    assert [each.code for each in found.problems] == [code]
    assert str(found.problems[0]) == f"{found.problems[0].message} {found.problems[0].remedy}"
    return found.problems[0]


def test_no_text_column(look):
    found = problem(look("label,a,b\n1,3,5\n0,4,6\n1,5,7\n0,6,9\n"), "no-text-column")
    assert str(found) == "reviews.csv has no column that is plainly the text. Choose the text column: “a”, “b”."


def test_no_label_column(look):
    found = problem(look("id,text\n1,好\n2,坏\n"), "no-label-column")
    assert str(found) == "reviews.csv has no column that is plainly the label. Choose the label column: “id”."
    found = problem(look("好\n坏\n", name="a.txt"), "no-label-column")
    assert str(found) == "a.txt has no column that is plainly the label. Give a table with a label column."


def test_one_column_for_both_roles(look):
    found = look(GOOD, text_column="review", label_column="review")
    assert "reviews.csv: “review” is chosen both as the text and as the label." in str(found.problems[0])
    assert found.problems[0].code == "no-label-column"


def test_a_chosen_column_is_not_proposed_again(look):
    found = look(GOOD, text_column="label")
    assert found.dataset.label_column != "label"
    assert look(GOOD, label_column="review").dataset.text_column is None


def test_unknown_columns(look):
    found = problem(look(GOOD, text_column="words"), "unknown-column")
    assert str(found) == "reviews.csv has no column “words”. It has “id”, “label”, “review”."
    problem(look(GOOD, label_column="mood"), "unknown-column")


def test_one_label(look):
    found = problem(look("label,text\n1,a\n1,b\n1,c\n"), "one-label")
    assert str(found).startswith("reviews.csv: the only label is “1” (3 texts). Choose another label column")


def test_too_many_labels(look):
    many = "label,text\n" + "".join(f"{number % 201},text {number}\n" for number in range(402))
    assert "reviews.csv: the column “label” has 201 different values in 402 rows." in str(
        problem(look(many), "too-many-labels")
    )
    each = "label,text\n" + "".join(f"{number},text {number}\n" for number in range(5))
    assert "has 5 different values in 5 rows" in str(problem(look(each), "too-many-labels"))


def test_few_per_label(look):
    found = problem(look("label,text\n1,a\n0,b\n1,c\n2,d\n1,e\n"), "few-per-label")
    assert str(found) == "reviews.csv: only one text has the label “0”, “2”. Add texts with it, or remove its row."


def test_missing_cells(look):
    rows = "".join(f"{number % 2},{'' if number in {3, 4} else 'text'}\n" for number in range(10))
    content = f"label,text\n{rows},no label\n"
    found = problem(look(content), "missing")
    assert found.rows == (5, 6, 12)
    assert str(found) == (
        "reviews.csv: 3 rows without text or label (rows 5, 6, 12). "
        "Fill them in, or choose “Leave out incomplete rows”."
    )
    skipped = look(content, skip_missing=True)
    assert skipped.ok
    assert (skipped.row_count, skipped.texts) == (11, 8)


def test_missing_text_alone(look):
    found = problem(look("id,text\n1,a\n2,\n", labelled=False), "missing")
    assert str(found).startswith("reviews.csv: 1 row without text (row 3).")


def test_only_ten_rows_are_named(look):
    found = problem(look("id,text\n" + "1,\n" * 12 + "1,a\n", labelled=False), "missing")
    assert found.rows == tuple(range(2, 12))
    assert "12 rows without text (rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …)" in found.message


def test_rows_that_all_miss_something_cannot_be_left_out(look):
    found = problem(look("label,text\n1,\n0,\n", skip_missing=True), "missing")
    assert found.remedy == "Choose other columns."


def test_several_problems_at_once(look):
    found = look("label,text\n1,a\n1,\n1,b\n")
    assert [each.code for each in found.problems] == ["missing", "one-label"]
