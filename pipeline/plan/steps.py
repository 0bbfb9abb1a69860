"""The stages that make one thing: a fine-tuned model, an adapted one, a new vocabulary, a classical model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline import sources
from pipeline.messages import Message
from pipeline.parameters import (
    AdaptationParameters,
    ClassicalParameters,
    FineTuningParameters,
    Split,
    Start,
    VocabularyParameters,
)
from pipeline.plan.stage import Stage
from pipeline.spec import AdoptVocabulary, FineTuningSpec, KeepVocabulary, MaskedLanguageModelling, RunSpec

#: Cost of training on a text, by kind of fine-tuning: once, and in each epoch. A frozen encoder reads once.
COSTS = {"full": (0, 1.0), "probe": (0.3, 0.01), "gradual": (0, 0.9), "lora": (0, 0.8), "bridge": (0, 1.7)}


@dataclass
class Steps:
    """Makes single stages of a run, for one seed and one number of target labels.

    Attributes:
        spec: The run.
        data: The stage that reads and splits the texts.
        rows: Role of a file → about how many texts it holds.
        seed: Of all that is drawn but the splits.
        limit: How many target labels to use; None: all.
        suffix: Tells the stages of other seeds and limits apart.
        source_side: What of the data a model of the source texts depends on.
        stages: All that were made, in order.
    """

    spec: RunSpec
    data: Stage
    rows: dict[str, float]
    source_side: dict[str, object]
    seed: int
    limit: int | None = None
    suffix: str = ""
    stages: list[Stage] = field(default_factory=list)

    def add(self, stage: Stage) -> Stage:
        """Keep a stage; of two with one key the first stays."""
        known = next((kept for kept in self.stages if kept.key == stage.key), None)
        if known is None:
            self.stages.append(stage)
        return known or stage

    def fine_tune(
        self,
        name: str,
        title: Message,
        tuning: FineTuningSpec,
        *,
        split: Split | None,
        start: Start,
        model: Stage | None = None,
        labels: Stage | None = None,
        teacher: Stage | None = None,
        bar: Stage | None = None,
        previous: Stage | None = None,
        sampling: Literal["all", "bootstrap", "boosted"] = "all",
        member: int = 0,
        shared_layers: int = 0,
    ) -> Stage:
        """Training on labels.

        ``teacher`` is what gave ``labels``: should self-training have stopped by then, it is kept in place of another.
        ``bar`` is kept in place of a model that does worse on the development texts.
        """
        inputs = {"data": self.data, "model": model, "labels": labels, "previous": previous}
        inputs |= {"teacher": teacher, "bar": bar}
        parameters = FineTuningParameters(
            **self._start(start),
            split=split,
            tuning=tuning,
            limit=self.limit if split == "target_train" else None,
            sampling=sampling,
            member=member,
            shared_layers=shared_layers,
        )
        texts = self._texts(split) + (0.5 * self.rows.get("unlabelled", 0) if labels else 0)
        once, in_each = COSTS[tuning.kind]
        return self.add(
            Stage(
                name + self.suffix,
                "fine-tuning",
                title,
                parameters,
                {role: stage for role, stage in inputs.items() if stage is not None},
                {"data": self.source_side} if split == "source_train" else {},
                cost=texts * (once + tuning.epochs * in_each),
            )
        )

    def adapt(
        self,
        name: str,
        title: Message,
        options: MaskedLanguageModelling,
        *,
        splits: tuple[Split, ...],
        start: Start,
        model: Stage | None = None,
    ) -> Stage:
        """Masked LM; on the way to another task it takes the source's own head, if there is one."""
        language_model = self.spec.task == "language-modelling"
        source_texts = set(splits) <= {"source_train"}
        parameters = AdaptationParameters(
            **self._start(start, of_source=start == "given" and not language_model),
            adaptation=options,
            splits=splits,
            held_out="dev" if language_model and not source_texts and self.spec.data.has_dev else None,
        )
        texts = sum(self._texts(split) for split in splits)
        return self.add(
            Stage(
                name + self.suffix,
                "adaptation",
                title,
                parameters,
                {"data": self.data, **({"model": model} if model else {})},
                {"data": self.source_side} if source_texts else {},
                cost=1.2 * texts * (options.epochs + 0.7 * options.embedding_epochs) + 20,
            )
        )

    def exchange_vocabulary(self, model: Stage) -> Stage:
        """The model with the vocabulary of the recipe."""
        vocabulary = self.spec.recipe.vocabulary
        if isinstance(vocabulary, KeepVocabulary):
            return model
        adopted = sources.fingerprint(vocabulary.model) if isinstance(vocabulary, AdoptVocabulary) else ""
        parameters = VocabularyParameters(
            task=self.spec.task, vocabulary=vocabulary, adopted_hash=adopted, seed=self.seed
        )
        title = {"extend": Message("Extend the vocabulary"), "adopt": Message("Take over a vocabulary")}
        return self.add(
            Stage(
                "vocabulary" + self.suffix,
                "vocabulary",
                title.get(vocabulary.kind, Message("Transplant the vocabulary")),
                parameters,
                {"data": self.data, "model": model},
                cost=200,
            )
        )

    def classical(self) -> Stage:
        """The n-gram model on the target labels."""
        parameters = ClassicalParameters(task=self.spec.task, seed=self.seed, limit=self.limit)
        return self.add(
            Stage(
                "classical" + self.suffix,
                "classical",
                Message("Train the classical baseline"),
                parameters,
                {"data": self.data},
                cost=100,
            )
        )

    def target_splits(self) -> tuple[Split, ...]:
        """Splits with target text."""
        splits: list[Split] = []
        if self.spec.data.target is not None:
            splits.append("target_train")
        if self.spec.data.unlabelled is not None:
            splits.append("unlabelled")
        return tuple(splits)

    @property
    def labelled(self) -> bool:
        """Whether there are target labels to learn from."""
        return self.spec.data.target is not None and self.limit != 0

    def labelled_split(self) -> Split | None:
        """The split with target labels, if there are any."""
        return "target_train" if self.labelled else None

    def _start(self, start: Start, *, of_source: bool = False) -> dict[str, Any]:
        """What every stage needs that makes a model from another; ``of_source``: it reads the source model besides."""
        return {
            "task": self.spec.task,
            "start": start,
            "source": self.spec.source,
            "source_hash": sources.fingerprint(self.spec.source) if of_source or start == "pretrained" else "",
            "max_length": self.spec.data.max_length,
            "seed": self.seed,
        }

    def _texts(self, split: Split | None) -> float:
        if split is None:
            return 0
        texts = self.rows.get(split.removesuffix("_train"), 0)
        return min(texts, self.limit) if self.limit is not None and split == "target_train" else texts
