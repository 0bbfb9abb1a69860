"""What the endpoints that compare models give: the form of their answers."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict


class Choosable(TypedDict):
    """A model that can be set beside others."""

    key: Annotated[str, "What `models` takes."]
    title: Annotated[str, "For people: model, exported variant, run."]


class Bounded(TypedDict):
    """A figure with its 95 % interval."""

    value: Annotated[float, "As measured; a fraction of 1, but for perplexity."]
    low: Annotated[float, "Lower bound."]
    high: Annotated[float, "Upper bound."]


class ComparedModel(TypedDict):
    """One model on the frozen test texts."""

    name: Annotated[str, "Its name in this comparison."]
    key: Annotated[str, "What `models` takes."]
    title: Annotated[str, "For people."]
    metrics: Annotated[dict[str, Bounded], "Metric → value with interval; the first one leads."]


class Pair(TypedDict):
    """Two models, paired on the same texts."""

    first: Annotated[str, "Name of the one."]
    second: Annotated[str, "Name of the other."]
    difference: Annotated[Bounded, "Leading metric of the first minus that of the second."]
    p_value: Annotated[float, "Exact McNemar test."]
    significant: Annotated[bool, "Whether chance is ruled out at 5 %."]
    flips: Annotated[int, "Texts whose answers differ."]


class Compared(TypedDict):
    """Models side by side."""

    task: Annotated[str, "What they learned to do."]
    labels: Annotated[list[str], "The labels."]
    texts: Annotated[int, "Test texts that all of them were tested on."]
    left_out: Annotated[int, "Test texts that not all of them were tested on."]
    verdict: Annotated[str, "helped, helped-over-source, helped-over-target, noise or hurt; empty for chosen models."]
    sentence: Annotated[str, "The outcome in a sentence."]
    remarks: Annotated[list[str], "What should be said beside it."]
    models: Annotated[list[ComparedModel], "The models."]
    pairs: Annotated[list[Pair], "Each two that are compared."]
    counts: Annotated[dict[str, int], "Texts by what the models said: disagree, flips, fixed, broke, wrong, all."]
    notes: Annotated[list[str], "What a reader should know of the data."]


class TestText(TypedDict):
    """One test text, and what each model said of it."""

    number: Annotated[int, "Its number in the test set, from 0."]
    text: Annotated[str, "The text."]
    second: Annotated[str, "The other one of a pair."]
    label: Annotated[str | list[str], "Its true label, labels or tags."]
    said: Annotated[dict[str, str | list[str]], "Model → what it said."]


class TestTexts(TypedDict):
    """Some of the test texts."""

    texts: Annotated[list[TestText], "The texts."]
    total: Annotated[int, "How many the filter leaves."]


class Crossed(TypedDict):
    """Two models' labels against each other."""

    first: Annotated[str, "Model of the rows."]
    second: Annotated[str, "Model of the columns."]
    labels: Annotated[list[str], "Of rows and columns."]
    counts: Annotated[list[list[int]], "How often the one said the row's label and the other the column's."]
    differing: Annotated[int, "How often the two differ."]


class Part(TypedDict):
    """Some of the test texts."""

    name: Annotated[str, "The label, where they are cut by label."]
    low: Annotated[float, "Lower end: characters, confidence, or 1 for texts that contain the words and 0 for others."]
    high: Annotated[float, "Upper end."]
    texts: Annotated[int, "How many there are."]
    values: Annotated[dict[str, float], "Model → the leading metric on them."]


class SureBin(TypedDict):
    """Texts of which a model is about as sure."""

    confidence: Annotated[float, "Its mean."]
    right: Annotated[float, "Share that is right."]
    texts: Annotated[int, "How many there are."]
