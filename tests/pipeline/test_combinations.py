"""That what a recipe can be made of works together: every two choices meet in a run that ends with a report.

A choice and another that no spec may join are refused with the reason, before anything is done. All others meet in a
cover of pairs, found greedily, whose models are exported: faults mostly come of two things that meet (Kuhn, Wallace
and Gallo 2004), and some thirty runs hold all pairs of thirty thousand combinations.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from export.exporting import export_model
from export.package import damaged
from pipeline.errors import ExportError, SpecError
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import (
    AdoptVocabulary,
    AttentionBridge,
    Bagging,
    Boosting,
    CoTraining,
    DatasetSpec,
    DataSpec,
    ExportSpec,
    ExtendVocabulary,
    FullFineTuning,
    GradualUnfreezing,
    KeepVocabulary,
    LinearProbe,
    LocalSource,
    LowRankAdaptation,
    MaskedLanguageModelling,
    NoAdaptation,
    NoEnsemble,
    NoSelfTraining,
    PseudoLabelling,
    RecipeSpec,
    TransplantVocabulary,
    parse,
)
from pipeline.spec.compatibility import TAGGING, conflicts
from pipeline.tasks import TASKS
from pipeline.worker import carry_out
from tests.texts import BAD, DINGE, GOOD, GUT, SCHLECHT, THINGS

pytestmark = pytest.mark.slow

QUICK = {"epochs": 1, "batch_size": 8}
FULL = FullFineTuning(**QUICK)  # type: ignore[arg-type]
#: Which files a run has; each has test and development texts.
FILES = {
    "all": ("source", "target", "unlabelled"),
    "no source": ("target", "unlabelled"),
    "no target": ("source", "unlabelled"),
    "no pool": ("source", "target"),
}
#: Part of a run → name of a choice → the choice.
PARTS: dict[str, dict[str, Any]] = {
    "task": {name: name for name in TASKS},
    "data": FILES,
    "vocabulary": {
        "keep": KeepVocabulary(),
        "extend": ExtendVocabulary(size=20),
        "transplant": TransplantVocabulary(size=120),
        "adopt": AdoptVocabulary(),
    },
    "adaptation": {
        "none": NoAdaptation(),
        "masked-lm": MaskedLanguageModelling(epochs=1, embedding_epochs=0.5, batch_size=8),
    },
    "fine_tuning": {
        "full": FULL,
        "probe": LinearProbe(**QUICK),  # type: ignore[arg-type]
        "gradual": GradualUnfreezing(**QUICK, unfreezing_epochs=0.5, patience=1),  # type: ignore[arg-type]
        "lora": LowRankAdaptation(**QUICK, rank=2),  # type: ignore[arg-type]
        "bridge": AttentionBridge(**QUICK),  # type: ignore[arg-type]
    },
    "self_training": {
        "none": NoSelfTraining(),
        "pseudo-labels": PseudoLabelling(rounds=2),
        "soft pseudo-labels": PseudoLabelling(rounds=2, labels="soft"),
        "co-training": CoTraining(rounds=2, labels="soft"),
        "finish": PseudoLabelling(rounds=1, finish=True),
    },
    "ensemble": {
        "none": NoEnsemble(),
        "bagging": Bagging(members=2),
        "shared": Bagging(members=2, shared_layers=1),
        "boosting": Boosting(members=2),
    },
    "curve": {"none": (), "from 0": (0, 8)},
}

#: The name of a choice for each part, in the order of :data:`PARTS`.
Combination = tuple[str, ...]
Combinations = tuple[list[Combination], list[Combination]]
#: Two parts by their numbers, and a choice of each.
Pair = tuple[int, int, str, str]


def pairs(combination: Combination) -> set[Pair]:
    return {
        (first, second, combination[first], combination[second])
        for first, second in itertools.combinations(range(len(combination)), 2)
    }


def reasons(combination: Combination) -> list[str]:
    """Why it may not be."""
    chosen = {part: PARTS[part][name] for part, name in zip(PARTS, combination, strict=True)}
    given = {role: DatasetSpec(path="x") for role in (*chosen["data"], "test", "dev")}
    ways = {part: chosen[part] for part in PARTS if part in RecipeSpec.model_fields}
    recipe = RecipeSpec(source_training=FULL, target_only=FULL).model_copy(update=ways)
    return [*conflicts(chosen["task"], DataSpec(**given), recipe, chosen["curve"])]


def cover(allowed: list[Combination]) -> list[Combination]:
    """Few of them that hold every pair that any of them holds: for the rarest pair left, the one with most others."""
    held = {one: pairs(one) for one in allowed}
    counts = Counter(itertools.chain.from_iterable(held.values()))
    left, found = {*counts}, []
    while left:
        rarest = min(left, key=lambda pair: (counts[pair], pair))
        found.append(max((one for one in allowed if rarest in held[one]), key=lambda one: len(held[one] & left)))
        left -= held[found[-1]]
    return found


@pytest.fixture(scope="module")
def combinations() -> Combinations:
    """Those that are allowed, and those that are refused."""
    found: Combinations = ([], [])
    for one in itertools.product(*PARTS.values()):
        found[bool(reasons(one))].append(one)
    return found


def write(folder: Path, task: str, role: str, texts: list[list[str]]) -> DatasetSpec:
    """A file of texts of a role, with what is plain to see of each as the task has it; the pool is not labelled."""
    if task in TAGGING and role != "unlabelled":
        thing, other = ("B-THING", "O") if task == "entity-recognition" else ("NOUN", "ADJ")
        words = ["".join(f"{word}\t{thing if word in THINGS + DINGE else other}\n" for word in text) for text in texts]
        (path := folder / f"{role}.conll").write_text("\n".join(words), encoding="utf-8")
        return DatasetSpec(path=str(path), format="conll")
    columns = {"text": [" ".join(text) for text in texts]}
    if task == "sentence-pair-classification":
        columns["second"] = [text[0] for text in texts]
    if role != "unlabelled":
        said = ["good" if text[-1] in GOOD + GUT else "bad" for text in texts]
        several = task == "multi-label-classification"
        columns["label"] = [
            f"{label}|long" if several and len(text) > 4 else label for label, text in zip(said, texts, strict=True)
        ]
    rows = [",".join(row) for row in [[*columns], *map(list, zip(*columns.values(), strict=True))]]
    (path := folder / f"{role}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    named = {f"{name}_column": name for name in columns if name != "second"}
    second = "second" if "second" in columns else None
    return DatasetSpec(path=str(path), format="csv", second_text_column=second, **named)


@pytest.fixture(scope="module")
def document_of(
    tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_data: Path, family: Callable[[str], Path]
) -> Callable[[Combination], dict[str, Any]]:
    """A function: a combination → the spec of its run, on a tiny model and the files of its task."""
    root = tmp_path_factory.mktemp("texts")
    draw, files = random.Random(0), {}
    texts: dict[str, list[list[str]]] = {}
    for role, count in {"source": 24, "target": 24, "unlabelled": 24, "test": 12, "dev": 12}.items():
        # Each text has a word of the source's: a language model that keeps its tokenizer needs one to guess.
        things, good, bad = (THINGS, GOOD, BAD) if role == "source" else (DINGE, GUT, SCHLECHT)
        texts[role] = [
            [draw.choice(THINGS), *draw.sample(things, 1 + number % 3), *draw.sample((good, bad)[number % 2], 2)]
            for number in range(count)
        ]

    def make(combination: Combination) -> dict[str, Any]:
        chosen = {part: PARTS[part][name] for part, name in zip(PARTS, combination, strict=True)}
        task = chosen["task"]
        if task not in files:
            (folder := root / task).mkdir()
            files[task] = {role: write(folder, task, role, words) for role, words in texts.items()}
        ways = {part: chosen[part] for part in PARTS if part in RecipeSpec.model_fields}
        if combination[2] == "adopt":
            ways["vocabulary"] = AdoptVocabulary(model=LocalSource(path=str(family("electra"))))
        recipe = {"source_training": FULL, "target_only": FULL, **ways}
        data = {role: files[task][role].model_dump() for role in (*chosen["data"], "test", "dev")}
        return {
            "task": task,
            "source": LocalSource(path=str(tiny_model)).model_dump(),
            "data": {**data, "dictionary": str(tiny_data / "words.tsv"), "max_length": 32},
            "recipe": {part: way.model_dump() for part, way in recipe.items()},
            "learning_curve": chosen["curve"],
        }

    return make


@pytest.mark.parametrize("part", [part for part in PARTS if part in RecipeSpec.model_fields])
def test_every_way_is_among_the_choices(part: str) -> None:
    ways = get_args(RecipeSpec.model_fields[part].annotation)
    assert {type(choice) for choice in PARTS[part].values()} == {*ways}


def test_what_may_not_be_is_refused_with_the_reason(
    combinations: Combinations, document_of: Callable[[Combination], dict[str, Any]]
) -> None:
    """Of each two choices that never go together, by the first run that holds both."""
    allowed, refused = combinations
    never = set().union(*map(pairs, refused)) - set().union(*map(pairs, allowed))
    assert never
    for pair in sorted(never):
        one = next(one for one in refused if pair in pairs(one))
        with pytest.raises(SpecError, match=re.escape(reasons(one)[0])):
            parse(document_of(one))


def test_every_two_choices_meet_in_a_run_that_ends_with_a_report_and_whose_model_is_exported(
    combinations: Combinations, document_of: Callable[[Combination], dict[str, Any]], tmp_path: Path
) -> None:
    store = RunStore(tmp_path)
    settings = Settings(runs_dir=tmp_path, checkpoint_seconds=600)
    failed = {}
    for one in cover(combinations[0]):
        run = store.create(parse(document_of(one))).id
        store.move(run, RunState.RUNNING)
        carry_out(store, run, settings)
        if store.get(run).state is not RunState.DONE or store.report(run) is None:
            failed[one] = store.get(run).error
            continue
        try:
            made = export_model(store, run, ExportSpec(quantisation=()))
        except ExportError as error:
            failed[one] = str(error)
            continue
        for variant in made.variants:
            folder = store.export_folder(run, "transferred") / variant.folder
            if not variant.parity.passed or damaged(folder) or TASKS[made.task].onnx_task not in card_of(folder):
                failed[one] = f"{variant.name}: {variant.parity.reason}"
    assert failed == {}


def card_of(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")
