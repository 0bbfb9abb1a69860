"""One text, put to the exported models that are shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from export.report import ExportReport
from pipeline.errors import DataError, ExportError
from pipeline.spec import ModelName, TaskName, VariantName
from pipeline.tasks import TASKS, Labelling
from ui.access import is_guest, run_of
from ui.handlers.chosen import Pick, shown
from ui.handlers.variants import exported, variant_folder, variants_of
from ui.predictors import Predictor
from ui.services import Services
from ui.text import say
from ui.text.telling import tell

LONGEST = 10_000  # characters; models read far fewer
FILLINGS = 5  # guesses at a masked word
#: Asked of a run even if they are not exported, so that it is said what is missing.
ASKED: tuple[ModelName, ...] = ("source-only", "transferred")
MODELS: tuple[ModelName, ...] = get_args(ModelName)
MASK = re.compile(r"\[MASK\]|<mask>")
#: Instead of a variant's name: the one that is served, or each of them.
SERVED, EACH = "served", "each"
WHY_SECONDS = 1.6  # for finding out what the answers rest on, of all models together
FEWEST_PARTS, MOST_PARTS = 6, 48  # of a text; the model is asked once for each
#: How a text is labelled, where an answer can be traced back to its words.
EXPLAINED: tuple[Labelling, ...] = ("one", "several")


@dataclass(frozen=True)
class Question:
    """What is asked of a model; ``second`` of a pair only."""

    text: str
    second: str = ""


#: The first answer of a session pays for its buffers; nobody waits for this one.
WARM_UP = Question("warm-up [MASK]", "warm-up")


@dataclass(frozen=True)
class Answer:
    """What one model said. Without an export nothing is ``said``, but why, and what to do about it.

    Attributes:
        model: Which of its run's models.
        task: What it was trained to do, which tells what ``said`` is.
        said: An answer of :mod:`export.predictor`; of a language model, its fillings.
        variant: Which exported variant answered.
        provider: Where onnxruntime computed it.
        milliseconds: How long that took.
        fault: Why there is no answer.
        hint: What to do about it.
        title: What it is called where models of several runs are shown; else empty.
        question: What it was asked.
        why: What the answer rests on, if that was asked for: an Explanation of :mod:`export.predictor`.
        unfit: Why the variant is not made for the provider; empty if it is.
        missed: Which limits of its gate the variant missed; empty if none.
    """

    model: str
    task: TaskName
    said: Any = None
    variant: str = ""
    provider: str = ""
    milliseconds: float = 0.0
    fault: str = ""
    hint: str = ""
    title: str = ""
    question: Question = Question("")
    why: Any = None
    unfit: str = ""
    missed: str = ""

    @property
    def explicable(self) -> bool:
        """Whether it can be asked what the answer rests on: tags have no label in common, fillings are guesses."""
        return self.said is not None and TASKS[self.task].labelling in EXPLAINED

    @property
    def tags(self) -> bool:
        """Whether it has tagged words."""
        return self.said is not None and TASKS[self.task].labelling == "tags"


def _form(question: Question) -> Any:
    return (question.text, question.second) if question.second else question.text


def _predict(predictor: Predictor, question: Question) -> Any:
    return predictor.predict([_form(question)])[0]


def _fill(predictor: Predictor, question: Question) -> Any:
    return predictor.fill(question.text, top=FILLINGS)


#: What a model's name holds that is never exported → why it does not answer.
SILENT = {"classical": "compare.classical_silent", "-member-": "compare.member_silent"}
#: How a text is labelled → how a model is asked.
ASKING: dict[Labelling, Callable[[Predictor, Question], Any]] = {
    "one": _predict,
    "several": _predict,
    "tags": _predict,
    "none": _fill,
}


def ask(
    services: Services,
    visitor: str | None,
    run_id: str,
    text: str,
    second: str = "",
    *,
    chosen: Sequence[str] | None = (),
    variant: str = SERVED,
    why: bool = False,
) -> list[Answer]:
    """Put a text, or a pair of texts, to the models side by side.

    Args:
        services: The page's services.
        visitor: Who asks.
        run_id: The run that is looked at.
        text: The text.
        second: The other one of a pair.
        chosen: Keys of models; without any, the run's own.
        variant: Which exported variant answers: a name, :data:`SERVED` or :data:`EACH`.
        why: Whether to find out what each answer rests on.

    Raises:
        RateError: Too many texts in a short time.
        DataError: There is no text, only one of a pair, no mask for a language model, or far too much.
    """
    record = run_of(services, visitor, run_id)
    task = services.store.spec(run_id).task
    question = _question(task, text, second)
    services.pace.spend("questions", visitor)
    asked = _asked(services, visitor, run_id, chosen, variant)
    seconds = WHY_SECONDS / len(asked) if why and asked else 0.0
    answers = [_answer(services, pick, task, question, title=title, why=seconds) for pick, title in asked]
    if record.state.active:  # its exports are still to come
        waiting = say("compare.still_exporting")
        answers = [replace(answer, fault=waiting, hint="") if answer.said is None else answer for answer in answers]
    return answers


def variants(
    services: Services, visitor: str | None, run_id: str, chosen: Sequence[str] | None = ()
) -> dict[str, bool]:
    """The variants that the models were exported in, all together → whether each passed the gate of every model.

    A guest asks none of them.
    """
    if is_guest(visitor):
        return {}
    run_of(services, visitor, run_id)
    found: dict[str, bool] = {}
    for pick, _ in _models(services, visitor, run_id, chosen):
        known = {} if pick.variant else variants_of(services, pick.run, pick.model)
        found |= {name: passed and found.get(name, True) for name, passed in known.items()}
    return {name: found[name] for name in get_args(VariantName) if name in found}


def _models(
    services: Services, visitor: str | None, run_id: str, chosen: Sequence[str] | None
) -> list[tuple[Pick, str]]:
    """Models with their titles; a run's own need none."""
    found = shown(services, visitor, run_id, chosen) if chosen else None
    if found is None or found.own:
        names = [name for name in MODELS if name in ASKED or exported(services, run_id, name)]
        return [(Pick(run_id, name), "") for name in sorted(names, key=lambda name: name not in ASKED)]
    report = found.report
    return [(pick, tell(report.recall(model.title))) for pick, model in zip(found.picks, report.models, strict=True)]


