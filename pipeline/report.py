"""The frozen report of a run: what every model scored on one test set, and the verdict.

``report.json`` in a run's folder is the JSON form of :class:`Report`. It holds nothing that
differs between two runs of one spec on one machine, at one precision, but what training cost
(:class:`TrainingCost`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from pipeline.messages import Message, Parts, told

VerdictCode = Literal["helped", "helped-over-source", "helped-over-target", "noise", "hurt"]
SliceKind = Literal["length", "unknown-rate"]


class Frozen(BaseModel):
    """Base of the report's parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Telling(Frozen):
    """What holds sentences, and knows how they can be told in another language.

    Its JSON holds them in English. Their parts lie in a file beside it, so that whoever reads the one
    need not know of the other, and a report without such a file is told in English.
    """

    told: dict[str, Parts] = Field({}, exclude=True)  # sentence → its parts

    @classmethod
    def read(cls, path: Path) -> Self:
        """The report of a file, with the parts of its sentences.

        Raises:
            FileNotFoundError: There is no such file.
            ValidationError: It is damaged, or of another Graft.
        """
        report = cls.model_validate_json(path.read_bytes())
        try:
            found = json.loads(beside(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return report
        return report.model_copy(update={"told": found}) if isinstance(found, dict) else report

    def parts(self) -> str:
        """What to write beside its JSON."""
        return json.dumps({**self.told, **told(_messages(self))}, ensure_ascii=False, indent=1)

    def recall(self, sentence: str) -> Message:
        """One of its sentences as a message."""
        made_here = isinstance(sentence, Message) and sentence.values
        return Message(sentence) if made_here else Message.of(sentence, self.told.get(sentence))


def beside(path: Path) -> Path:
    """The file with the parts of a report's sentences: ``report.told.json`` for ``report.json``."""
    return path.with_suffix(".told.json")


def _messages(value: object) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif isinstance(value, BaseModel):
        for _, part in value:
            yield from _messages(part)
    elif isinstance(value, list | tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _messages(part)


class Interval(Frozen):
    """A value with its 95 % interval; fractions of 1, except for perplexity."""

    value: float
    low: float
    high: float


class Spread(Frozen):
    """A metric over several seeds."""

    values: list[float]  # one a seed, the run's own first
    mean: float
    deviation: float  # of a sample: divided by one less than the seeds


class TokenizerFit(Frozen):
    """How well a tokenizer reads the test texts."""

    vocabulary_size: int
    unknown_rate: float  # share of tokens that are [UNK]
    pieces_per_character: float


class TrainingCost(Frozen):
    """What making a model cost, all the stages that made it together. Differs between runs."""

    seconds: float
    tokens_per_second: float | None = (
        None  # trained on, without padding, by the time a network worked; None: no network
    )
    gemm_share: float | None = None  # achieved multiply-adds as a share of the peak that was measured beside it


class ClassScores(Frozen):
    """One label, or one type of entity."""

    precision: float
    recall: float
    f1: float
    support: int  # how many there are in the test set


class Slice(Frozen):
    """The leading metric on a part of the test texts."""

    kind: SliceKind
    low: float  # characters, or share of unknown tokens under the source's tokenizer; inclusive
    high: float  # exclusive, but for the last slice of a kind
    texts: int
    value: float


class ModelReport(Frozen):
    """One model on the frozen test set."""

    name: str  # a ModelName; of a member, its stage's
    title: Message  # for people: says so if source-only is a linear probe
    description: Message
    metrics: dict[str, Interval]  # in the order of the task's metrics; the first one leads
    confusion: (
        list[list[int]] | None
    )  # rows: true label, columns: predicted, as Report.labels; one label a text or word
    per_class: dict[str, ClassScores]
    slices: list[Slice]
    calibration_error: float | None  # expected, 10 bins of equal width, in tagging by word; None: no probability
    source_score: Interval | None  # leading metric on the source's own test texts, where there are any
    tokenizer: TokenizerFit | None  # None: the model reads n-grams (classical)
    parameters: int
    cost: TrainingCost
    seeds: dict[str, Spread] = {}  # metric → over the seeds, where several were asked for
    head_drawn: bool = False  # a source without a masked-LM head, as it is: its figures are of a head drawn at random


class Comparison(Frozen):
    """Two models, paired on the same test texts."""

    first: str
    second: str
    difference: Interval  # leading metric of first minus that of second, paired bootstrap by text
    p_value: float  # exact McNemar test on texts that are right as a whole
    only_first_right: int
    only_second_right: int
    flips: int  # texts whose answers differ
    significant: bool  # whether chance is ruled out at 5 %: by McNemar's test; for spans and perplexity by the interval


class Verdict(Frozen):
    """The outcome in one sentence, and the code that a page can translate."""

    code: VerdictCode
    sentence: Message
    remarks: list[Message] = []  # further sentences: whether a classical model would do, what an ensemble bought


class CurvePoint(Frozen):
    """The models at one number of target labels, the mean over the seeds; None where a model needs labels."""

    labels: int
    transferred: float
    target_only: float | None
    classical: float | None
    seeds: dict[str, Spread] = {}  # model → over the seeds, where several were asked for


class LearningCurve(Frozen):
    """The leading metric at growing numbers of target labels."""

    points: list[CurvePoint]
    labels_saved: (
        int | None
    )  # labels that target-only needs to equal transferred at its fewest, less those; None: unknown
    sentence: Message


class Example(Frozen):
    """One test text and what each model said of it.

    A label is a string; several labels, or the tags of the words, are a list of strings.
    """

    text: str
    second: str = ""  # sentence pairs
    tokens: list[str] = []  # tagging; ``text`` is then the tokens joined
    label: str | list[str]
    predictions: dict[str, str | list[str]]  # name of a model or a member → predicted
    probabilities: dict[str, list[float]]  # model name → probability of each of Report.labels; tagging: empty


class DataSummary(Frozen):
    """How many texts went where."""

    source_train: int
    source_test: int
    target_train: int
    dev: int
    test: int
    unlabelled: int
    dictionary: int


class Report(Telling):
    """What a run found."""

    schema_version: Literal[2] = 2
    task: str
    labels: list[str]  # classes; tags in tagging; empty for a language model
    data: DataSummary
    models: list[ModelReport]
    members: list[ModelReport] = []  # of the transferred model, if it is an ensemble
    comparisons: list[Comparison]
    verdict: Verdict
    curve: LearningCurve | None = None
    facts: dict[str, dict[str, float | int | str]] = {}  # stage → what it found: perplexity, out-of-bag estimate, …
    examples: list[Example]
    notes: list[Message]  # what a reader should know: dropped rows, duplicates, and the like

    def model(self, name: str) -> ModelReport:
        """The report of one model, or of a member, by name."""
        return next(model for model in self.everyone if model.name == name)

    def has(self, name: str) -> bool:
        """Whether the run made this model, or this member of one."""
        return any(model.name == name for model in self.everyone)

    @property
    def everyone(self) -> list[ModelReport]:
        """The models, and behind them the members."""
        return [*self.models, *self.members]
