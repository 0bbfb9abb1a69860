"""Which rows of a batch can be used, and their cells as the other readers have them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute

#: What Python takes for white space, but for the space itself, as RE2 spells it.
_ODD = r"\t-\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
#: Bytes with which the UTF-8 of such characters begins.
_FIRST = np.isin(np.arange(256), [*range(0x09, 0x0E), *range(0x1C, 0x21), 0xC2, 0xE1, 0xE2, 0xE3])
_UNTIDY = f"^ | $|  |[{_ODD}]"


class Sorted(NamedTuple):
    """What becomes of a batch's rows.

    Attributes:
        usable: bool ``[rows]``: which have all that is needed.
        missing: bool ``[rows]``: which lack something, but are not blank.
    """

    usable: np.ndarray
    missing: np.ndarray


def sort_out(batch: pa.RecordBatch, needed: list[str], *, blank_rows: bool) -> Sorted:
    """Tell usable rows from those that lack one of the needed cells, and from blank lines, which are no rows.

    Args:
        batch: Columns of strings.
        needed: Which must not be blank.
        blank_rows: Whether a row of blank cells is a blank line.
    """
    lacking = np.zeros(batch.num_rows, bool)
    for name in needed:
        lacking |= blank(batch[name])
    lines = lacking.copy() if needed else np.ones(batch.num_rows, bool)
    for name in batch.schema.names if blank_rows else ():
        if lines.any():
            lines[lines] = blank(batch[name].filter(pa.array(lines)))
    lines &= blank_rows
    return Sorted(~(lacking | lines), lacking & ~lines)


def tidied(cells: pa.Array) -> pa.Array:
    """Cells with white space made single spaces, and none around."""
    untidy = compute.match_substring_regex(cells, _UNTIDY)
    if not untidy.true_count:
        return cells
    return compute.replace_with_mask(
        cells, untidy, pa.array([" ".join(cell.split()) for cell in cells.filter(untidy).to_pylist()], pa.string())
    )


def may_be_space(codes: np.ndarray) -> np.ndarray:
    """Which bytes begin the UTF-8 of white space, or of something else."""
    found: np.ndarray = _FIRST[codes]
    return found


def memory(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where strings lie: int32 ``[strings + 1]``, each from one place to the next; and the bytes that these are of."""
    _, offsets, data = cells.buffers()
    bounds = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)


def blank(cells: pa.Array) -> np.ndarray:
    """Which cells are blank; only those that begin as white space does are looked at closely."""
    if not len(cells):
        return np.zeros(0, bool)
    bounds, codes = memory(cells)
    found = bounds[:-1] == bounds[1:]
    filled = np.flatnonzero(~found)
    places = filled[may_be_space(codes[bounds[filled]])]
    if len(places):
        found[places] = compute.utf8_is_space(cells.take(pa.array(places))).to_numpy(zero_copy_only=False)
    return found
