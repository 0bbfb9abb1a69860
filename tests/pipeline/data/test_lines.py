import pytest

from pipeline.data.content import Content
from pipeline.data.lines import read_jsonl, read_lines, read_text, read_text_with_labels
from pipeline.errors import DataError

SST = ["1 a stirring , funny film", "0 dull .", "1 fine", "0 the worst of it", "1 a charm"]
TREC = [
    "DESC:manner How did serfdom develop ?",
    "ENTY:cremat What films featured Popeye ?",
    "DESC:manner How can I find a list ?",
    "HUM:ind Who was Galileo ?",
    "DESC:def What is an atom ?",
    "ENTY:cremat What songs are there ?",
    "HUM:ind Who wrote it ?",
    "DESC:def What is a caldera ?",
]


def jsonl(text: str, limit: int = 1000):
    return read_jsonl(text, "reviews.jsonl", limit)


def plain(lines: list[str], limit: int = 1000):
    return read_text("\n".join(lines), "reviews.txt", limit)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_objects_by_line(end):
    content = jsonl(end.join(['{"text": "好", "label": 1}', "", '{"text": "坏", "label": 0}', ""]))
    assert content == Content(["text", "label"], [["好", "1"], ["坏", "0"]], [1, 3])


def test_an_array_of_objects():
    content = jsonl('\n[\n {"text": "a",\n "label": "x"},\n {"text": "b"}\n]')
    assert content == Content(["text", "label"], [["a", "x"], ["b", ""]], [1, 2])


def test_fields_become_text():
    content = jsonl('{" a ": null, "b": true, "c": 1.50, "d": ["é", {"e": 1}], "f": NaN, "g": "\\ud83d"}')
    assert content.columns == ["a", "b", "c", "d", "f", "g"]
    assert content.rows == [["", "true", "1.5", '["é", {"e": 1}]', "", "\ufffd"]]


def test_only_line_ends_divide_lines():
    assert jsonl('{"text": "a\u2028b\x85c"}\n').rows == [["a\u2028b\x85c"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"text": "a"}\n{"text": }\n', "reviews.jsonl: line 2 is not JSON (Expecting value at column 10)."),
        ('{"text": "a"}\n\n[1, 2]\n', "reviews.jsonl: line 3 is JSON, but not an object."),
        ('{"text": "a"}\nNaN\n', "reviews.jsonl: line 2 is JSON, but not an object."),
        ("{\n", "reviews.jsonl: line 1 is not JSON"),
        ('[{"text": "a"}, 3]', "reviews.jsonl: item 2 of the array is not an object."),
        ('[{"text": "a"},\n{"text" "b"}]', "reviews.jsonl: line 2 is not JSON (Expecting ':' delimiter at column 9)."),
        ('{"text": ' + "[" * 100_000, "reviews.jsonl: line 1 is not JSON (it can't be parsed)."),
        ("[" * 100_000, "reviews.jsonl: the array is not JSON (it can't be parsed)."),
        ('{"n": ' + "9" * 5000 + "}", "reviews.jsonl: line 1 is not JSON (it can't be parsed)."),
        ('{"": 1}', "reviews.jsonl: column 1 has no name."),
        ('{"a": 1, " a": 1}', "reviews.jsonl: more than one column is named “a”."),
    ],
)
def test_broken_lines_are_placed(text, expected, refusal):
    assert refusal(jsonl, text).startswith(expected)


@pytest.mark.parametrize("depth", range(900, 1000, 7))
def test_no_depth_of_nesting_is_a_defect(depth):
    text = '{"a": ' + "[" * depth + "]" * depth + "}"
    try:
        assert jsonl(text).rows
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be this one
        assert "line 1 is not JSON" in str(error)  # noqa: PT017


def test_a_field_for_every_row_is_refused(refusal):
    text = "\n".join(f'{{"field {number}": 1}}' for number in range(300))
    assert "reviews.jsonl has 300 columns" in refusal(jsonl, text)


@pytest.mark.parametrize("text", ["{}\n{}\n{}\n", "[{}, {}, {}]"])
def test_the_row_limit(text, refusal):
    assert "reviews.jsonl has more than 2 rows" in refusal(jsonl, text, limit=2)


@pytest.mark.parametrize(
    ("lines", "labels", "first"),
    [
        (SST, ["1", "0", "1", "0", "1"], "a stirring , funny film"),
        (["-1 bad", "1 good"], ["-1", "1"], "bad"),
        (TREC, [line.split()[0] for line in TREC], "How did serfdom develop ?"),
        (["__label__x some text", "__label__y other text"], ["x", "y"], "some text"),
        (["positive great film", "Negative poor film"], ["positive", "Negative"], "great film"),
        (["very good\tgreat film", "very bad\tpoor film", "very good\tfine"], ["very good", "very bad", "very good"],
         "great film"),
        (["sports the cup final", "politics the budget"] * 20, ["sports", "politics"] * 20, "the cup final"),
        (["1　好吃", "0　难吃"], ["1", "0"], "好吃"),
    ],
)  # fmt: skip
def test_labels_before_texts(lines, labels, first):
    content = plain(lines)
    assert content.columns == ["label", "text"]
    assert [row[0] for row in content.rows] == labels
    assert content.rows[0][1] == first


@pytest.mark.parametrize(
    "lines",
    [
        ["很好吃", "送餐快", "很好吃"],
        ["The film is good", "A film is bad", "The film is fine"],
        ["1 first", "2 second", "3 third", "4 fourth"],
        ["good", "bad", "good"],
        ["What is it ?", "Who was it ?"] * 40 + ["Name the thing ."],
        ["The film is good"] * 40,
        ["great film\t1", "poor film\t0", "fine film\t1"],
    ],
)
def test_lines_without_labels_stay_whole(lines):
    assert plain(lines) == Content(["text"], [[line] for line in lines], list(range(1, len(lines) + 1)))


def test_lines_are_numbered_with_the_blank_ones():
    content = read_text("\r\n1 good\r\n \r\n0 bad\r\n1\r\n" + "0 x\r\n" * 9, "a.txt", 100)
    assert content.row_numbers[:3] == [2, 4, 5]
    assert content.rows[2] == ["1", ""]


def test_a_second_label_is_refused(refusal):
    message = refusal(plain, ["__label__a text", "__label__a __label__b text"])
    assert message == "reviews.txt: line 2 has more than one label. Keep one label a line."


def test_the_line_limit(refusal):
    assert "reviews.txt has more than 2 rows" in refusal(plain, ["a", "b", "c"], limit=2)


def test_several_labels_become_a_list_where_they_are_wanted():
    text = "__label__b __label__a some text\n__label__b other\n__label__c\n" + "__label__b more\n" * 9
    content = read_text_with_labels(text, "a.txt", 100)
    assert content.columns == ["label", "text"]
    assert content.rows[:3] == [['["b", "a"]', "some text"], ["b", "other"], ["c", ""]]


def test_lines_are_texts_whatever_they_start_with():
    assert read_lines("1 good\n\n __label__a bad \n", "a.txt", 9) == Content(
        ["text"], [["1 good"], ["__label__a bad"]], [1, 3]
    )
    with pytest.raises(DataError, match=r"a\.txt has more than 1 rows"):
        read_lines("a\nb\n", "a.txt", 1)
