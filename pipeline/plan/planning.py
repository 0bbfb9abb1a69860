"""The whole graph: the data, the models and their repeats, the report and the exports."""

from __future__ import annotations

from collections.abc import Callable

from pipeline import sources
from pipeline.messages import Message
from pipeline.parameters import (
    DataParameters,
    EvaluatedModel,
    EvaluationParameters,
    ExportParameters,
    SpeedParameters,
)
from pipeline.plan.chains import Chains, published
from pipeline.plan.describing import descriptions, member, titles
from pipeline.plan.files import count_texts, files, sha256, source_side
from pipeline.plan.models import models_of, models_of_point
from pipeline.plan.stage import Stage
from pipeline.plan.suiting import check_layers
from pipeline.spec import ModelName, RunSpec
from pipeline.spec.compatibility import TAGGING

#: Expected work in steps of one text through training: of one round at one shape, and of a variant of an export.
SPEED_COST, EXPORT_COST = 40, 200
#: Kinds of stages that leave facts; so does a model that is held against its teacher.
TELLING = ("vocabulary", "adaptation", "pseudo-labels", "ensemble")


def plan(spec: RunSpec) -> tuple[Stage, ...]:
    """The stages of a run, each after all that it reads.

    Raises:
        DataError: A file is missing.
        SourceError: The source model can't be used.
        SpecError: The source model lacks the layers that are asked for, or they can't be reached.
    """
    check_layers(spec, sources.resolve(spec.source))
    places = files(spec.data)
    hashes = {role: sha256(path) for role, path in places.items()}
    rows: dict[str, float] = {
        role: count_texts(path, tagged=spec.task in TAGGING and role != "dictionary") for role, path in places.items()
    }
    parameters = DataParameters(task=spec.task, data=spec.data, seed=spec.seed, hashes=hashes)
    data = Stage("data", "data", Message("Read and split the texts"), parameters, cost=0.01 * sum(rows.values()))
    side = source_side(parameters)
    made = [data]  # of all chains: what they share is in it once

    def of_each_seed(
        make: Callable[[Chains], dict[ModelName, Stage]], limit: int | None = None
    ) -> dict[ModelName, list[Stage]]:
        found = [
            make(Chains(spec, data, rows, side, spec.seed + number, limit, _suffix(spec, number, limit), made))
            for number in range(spec.repeats)
        ]
        return {name: [models[name] for models in found] for name in found[0]}

    trained = of_each_seed(models_of)
    curve = {limit: of_each_seed(models_of_point, limit) for limit in sorted(set(spec.learning_curve))}
    report = _report(spec, data, trained=trained, curve=curve, rows=rows)
    models = {name: stages[0] for name, stages in trained.items()}
    shown = {stage.key: f"models/{name}" for name, stage in models.items() if stage.kind != "classical"}
    stages = [published(stage, shown[stage.key]) if stage.key in shown else stage for stage in made]
    exports = _exports(spec, report, models)
    return (*stages, report, *exports, *_speed(spec, report, models, exports))


def _suffix(spec: RunSpec, number: int, limit: int | None = None) -> str:
    """What the names of a chain's stages end with: its number of labels, and its seed if it is not the run's own."""
    labels = "" if limit is None else f"@{limit}-labels"
    return labels + (f"@seed-{spec.seed + number}" if number else "")


def _report(
    spec: RunSpec,
    data: Stage,
    *,
    trained: dict[ModelName, list[Stage]],
    curve: dict[int, dict[ModelName, list[Stage]]],
    rows: dict[str, float],
) -> Stage:
    """The report; of each model and of each point of the curve there is one stage a seed, the run's own first."""
    inputs: dict[str, Stage] = {"data": data}
    told, titled = descriptions(spec), titles(spec)
    evaluated, members = [], _members(trained["transferred"][0])
    for name, (stage, *repeats) in trained.items():
        inputs[name] = stage
        makers = {f"{name}: {maker.name}": maker for maker in _makers(stage)}
        others = {f"{name}@{number}": other for number, other in enumerate(repeats, start=1)}
        inputs |= makers | others
        evaluated.append(
            EvaluatedModel(
                name=name, title=titled[name], description=told[name], makers=tuple(makers), repeats=tuple(others)
            )
        )
    roles: dict[int, dict[ModelName, tuple[str, ...]]] = {}
    for limit, point in curve.items():
        roles[limit] = {}
        for name, stages in point.items():
            named = {name + _suffix(spec, number, limit): stage for number, stage in enumerate(stages)}
            roles[limit][name] = tuple(named)
            inputs |= named
    facts = {
        role: stage.name
        for role, stage in inputs.items()
        if (stage.kind in TELLING or "bar" in stage.inputs) and "@" not in stage.name
    }
    inputs |= members
    parameters = EvaluationParameters(
        task=spec.task,
        models=tuple(evaluated),
        members=tuple(member(stage, number) for number, stage in enumerate(members.values(), start=1)),
        facts=facts,
        curve=roles,
        seed=spec.seed,
    )
    count = len(evaluated) + len(members) + parameters.others
    return Stage(
        "report",
        "evaluation",
        Message("Compare on the frozen test set"),
        parameters,
        inputs,
        cost=0.3 * count * rows.get("test", rows.get("target", 0) * spec.data.test_fraction) + 50,
        publishes="report.json",
    )


def _members(stage: Stage) -> dict[str, Stage]:
    """Name → stage of those that vote in a model; none if it is no ensemble."""
    voting = stage.kind == "ensemble"
    return {made.name: made for role, made in stage.inputs.items() if voting and role.startswith("member-")}


def _makers(stage: Stage) -> list[Stage]:
    """A stage and all before it but the data, first things first; of random weights only the shape was made before."""
    found: list[Stage] = []
    random = getattr(stage.parameters, "start", None) == "random"
    for before in () if random else stage.inputs.values():
        found += [maker for maker in _makers(before) if maker not in found]
    return found if stage.kind == "data" else [*found, stage]


def _exports(spec: RunSpec, report: Stage, models: dict[ModelName, Stage]) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            f"export-{export.model}",
            "export",
            Message("Export {model} to ONNX", model=export.model),
            ExportParameters(export=export),
            {"report": report, "model": models[export.model]},
            cost=EXPORT_COST * len(export.variants),
            publishes=f"exports/{export.model}",
        )
        for export in spec.exports
    )


def _speed(
    spec: RunSpec, report: Stage, models: dict[ModelName, Stage], exports: tuple[Stage, ...]
) -> tuple[Stage, ...]:
    """After the exports: what was exported by hand lies there already, and has no stage."""
    made = {stage.name: stage for stage in exports}
    stages = []
    for speed in spec.speed:
        inputs = {"report": report, "model": models[speed.model]}
        if export := made.get(f"export-{speed.model}"):
            inputs["export"] = export
        stage = Stage(
            f"speed-{speed.model}",
            "speed",
            Message("Compare the speed of {model}", model=speed.model),
            SpeedParameters(speed=speed),
            inputs,
            cost=SPEED_COST * speed.rounds * len(speed.batches) * len(speed.lengths) * (2 if speed.compiled else 1),
            publishes=f"exports/{speed.model}/benchmark.json",
        )
        stages.append(stage)
    return tuple(stages)
