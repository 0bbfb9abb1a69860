import pytest

from pipeline.data.formats import detect_format

ROWS = [("1", "good film"), ("0", "bad film"), ("1", "fine film"), ("0", "dull film")]


def lines(separator: str, header: str = "") -> str:
    return header + "".join(f"{label}{separator}{text}\n" for label, text in ROWS)


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        (".csv", lines(",", "label,text\n"), "csv"),
        (".csv", lines(";", "label;text\n"), "csv"),
        (".csv", lines("\t", "label\ttext\n"), "tsv"),
        (".csv", "text\ngood\n", "csv"),
        (".tsv", lines("\t", "label\ttext\n"), "tsv"),
        (".tsv", lines(",", "label,text\n"), "csv"),
        (".tab", lines("\t"), "tsv"),
        (".jsonl", '{"text": "a"}\n', "jsonl"),
        (".json", '[{"text": "a"}]', "jsonl"),
        (".ndjson", "{", "jsonl"),
        (".txt", '{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        (".csv", '{"text": "a, b"}\n', "jsonl"),
        (".txt", "{not json}\nat all\n", "text"),
        (".txt", lines("\t", "label\ttext\n"), "tsv"),
        (".txt", lines(",", "标签,文本\n"), "csv"),
        (".txt", lines(" "), "text"),
        (".txt", lines("\t"), "text"),
        (".txt", "".join(f"{text}\t{label}\n" for label, text in ROWS), "tsv"),
        (".txt", "Well, this is it.\nThis, and that, too.\n", "text"),
        (".txt", "one\ttwo\n", "text"),
        (".train", lines(" "), "text"),
        ("", lines(" "), "text"),
    ],
)
def test_the_format_is_told_by_extension_then_content(suffix, text, expected):
    assert detect_format(text, suffix) == expected


TAGGED = "EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\n"
WORDS = "The DT\ndog NN\n\nIt PRP\n"
UNIVERSAL = "1\tIt\tit\tPRON" + "\t_" * 6 + "\n\n1\tis\tbe\tAUX" + "\t_" * 6 + "\n"


@pytest.mark.parametrize(
    ("suffix", "text", "tagged", "expected"),
    [
        (".conll", TAGGED, False, "conll"),
        (".iob2", TAGGED, False, "conll"),
        (".conll", UNIVERSAL, True, "conllu"),
        (".conllu", TAGGED, True, "conll"),
        (".conllu", UNIVERSAL.replace("1\t", "5\t"), True, "conllu"),  # a piece of a file, which begins anywhere
        (".conll", "1-3\tdámelo" + "\t_" * 8 + "\n" + UNIVERSAL, True, "conllu"),
        (".conllu", "", True, "conllu"),
        (".txt", TAGGED, False, "conll"),
        (".txt", UNIVERSAL, False, "conllu"),
        (".tsv", TAGGED, True, "conll"),
        (".txt", WORDS, True, "conll"),
        (".txt", WORDS, False, "text"),
        (".csv", lines(",", "label,text\n"), True, "csv"),
        (".txt", "Only words.\n\nOf two lines.\n", True, "text"),
        (".tsv", lines("\t", "label\ttext\n"), True, "tsv"),
    ],
)
def test_files_of_tagged_words(suffix, text, tagged, expected):
    assert detect_format(text, suffix, tagged=tagged) == expected


def test_a_table_of_words_without_labels_is_text():
    assert detect_format("dog\tcanine\ncat\tfeline\nowl\tbird\n", ".txt") == "text"


def test_ragged_rows_under_a_header_stay_a_table():
    assert detect_format("label,text\n1,good, really\n0,bad\n1,fine\n", ".txt") == "csv"


def test_deeply_nested_json_does_not_count():
    assert detect_format('{"a":' * 100_000, ".txt") == "text"
