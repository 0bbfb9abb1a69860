"""The frozen report of a run: what every model scored on one test set, and the verdict.

``report.json`` in a run's folder is the JSON form of :class:`Report`. It holds nothing that
differs between two runs of one spec but the seconds that training took.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

VerdictCode = Literal["helped", "helped-over-source", "noise", "hurt"]


class Frozen(BaseModel):
    """Base of the report's parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(Frozen):
    """A value with its 95 % interval, all as fractions of 1."""

    value: float
    low: float
    high: float


class TokenizerFit(Frozen):
    """How well a tokenizer reads the test texts."""

    vocabulary_size: int
    unknown_rate: float  # share of tokens that are [UNK]
    pieces_per_character: float


class ModelReport(Frozen):
    """One model on the frozen test set."""

    name: str
    description: str
    metrics: dict[str, Interval]  # accuracy, macro_f1
    confusion: list[list[int]]  # rows: true label, columns: predicted, in the order of Report.labels
    source_accuracy: Interval | None  # on the source's own test texts, where the model can read them
    tokenizer: TokenizerFit
    parameters: int
    training_seconds: float


class Comparison(Frozen):
    """Two models, paired on the same test texts."""

    first: str
    second: str
    difference: Interval  # accuracy of first minus accuracy of second, paired bootstrap
    p_value: float  # exact McNemar test
    only_first_right: int
    only_second_right: int


class Verdict(Frozen):
    """The outcome in one sentence, and the code that a page can translate."""

    code: VerdictCode
    sentence: str


class Example(Frozen):
    """One test text and what each model said of it."""

    text: str
    label: str
    predictions: dict[str, str]  # model name → predicted label
    probabilities: dict[str, list[float]]  # model name → probability of each of Report.labels

    @property
    def disagreement(self) -> bool:
        """Whether two of the models differ."""
        return len(set(self.predictions.values())) > 1


class DataSummary(Frozen):
    """How many texts went where."""

    source_train: int
    source_test: int
    target_train: int
    test: int
    unlabelled: int
    dictionary: int


class Report(Frozen):
    """What a run found."""

    schema_version: Literal[1] = 1
    task: str
    labels: list[str]
    data: DataSummary
    models: list[ModelReport]
    comparisons: list[Comparison]
    verdict: Verdict
    examples: list[Example]
    notes: list[str]  # what a reader should know: dropped rows, duplicates, and the like

    def model(self, name: str) -> ModelReport:
        """The report of one model, by name."""
        return next(model for model in self.models if model.name == name)
