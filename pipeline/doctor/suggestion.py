"""A recipe for the data at hand: the name of a preset, and the reason in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.data.wording import counted
from pipeline.doctor.language import differ, reads
from pipeline.doctor.material import Material
from pipeline.messages import Message, Template, filled
from pipeline.presence import at_hand
from pipeline.presets import PRESETS
from pipeline.spec import TAGGING, DataSpec, TaskName, conflicts
from pipeline.tasks import TASKS

#: From so many labels on, plain fine-tuning after masked LM comes near what co-training reaches (docs/results.md).
MANY_LABELS = 1000
LANGUAGE_MODELLING: frozenset[TaskName] = frozenset({"language-modelling"})
#: Size of an encoder's weights in MB from which low-rank updates are worth it: more than any base model.
LARGE_MB = 1200


@dataclass(frozen=True)
class Facts:
    """What a suggestion depends on.

    Attributes:
        target_labels: Labelled target texts to learn from.
        source_labels: Labelled source texts.
        unlabelled: Further target texts.
        same_language: Whether source and target texts are in one script and language; None if that can't be told.
        readable: Whether the source's tokenizer reads the target well; None if its tokenizer is not at hand.
        unknown_rate: Share of the target's tokens that it does not know; None likewise.
        pieces_per_character: Of the target texts; None likewise.
        dictionary: Target words with a translation.
        source_mb: Size of the source's weights; None if they are not at hand.
    """

    target_labels: int
    source_labels: int
    unlabelled: int
    same_language: bool | None
    readable: bool | None
    unknown_rate: float | None
    pieces_per_character: float | None
    dictionary: int
    source_mb: float | None

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @property
    def keeps(self) -> bool:
        """Whether the source's vocabulary can stay: it reads the target, or both sides are in one language."""
        return (
            self.same_language is True if self.readable is None else self.readable and self.same_language is not False
        )


@dataclass(frozen=True)
class Suggestion:
    """A recipe.

    Attributes:
        preset: Row of :data:`~pipeline.presets.PRESETS`.
        reason: Why, in a sentence.
    """

    preset: str
    reason: Message

    def as_json(self) -> dict[str, Any]:
        """As plain data; the reason is its English text, with its template and values beside it."""
        return {"preset": self.preset, "reason": {"text": str(self.reason), **self.reason.parts}}


@dataclass(frozen=True)
class Rule:
    """When a preset is the right one.

    Attributes:
        applies: Whether it is, by what the data say.
        preset: Row of :data:`~pipeline.presets.PRESETS`.
        reason: Why.
        tasks: Those that the rule is for.
    """

    applies: Callable[[Facts], bool]
    preset: str
    reason: Template
    tasks: Collection[TaskName] = frozenset(TASKS)


RULES: tuple[Rule, ...] = (
    Rule(
        lambda facts: facts.keeps and facts.target_labels > 0,
        "language-model",
        Template(
            "The source model can read the target texts already, so its vocabulary stays, and it goes on learning from "
            "{labels}."
        ),
        tasks=LANGUAGE_MODELLING,
    ),
    Rule(
        lambda facts: facts.target_labels > 0,
        "new-language-model",
        Template("The target needs a vocabulary of its own; then the model learns to guess masked words in {labels}."),
        tasks=LANGUAGE_MODELLING,
    ),
    Rule(
        lambda facts: facts.keeps and facts.target_labels > 0 and (facts.source_mb or 0) >= LARGE_MB,
        "small-updates",
        Template(
            "The source model can read the target texts already, and it is large: low-rank updates on {labels} cost "
            "less and forget less."
        ),
    ),
    Rule(
        lambda facts: facts.keeps and facts.target_labels > 0,
        "same-language",
        Template("The source model can read the target texts already, so its vocabulary stays; {labels} do the rest."),
    ),
    Rule(
        lambda facts: facts.target_labels == 0 and facts.source_labels > 0 and facts.unlabelled > 0,
        "no-target-labels",
        Template(
            "There is no target label: the task is learned from {source}, and {unlabelled} without labels teach the "
            "target's language."
        ),
    ),
    Rule(
        lambda facts: 0 < facts.target_labels < MANY_LABELS and facts.unlabelled > 0,
        "few-target-labels",
        Template("{labels} are few: {unlabelled} without labels still teach more than they do."),
    ),
    Rule(
        lambda facts: 0 < facts.target_labels < MANY_LABELS and facts.unlabelled > 0,
        "few-tagged-texts",
        Template(
            "{labels} are few: masked LM on {unlabelled} without labels teaches the target's language first, and then "
            "more passes over the few teach the tags."
        ),
        tasks=TAGGING,
    ),
    Rule(
        lambda facts: 0 < facts.target_labels < MANY_LABELS,
        "few-tagged-texts",
        Template(
            "The target needs a vocabulary of its own; then {labels} are learned from in more passes, for they are few."
        ),
        tasks=TAGGING,
    ),
    Rule(
        lambda facts: facts.target_labels > 0 and facts.dictionary > 0 and facts.unlabelled == 0,
        "many-target-labels",
        Template(
            "The target needs a vocabulary of its own, which the dictionary's {entries} join to the source's; then "
            "{labels} are learned from."
        ),
    ),
    Rule(
        lambda facts: 0 < facts.target_labels < MANY_LABELS,
        "many-target-labels",
        Template(
            "The target needs a vocabulary of its own; {labels} are few to learn it from, and target text without "
            "labels would help."
        ),
    ),
    Rule(
        lambda facts: facts.target_labels > 0,
        "many-target-labels",
        Template("The target needs a vocabulary of its own; then {labels} are learned from."),
    ),
    Rule(
        lambda facts: facts.source_labels > 0,
        "many-target-labels",
        Template("There is no target label: the task is learned from {source}, and the vocabulary from target text."),
    ),
)


def gather_facts(material: Material) -> Facts:
    """What the data say that a suggestion depends on."""
    target, source = material.sheet("target", "unlabelled", "test"), material.sheet("source")
    read = material.pieces.get(target.role) if target else None
    sides = source is not None and target is not None and bool(source.script and target.script)
    resolved = at_hand(material.source) if material.source is not None else None
    entries = getattr(material.dictionary, "words", {})
    sizes = {sheet.role: sheet.size for sheet in material.readable}
    return Facts(
        target_labels=sizes.get("target", 0),
        source_labels=sizes.get("source", 0),
        unlabelled=sizes.get("unlabelled", 0),
        same_language=not differ(source, target) if sides and source and target else None,
        readable=reads(read, target.script) if read and target else None,
        unknown_rate=read.fit.unknown_rate if read else None,
        pieces_per_character=read.fit.pieces_per_character if read else None,
        dictionary=len(entries),
        source_mb=sum(file.stat().st_size for file in resolved.path.glob("*.safetensors")) / 1e6 if resolved else None,
    )


def suggest(facts: Facts, task: TaskName, data: DataSpec) -> Suggestion | None:
    """The first preset whose rule applies and that goes together with task and data; None if none does."""
    values = {
        "labels": counted(facts.target_labels, "target training text"),
        "source": counted(facts.source_labels, "source training text"),
        "unlabelled": counted(facts.unlabelled, "text"),
        "entries": counted(facts.dictionary, "word pair"),
    }
    for rule in RULES:
        fits = task in rule.tasks and rule.applies(facts)
        if fits and not conflicts(task, data, PRESETS[rule.preset].recipe):
            return Suggestion(rule.preset, filled(rule.reason, values))
    return None
