"""Where the texts of a file came from: a data set of the Hugging Face Hub."""

from __future__ import annotations

from pydantic import Field

from pipeline.messages import Message
from pipeline.spec.base import HUB_ID, Part


class Origin(Part):
    """The data set of the Hub that a file was fetched from. No result depends on it, for the file's content counts."""

    dataset: str = Field(pattern=HUB_ID, max_length=200, title="Data set", description="Its id on the Hub.")
    config: str = Field("default", min_length=1, title="Configuration", description="Which of its configurations.")
    split: str = Field(min_length=1, title="Split", description="Which of its splits.")
    commit: str = Field(pattern=r"^[0-9a-f]{7,64}$", title="Commit", description="At which state of the data set.")
    licence: str = Field("", title="Licence", description="As the data set's page names it; empty if it names none.")
    rows: int | None = Field(
        None,
        ge=0,
        title="Rows taken",
        description="How many, from the split's start, where that is not all; null: all.",
    )

    @property
    def told(self) -> Message:
        """The origin in words, a part of a sentence."""
        told = Message(
            "{dataset} ({config}, {split}) of the Hugging Face Hub at commit {commit}",
            dataset=self.dataset,
            config=self.config,
            split=self.split,
            commit=self.commit[:12],
        )
        if self.rows is not None:
            told = Message("{origin}, its first {rows:,} rows", origin=told, rows=self.rows)
        return Message("{origin}, licence: {licence}", origin=told, licence=self.licence) if self.licence else told
