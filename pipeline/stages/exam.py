"""A run's models and the frozen texts: each says of them what it can."""

from __future__ import annotations

from dataclasses import dataclass, field

from datasets import Dataset
from safetensors.numpy import load_file
from transformers import PreTrainedTokenizerFast

from pipeline.evaluation.answers import Answers, Truth
from pipeline.parameters import EvaluatedModel, EvaluationParameters
from pipeline.scores import Scores
from pipeline.stages.adaptation import HEAD_DRAWN
from pipeline.stages.answering import predict
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer, parameter_count

#: Where a model that is no network has left its own scores, by split.
SCORES = {"test": "scores.safetensors", "source_test": "source_scores.safetensors"}


@dataclass(frozen=True)
class Sat:
    """A model that has sat the exam.

    Attributes:
        scores: Split → what it said.
        answers: Split → the same, counted.
        parameters: How many numbers it holds.
        tokenizer: None: it reads n-grams.
        head_drawn: As in the report.
    """

    scores: dict[str, Scores]
    answers: dict[str, Answers]
    parameters: int
    tokenizer: PreTrainedTokenizerFast | None
    head_drawn: bool = False


@dataclass
class Exam:
    """The frozen texts, and who has yet to read them.

    Attributes:
        context: Of the stage.
        splits: Split → its texts; those without any are left out.
        truths: The same with the true answers.
        total: Texts to be read by all models together.
        done: Texts read.
    """

    context: Context[EvaluationParameters]
    splits: dict[str, Dataset]
    truths: dict[str, Truth]
    total: int
    done: int = field(default=0)

    @classmethod
    def prepare(cls, context: Context[EvaluationParameters], labels: list[str], counts: dict[str, int]) -> Exam:
        """Read the splits, and count the work."""
        parameters = context.parameters
        splits = {split: read_split(context.inputs["data"], split) for split in SCORES if counts[split]}
        truths = {split: Truth.read(parameters.task, texts, labels) for split, texts in splits.items()}
        total = len(everyone(parameters)) * sum(map(len, splits.values())) + parameters.others * len(splits["test"])
        return cls(context, splits, truths, total)

    def sit(self, role: str, *splits: str) -> Sat:
        """What the model of a role says of the splits that there are."""
        folder, there = self.context.inputs[role], [split for split in splits if split in self.splits]
        if (folder / SCORES["test"]).exists():
            scores = {split: Scores.load(folder / SCORES[split]) for split in there}
            for split in there:
                self._read(len(self.splits[split]))
            size = sum(weights.size for weights in load_file(folder / "weights.safetensors").values())
            return Sat(scores, self._answers(scores), size, None)
        tokenizer = load_tokenizer(folder)
        task = self.context.parameters.task
        model = load_model(folder, task, self.truths["test"].labels)
        scores = {}
        for split in there:
            asked = self.splits[split]
            scores[split] = predict(
                model, tokenizer, asked, task, self._tell, spare=self.context.spare, tell=self.context.note
            )
            self._read(len(self.splits[split]))
        facts = folder / "facts.json"
        drawn = facts.exists() and HEAD_DRAWN in read_json(facts)
        return Sat(scores, self._answers(scores), parameter_count(model.parameters()), tokenizer, drawn)

    def _answers(self, scores: dict[str, Scores]) -> dict[str, Answers]:
        return {split: Answers.of(self.truths[split], found) for split, found in scores.items()}

    def _tell(self, texts: int) -> None:
        self.context.step(self.done + texts, self.total)

    def _read(self, texts: int) -> None:
        self.done += texts
        self._tell(0)


def everyone(parameters: EvaluationParameters) -> list[EvaluatedModel]:
    """The models of the report, members behind."""
    return [*parameters.models, *parameters.members]
