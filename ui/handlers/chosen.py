"""Which models are set side by side: all of a run's own, or some of one or several runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.analysis.gathering import Choice, Gathered, gather
from pipeline.analysis.merging import merge
from pipeline.errors import DataError, RunError
from pipeline.report import Report
from pipeline.spec import Origin
from pipeline.tasks import Task
from ui.access import is_guest, reader_of, run_of, visible_runs
from ui.handlers.compare import origins_of, report_of, report_path, stamp, task_of, whole_report
from ui.handlers.progress import has_report
from ui.handlers.variants import variant_file, variant_name, variant_title, variants_of, with_variant
from ui.kept import Kept
from ui.services import Services
from ui.text import say
from ui.text.telling import tell

MOST_MODELS = 12  # side by side
MOST_RUNS = 40  # whose models can be chosen
WHOLE = ""  # the one run of a report that is gathered


@dataclass(frozen=True)
class Pick:
    """One model of one run; ``variant`` names an exported form of it."""

    run: str
    model: str
    variant: str = ""

    @property
    def key(self) -> str:
        """How a list of models names it."""
        return "/".join(filter(None, (self.run, self.model, self.variant)))

    @property
    def name(self) -> str:
        """What the run's report calls it."""
        return variant_name(self.model, self.variant)

    @classmethod
    def of(cls, key: str) -> Pick:
        """The model that a list names; whether there is one is not asked here.

        Raises:
            RunError: It is no name of a model.
        """
        parts = str(key).split("/")
        if len(parts) not in (2, 3):
            raise RunError(say("common.unknown_run"), say("common.unknown_run_remedy"))
        return cls(*parts)


@dataclass(frozen=True, eq=False)
class Shown:
    """What the comparison shows.

    Attributes:
        report: Of the run, or of the chosen models as if they were one run's.
        picks: Which model each of the report's models is, in its order.
        names: Run → what people call it.
        own: Whether these are all models of one run, with its verdict.
        left_out: Texts that not all of them were tested on.
        origins: Of a run's own models: which of its files are from a data set of the Hub.
    """

    report: Report
    picks: tuple[Pick, ...]
    names: dict[str, str]
    own: bool = True
    left_out: int = 0
    origins: tuple[tuple[str, Origin], ...] = ()

    @property
    def task(self) -> Task:
        """What the models were trained to do."""
        return task_of(self.report)

    @property
    def labelled(self) -> bool:
        """Whether there are answers to set side by side; a language model gives none."""
        return self.task.labelling != "none"

    @cached_property
    def gathered(self) -> Gathered:
        """The models on their texts; their choices are named as the report's models are."""
        return gather({WHOLE: self.report}, [Choice(WHOLE, model.name) for model in self.report.models])

    @property
    def pair(self) -> tuple[str, str]:
        """The two models that are held against each other at first: what transfer changed, else first and last."""
        names = [model.name for model in self.report.models]
        if self.own and {"source-only", "transferred"} <= {*names}:
            return "source-only", "transferred"
        return names[0], names[-1]

    def choice(self, name: str | None, other: str) -> Choice:
        """The model with this name, else the other one; a name may be of what was shown before."""
        known = {model.name for model in self.report.models}
        return Choice(WHOLE, name if name in known else other)


_shown: Kept[Shown] = Kept(12)


def shown(services: Services, visitor: str | None, run_id: str, chosen: Sequence[str] | None = ()) -> Shown:
    """The chosen models side by side; without a choice, all of the run's own.

    Args:
        services: The page's services.
        visitor: Who asks.
        run_id: The run that is looked at.
        chosen: Keys of models, as :func:`choosable` gives them.

    Raises:
        RunError: A run or a model is not there, or not this visitor's.
        DataError: The models can't be compared, or are too many.
    """
    own = whole_report(services, visitor, run_id)
    picks = tuple(dict.fromkeys(map(Pick.of, chosen or ())))
    all_own = tuple(Pick(run_id, model.name) for model in own.models)
    if not picks or {*picks} == {*all_own}:
        return _own(services, visitor, run_id, own, all_own)
    if len(picks) > MOST_MODELS:
        raise DataError(say("compare.too_many", most=MOST_MODELS), say("compare.too_many_remedy"))
    reports = {run: whole_report(services, visitor, run) for run in dict.fromkeys(pick.run for pick in picks)}
    if not all(reports[pick.run].has(pick.model) for pick in picks):
        raise RunError(say("compare.no_model"), say("compare.no_model_remedy"))
    for pick in picks:
        if pick.variant:  # an export is more than the report, which is all that a guest may read
            run_of(services, visitor, pick.run)
    names = _names(services, visitor, [*reports])
    stamps = (*(stamp(report_path(services, run)) for run in reports), *names.items())
    variants = [stamp(variant_file(services, pick.run, pick.model, pick.variant)) for pick in picks if pick.variant]

    def merged() -> Shown:
        for pick in picks:
            if pick.variant:
                reports[pick.run] = with_variant(services, pick.run, reports[pick.run], pick.model, pick.variant)
        found = merge(reports, [Choice(pick.run, pick.name) for pick in picks], names)
        return Shown(found.report, picks, names, own=False, left_out=found.left_out)

    return _shown.get((stamps, tuple(variants), picks), merged)


def choosable(services: Services, visitor: str | None, run_id: str) -> list[tuple[str, str]]:
    """Title and key of the models that can be set beside this run's: those that learned the same task.

    Its own come first, then those of other runs, the newest first; behind each its exported variants, which a guest
    can't choose.
    """
    own = whole_report(services, visitor, run_id)
    others = [record.id for record in visible_runs(services, visitor) if has_report(services, record.id)]
    runs = list(dict.fromkeys([run_id, *others[:MOST_RUNS]]))
    names = _names(services, visitor, runs)
    found = []
    for run in runs:
        report = _readable(services, visitor, run)
        if report is None or (report.task, {*report.labels}) != (own.task, {*own.labels}):
            continue
        for model in report.everyone:
            title, run_name = tell(report.recall(model.title)), names[run]
            found.append((say("compare.choice", model=title, run=run_name), Pick(run, model.name).key))
            variants = {} if is_guest(visitor) else variants_of(services, run, model.name)
            for variant, passed in variants.items():
                called = variant_title(variant, passed=passed)
                told = say("compare.choice_variant", model=title, variant=called, run=run_name)
                found.append((told, Pick(run, model.name, variant).key))
    return found


def _own(services: Services, visitor: str | None, run_id: str, report: Report, picks: tuple[Pick, ...]) -> Shown:
    name = reader_of(services, visitor, run_id).name
    key = (stamp(report_path(services, run_id)), name)
    origins = tuple(origins_of(services, visitor, run_id))
    return _shown.get(key, lambda: Shown(report, picks, {run_id: name}, origins=origins))


def _readable(services: Services, visitor: str | None, run_id: str) -> Report | None:
    """A run's report, where this Graft can read it."""
    try:
        return report_of(services, visitor, run_id)
    except RunError:
        return None


def _names(services: Services, visitor: str | None, runs: Sequence[str]) -> dict[str, str]:
    """Run → its name; those of one name are told apart by the end of their id."""
    names = {run: reader_of(services, visitor, run).name for run in runs}
    counts = Counter(names.values())
    return {run: name if counts[name] == 1 else f"{name} ({run[-4:]})" for run, name in names.items()}
