"""What is measured: pairs of a source and a target, and the runs on each. One table.

A run is a spec as anybody could write it. Runs on one pair share what they have in common, for
their stages have the same keys. The recipes are those of :mod:`pipeline.presets` with what a row is about changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import texts
from benchmarks.texts import Places
from pipeline.presets import PIECES, PRESETS, READ_TARGET
from pipeline.spec import (
    AdoptVocabulary,
    AttentionBridge,
    Bagging,
    Boosting,
    DataSpec,
    ExportSpec,
    ExtendVocabulary,
    FullFineTuning,
    GradualUnfreezing,
    KeepVocabulary,
    LinearProbe,
    LocalSource,
    LowRankAdaptation,
    NoAdaptation,
    NoSelfTraining,
    PseudoLabelling,
    RecipeSpec,
    RunSpec,
    TaskName,
    VocabularySpec,
)

FEW, MANY = PRESETS["few-target-labels"].recipe, PRESETS["many-target-labels"].recipe
NONE, DOMAIN = PRESETS["no-target-labels"].recipe, PRESETS["same-language"].recipe
#: Half as much masked LM, for texts that are longer or rows that are many: the benchmark is to end within hours.
SHORTER = READ_TARGET.model_copy(update={"epochs": 4})
#: Masked LM of eight passes left the model the better teacher on waimai's dev texts (docs/results.md).
TAKEAWAYS = FEW.model_copy(update={"self_training": FEW.self_training.model_copy(update={"teacher": "adapted"})})
#: Shop reviews of ten categories, of which as many are good as bad: so their authors published them.
SHOPS = FEW.model_copy(
    update={"adaptation": SHORTER, "self_training": FEW.self_training.model_copy(update={"proportions": "equal"})}
)
BRIDGE = AttentionBridge(epochs=8, learning_rate=1e-4, embedding_learning_rate=2e-4)


@dataclass(frozen=True)
class Row:
    """One run.

    Attributes:
        pair: Key of ``benchmarks.draws.DRAWS``.
        title: For people.
        recipe: How to transfer.
        data: From the places to the texts.
        task: What is learned.
        repeats: Seeds.
        curve: Further numbers of labels; 0 is none.
        source: Name of the row whose transferred model is the source; None: the embedded one.
        tokenizer: Name of the row whose tokenizer is adopted, if one is.
        quick: Whether ``--quick`` has it.
        export: Whether the transferred model is exported too.
    """

    pair: str
    title: str
    recipe: RecipeSpec
    data: Callable[[Places], DataSpec] = texts.sentiment
    task: TaskName = "text-classification"
    repeats: int = 1
    curve: tuple[int, ...] = ()
    source: str | None = None
    tokenizer: str | None = None
    quick: bool = False
    export: bool = False

    def spec(self, name: str, places: Places, *, quick: bool) -> RunSpec:
        """The run's spec; a quick one has one seed, no curve, and fewer passes."""
        recipe = self.recipe
        if self.tokenizer:
            adopted = AdoptVocabulary(model=LocalSource(path=str(places.model(self.tokenizer))))
            recipe = recipe.model_copy(update={"vocabulary": adopted})
        if quick:
            recipe = _shortened(recipe)
        source = {"source": LocalSource(path=str(places.model(self.source)))} if self.source else {}
        return RunSpec(
            name=name,
            task=self.task,
            repeats=1 if quick else self.repeats,
            learning_curve=() if quick else self.curve,
            data=self.data(places),
            recipe=recipe,
            exports=(ExportSpec(),) if self.export else (),
            **source,
        )


def _with(recipe: RecipeSpec, **changes: Any) -> RecipeSpec:
    return recipe.model_copy(update=changes)


def _shortened(recipe: RecipeSpec) -> RecipeSpec:
    """With one pass of masked LM, which is an eighth, and where a pool is learned half of it, and the source once."""
    changes: dict[str, Any] = {}
    if not isinstance(recipe.adaptation, NoAdaptation):
        changes["adaptation"] = recipe.adaptation.model_copy(update={"epochs": 1})
    if not isinstance(recipe.self_training, NoSelfTraining):
        changes["source_training"] = recipe.source_training.model_copy(update={"epochs": 1})
        first = recipe.self_training.first_fraction
        changes["self_training"] = recipe.self_training.model_copy(update={"last_fraction": first})
    return _with(recipe, **changes)


def _plain(vocabulary: VocabularySpec) -> RecipeSpec:
    """Another vocabulary and no masked LM, which would hide what the vocabulary does."""
    return _with(MANY, vocabulary=vocabulary, adaptation=NoAdaptation())


def _as_long(recipe: RecipeSpec, pair: str) -> RecipeSpec:
    """With the masked LM of the pair's best recipe, so that the runs share it."""
    if isinstance(recipe.adaptation, NoAdaptation) or pair == "waimai":
        return recipe
    return _with(recipe, adaptation=recipe.adaptation.model_copy(update={"epochs": SHORTER.epochs}))


