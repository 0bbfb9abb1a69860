import pytest

from pipeline.data.inspection import Problem, inspect
from pipeline.spec import DatasetSpec

GOOD = "id,label,review\n1,1,很好吃\n2,0,太难吃\n3,1,送餐快\n4,0,等很久\n5,1,不错\n"


@pytest.fixture
def look(write, settings):
    def _look(content, *, labelled=True, name="reviews.csv", task="text-classification", **options):
        return inspect(DatasetSpec(path=write(name, content), **options), settings, labelled=labelled, task=task)

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
    assert str(found) == (
        "reviews.csv: only one text has the label “0”, “2” (rows 3, 5). Add texts with it, or remove its row."
    )
    assert found.rows == (3, 5)


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


TAGGED = "EU\tB-ORG\nrejects\tO\n\n# a comment\nPeter\tB-PER\nBlackburn\tI-PER\nIBM\tB-ORG\n"


def entities(look, content, **options):
    return look(content, name="a.conll", task="entity-recognition", **options)


def test_tagged_words(look, settings):
    found = entities(look, TAGGED)
    assert found.ok
    assert (found.row_count, found.texts) == (2, 2)
    assert list(found.label_counts.items()) == [("ORG", 2), ("PER", 1)]
    assert found.preview[:2] == [["EU", "B-ORG"], ["rejects", "O"]]
    assert (found.dataset.format, found.dataset.text_column, found.dataset.label_column) == ("conll", "token", "tag")
    assert inspect(found.dataset, settings, labelled=True, task="entity-recognition") == found


def test_parts_of_speech(look):
    universal = "".join(f"{n}\t{w}\t_\t{tag}" + "\t_" * 6 + "\n" for n, w, tag in [(1, "It", "PRON"), (2, "is", "AUX")])
    found = look(universal, name="a.conllu", task="part-of-speech")
    assert found.ok
    assert found.label_counts == {"PRON": 1, "AUX": 1}
    assert (found.dataset.text_column, found.dataset.label_column) == ("FORM", "UPOS")
    untagged = look(universal.replace("AUX", "_"), name="a.conllu", task="part-of-speech", label_column="UPOS")
    assert str(problem(untagged, "missing")).startswith("a.conllu: 1 line without token or tag (line 2).")


def test_what_was_done_to_tags_is_noted(look):
    broken = TAGGED + "\nin\tO\nBern\tI-LOC\n"
    assert entities(look, broken).notes == ["a.conll: 1 tag repaired that did not spell whole entities (line 10)."]
    others = entities(look, TAGGED.replace("B-PER", "S-PER").replace("I-PER", "S-PER"))
    assert others.notes[0] == "a.conll: its tags are in BIOES and were brought to IOB2."
    many = "".join("x\tB-PER\ny\tI-LOC\nz\tO\n\n" for _ in range(12))
    assert entities(look, many).notes == [
        "a.conll: 12 tags repaired that did not spell whole entities (lines 2, 6, 10, 14, 18, 22, 26, 30, 34, 38, …)."
    ]


def test_tags_that_fit_no_scheme_are_placed(look):
    found = problem(entities(look, "x\tB-PER\n" * 20 + "y\tPER\n"), "strange-tags")
    assert found.rows == (21,)
    assert str(found).startswith("a.conll: 1 tag neither “O” nor like “B-PER” (line 21).")


def test_sentences_without_a_tag_are_missing(look):
    content = TAGGED + "\nin\nBern\tB-LOC\n"
    found = problem(entities(look, content), "missing")
    assert str(found).startswith("a.conll: 1 line without token or tag (line 9). Fill them in,")
    skipped = entities(look, content, skip_missing=True)
    assert (skipped.ok, skipped.row_count, skipped.texts) == (True, 3, 2)
    assert skipped.notes == ["a.conll: 1 line without token or tag was left out (line 9)."]


def test_files_without_an_entity(look):
    found = problem(entities(look, "x\tO\ny\tO\n\nz\tO\n"), "one-label")
    assert str(found).startswith("a.conll: none of its 2 texts has an entity in it.")


def test_labels_of_the_other_kind_are_told(look):
    assert "as a file of whole texts" in problem(look(GOOD, task="entity-recognition"), "not-tagged").message
    assert "as a file of tagged words" in problem(look(TAGGED, name="a.conll"), "tagged").message


def test_untagged_files_serve_every_task_where_no_label_is_wanted(look):
    words = look("好吃\nvery good\n", name="a.txt", task="entity-recognition", labelled=False)
    assert words.ok
    assert "divided into words" in words.notes[0]
    assert look(TAGGED, name="a.conll", labelled=False).texts == 2
    assert look("1 good\n0 bad\n", name="a.txt", task="language-modelling").label_counts == {}


MULTIPLE = "text,labels\nx,a|b\ny,b\nz,a|c|a\n"


def test_several_labels(look, settings):
    found = look(MULTIPLE, task="multi-label-classification")
    assert found.ok
    assert found.label_counts == {"a": 2, "b": 2, "c": 1}
    assert found.dataset.label_separator == "|"
    assert inspect(found.dataset, settings, labelled=True, task="multi-label-classification") == found
    lists = '{"text": "x", "labels": ["a", "b"]}\n{"text": "y", "labels": []}\n'
    assert look(lists, name="a.jsonl", task="multi-label-classification").label_counts == {"a": 1, "b": 1}
    spaced = look(MULTIPLE.replace("|", " "), task="multi-label-classification", label_separator=" ")
    assert spaced.label_counts == found.label_counts


def test_a_text_without_any_of_several_labels_says_so(look):
    found = problem(look(MULTIPLE + "w,\n", task="multi-label-classification"), "missing")
    assert found.remedy.startswith("Fill them in ([] where a text has no label)")
    assert look(MULTIPLE + "w,[]\n", task="multi-label-classification").texts == 4
    none = look("text,labels\nx,[]\ny,[]\n", task="multi-label-classification", label_column="labels")
    assert str(problem(none, "one-label")).startswith("reviews.csv: none of its 2 texts has a label.")


PAIRS = "premise,hypothesis,label\na,b,1\nc,d,0\ne,f,1\ng,h,0\n"


def test_pairs(look):
    found = look(PAIRS, task="sentence-pair-classification")
    assert found.ok
    assert (found.dataset.text_column, found.dataset.second_text_column) == ("premise", "hypothesis")
    missing = problem(look(PAIRS + "i,,1\n", task="sentence-pair-classification"), "missing")
    assert missing.rows == (6,)
    lone = problem(look(GOOD, task="sentence-pair-classification"), "no-second-text-column")
    assert "plainly the second text. Choose the second text column: “id”" in str(lone)
    same = look(PAIRS, task="sentence-pair-classification", second_text_column="premise", text_column="premise")
    assert "chosen both as the text and as the second text" in same.problems[0].message
