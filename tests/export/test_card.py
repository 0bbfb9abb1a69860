"""The model card, in every task, and the licence that it tells."""

from __future__ import annotations

from pathlib import Path

import pytest
import transformers

from export.card import DATA_TITLES, TEXTS, card
from export.licence import LICENCES
from export.limits import ANSWER_LIMITS, RANGE_LIMITS, limits
from export.pipelines import OPTIONS
from export.report import RangesFrom, read_report
from pipeline.processor import model_name
from pipeline.report import DataSummary, Interval, Report
from pipeline.runs import RunStore
from pipeline.spec import (
    AdoptVocabulary,
    DatasetSpec,
    EmbeddedSource,
    HubSource,
    LocalSource,
    Origin,
    RunSpec,
    TransplantVocabulary,
    VocabularySpec,
)
from pipeline.tasks import TASKS
from tests.export.conftest import LONGEST

Run = tuple[RunStore, str]


def _given(run: Run) -> tuple[RunSpec, Report]:
    store, run_id = run
    report = store.report(run_id)
    assert report is not None
    return store.spec(run_id), report


def test_the_card_tells_what_matters(exported: Path):
    text = (exported / "int8" / "README.md").read_text()
    head = (
        "license: apache-2.0\nbase_model: sentence-transformers/all-MiniLM-L6-v2\npipeline_tag: text-classification\n"
    )
    assert text.startswith(f"---\n{head}")
    assert "Its parity was found on a processor" in text
    for part in (
        "Labels: bad, good",
        "| Source texts, for training | 640 |",
        "Seed: 0.",
        "- Fine tuning: full (",
        "epochs 10,",
        "Source model: sentence-transformers/all-MiniLM-L6-v2. This model: trained on both.",
        "| **transferred** | 90.0 % (85.0 % to 95.0 %)",
        "| source-only (linear probe) | 90.0 %",
        "No difference can be told. A classical model would do.",
        "Made and checked with onnxruntime",
        f"transformers {transformers.__version__}, tokenizers",
        "on the same test set, asked in batches\nand text by text (of this variant 60 texts)",
        "the metric may be worse by 0.50% and 1.00% of the answers may change; of fp32, O1 and O2 no logit may",
        f"with CPUExecutionProvider; PyTorch, on its CPU ({model_name()}), takes\n",
        "| **int8** | passed |",
        "| O2 | passed |",
        "It is for CPUs",
        f"A text is cut after {LONGEST} sub-word tokens",  # the tokenizer's word, where the run would keep 128
        RANGE_LIMITS["batch"],
        "all-MiniLM-L6-v2, is the Apache License 2.0",
        "ORTModelForSequenceClassification",
        '("A text.", truncation=True))',
    ):
        assert part in text
    assert "/private" not in text
    assert RANGE_LIMITS["calibration"] not in text


@pytest.mark.parametrize("ranges", [(), ("batch",), ("calibration",), ("batch", "calibration")])
def test_the_limits_of_int8_are_those_of_the_way_it_was_made(exported: Path, ranges: tuple[RangesFrom, ...]):
    """A dynamic int8 that was repaired to a static one is cut off like any static one."""
    variant = read_report(exported).variant("int8").model_copy(update={"ranges": ranges})
    told = limits(variant, TASKS["text-classification"], LONGEST)
    assert [each for each in told if each in RANGE_LIMITS.values()] == [RANGE_LIMITS[whence] for whence in ranges]


@pytest.mark.parametrize(
    ("source", "named", "licence"),
    [
        (HubSource(repo_id="bert-base-chinese"), "`bert-base-chinese` at `main`", "stated on its page"),
        (LocalSource(path="/home/me/encoders/mine"), "a local folder `mine`", "Ask the author of the source encoder"),
        (LocalSource(path="C:\\encoders\\mine\\"), "a local folder `mine`", "Ask the author of the source encoder"),
        (EmbeddedSource(), "all-MiniLM-L6-v2", "Apache"),
    ],
)
def test_the_card_names_the_source_and_its_licence(exported: Path, run: Run, source, named: str, licence: str):
    spec, report = _given(run)
    export = read_report(exported)
    text = card(export.variants[0], export, spec.model_copy(update={"source": source}), report, longest=96)
    assert named in text
    assert licence in text
    assert "/home/me" not in text


@pytest.mark.parametrize(
    ("card_of_the_source", "told"),
    [
        ("---\nlicense: mit\n---\n# BERT\n", "mit"),
        ("---\nlicense: [a, b]\n---\n", "other"),
        ("---\nlicense: 'x y: z'\n---\n", "other"),
        ("---\n: [\n---\n", "other"),
        ("no header", "other"),
        (None, "other"),
    ],
)
def test_the_licence_of_a_source_of_the_hub_is_that_of_its_card(
    exported: Path,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    card_of_the_source: str | None,
    told: str,
):
    path = tmp_path / "README.md"
    path.write_text(card_of_the_source or "")
    found = str(path) if card_of_the_source else None
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_, **__: found)
    spec, report = _given(run)
    export = read_report(exported)
    source = HubSource(repo_id="google-bert/bert-base-chinese")
    text = card(export.variants[0], export, spec.model_copy(update={"source": source}), report, longest=96)
    assert text.startswith(f"---\nlicense: {told}\nbase_model: google-bert/bert-base-chinese\n")
    assert ("is `mit`, by its own card" in text) is (told == "mit")