#: What is tried on both pairs of reviews, beside the best recipe: name → the many-labels recipe with one part changed.
VARIANTS: dict[str, tuple[str, RecipeSpec]] = {
    "full": ("masked LM, full fine-tuning", MANY),
    "frozen-first": (
        "masked LM, embeddings first with the body frozen",
        _with(MANY, adaptation=MANY.adaptation.model_copy(update={"embedding_epochs": 1})),
    ),
    "probe": ("linear probe", _with(MANY, fine_tuning=LinearProbe())),
    "gradual": (
        "gradual unfreezing",
        _with(MANY, fine_tuning=GradualUnfreezing(epochs=6, embedding_learning_rate=2e-4)),
    ),
    "lora": ("LoRA", _with(MANY, fine_tuning=LowRankAdaptation(epochs=10))),
    "bridge-single": (
        "attention bridge, last layer",
        _with(MANY, fine_tuning=BRIDGE),
    ),
    "bridge-multi": (
        "attention bridge, every 2nd layer",
        _with(MANY, fine_tuning=BRIDGE.model_copy(update={"bridged": "multi"})),
    ),
    "bagging": (
        "bagging of 5, 3 shared layers",
        _with(
            MANY, fine_tuning=FullFineTuning(epochs=8, learning_rate=1e-4), ensemble=Bagging(members=5, shared_layers=3)
        ),
    ),
    "boosting": ("boosting of 3", _with(MANY, ensemble=Boosting(members=3))),
    "pseudo": ("plain self-training, soft labels", _with(FEW, self_training=PseudoLabelling(labels="soft"))),
    "keep": ("vocabulary kept", _plain(KeepVocabulary())),
    "extend": ("vocabulary extended", _plain(ExtendVocabulary())),
    "unigram": ("Unigram, dictionary, no masked LM", _plain(PIECES)),
    "matching": (
        "Unigram, matching tokens alone, no masked LM",
        _plain(PIECES.model_copy(update={"initialisation": "matching"})),
    ),
    "distribution": (
        "Unigram, drawn embeddings, no masked LM",
        _plain(PIECES.model_copy(update={"initialisation": "distribution"})),
    ),
    "wordpiece": (
        "WordPiece, dictionary, no masked LM",
        _plain(PIECES.model_copy(update={"tokenizer": "wordpiece"})),
    ),
    "bpe": (
        "BPE, dictionary, no masked LM",
        _plain(PIECES.model_copy(update={"tokenizer": "bpe"})),
    ),
    "adopt": ("tokenizer of the other pair's model, no masked LM", _plain(PIECES)),
}
#: The reviews of each pair.
REVIEWS = {"waimai": texts.sentiment, "shopping": texts.grouped}
OTHER = {"waimai": "shopping", "shopping": "waimai"}

ROWS: dict[str, Row] = {
    "waimai": Row(
        "waimai", "SST-2 → waimai, 0 to 1,000 labels", TAKEAWAYS, repeats=3, curve=(0, 32, 200), quick=True, export=True
    ),
    "shopping": Row(
        "shopping", "SST-2 → online_shopping, 0 and 200 labels", SHOPS, texts.grouped, repeats=3, curve=(0,)
    ),
    "eprstmt-0": Row(
        "eprstmt",
        "SST-2 → EPRSTMT, no labels",
        _with(NONE, adaptation=SHORTER),
        lambda places: texts.sentiment(places, target=None, test=places.csv("dev_all")),
    ),
    **{
        f"eprstmt-32-{number}": Row(
            "eprstmt",
            f"SST-2 → EPRSTMT, 32 labels, split {number}",
            _with(FEW, vocabulary=KeepVocabulary(), adaptation=NoAdaptation(), self_training=NoSelfTraining()),
            texts.split(number),
            source="eprstmt-0",  # which has read the unlabelled texts, once for all five
        )
        for number in range(5)
    },
    "entities": Row(
        "entities",
        "EWT → MSRA entities, 200 sentences",
        _with(
            MANY,
            adaptation=SHORTER,
            fine_tuning=FullFineTuning(epochs=15, learning_rate=2e-4, embedding_learning_rate=5e-4),
        ),
        texts.entities,
        "entity-recognition",
        repeats=3,
    ),
    "tags": Row(
        "tags",
        "EWT → GSD parts of speech, 100 sentences",
        _with(
            MANY,
            adaptation=SHORTER,
            fine_tuning=FullFineTuning(epochs=20, learning_rate=2e-4, embedding_learning_rate=5e-4),
        ),
        texts.tags,
        "part-of-speech",
        repeats=3,
    ),
    "category-0": Row(
        "category",
        "Tablets → hotels, no labels",
        _with(NONE, vocabulary=KeepVocabulary(), adaptation=NoAdaptation()),
        lambda places: texts.category(places, labelled=False),
        source="waimai",
    ),
    "category-100": Row(
        "category",
        "Tablets → hotels, 100 labels",
        DOMAIN,
        lambda places: texts.category(places, labelled=True),
        repeats=3,
        source="waimai",
    ),
    "questions": Row(
        "questions",
        "TREC from MiniLM, 500 labels",
        _with(DOMAIN, fine_tuning=FullFineTuning(epochs=8, learning_rate=1e-4)),
        texts.questions,
        repeats=3,
        quick=True,
    ),
    **{
        f"{pair}-{name}": Row(
            pair,
            f"{pair}: {title}",
            _as_long(recipe, pair),
            REVIEWS[pair],
            tokenizer=f"{OTHER[pair]}-unigram" if name == "adopt" else None,
        )
        for pair in OTHER
        for name, (title, recipe) in VARIANTS.items()
    },
}
