"""Tags of words, marked in the text that they stand in."""

from __future__ import annotations

import pytest

from ui.views.tagged import SHADES, Span, colours, entities, marked, words


def spelled(*tags: str) -> list[Span]:
    """The entities of words of one letter without spaces."""
    return entities(words("abcdef", list("abcdef"), tags))


def test_words_are_found_where_they_stand_spaced_or_not() -> None:
    assert words("a a  b", ["a", "a", "b"], ["X", "Y", "Z"]) == [Span(0, 1, "X"), Span(2, 3, "Y"), Span(5, 6, "Z")]
    assert words("北京人", ["北京", "人"], ["LOC", "N"]) == [Span(0, 2, "LOC"), Span(2, 3, "N")]


def test_a_word_that_was_cut_off_or_is_not_in_the_text_is_left_out() -> None:
    assert words("a b c", ["a", "b", "c"], ["X", "", "Z"]) == [Span(0, 1, "X"), Span(4, 5, "Z")]
    assert words("a c", ["a", "b", "c"], ["X", "Y", "Z"]) == [Span(0, 1, "X"), Span(2, 3, "Z")]
    assert words("a b", ["a", "b"], ["X"]) == [Span(0, 1, "X")]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (("B-P", "I-P", "O", "B-L"), [Span(0, 2, "P"), Span(3, 4, "L")]),
        (("B-P", "B-P"), [Span(0, 1, "P"), Span(1, 2, "P")]),
        (("B-P", "I-L"), [Span(0, 1, "P"), Span(1, 2, "L")]),
        (("O", "I-L", "I-L"), [Span(1, 3, "L")]),
        (("B-P", "O", "I-P"), [Span(0, 1, "P"), Span(2, 3, "P")]),
        (("O", "O"), []),
    ],
)
def test_entities_are_spelled_as_the_scoring_spells_them(tags: tuple[str, ...], found: list[Span]) -> None:
    assert spelled(*tags) == found


def test_the_text_stays_whole_around_its_marks() -> None:
    page = marked("in Rome & Bari", [Span(10, 14, "LOC"), Span(3, 7, "LOC")], entity=True)
    assert page == (
        '<span class="g-tagged">in <mark class="g-entity">Rome<small>LOC</small></mark> &amp; '
        '<mark class="g-entity">Bari<small>LOC</small></mark></span>'
    )


def test_what_should_not_be_marked_so_is_shown_as_wrong() -> None:
    true = [Span(0, 1, "X"), Span(2, 3, "Y")]
    page = marked("a b", [Span(0, 1, "X"), Span(2, 3, "Z")], entity=False, true=true)
    assert '<mark class="g-word">a' in page
    assert '<mark class="g-word g-off">b' in page


def test_a_hostile_tag_stays_a_text() -> None:
    assert "<b>" not in marked("<b>", [Span(0, 3, "<b>")], entity=True)


def test_labels_keep_their_colour_and_can_be_read_on_it() -> None:
    def luminance(shade: str) -> float:
        channels = [int(shade[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert colours(["PER", "LOC"]) == colours(["LOC", "PER", "LOC"])
    assert len(set(colours(map(str, range(len(SHADES)))).values())) == len(SHADES)
    assert all(1.05 / (luminance(shade) + 0.05) >= 4.5 for shade in SHADES)
