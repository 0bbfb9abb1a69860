import pytest

from pipeline.data.tagged import find_tag, find_token, read_conll, read_conllu, tagged_format

CONLL = "EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\nBlackburn\tI-PER\n"
CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER
"""
IOB2 = """# sent_id = 1
# text = where\tis Tampa?
1\twhere\tO\t-\t-
2\tis\tO\t-\t-
3\t#Tampa\tB-LOC\t-\tann

# sent_id = 2
1\tHere\tO\t-\tann
"""
CONLLU = """# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_
2.1\tgone\tgo\tVERB\t_\t_\t_\t_\t_\t_

# text = #
1\t#\t#\tSYM\t_\t_\t0\troot\t_\t_
"""


def conll(text: str, limit: int = 1000):
    return read_conll(text, "a.conll", limit)


@pytest.mark.parametrize("separator", ["\t", " ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tokens_and_tags_with_tabs_or_spaces(separator, end):
    content = conll(CONLL.replace("\t", separator).replace("\n", end))
    assert content.columns == ["token", "tag"]
    assert content.rows == [
        ["EU", "B-ORG"],
        ["rejects", "O"],
        ["Peter", "B-PER"],
        ["Blackburn", "I-PER"],
    ]
    assert content.row_numbers == [1, 2, 4, 5]
    assert content.starts == [0, 2]


def test_one_character_a_line_with_blank_lines_that_hold_white_space():
    content = conll("\n当\tO\n京\tB-LOC\n\t\n\n \n好\tO\n\n")
    assert [row[0] for row in content.rows] == ["当", "京", "好"]
    assert content.starts == [0, 2]
    assert content.row_numbers == [2, 3, 7]


@pytest.mark.parametrize("separator", ["\t", " "])
def test_an_ideographic_space_is_a_token_as_others_are(separator):
    content = conll(f"上{separator}B-LOC\n海{separator}I-LOC\n\u3000{separator}O\n好{separator}O\n")
    assert [row[0] for row in content.rows] == ["上", "海", "\u3000", "好"]
    assert [row[1] for row in content.rows] == ["B-LOC", "I-LOC", "O", "O"]


def test_document_marks_are_left_out_and_end_sentences():
    content = conll(CONLL_2003 + "-DOCSTART- -X- -X- O\nNews NN B-NP O\n")
    assert content.columns == ["column 1", "column 2", "column 3", "column 4"]
    assert content.rows[0] == ["EU", "NNP", "B-NP", "B-ORG"]
    assert content.starts == [0, 2, 4]


def test_comments_are_left_out_but_words_that_start_alike_are_not():
    content = conll(IOB2)
    assert [row[1] for row in content.rows] == ["where", "is", "#Tampa", "Here"]
    assert content.row_numbers == [3, 4, 5, 8]
    assert content.starts == [0, 3]
    assert [row[0] for row in conll("#win\tO\n# said so\nnow\tO\n\n#\tO\n").rows] == ["#win", "now", "#"]


@pytest.mark.parametrize("comment", ["# newdoc", "#newdoc id", "# 新文档"])
def test_a_comment_of_as_many_words_as_there_are_columns_is_left_out(comment):
    content = conll(f"{comment}\nEU B-ORG\n# O\n#win B-tag\n# #\n\n{comment}\n# NN\nit O\n")
    assert [row for row in content.rows if row[0].startswith("#")] == [
        ["#", "O"],
        ["#win", "B-tag"],
        ["#", "#"],
        ["#", "NN"],
    ]
    assert content.starts == [0, 4]


def test_with_tabs_between_a_word_may_be_followed_by_any_tag():
    assert conll("#\tnewdoc\nEU\tO\nit\tO\n").rows[0] == ["#", "newdoc"]


def test_hashtags_alone_are_no_comments():
    assert conll("#win\nis\n").rows == [["#win"], ["is"]]


def test_short_lines_are_filled_up_and_trailing_separators_ignored():
    assert conll("EU\tB-ORG\nrejects\nit\tO\t\n").rows == [["EU", "B-ORG"], ["rejects", ""], ["it", "O"]]


def test_a_line_with_too_many_cells_is_placed(refusal):
    message = refusal(conll, "EU\tB-ORG\n\nNew York City\tB\tI\nis\tO\n")
    assert message.startswith("a.conll: line 3 has 3 cells, but the others have 2.")
    assert "one token and its tags" in message


def test_the_limit_counts_sentences(refusal):
    assert conll(CONLL, limit=2).starts == [0, 2]
    assert "a.conll has more than 1 sentences." in refusal(conll, CONLL, limit=1)


def test_tokens_alone():
    content = conll("EU\nrejects\n\nPeter\n")
    assert (content.columns, content.rows) == (["token"], [["EU"], ["rejects"], ["Peter"]])


def test_nothing_but_comments():
    assert conll("# one\n\n# two\n").rows == []


def test_conllu_leaves_out_ranges_and_empty_nodes():
    content = read_conllu(CONLLU, "a.conllu", 10)
    assert content.columns[:4] == ["ID", "FORM", "LEMMA", "UPOS"]
    assert [(row[1], row[3]) for row in content.rows] == [("Vamos", "VERB"), ("nos", "PRON"), ("#", "SYM")]
    assert content.row_numbers == [3, 4, 8]
    assert content.starts == [0, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONLL, "conll"),
        (CONLL.replace("\t", " "), "conll"),
        (CONLL_2003, "conll"),
        (IOB2, "conll"),
        (CONLLU, "conllu"),
        ("good film\nbad film\n", None),
        ("1\tgood\n0\tbad\n1\tfine\n", None),
        ("Only words.\n\nOf two lines.\n", None),
        ("", None),
    ],
)
def test_files_of_tagged_words_are_recognised(text, expected):
    assert tagged_format(text, expected=False) == expected


def test_tags_of_any_kind_are_recognised_where_they_are_expected():
    text = "The DT\ndog NN\n\nIt PRP\n"
    assert tagged_format(text, expected=False) is None
    assert tagged_format(text, expected=True) == "conll"
    assert tagged_format("good film\nbad film\n", expected=True) is None


@pytest.mark.parametrize("first", ["1-3\tdámelo", "0.1\tgone", "1-12\tlong"])
def test_a_first_sentence_may_begin_with_a_long_range_or_an_empty_node(first):
    text = first + "\t_" * 8 + "\n" + CONLLU.replace("1-2\tVámonos" + "\t_" * 8 + "\n", "")
    assert tagged_format(text, expected=True) == "conllu"
    # what is read as plain CoNLL leaves out the same lines
    for content in (read_conllu(text, "a.conllu", 10), conll(text)):
        assert [row[1] for row in content.rows] == ["Vamos", "nos", "#"]


def columns(content):
    return dict(zip(content.columns, map(list, zip(*content.rows, strict=True)), strict=True))


def test_columns_with_tokens_and_tags_are_found():
    values = columns(conll(CONLL_2003 * 6))
    assert find_token(values) == "column 1"
    del values["column 1"]
    assert find_tag(values, entities=True) == "column 4"
    assert find_tag(values, entities=False) == "column 2"
    numbered = columns(conll(IOB2))
    assert find_token(numbered) == "column 2"
    assert find_tag(numbered, entities=True) == "column 3"


def test_conllu_columns_go_by_their_names():
    values = columns(read_conllu(CONLLU, "a.conllu", 10))
    assert find_token(values) == "FORM"
    assert find_tag(values, entities=False) == "UPOS"
    assert find_tag(values, entities=True) is None


def test_tags_without_prefix_are_entities_where_most_are_outside():
    assert find_tag({"tag": ["O", "O", "PER"]}, entities=True) == "tag"
    assert find_tag({"tag": ["NN", "NN", "VB"]}, entities=True) is None
    assert find_tag({"tag": ["1", "2", "1"]}, entities=False) is None
    assert find_token({}) is None
