import pytest

from pipeline.data.wordlists import WORD_LISTS, detect_word_list

TAB, MUSE, CEDICT = WORD_LISTS


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        (
            "打獵 打猎 [da3 lie4] /to hunt; to go hunting/chase/",
            [(word, gloss) for word in ("打獵", "打猎") for gloss in ("hunt", "go hunting", "chase")],
        ),
        ("汽車 汽车 [qi4 che1] /car/CL:輛|辆[liang4]/", [("汽車", "car"), ("汽车", "car")]),
        ("人 人 [ren2] /person (a human being; also (formal) people)/[col.] man/", [("人", "person"), ("人", "man")]),
        ("氣 气 [qi4] /variant of 氣|气[qi4]/air/", [("氣", "air"), ("气", "air")]),
        ("國王 国王 [[guo2wang2]] /king/CL:個|个[[ge4]]/", [("國王", "king"), ("国王", "king")]),
        ("氣 气 [[qi4]] /variant of 氣|气[[qi4]]/air [[qi4]]/", [("氣", "air"), ("气", "air")]),
        ("乙 乙 [yi3] /see 甲/", []),
        ("no entry", []),
    ],
)
def test_cedict_entries(line, pairs):
    assert CEDICT.pairs(line) == pairs


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        (["dog\t犬", "no tab", "king\t国"], TAB),
        (["the 的", "new york 纽约", "dog 犬"], MUSE),
        (["# CC-CEDICT", "人 人 [ren2] /person/"], CEDICT),
        (["# CC-CEDICT", "人 人 [[ren2]] /person/", "國王 国王 [[guo2wang2]] /king/"], CEDICT),
        (["dog,犬"], TAB),
        (["new york\t纽约\t0.9", "dog\t犬\t0.8"], TAB),
        ([], TAB),
    ],
)
def test_the_form_is_told_by_most_lines(lines, form):
    assert detect_word_list(iter(lines)) is form
