"""The part of a spec that says what to learn from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.spec.base import Part
from pipeline.spec.origin import Origin

FileFormat = Literal["auto", "csv", "tsv", "jsonl", "text", "conll", "conllu"]
Encoding = Literal["auto", "utf-8", "utf-16", "gb18030"]


class DatasetSpec(Part):
    """One file of texts, and how to read it. ``auto`` and null mean: detect it."""

    path: str = Field(min_length=1, title="File", description="Path, relative to the spec file.")
    format: FileFormat = Field("auto", title="Format", description="How the file is laid out.")
    encoding: Encoding = Field("auto", title="Encoding", description="Character encoding.")
    text_column: str | None = Field(
        None, title="Text column", description="Name of the column with the text; in tagged files, with the token."
    )
    second_text_column: str | None = Field(
        None, title="Second text column", description="Sentence pairs: name of the column with the second text."
    )
    label_column: str | None = Field(
        None, title="Label column", description="Name of the column with the label; in tagged files, with the tag."
    )
    group_column: str | None = Field(
        None,
        title="Group column",
        description="Unlabelled texts: name of a column that says what a text is about, such as a category or a "
        "product. Self-training then takes each label's share within every group, so that it learns no topics for "
        "labels.",
        exclude_if=lambda name: name is None,  # a file without one has the same keys as ever
    )
    label_separator: str | None = Field(
        None,
        min_length=1,
        max_length=3,
        title="Label separator",
        description="Several labels: what stands between two.",
    )
    skip_missing: bool = Field(
        False, title="Leave out incomplete rows", description="Rows without text or label are left out, not refused."
    )
    origin: Origin | None = Field(
        None,
        title="Origin",
        description="The data set of the Hub that the file was fetched from; no result depends on it.",
    )


#: Fields of a file that say where it lies and where it is from; its content is told by a hash.
PLACES = frozenset({"path", "origin"})


class DataSpec(Part):
    """The texts of a run. The test set is drawn once and is the same for every model."""

    source: DatasetSpec | None = Field(
        None,
        title="Source texts",
        description="Labelled texts of the source domain; without them source-only is a linear probe of the encoder.",
    )
    target: DatasetSpec | None = Field(
        None,
        title="Target texts",
        description="Labelled texts of the target domain; none: nothing is learned from labels.",
    )
    test: DatasetSpec | None = Field(
        None, title="Test texts", description="Frozen test set of the target domain; without it one is held out."
    )
    dev: DatasetSpec | None = Field(
        None, title="Development texts", description="Target texts that early stopping and self-training watch."
    )
    source_test: DatasetSpec | None = Field(
        None, title="Source test texts", description="Test set of the source domain; without it one is held out."
    )
    unlabelled: DatasetSpec | None = Field(
        None,
        title="Unlabelled target texts",
        description="More target text: for the vocabulary, masked LM and self-training.",
    )
    dictionary: str | None = Field(
        None,
        title="Dictionary",
        description="Bilingual word list: tab-separated, MUSE or CC-CEDICT. Relative to the spec file.",
    )
    label_mapping: dict[str, str] = Field(
        default_factory=dict, title="Label mapping", description="A target label, and the source label it stands for."
    )
    source_label_mapping: dict[str, str] = Field(
        default_factory=dict, title="Source label mapping", description="A source label, and what it is to be called."
    )
    test_fraction: float = Field(
        0.3,
        gt=0,
        lt=0.9,
        title="Test share",
        description="Share of the target texts held out when no test file is given.",
    )
    dev_fraction: float = Field(
        0.0,
        ge=0,
        lt=0.9,
        title="Development share",
        description="Share of the target training texts set apart when no development file is given; 0: none.",
    )
    source_test_fraction: float = Field(
        0.15, gt=0, lt=0.9, title="Source test share", description="Share of the source texts held out likewise."
    )
    max_length: int = Field(
        128, ge=8, le=512, title="Longest text", description="Sub-word tokens kept of a text, counted from its start."
    )

    @property
    def has_dev(self) -> bool:
        """Whether there are target texts to watch: a file of them, or a share of those with labels."""
        return self.dev is not None or (self.target is not None and self.dev_fraction > 0)

    @property
    def origins(self) -> list[tuple[str, Origin]]:
        """Which files are from a data set of the Hub: the field that names the file, and where it is from."""
        files = {name: value for name, value in self if isinstance(value, DatasetSpec)}
        return [(name, file.origin) for name, file in files.items() if file.origin is not None]
