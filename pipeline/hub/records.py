"""Which data set is wanted, and what was brought."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipeline.errors import DataError
from pipeline.messages import Message, Parts
from pipeline.spec import Origin, TaskName
from pipeline.spec.base import HUB_ID, REVISION

NAME = re.compile(r"[\w][\w.+ -]{0,199}")  # of a configuration or a split; never a path
LONGEST = 200  # of any of them
PAGE = re.compile(r"https?://[^/]+/datasets/([^/?#]+(?:/[^/?#]+)?)")  # a data set's address


class Record(BaseModel):
    """Base of what goes from one process to the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wanted(Record):
    """A data set of the Hub.

    Attributes:
        dataset: Its id.
        config: Which configuration; empty: its default, or the only one.
        split: Which split; empty: ``train``, or the first one.
        revision: Branch, tag or commit; empty: the newest.
        task: What the texts are for, which decides between texts and tagged words; None: what the columns look like.
    """

    dataset: str
    config: str = ""
    split: str = ""
    revision: str = ""
    task: TaskName | None = None

    @classmethod
    def of(
        cls, dataset: str, config: str = "", split: str = "", revision: str = "", task: TaskName | None = None
    ) -> Wanted:
        """What somebody typed, an address of the data set's page included.

        Raises:
            DataError: It can't be the name of a data set, a configuration or a split.
        """
        address = PAGE.match(dataset.strip())
        given = address[1] if address else dataset.strip()
        if not re.fullmatch(HUB_ID, given) or len(given) > LONGEST:
            raise DataError(
                "{dataset!r} can't be a data set of the Hub.",
                "Give its id as OWNER/NAME, such as stanfordnlp/sst2.",
                dataset=dataset.strip(),
            )
        config, split, revision = config.strip(), split.strip(), revision.strip()
        for name, value, form in (
            ("config", config, NAME),
            ("split", split, NAME),
            ("revision", revision, re.compile(REVISION)),
        ):
            if value and (not form.fullmatch(value) or ".." in value or len(value) > LONGEST):
                raise DataError(
                    "{dataset}: {value!r} can't be the name of a {what}.",
                    "Leave it empty to see which there are.",
                    dataset=given,
                    value=value,
                    what=WHAT[name],
                )
        return cls(dataset=given, config=config, split=split, revision=revision, task=task)

    @property
    def file_name(self) -> str:
        """What the file is called: the data set's own name, and what was chosen of it."""
        parts = (self.dataset.rpartition("/")[2], self.config, self.split or "train")
        return "-".join(re.sub(r"[^\w.-]+", "_", part) for part in parts if part)


WHAT = {"config": Message("configuration"), "split": Message("split"), "revision": Message("revision")}


class Fetched(Record):
    """A data set that lies here.

    Attributes:
        path: Of its file.
        rows: Texts or sentences in it.
        origin: What it is, for the spec.
        notes: What a person should know of it, in English.
        told: Their parts, to tell them in another language.
    """

    path: str
    rows: int
    origin: Origin
    notes: tuple[str, ...] = ()
    told: dict[str, Parts] = {}

    @property
    def remarks(self) -> tuple[Message, ...]:
        """The notes, to be told in any language."""
        return tuple(Message.of(note, self.told.get(note)) for note in self.notes)

    @classmethod
    def read(cls, document: Any) -> Fetched:
        """Of another process's answer."""
        return cls.model_validate(document)
