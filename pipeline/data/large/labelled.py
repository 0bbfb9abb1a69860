"""Large files of lines that begin with labels, where these have a form that only labels have."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pyarrow import compute

from pipeline.data.clues import is_few
from pipeline.data.large.plain import Irregular
from pipeline.data.large.rows import blank, may_be_space, memory
from pipeline.data.lines import FASTTEXT, FORMED, have_form

COLUMNS = ["label", "text"]
#: Separator → the bytes that end a label.
_ENDS = {"\t": b"\t", " ": b" \t"}


class Labels:
    """Divides lines into labels and texts, as the beginning of their file has them.

    What the whole of a file would decide otherwise is irregular, so that another reader takes it.

    Args:
        separator: Of labels and texts: a tab or a space.
    """

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._seen: set[str] = set()
        self._lines = self._texts = self._tabs = 0

    def divide(self, lines: pa.Array) -> pa.RecordBatch:
        """Lines, blank ones among them, as labels and texts; blanks around a text are left there.

        Raises:
            Irregular: A label has not the form of one, or a line has two.
        """
        labels, texts = _divided(_begun(lines), _ENDS[self._separator])
        coded = labels.dictionary_encode()  # many lines, few labels
        names, places = [name.strip() for name in coded.dictionary.to_pylist()], coded.indices.to_numpy()
        bare, nameless = blank(texts), np.array([not name for name in names], bool)[places]
        self._seen |= {*names} - {""}
        second = compute.any(compute.starts_with(texts, FASTTEXT)).as_py()
        if second or not have_form(self._seen) or np.any(nameless & ~bare):
            raise Irregular("no label, or a second one")
        self._lines += int(np.sum(~(bare & nameless)))
        self._texts += int(np.sum(~bare))
        if self._separator == " ":
            self._tabs += compute.match_substring(lines, "\t").true_count
        plain = pa.array([name.removeprefix(FASTTEXT) for name in names], pa.string())
        return pa.record_batch([plain.take(coded.indices), texts], COLUMNS)

    def check(self) -> None:
        """Make sure that all of the lines begin with labels, by what the reader of whole files goes by.

        Raises:
            Irregular: They do not.
        """
        marked = all(label.startswith(FASTTEXT) for label in self._seen)
        few = marked or is_few(len(self._seen), self._lines, share=FORMED)
        if not few or self._texts * 10 < self._lines * 9 or (self._separator == " " and self._tabs * 10 >= self._lines):
            raise Irregular("lines that do not begin with labels")


def _begun(lines: pa.Array) -> pa.Array:
    """The lines without white space before them."""
    bounds, codes = memory(lines)
    first = codes[bounds[:-1][bounds[:-1] < bounds[1:]]]
    return compute.utf8_ltrim_whitespace(lines) if may_be_space(first).any() else lines


def _divided(lines: pa.Array, ends: bytes) -> tuple[pa.Array, pa.Array]:
    """What stands before the first of some bytes in each line, and what stands behind it.

    Lines lie one behind the other in memory, and so do texts once the labels are taken out.
    """
    bounds, codes = memory(lines)
    codes = codes[bounds[0] : bounds[-1]]
    starts, stops = bounds[:-1] - bounds[0], bounds[1:] - bounds[0]
    found = np.flatnonzero(np.logical_or.reduce([codes == end for end in ends]))
    places = np.append(found, len(codes))[np.searchsorted(found, starts)]
    places = np.minimum(places, stops)  # a line without any is a label
    lengths = places - starts
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    of_labels = np.repeat(starts, lengths) + within
    of_texts = np.ones(len(codes), bool)
    of_texts[of_labels] = of_texts[places[places < stops]] = False
    return _strings(lengths, codes[of_labels]), _strings(stops - np.minimum(places + 1, stops), codes[of_texts])


def _strings(lengths: np.ndarray, codes: np.ndarray) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(codes))
