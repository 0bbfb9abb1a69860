"""What does not go together is refused with its reason, and nothing else is."""

from collections.abc import Callable
from itertools import product
from typing import Any, get_args

import pytest

from pipeline.errors import SpecError
from pipeline.spec import (
    AdaptationSpec,
    DatasetSpec,
    DataSpec,
    EnsembleSpec,
    FineTuningSpec,
    RecipeSpec,
    RunSpec,
    SelfTrainingSpec,
    TaskName,
    VocabularySpec,
    parse,
)
from pipeline.spec.choice import Choice
from pipeline.spec.compatibility import FIELDS_READ, RULES, conflicts

FILE = {"path": "x.csv"}
GROUPED = {"path": "x.csv", "group_column": "shop"}
ALL = {"source": FILE, "target": FILE, "unlabelled": FILE}


def spec(task: str = "text-classification", data: dict[str, Any] | None = None, **recipe: Any) -> dict[str, Any]:
    return {
        "task": task,
        "data": ALL if data is None else data,
        "recipe": {name: {"kind": part} if isinstance(part, str) else part for name, part in recipe.items()},
    }


SHARED = {"kind": "bagging", "shared_layers": 2}
PATIENT = {"kind": "full", "patience": 2}
NO_TARGET = {"source": FILE, "test": FILE, "unlabelled": FILE}
REFUSED: list[tuple[dict[str, Any], str]] = [
    (spec(data={"source": FILE}), "nothing to test on"),
    (spec(data={"test": FILE, "unlabelled": FILE}), "labels neither of the source nor of the target"),
    (spec("language-modelling", data={"test": FILE}, adaptation="masked-lm"), "learns from data.target"),
    (spec(data={"source": FILE, "test": FILE}, adaptation="masked-lm"), "adaptation needs target text"),
    (spec(data={"source": FILE, "test": FILE}), "vocabulary is learned from target text"),
    (spec("language-modelling"), "choose masked-lm"),
    (spec("language-modelling", adaptation="masked-lm", self_training="pseudo-labels"), "has no labels"),
    (spec("language-modelling", adaptation="masked-lm", ensemble="bagging"), "votes on labels"),
    ({**spec("language-modelling", adaptation="masked-lm"), "learning_curve": [10]}, "counts labels"),
    (spec(data={"source": FILE, "target": FILE}, self_training="co-training"), "self-training needs unlabelled"),
    (
        spec("multi-label-classification", self_training={"kind": "pseudo-labels", "proportions": "equal"}),
        "leave recipe.self_training.proportions as predicted",
    ),
    (
        spec("part-of-speech", self_training={"kind": "pseudo-labels", "proportions": "equal"}),
        "leave recipe.self_training.proportions as predicted",
    ),
    (spec(self_training={"kind": "co-training", "finish": True}, fine_tuning="bridge"), "a bridge is built once"),
    (spec("part-of-speech", self_training="co-training"), "choose pseudo-labels"),
    (spec("multi-label-classification", data={**ALL, "unlabelled": GROUPED}), "texts with one label each"),
    (spec(data={**ALL, "target": GROUPED}), "of the unlabelled texts alone"),
    (spec(data={"test": FILE, "unlabelled": FILE}, self_training="co-training"), "has seen labels"),
    (spec(data={"source": FILE, "test": FILE}, vocabulary="keep"), "changes nothing"),
    (spec(data={"source": FILE, "test": FILE, "unlabelled": FILE}, ensemble="bagging"), "give data.target"),
    (spec("entity-recognition", ensemble="boosting"), "choose bagging"),
    (spec("multi-label-classification", ensemble="boosting"), "choose bagging"),
    (
        spec(data={"source": FILE, "test": FILE, "unlabelled": FILE}, self_training="co-training", ensemble="boosting"),
        "boosting judges its members by true labels",
    ),
    (
        {**spec(self_training="pseudo-labels", ensemble="boosting"), "learning_curve": [0, 10]},
        "boosting judges its members by true labels",
    ),
    (spec(ensemble=SHARED, fine_tuning="bridge"), "bridge trains its whole"),
    (spec(ensemble=SHARED, fine_tuning={"kind": "full", "embedding_learning_rate": 1e-3}), "shared layers are frozen"),
    (spec(source_training="bridge"), "fine_tuning alone"),
    (spec(target_only="bridge"), "fine_tuning alone"),
    (
        spec("language-modelling", adaptation="masked-lm", fine_tuning="lora"),
        "choose full training for recipe.source_training",
    ),
    (
        spec("language-modelling", adaptation="masked-lm", fine_tuning="bridge"),
        "choose full training for recipe.source_training",
    ),
    (
        spec("language-modelling", adaptation="masked-lm", source_training="probe"),
        "choose full training for recipe.source_training",
    ),
    (spec(adaptation={"kind": "masked-lm", "epochs": 0, "embedding_epochs": 0}), "without a pass"),
    (spec(self_training={"kind": "pseudo-labels", "first_fraction": 0.9}), "can't be below the first"),
    (spec(self_training={"kind": "co-training", "last_fraction": 0.3}), "can't be below the first"),
    (spec(target_only="probe"), "a probe learns nothing: choose another recipe.target_only"),
    (spec(target_only="lora"), "low-rank updates leave frozen: choose another recipe.target_only"),
    (spec(target_only={"kind": "lora", "train_embeddings": True}), "low-rank updates leave frozen"),
    (spec(target_only={"kind": "full", "embedding_learning_rate": 0}), "embeddings would stay random"),
    (spec(target_only={"kind": "gradual", "embedding_learning_rate": 0}), "embeddings would stay random"),
    (spec(fine_tuning=PATIENT), "patience watches development texts"),
    (
        spec(data=NO_TARGET | {"dev_fraction": 0.2}, self_training="pseudo-labels", fine_tuning=PATIENT),
        "patience watches development texts",
    ),
    (spec("language-modelling", adaptation="masked-lm", fine_tuning=PATIENT), "set patience there"),
    (spec("language-modelling", adaptation="masked-lm", target_only=PATIENT), "set patience there"),
    (spec(source_training=PATIENT), "leave it out of recipe.source_training"),
    (spec(data={**ALL, "dev_fraction": 0.1}, source_training=PATIENT), "by which source-only must not be chosen"),
    ({**spec(data={"test": FILE, "unlabelled": FILE, "source": FILE}), "learning_curve": [10]}, "give data.target"),
    ({**spec(data={"target": FILE}), "learning_curve": [0, 10]}, "begin at 0"),
]


