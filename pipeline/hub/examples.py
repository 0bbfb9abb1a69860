"""Data sets that the page offers for one click. Any other one can be named too."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.hub.records import Wanted
from pipeline.spec import TaskName


@dataclass(frozen=True)
class Example:
    """A data set of the Hub.

    Attributes:
        title: What people call it; the same in every language.
        language: Of its texts, as the catalogue of source models names it.
        task: What it is made for.
        dataset: Its id.
        config: Which configuration; empty: its default.
        split: Which split.
        columns: Field of a :class:`~pipeline.spec.DatasetSpec` → column, where detection could go astray.
    """

    title: str
    language: str
    task: TaskName
    dataset: str
    config: str = ""
    split: str = "train"
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        """What to fetch."""
        return Wanted.of(self.dataset, self.config, self.split, task=self.task)


_REVIEW = {"text_column": "sentence", "label_column": "label"}
_TEXT = {"text_column": "text", "label_column": "label"}
_PAIR = {"text_column": "premise", "second_text_column": "hypothesis", "label_column": "label"}

EXAMPLES: tuple[Example, ...] = (
    Example("SST-2", "English", "text-classification", "stanfordnlp/sst2", columns=_REVIEW),
    Example("ChnSentiCorp", "Chinese", "text-classification", "lansinuote/ChnSentiCorp", columns=_TEXT),
    Example("AG News", "English", "text-classification", "fancyzhx/ag_news", columns=_TEXT),
    Example("GoEmotions", "English", "multi-label-classification", "google-research-datasets/go_emotions", "simplified",
            columns={"text_column": "text", "label_column": "labels"}),
    Example("XNLI", "English", "sentence-pair-classification", "facebook/xnli", "en", columns=_PAIR),
    Example("XNLI", "Chinese", "sentence-pair-classification", "facebook/xnli", "zh", columns=_PAIR),
    Example("UNER", "English", "entity-recognition", "universalner/universal_ner", "en_ewt"),
    Example("UNER", "Chinese", "entity-recognition", "universalner/universal_ner", "zh_gsdsimp"),
    Example("WikiANN", "Chinese", "entity-recognition", "unimelb-nlp/wikiann", "zh"),
    Example("WikiText-2", "English", "language-modelling", "Salesforce/wikitext", "wikitext-2-raw-v1",
            columns={"text_column": "text"}),
)  # fmt: skip


def examples_for(task: TaskName) -> list[tuple[int, Example]]:
    """The examples made for a task, with their place in the list."""
    return [(number, example) for number, example in enumerate(EXAMPLES) if example.task == task]
