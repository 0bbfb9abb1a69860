"""The stages that make a model from another, each after all that it reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline import sources
from pipeline.parameters import (
    AdaptationParameters,
    ClassicalParameters,
    EnsembleParameters,
    FineTuningParameters,
    PseudoLabelParameters,
    Split,
    Start,
    VocabularyParameters,
)
from pipeline.plan.stage import Stage
from pipeline.spec import (
    AdoptVocabulary,
    Boosting,
    CoTraining,
    EnsembleSpec,
    FineTuningSpec,
    KeepVocabulary,
    MaskedLanguageModelling,
    NoEnsemble,
    NoSelfTraining,
    RunSpec,
)

#: Cost of training on a text, by kind of fine-tuning; a frozen encoder needs no backward pass.
COSTS = {"full": 1.0, "probe": 0.4, "gradual": 0.9, "lora": 0.8, "bridge": 1.7}


@dataclass
class Chains:
    """Makes the stages of a run for one seed and one number of target labels.

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

    # ── steps ───────────────────────────────────────────────────────────────────────

    def fine_tune(
        self,
        name: str,
        title: str,
        tuning: FineTuningSpec,
        *,
        split: Split | None,
        start: Start,
        model: Stage | None = None,
        labels: Stage | None = None,
        previous: Stage | None = None,
        sampling: Literal["all", "bootstrap", "boosted"] = "all",
        member: int = 0,
        shared_layers: int = 0,
    ) -> Stage:
        """Training on labels."""
        inputs = {"data": self.data, "model": model, "labels": labels, "previous": previous}
        parameters = FineTuningParameters(
            task=self.spec.task,
            start=start,
            source=self.spec.source,
            source_hash=sources.fingerprint(self.spec.source) if start == "pretrained" else "",
            max_length=self.spec.data.max_length,
            seed=self.seed,
            split=split,
            tuning=tuning,
            limit=self.limit if split == "target_train" else None,
            sampling=sampling,
            member=member,
            shared_layers=shared_layers,
        )
        texts = self._texts(split) + (0.5 * self.rows.get("unlabelled", 0) if labels else 0)
        return self.add(
            Stage(
                name + self.suffix,
                "fine-tuning",
                title,
                parameters,
                {role: stage for role, stage in inputs.items() if stage is not None},
                {"data": self.source_side} if split == "source_train" else {},
                cost=texts * tuning.epochs * COSTS[tuning.kind],
            )
        )

    def adapt(
        self,
        name: str,
        title: str,
        options: MaskedLanguageModelling,
        *,
        splits: tuple[Split, ...],
        start: Start,
        model: Stage | None = None,
    ) -> Stage:
        """Masked LM."""
        parameters = AdaptationParameters(
            task=self.spec.task,
            start=start,
            source=self.spec.source,
            source_hash=sources.fingerprint(self.spec.source) if start == "pretrained" else "",
            max_length=self.spec.data.max_length,
            seed=self.seed,
            adaptation=options,
            splits=splits,
        )
        texts = sum(self._texts(split) for split in splits)
        of_source = set(splits) <= {"source_train"}
        return self.add(
            Stage(
                name + self.suffix,
                "adaptation",
                title,
                parameters,
                {"data": self.data, **({"model": model} if model else {})},
                {"data": self.source_side} if of_source else {},
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
        title = {"extend": "Extend the vocabulary", "adopt": "Take over a vocabulary"}
        return self.add(
            Stage(
                "vocabulary" + self.suffix,
                "vocabulary",
                title.get(vocabulary.kind, "Transplant the vocabulary"),
                parameters,
                {"data": self.data, "model": model},
                cost=200,
            )
        )

    def adapted(self, model: Stage) -> Stage:
        """The model after masked LM on target text, if the recipe has it."""
        options = self.spec.recipe.adaptation
        if not isinstance(options, MaskedLanguageModelling) or self.spec.task == "language-modelling":
            return model
        return self.adapt(
            "adaptation",
            "Adapt to the target language",
            options,
            splits=self.target_splits(),
            start="given",
            model=model,
        )

    def classical(self) -> Stage:
        """The n-gram model on the target labels."""
        parameters = ClassicalParameters(task=self.spec.task, seed=self.seed, limit=self.limit)
        return self.add(
            Stage(
                "classical" + self.suffix,
                "classical",
                "Train the classical baseline",
                parameters,
                {"data": self.data},
                cost=100,
            )
        )

    # ── from an adapted model to the transferred one ────────────────────────────────

    def transferred(self, start: Stage) -> Stage:
        """The model that the recipe makes of an adapted one."""
        labels = self.pseudo_labels(start)
        if labels is None and not self.labelled:
            return start  # nothing to learn from: zero-shot
        if isinstance(self.spec.recipe.ensemble, NoEnsemble):
            return self.tuned("transferred", "Train on the target labels", start, labels)
        return self.ensemble("transferred", self.spec.recipe.ensemble, start, labels)

    def tuned(
        self, name: str, title: str, start: Stage, labels: Stage | None, *, times: int = 1, member: int = 0
    ) -> Stage:
        """One model of the recipe's fine-tuning, ``times`` as long."""
        tuning = self.spec.recipe.fine_tuning
        return self.fine_tune(
            name,
            title,
            tuning.model_copy(update={"epochs": tuning.epochs * times}),
            split=self._labelled_split(),
            start="given",
            model=start,
            labels=labels,
            member=member,
        )

    def ensemble(self, name: str, ensemble: EnsembleSpec, start: Stage, labels: Stage | None, count: int = 0) -> Stage:
        """Members and their vote; of kind ``none``: ``count`` members that differ in their seed alone."""
        boosting = isinstance(ensemble, Boosting)
        plain = isinstance(ensemble, NoEnsemble)
        members: list[Stage] = []
        for number in range(1, (count if isinstance(ensemble, NoEnsemble) else ensemble.members) + 1):
            members.append(
                self.fine_tune(
                    f"{name}-member-{number}",
                    f"Train member {number}",
                    self.spec.recipe.fine_tuning,
                    split=self._labelled_split(),
                    start="given",
                    model=start,
                    labels=labels,
                    previous=members[-1] if boosting and members else None,
                    sampling="all" if plain else "boosted" if boosting else "bootstrap",
                    member=number,
                    shared_layers=0 if isinstance(ensemble, NoEnsemble) else ensemble.shared_layers,
                )
            )
        inputs = {f"member-{number}": member for number, member in enumerate(members, start=1)}
        parameters = EnsembleParameters(task=self.spec.task, ensemble=ensemble, seed=self.seed)
        title = {"none": "Put the seed ensemble together", "bagging": "Put the bag together"}
        stage = Stage(
            name + self.suffix,
            "ensemble",
            title.get(ensemble.kind, "Put the boosted members together"),
            parameters,
            {"data": self.data, **inputs, **({"labels": labels} if labels else {})},
            cost=50,
        )
        return self.add(stage)

    def pseudo_labels(self, start: Stage) -> Stage | None:
        """The unlabelled texts with labels from the model, round by round; None if the recipe has none."""
        options = self.spec.recipe.self_training
        if isinstance(options, NoSelfTraining):
            return None
        rounds = options.exchanges if isinstance(options, CoTraining) else options.rounds
        teacher = self.tuned("teacher", "Train a first model to label with", start, None) if self.labelled else start
        found: Stage | None = None
        for number in range(1, rounds + 1):
            if found is not None:
                teacher = self.tuned(f"student-{number - 1}", "Learn from the labels found", start, found)
            parameters = PseudoLabelParameters(
                task=self.spec.task, self_training=options, round=number, limit=self.limit, seed=self.seed
            )
            inputs = {"data": self.data, "model": teacher, **({"previous": found} if found else {})}
            found = self.add(
                Stage(
                    f"pseudo-labels-{number}{self.suffix}",
                    "pseudo-labels",
                    f"Label the unlabelled texts ({number} of {rounds})",
                    parameters,
                    inputs,
                    cost=0.35 * self.rows.get("unlabelled", 0) + 50,
                )
            )
        return found

    # ── what there is to learn from ─────────────────────────────────────────────────

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

    def _labelled_split(self) -> Split | None:
        return "target_train" if self.labelled else None

    def _texts(self, split: Split | None) -> float:
        if split is None:
            return 0
        texts = self.rows.get(split.removesuffix("_train"), 0)
        return min(texts, self.limit) if self.limit is not None and split == "target_train" else texts


def published(stage: Stage, place: str) -> Stage:
    """The stage, with its output shown in the run's folder."""
    return replace(stage, publishes=place)
