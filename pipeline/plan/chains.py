"""From an adapted model to the transferred one: teachers, pseudo-labels, members, each after all that it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.messages import Message
from pipeline.parameters import EnsembleParameters, PseudoLabelParameters
from pipeline.plan.compute import prolonged, times
from pipeline.plan.stage import Stage
from pipeline.plan.steps import Steps
from pipeline.spec import (
    Boosting,
    CoTraining,
    EnsembleSpec,
    MaskedLanguageModelling,
    NoEnsemble,
    NoSelfTraining,
)


@dataclass(frozen=True)
class Taught:
    """What the last training goes by.

    Attributes:
        start: The model that it begins from.
        labels: Those found that it learns from beside the true ones; None: there are none.
        teacher: What found labels last, whether or not they are learned from any more; None: nothing has.
    """

    start: Stage
    labels: Stage | None = None
    teacher: Stage | None = None


@dataclass
class Chains(Steps):
    """Puts steps together as the recipe says."""

    def adapted(self, model: Stage) -> Stage:
        """The model after masked LM on target text, if the recipe has it."""
        options = self.spec.recipe.adaptation
        if not isinstance(options, MaskedLanguageModelling) or self.spec.task == "language-modelling":
            return model
        return self.adapt(
            "adaptation",
            Message("Adapt to the target language"),
            options,
            splits=self.target_splits(),
            start="given",
            model=model,
        )

    def transferred(self, transplanted: Stage, adapted: Stage) -> Stage:
        """The model that the recipe makes of an adapted one, and of the same before masked LM."""
        taught = self.taught(transplanted, adapted)
        if taught.labels is None and not self.labelled:
            return taught.start  # nothing to learn from: zero-shot
        if isinstance(self.spec.recipe.ensemble, NoEnsemble):
            return self.tuned("transferred", Message("Train on the target labels"), taught)
        return self.ensemble("transferred", self.spec.recipe.ensemble, taught)

    def taught(self, transplanted: Stage, start: Stage) -> Taught:
        """What the last training goes by.

        If the recipe ends with the true labels, a student has learned from all by then, and no found ones are left.
        """
        taught = self.pseudo_labels(transplanted, start)
        options = self.spec.recipe.self_training
        if taught.labels is None or not self.labelled or isinstance(options, NoSelfTraining) or not options.finish:
            return taught
        student = self.tuned("student", Message("Learn from the labels found"), taught, to_finish=True)
        return Taught(student, teacher=taught.teacher)

    def tuned(self, name: str, title: Message, taught: Taught, *, to_finish: bool = False) -> Stage:
        """One model of the recipe's fine-tuning; one that has yet to finish is not held against its teacher."""
        return self.fine_tune(
            name,
            title,
            self.spec.recipe.fine_tuning,
            split=self.labelled_split(),
            start="given",
            model=taught.start,
            labels=taught.labels,
            teacher=taught.teacher if taught.labels else None,
            bar=None if to_finish else taught.teacher,
        )

    def rival(self, taught: Taught) -> Stage:
        """One model that trains with the compute of all members together."""
        return self.fine_tune(
            "same-compute",
            Message("Train one model with the compute of all members"),
            prolonged(self.spec.recipe.fine_tuning, times(self.spec)),
            split=self.labelled_split(),
            start="given",
            model=taught.start,
            labels=taught.labels,
        )

    def ensemble(self, name: str, ensemble: EnsembleSpec, taught: Taught, count: int = 0) -> Stage:
        """Members and their vote; of kind ``none``: ``count`` members that differ in their seed alone."""
        boosting = isinstance(ensemble, Boosting)
        plain = isinstance(ensemble, NoEnsemble)
        members: list[Stage] = []
        for number in range(1, (count if isinstance(ensemble, NoEnsemble) else ensemble.members) + 1):
            members.append(
                self.fine_tune(
                    f"{name}-member-{number}",
                    Message("Train member {number}", number=number),
                    self.spec.recipe.fine_tuning,
                    split=self.labelled_split(),
                    start="given",
                    model=taught.start,
                    labels=taught.labels,
                    previous=members[-1] if boosting and members else None,
                    sampling="all" if plain else "boosted" if boosting else "bootstrap",
                    member=number,
                    shared_layers=0 if isinstance(ensemble, NoEnsemble) else ensemble.shared_layers,
                )
            )
        inputs = {f"member-{number}": member for number, member in enumerate(members, start=1)}
        parameters = EnsembleParameters(task=self.spec.task, ensemble=ensemble, seed=self.seed)
        title = {"none": Message("Put the seed ensemble together"), "bagging": Message("Put the bag together")}
        stage = Stage(
            name + self.suffix,
            "ensemble",
            title.get(ensemble.kind, Message("Put the boosted members together")),
            parameters,
            {"data": self.data, **inputs, **({"labels": taught.labels} if taught.labels else {})},
            cost=50,
        )
        return self.add(stage)

    def pseudo_labels(self, transplanted: Stage, start: Stage) -> Taught:
        """The unlabelled texts with labels from the model, round by round, if the recipe has any."""
        options = self.spec.recipe.self_training
        taught = Taught(start)
        if isinstance(options, NoSelfTraining):
            return taught
        rounds = options.exchanges if isinstance(options, CoTraining) else options.rounds
        first = Message("Train a first model to label with")
        unlabelled = transplanted if options.teacher == "transplanted" else start
        teacher = self.tuned("teacher", first, taught) if self.labelled else unlabelled
        for number in range(1, rounds + 1):
            found = taught.labels
            if found is not None:
                teacher = self.tuned(f"student-{number - 1}", Message("Learn from the labels found"), taught)
            parameters = PseudoLabelParameters(
                task=self.spec.task, self_training=options, round=number, limit=self.limit, seed=self.seed
            )
            inputs = {"data": self.data, "model": teacher, **({"previous": found} if found else {})}
            labels = self.add(
                Stage(
                    f"pseudo-labels-{number}{self.suffix}",
                    "pseudo-labels",
                    Message("Label the unlabelled texts ({number} of {rounds})", number=number, rounds=rounds),
                    parameters,
                    inputs,
                    cost=0.35 * self.rows.get("unlabelled", 0) + 50,
                )
            )
            taught = Taught(start, labels, teacher)
        return taught


def published(stage: Stage, place: str) -> Stage:
    """The stage, with its output shown in the run's folder."""
    return replace(stage, publishes=place)
