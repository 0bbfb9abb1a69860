"""What the checks look at: every file read once, with the doctor's own views of its texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.data.dictionary import Entries, read_entries
from pipeline.data.inspection import Inspection, Problem, examine
from pipeline.data.labellings import Label
from pipeline.data.readers import read_document
from pipeline.data.texts import Texts
from pipeline.data.usable import Usable
from pipeline.data.words import folded, joined
from pipeline.doctor.finding import TARGET_ROLES, TEXT_ROLES, Role, file_name
from pipeline.doctor.pieces import BUDGET, Pieces, Reader, load_reader, plain_text
from pipeline.doctor.scripts import by_script, language_of, main_script
from pipeline.errors import DataError
from pipeline.presence import at_hand
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, SourceSpec, TaskName
from pipeline.tasks import TASKS

_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Sheet:
    """One file.

    Attributes:
        role: What it was brought for.
        dataset: As it was given.
        task: What its texts are for.
        labelled: Whether its labels are wanted.
        inspection: What is in it; None if it can't be read.
        found: Its texts; none if it can't be read.
        undecodable: Why its bytes are no text.
        malformed: Why its text is no table.
    """

    role: Role
    dataset: DatasetSpec
    task: TaskName
    labelled: bool
    inspection: Inspection | None = None
    found: Usable = field(default_factory=Usable)
    undecodable: DataError | None = None
    malformed: DataError | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return file_name(self.dataset.path)

    @property
    def size(self) -> int:
        """How many texts it has; of a large file, only the first of them are in :attr:`found`."""
        return self.inspection.texts if self.inspection else 0

    @property
    def rows(self) -> Sequence[int]:
        """The row of each text."""
        return self.found.rows

    @property
    def labels(self) -> Sequence[Label]:
        """The label of each text; empty where none are wanted."""
        return self.found.labels or []

    @cached_property
    def texts(self) -> list[str]:
        """Each text in one piece; words joined, pairs with a space between."""
        words = TASKS[self.task].columns == ("tokens",)
        return [plain_text(item, words=words) for item in self.found.texts]

    @cached_property
    def bare(self) -> list[str]:
        """Each text reduced to its letters and digits, in NFKC and lower case: what alike texts have in common."""
        return [bare(text) for text in self.texts]

    @cached_property
    def scripts(self) -> Counter[str]:
        """Letters of each script in all texts."""
        found: Counter[str] = Counter()
        for text in self.texts:
            found.update(text)
        return by_script(found)

    @cached_property
    def script(self) -> str:
        """The script that most of the file is in."""
        return main_script(self.scripts)

    @cached_property
    def language(self) -> str:
        """The language of its texts; empty if it can't be told."""
        return language_of(self.texts, self.script)

    def problems(self, *codes: str) -> list[Problem]:
        """Those of its inspection's problems that have one of these codes."""
        return [problem for problem in (self.inspection.problems if self.inspection else ()) if problem.code in codes]

    def as_texts(self) -> Texts:
        """Its texts as the data stage takes them."""
        return Texts(self.found.texts, self.found.labels, self.found.rows)


@dataclass(frozen=True)
class Material:
    """All that is known of the data of a run.

    Attributes:
        task: What is to be learned.
        data: As it was given.
        source: The encoder, if one was chosen.
        sheets: Role → file, of those given.
        settings: The host's limits.
    """

    task: TaskName
    data: DataSpec
    source: SourceSpec | None
    sheets: dict[Role, Sheet]
    settings: Settings

    @property
    def readable(self) -> list[Sheet]:
        """Files with texts in them."""
        return [sheet for sheet in self.sheets.values() if sheet.found.texts]

    @property
    def labelled(self) -> list[Sheet]:
        """Files whose labels are wanted and could be read."""
        return [sheet for sheet in self.readable if sheet.labelled]

    def sheet(self, *roles: Role) -> Sheet | None:
        """The first of the roles' files that could be read."""
        return next((sheet for role in roles for sheet in self.readable if sheet.role == role), None)

    @cached_property
    def reader(self) -> Reader | None:
        """The source's tokenizer; None if the source is not on this machine, or has none that can be read."""
        resolved = None if self.source is None else at_hand(self.source)
        return None if resolved is None else load_reader(resolved.path)

    @cached_property
    def pieces(self) -> dict[Role, Pieces]:
        """How the source's tokenizer reads each file; empty without a tokenizer."""
        if self.reader is None:
            return {}
        words = TASKS[self.task].columns == ("tokens",)
        share = BUDGET // max(1, len(self.readable))
        return {sheet.role: self.reader.read(sheet.found.texts, share, words=words) for sheet in self.readable}

    @cached_property
    def dictionary(self) -> Entries | DataError | None:
        """The dictionary, or why it can't be read; None if there is none."""
        if self.data.dictionary is None:
            return None
        sides = [self._plain("source", "source_test"), self._plain(*TARGET_ROLES)]
        try:
            return read_entries(Path(self.data.dictionary), self.settings, *sides)
        except DataError as error:
            return error

    def _plain(self, *roles: Role) -> Iterable[str]:
        return (joined(item) for sheet in self.readable if sheet.role in roles for item in sheet.found.texts)


def gather(data: DataSpec, task: TaskName, source: SourceSpec | None, settings: Settings) -> Material:
    """Read the files of a run. One that can't be read is kept with the reason; nothing is raised."""
    given: dict[Role, DatasetSpec | None] = {role: getattr(data, role) for role in TEXT_ROLES}
    sheets: dict[Role, Sheet] = {
        role: _read(role, dataset, task, settings) for role, dataset in given.items() if dataset is not None
    }
    return Material(task, data, source, sheets, settings)


def bare(text: str) -> str:
    """A text without what alike texts differ in; of one without letters, the text itself."""
    return _NO_LETTERS.sub("", folded(text)) or text


def _read(role: Role, dataset: DatasetSpec, task: TaskName, settings: Settings) -> Sheet:
    labelled = role != "unlabelled" and TASKS[task].label_column is not None
    try:
        inspection, found = examine(dataset, settings, labelled=labelled, task=task)
    except DataError as error:
        try:
            read_document(Path(dataset.path), dataset.encoding, settings)
        except DataError as unreadable:
            return Sheet(role, dataset, task, labelled, undecodable=unreadable)
        return Sheet(role, dataset, task, labelled, malformed=error)
    return Sheet(role, dataset, task, labelled, inspection, found)