@pytest.mark.parametrize(
    ("model", "vocabulary", "told"),
    [
        ("transferred", AdoptVocabulary(model=HubSource(repo_id="bert-base-chinese")), True),
        ("target-only", AdoptVocabulary(model=HubSource(repo_id="bert-base-chinese")), True),
        ("source-only", AdoptVocabulary(model=HubSource(repo_id="bert-base-chinese")), False),
        ("transferred", AdoptVocabulary(model=EmbeddedSource()), False),  # the source's own
        ("transferred", TransplantVocabulary(), False),
    ],
)
def test_the_card_tells_the_licence_of_a_tokenizer_that_is_another_models(
    exported: Path, run: Run, *, model: str, vocabulary: VocabularySpec, told: bool
):
    spec, report = _given(run)
    spec = spec.model_copy(update={"recipe": spec.recipe.model_copy(update={"vocabulary": vocabulary})})
    report = report.model_copy(update={"models": [report.models[0].model_copy(update={"name": model})]})
    export = read_report(exported).model_copy(update={"model": model})
    text = card(export.variants[0], export, spec, report, longest=96)
    assert ("The licence of the model that the tokenizer is from, bert-base-chinese, is stated" in text) is told
    assert "The licence of the source encoder, sentence-transformers/all-MiniLM-L6-v2, is" in text


def test_a_model_of_random_weights_is_based_on_none(exported: Path, run: Run):
    spec, report = _given(run)
    export = read_report(exported).model_copy(update={"model": "target-only"})
    report = report.model_copy(update={"models": [report.models[0].model_copy(update={"name": "target-only"})]})
    text = card(export.variants[0], export, spec, report, longest=96)
    assert "base_model" not in text
    assert "Source model: sentence-transformers/all-MiniLM-L6-v2" in text


def test_the_card_names_the_data_sets_of_the_hub(exported: Path, run: Run):
    spec, report = _given(run)
    origin = Origin(
        dataset="tiny/my_reviews", config="plain", split="train", commit="c" * 40, licence="mit <b>", rows=1200
    )
    data = spec.data.model_copy(update={"source": DatasetSpec(path="/private/x.jsonl", origin=origin)})
    export = read_report(exported)
    text = card(export.variants[0], export, spec.model_copy(update={"data": data}), report, longest=96)
    assert "\ndatasets: [tiny/my_reviews]\n---" in text
    assert "- Source texts: tiny/my\\_reviews (plain, train) of the Hugging Face Hub at commit cccccccccccc" in text
    assert "its first 1,200 rows, licence: mit \\<b\\>" in text
    assert "/private" not in text


@pytest.mark.parametrize(("error", "told"), [(0.0449, "word by word: 4.5%"), (None, "")])
def test_the_card_says_how_well_a_model_is_calibrated(exported: Path, run: Run, error: float | None, told: str):
    spec, report = _given(run)
    models = [model.model_copy(update={"calibration_error": error}) for model in report.models]
    export = read_report(exported).model_copy(update={"task": "part-of-speech"})
    text = card(export.variants[0], export, spec, report.model_copy(update={"models": models}), longest=96)
    assert told in text
    assert ("calibration error" in text) == bool(told)


def test_the_card_sets_the_baselines_beside_the_model(exported: Path, run: Run):
    spec, report = _given(run)
    own = report.model("transferred")
    lower = {"accuracy": Interval(value=0.7, low=0.65, high=0.75), "macro_f1": Interval(value=0.6, low=0.5, high=0.7)}
    others = [
        own.model_copy(update={"name": name, "title": name, "description": f"how {name} came about", "metrics": lower})
        for name in ("source-only", "target-only", "classical")
    ]
    export = read_report(exported)
    text = card(export.variants[0], export, spec, report.model_copy(update={"models": [*others, own]}), longest=96)
    for name in ("source-only", "target-only", "classical"):
        assert f"| {name} | 70.0 % (65.0 % to 75.0 %) | 60.0 % (50.0 % to 70.0 %) | how {name} came about |" in text
    assert "| **transferred** | 90.0 % (85.0 % to 95.0 %) |" in text


def test_a_card_on_some_of_the_test_texts_says_so(exported: Path, run: Run):
    spec, report = _given(run)
    counted = report.data.model_copy(update={"test": 5000})
    export = read_report(exported)
    text = card(export.variants[0], export, spec, report.model_copy(update={"data": counted}), longest=96)
    assert "On the frozen test set of 5000 texts" in text
    assert "on 60 texts of the same test set, asked in batches" in text


def test_a_card_of_another_task(exported: Path, run: Run):
    """With tags, perplexity or several labels the card says other things of use, quality and limits."""
    spec, report = _given(run)
    interval = Interval(value=12.345, low=11, high=13)
    models = [model.model_copy(update={"metrics": {"perplexity": interval}}) for model in report.models]
    report = report.model_copy(update={"task": "language-modelling", "labels": [], "models": models})
    export = read_report(exported).model_copy(update={"task": "language-modelling", "metric": "perplexity"})
    text = card(export.variants[0], export, spec.model_copy(update={"task": "language-modelling"}), report, longest=96)
    for part in (
        "pipeline_tag: fill-mask",
        "ORTModelForMaskedLM",
        'f"Paris is {tokenizer.mask_token}.", tokenizer_kwargs={"truncation": True}))',
        "12.35 (11.00 to 13.00)",
        "not measured",  # masked accuracy
        "By how much the perplexity is worse",
        "It guesses sub-word tokens",
    ):
        assert part in text
    assert "Labels:" not in text


def test_tables_hold_every_kind():
    assert set(LICENCES) == {"embedded", "hub", "local"}
    assert set(TEXTS) == set(OPTIONS) == set(TASKS)
    assert set(ANSWER_LIMITS) == {task.labelling for task in TASKS.values()}
    assert set(DATA_TITLES) == set(DataSummary.model_fields)