def _asked(
    services: Services, visitor: str | None, run_id: str, chosen: Sequence[str] | None, variant: str
) -> list[tuple[Pick, str]]:
    """Who is asked, each in which variant; one without an export stays without."""
    asked: dict[Pick, str] = {}
    for pick, title in _models(services, visitor, run_id, chosen):
        report = exported(services, pick.run, pick.model)
        for name in _variants(report, pick, variant):
            asked.setdefault(replace(pick, variant=name), title)
    return [*asked.items()]


def _variants(report: ExportReport | None, pick: Pick, variant: str) -> list[str]:
    if pick.variant or report is None:
        return [pick.variant]
    if variant == EACH:
        return [one.name for one in report.variants]
    return [report.served if variant == SERVED else variant]


def _question(task: TaskName, text: str, second: str) -> Question:
    """What was typed, checked."""
    paired = "second" in TASKS[task].columns
    texts = [part.strip() for part in ((text, second) if paired else (text,))]
    if not any(texts):
        raise DataError(say("compare.ask_empty"), say("compare.ask_empty_remedy"))
    if not all(texts):
        raise DataError(say("compare.ask_pair"), say("compare.ask_pair_remedy"))
    if max(map(len, texts)) > LONGEST:
        raise DataError(say("compare.ask_too_long", limit=f"{LONGEST:,}"), say("compare.ask_too_long_remedy"))
    if TASKS[task].labelling == "none" and len(MASK.findall(texts[0])) != 1:
        raise DataError(say("compare.ask_mask"), say("compare.ask_mask_remedy"))
    return Question(*texts)


def _parts(seconds: float, there: float) -> int:
    """How many parts of a text can be left out in turn in the time that is there, if an answer takes so long."""
    return min(MOST_PARTS, max(FEWEST_PARTS, int(there / max(seconds, 1e-3))))


def _answer(services: Services, pick: Pick, task: TaskName, question: Question, *, title: str, why: float) -> Answer:
    """What one model says; ``why``: seconds for what its answer rests on, 0 if nobody wants to know."""
    labelling = TASKS[task].labelling
    answer = Answer(pick.model, task, variant=pick.variant, title=title, question=question)
    report = exported(services, pick.run, pick.model)
    if silent := next((key for kind, key in SILENT.items() if kind in pick.model), None):
        return replace(answer, fault=say(silent))
    if report is None:
        return replace(answer, fault=say("compare.not_exported"), hint=say("compare.not_exported_hint"))
    if pick.variant not in {one.name for one in report.variants}:
        fault = say("compare.no_variant", variant=pick.variant)
        return replace(answer, fault=fault, hint=say("compare.no_variant_remedy"))
    asking = ASKING[labelling]
    warm_up = WARM_UP if question.second else replace(WARM_UP, second="")
    folder = variant_folder(services, pick.run, report, pick.variant)
    try:
        predictor = services.predictors.get(folder, lambda opened: asking(opened, warm_up))
        started = time.perf_counter()
        said = asking(predictor, question)
        seconds = time.perf_counter() - started
        rests = predictor.explain(_form(question), _parts(seconds, why)) if why and labelling in EXPLAINED else None
    except ExportError as error:
        return replace(answer, fault=tell(error.message), hint=tell(error.remedy))
    return replace(
        answer,
        said=said,
        provider=predictor.provider,
        unfit=tell(predictor.unfit),
        missed=tell(report.recall(report.variant(pick.variant).parity.reason)),
        milliseconds=1000 * seconds,
        why=rests,
    )
