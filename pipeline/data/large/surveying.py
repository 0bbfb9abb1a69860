"""What is in a large file, and what is wrong with it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.data.content import too_many
from pipeline.data.detection import named
from pipeline.data.labellings import LABELS, split_labels
from pipeline.data.large.rows import sort_out
from pipeline.data.large.streams import Stream
from pipeline.data.usable import Findings
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS


def survey(
    found: Stream, dataset: DatasetSpec, settings: Settings, task: TaskName, *, labelled: bool
) -> tuple[Findings, int]:
    """Read a file once.

    Args:
        found: The file.
        dataset: The file's spec with its columns filled in.
        settings: The host's limits.
        task: What its texts are for.
        labelled: Whether its labels are wanted.

    Returns:
        What there is to tell, and the number of rows that are not blank.

    Raises:
        DataError: There are more rows than the host reads, or a line is malformed.
        Irregular: The file is not as plain as its beginning.
    """
    roles = named(dataset, task, labelled=labelled)
    known = set(roles.values()) <= set(found.table.columns)
    needed = [column for role, column in roles.items() if column and role != "group_column"] if known else []
    rows = texts = 0
    missing, cells = array("q"), _Cells()
    for numbers, batch in found.batches():
        usable, lacking = sort_out(batch, needed, blank_rows=found.blank_rows)
        rows += int(usable.sum() + lacking.sum())
        if rows > settings.max_rows:
            raise too_many(settings.max_rows, Path(dataset.path).name)
        missing.extend(numbers[lacking].tolist())
        if needed:
            texts += int(usable.sum())
            if labelled:
                kept = batch[str(roles["label_column"])]
                cells.add(kept if usable.all() else kept.filter(pa.array(usable)), numbers[usable])
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    for cell, count, row in cells.told():
        several = TASKS[task].labelling == "several"
        for name in LABELS[task].names(split_labels(cell, dataset.label_separator) if several else cell):
            counts[name] += count
            first.setdefault(name, row)
    alone = {name: first[name] for name, count in counts.items() if count == 1}
    return Findings(texts, labelled, dict(counts.most_common()), alone, missing), rows


class _Cells:
    """The different cells of a column of labels: how often each is there, and in which row at first."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}

    def add(self, cells: pa.Array, numbers: np.ndarray) -> None:
        if not len(cells):
            return
        coded = cells.dictionary_encode()
        codes = coded.indices.to_numpy()
        for code, (name, count) in enumerate(zip(coded.dictionary.to_pylist(), np.bincount(codes), strict=True)):
            cell = " ".join(name.split())
            if cell not in self._found:
                self._found[cell] = [0, int(numbers[np.argmax(codes == code)])]
            self._found[cell][0] += int(count)

    def told(self) -> Iterator[tuple[str, int, int]]:
        return ((cell, count, row) for cell, (count, row) in self._found.items())
