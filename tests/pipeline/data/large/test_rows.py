"""Blank cells and white space, as Python has them."""

from __future__ import annotations

import sys

import pyarrow as pa

from pipeline.data.large.rows import sort_out, tidied

CHARACTERS = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]


def test_a_cell_is_blank_where_python_finds_nothing_in_it() -> None:
    cells = ["", *CHARACTERS, *(f" {each}" for each in CHARACTERS)]
    found = sort_out(pa.record_batch([pa.array(cells)], ["text"]), ["text"], blank_rows=False)
    assert [cell for cell, usable in zip(cells, found.usable, strict=True) if not usable] == [
        cell for cell in cells if not cell.split()
    ]
    assert (found.missing != found.usable).all()


def test_a_part_of_a_batch_is_judged_by_its_own_cells() -> None:
    batch = pa.record_batch([pa.array(["a", "", "b", " ", "c"])], ["text"]).slice(1, 3)
    assert sort_out(batch, ["text"], blank_rows=False).usable.tolist() == [False, True, False]


def test_white_space_becomes_single_spaces_as_in_python() -> None:
    cells = [f"{each}a{each}{each}b" for each in CHARACTERS]
    assert tidied(pa.array(cells)).to_pylist() == [" ".join(cell.split()) for cell in cells]
