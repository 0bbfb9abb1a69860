"""Markup is built so that no text becomes an element by accident."""

from ui.views.html import PAGE_ROWS, Markup, ago, duration, join, table, tag

HOSTILE = "<script>alert('x')</script>\"&"


def test_text_and_attributes_are_escaped() -> None:
    found = tag("p", HOSTILE, title=HOSTILE)
    assert "<script" not in found
    assert found.count("&lt;script&gt;") == 2
    assert found.count("&quot;") == 2


def test_markup_passes_and_none_is_left_out() -> None:
    assert tag("p", tag("b", "x"), None, 3) == "<p><b>x</b>3</p>"
    assert join([Markup("<i></i>"), "<"]) == "<i></i>&lt;"


def test_attribute_names_and_values() -> None:
    assert tag("div", class_="a", aria_label="b", hidden=True, title=None, data_strong=False) == (
        '<div class="a" aria-label="b" hidden></div>'
    )
    assert tag("line", x1=1) == '<line x1="1"/>'


def test_a_table_scrolls_by_itself_and_escapes_its_cells() -> None:
    found = table([HOSTILE], [[HOSTILE, "x"]], label=HOSTILE)
    assert "<script" not in found
    assert 'class="g-scroll" tabindex="0" role="region"' in found
    assert '<th scope="row">' in found


def test_a_long_table_comes_in_pages_whose_rows_are_all_there() -> None:
    rows = [[f"row {number}"] for number in range(2 * PAGE_ROWS + 1)]
    found = table(["row"], rows)
    assert found.count("<tbody") == 3
    assert found.count("data-here") == 1
    assert found.count('scope="row"') == len(rows)
    assert f'data-position="{2 * PAGE_ROWS + 1}–{len(rows)} of {len(rows)}"' in found
    for short in (table(["row"], rows[:PAGE_ROWS]), table(["row"], [])):
        assert short.count("<tbody") == 1
        assert "g-turns" not in short


def test_times_read_well() -> None:
    assert [duration(seconds) for seconds in (4.23, 42, 75, 3_725)] == ["4.2 s", "42 s", "1 min 15 s", "1 h 02 min"]
    assert [ago(seconds) for seconds in (3, 180, 7_300, 200_000)] == ["just now", "3 min ago", "2 h ago", "2 d ago"]