@pytest.mark.parametrize(("document", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_it_is_refused_with_the_reason(document: dict[str, Any], reason: str) -> None:
    with pytest.raises(SpecError, match=reason):
        parse(document)


def test_every_rule_is_shown_at_work() -> None:
    def choice(document: dict[str, Any]) -> Choice:
        """The parts without the check that is on trial."""
        recipe = RecipeSpec.model_validate(document["recipe"])
        data = DataSpec.model_validate(document["data"])
        return Choice(document["task"], data, recipe, tuple(document.get("learning_curve", ())))

    shown = [[rule.refuses(choice(document)) for rule in RULES] for document, _ in REFUSED]
    silent = [rule.reason for number, rule in enumerate(RULES) if not any(row[number] for row in shown)]
    assert silent == []


@pytest.mark.parametrize(
    "document",
    [
        spec(data={"target": FILE}),
        spec(data={"source": FILE, "test": FILE, "unlabelled": FILE}),
        spec(data={"source": FILE, "test": FILE, "unlabelled": FILE}, self_training="co-training", ensemble="bagging"),
        spec(self_training="co-training", ensemble="boosting"),
        spec(data={**ALL, "dev_fraction": 0.1}, fine_tuning=PATIENT),
        spec(data=NO_TARGET | {"dev": FILE}, self_training="pseudo-labels", fine_tuning=PATIENT),
        spec("entity-recognition", ensemble="bagging", self_training="pseudo-labels", fine_tuning="bridge"),
        spec("multi-label-classification", ensemble="bagging", self_training="pseudo-labels"),
        spec("multi-label-classification", self_training={"kind": "pseudo-labels", "labels": "soft"}),
        spec("multi-label-classification", self_training={"kind": "co-training", "labels": "soft"}, ensemble="bagging"),
        spec("entity-recognition", self_training={"kind": "pseudo-labels", "labels": "soft"}, ensemble="bagging"),
        spec("part-of-speech", self_training={"kind": "pseudo-labels", "labels": "soft"}),
        spec("sentence-pair-classification", self_training={"kind": "co-training", "proportions": "equal"}),
        spec("language-modelling", data={"target": FILE}, adaptation="masked-lm"),
        spec(adaptation={"kind": "masked-lm", "epochs": 0, "embedding_epochs": 1}),
        spec(self_training={"kind": "pseudo-labels", "rounds": 1, "last_fraction": 0.1}),
        spec(self_training={"kind": "co-training", "first_fraction": 0.5, "last_fraction": 0.5}),
        spec(fine_tuning="probe", source_training="probe"),
        spec(target_only={"kind": "gradual", "embedding_learning_rate": 1e-3}),
        spec(  # which nothing reads
            "language-modelling", adaptation="masked-lm", target_only={"kind": "full", "embedding_learning_rate": 0}
        ),
        {**spec(), "learning_curve": [0, 10, 100]},
    ],
)
def test_what_makes_sense_is_accepted(document: dict[str, Any]) -> None:
    assert isinstance(parse(document), RunSpec)


def kinds(union: Any) -> list[str]:
    return [part.model_fields["kind"].default for part in get_args(get_args(union)[0])]


def test_classification_refuses_no_combination_of_kinds_when_all_data_is_there() -> None:
    unions = {
        "vocabulary": VocabularySpec,
        "adaptation": AdaptationSpec,
        "fine_tuning": FineTuningSpec,
        "self_training": SelfTrainingSpec,
        "ensemble": EnsembleSpec,
    }
    data = DataSpec(**{role: DatasetSpec(path="x") for role in ALL})
    validated: Callable[[Any], RecipeSpec] = RecipeSpec.model_validate
    combinations = list(product(*(kinds(union) for union in unions.values())))
    assert len(combinations) == 4 * 2 * 5 * 3 * 3
    for combination in combinations:
        recipe = validated({name: {"kind": kind} for name, kind in zip(unions, combination, strict=True)})
        assert conflicts("text-classification", data, recipe) == []


def test_every_task_has_a_recipe_that_is_accepted() -> None:
    for task in get_args(TaskName):
        recipe = {"adaptation": "masked-lm"} if task == "language-modelling" else {}
        assert parse(spec(task, **recipe)).task == task


class Noting:
    """A part of a recipe that writes down which of its fields are looked at."""

    def __init__(self, part: Any, read: set[str]) -> None:
        self.__dict__.update(part=part, read=read)

    @property
    def __class__(self) -> type:
        return type(self.__dict__["part"])

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.part, name)


def test_rules_read_no_other_fields_than_they_say() -> None:
    read: dict[str, set[str]] = {name: set() for name in RecipeSpec.model_fields}
    ways = [get_args(RecipeSpec.model_fields[name].annotation) for name in RecipeSpec.model_fields]
    data = DataSpec(target=DatasetSpec(path="x.csv"), unlabelled=DatasetSpec(path="x.csv"))
    for parts in product(*ways):
        made = [part(shared_layers=2) if "shared_layers" in part.model_fields else part() for part in parts]
        noting = {name: Noting(part, read[name]) for name, part in zip(RecipeSpec.model_fields, made, strict=True)}
        for task in get_args(TaskName):
            conflicts(task, data, RecipeSpec.model_construct(**noting), (0,))
    assert {part: fields - {"kind"} for part, fields in read.items() if fields - {"kind"}} == FIELDS_READ
