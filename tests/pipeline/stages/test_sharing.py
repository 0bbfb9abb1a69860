import os

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedTokenizerFast,
)

from pipeline.errors import TrainingError
from pipeline.stages.heads import HEADS
from pipeline.stages.precision import Precision
from pipeline.stages.reading import Reading
from pipeline.stages.sharing import RECORD, STALE_SECONDS, SUFFIX, Shared, delete_activations, freeze_encoder, share

EXACT = Precision("fp32", 1.0)
TEXTS = ["good soup", "a bad film and a cold room", "kind driver", "slow phone cable", "great bed"]


@pytest.fixture
def tokenizer(tiny_model):
    return PreTrainedTokenizerFast.from_pretrained(tiny_model)


@pytest.fixture
def dataset(tokenizer):
    return Dataset.from_dict({**tokenizer(TEXTS), "labels": [1, 0, 1, 0, 1], "weight": [1.0, 0.5, 1.0, 1.0, 1.0]})


@pytest.fixture
def model(tiny_model):
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_pretrained(tiny_model).eval()


def files(context):
    return sorted(path.name for path in context.out.parent.glob(f"*{SUFFIX}"))


def test_the_upper_part_sees_what_it_would_in_the_whole(model, dataset, tokenizer, make_context):
    collate = HEADS["text-classification"].collate(tokenizer)
    plain = collate([dataset[index] for index in (3, 1, 1)])
    expected = model(**{name: plain[name] for name in tokenizer.model_input_names}).logits
    shared = share(model, dataset, collate, 1, make_context(None), precision=EXACT)
    chosen = shared.dataset.select([3, 1, 1])
    batch = shared.collate([chosen[index] for index in range(3)])
    assert set(batch) == {"inputs_embeds", "attention_mask", "labels", "weight"}
    assert batch["labels"].tolist() == [0, 0, 0]
    logits = shared.upper(inputs_embeds=batch["inputs_embeds"], attention_mask=batch["attention_mask"]).logits
    torch.testing.assert_close(logits, expected, atol=2e-3, rtol=0)  # float16 on the disk


def test_tags_stay_beside_their_tokens(tiny_model, dataset, tokenizer, make_context):
    model = AutoModelForTokenClassification.from_pretrained(tiny_model).eval()
    tagged = dataset.remove_columns("labels").add_column("labels", [list(range(len(i))) for i in dataset["input_ids"]])
    collate = HEADS["entity-recognition"].collate(tokenizer)
    plain = collate([tagged[index] for index in (0, 1)])
    expected = model(**{name: plain[name] for name in tokenizer.model_input_names}).logits
    shared = share(model, tagged, collate, 1, make_context(None), precision=EXACT)
    batch = shared.collate([shared.dataset[index] for index in (0, 1)])
    assert batch["labels"].tolist() == plain["labels"].tolist()
    logits = shared.upper(inputs_embeds=batch["inputs_embeds"], attention_mask=batch["attention_mask"]).logits
    kept = batch["attention_mask"].bool()
    torch.testing.assert_close(logits[kept], expected[kept], atol=2e-3, rtol=0)


def test_of_a_whole_text_the_first_token_is_kept_and_of_words_all(tiny_model, model, dataset, tokenizer, make_context):
    tagger = AutoModelForTokenClassification.from_pretrained(tiny_model).eval()
    tagged = dataset.remove_columns("labels").add_column("labels", [list(range(len(i))) for i in dataset["input_ids"]])
    for name, whole, rows in (("text-classification", model, dataset), ("entity-recognition", tagger, tagged)):
        collate, context = HEADS[name].collate(tokenizer), make_context(None, name=name)
        plain = collate([rows[index] for index in (3, 1, 1)])
        expected = whole(**{key: plain[key] for key in tokenizer.model_input_names}).logits
        frozen = freeze_encoder(whole, rows, collate, context, precision=EXACT, first_alone=whole is model)
        chosen = frozen.dataset.select([3, 1, 1])
        batch = frozen.collate([chosen[index] for index in range(3)])
        assert batch["labels"].tolist() == plain["labels"].tolist()
        assert batch["inputs_embeds"].shape[1] == (1 if whole is model else plain["input_ids"].shape[1])
        kept = plain["attention_mask"].bool() if whole is tagger else ...
        said = frozen.upper(inputs_embeds=batch["inputs_embeds"], attention_mask=batch["attention_mask"]).logits
        torch.testing.assert_close(said[kept], expected[kept], atol=2e-3, rtol=0)  # float16 on the disk
        stored = sum(np.load(context.out.parent / file).shape[0] for file in files(context))
        assert stored == (len(rows) if whole is model else sum(map(len, rows["input_ids"])))
        frozen.delete()
        assert files(context) == []
        assert not (context.out / RECORD).exists()


#: What freezes layers → how it is asked to.
FREEZING = {
    "shared": lambda *given: share(*given[:3], 1, given[3], precision=given[4]),
    "probed": lambda *given: freeze_encoder(*given[:4], precision=given[4], first_alone=True),
}


@pytest.mark.parametrize("freezing", FREEZING)
def test_what_was_read_in_one_precision_is_not_taken_for_another(
    *, freezing, tiny_model, dataset, tokenizer, make_context
):
    collate, context = HEADS["text-classification"].collate(tokenizer), make_context(None)
    found = []
    for name in ("fp32", "bf16"):
        model = AutoModelForSequenceClassification.from_pretrained(tiny_model)
        frozen = FREEZING[freezing](model, dataset, collate, context, Precision(name, 1.0))
        found.append(frozen.collate([frozen.dataset[index] for index in range(5)])["inputs_embeds"])
    assert len(files(context)) == 2
    assert not torch.equal(*found)
    torch.testing.assert_close(*found, atol=0.05, rtol=0.05)


def test_only_the_upper_part_learns_and_the_whole_comes_back(model, dataset, tokenizer, make_context):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    collate = HEADS["text-classification"].collate(tokenizer)
    shared = share(model, dataset, collate, 1, make_context(None), precision=EXACT)
    assert list(shared.upper.get_input_embeddings().parameters()) == []
    optimiser = torch.optim.SGD(shared.upper.parameters(), lr=0.1)
    batch = shared.collate([shared.dataset[index] for index in range(5)])
    batch.pop("weight")
    shared.upper(**batch).loss.backward()
    optimiser.step()
    after = shared.rejoin().state_dict()
    assert set(after) == set(before)
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert {name.split(".")[1] for name in changed if name.startswith("bert.")} == {"encoder", "pooler"}
    assert all(".layer.1." in name for name in changed if name.startswith("bert.encoder"))


def test_what_is_computed_once_serves_every_member(*, model, tiny_model, dataset, tokenizer, make_context, monkeypatch):
    collate = HEADS["text-classification"].collate(tokenizer)
    first = make_context(None, name="member-1")
    shared = share(model, dataset, collate, 1, first, precision=EXACT)
    rows = [shared.dataset[index] for index in range(5)]
    batch = shared.collate(rows)
    assert len(files(first)) == 1
    assert shared.reading.seconds > 0
    assert shared.reading.flops > 0
    monkeypatch.setattr(Shared, "_compute", None)  # nothing is computed any more
    second = make_context(None, name="member-2")
    same = AutoModelForSequenceClassification.from_pretrained(tiny_model)  # another head on the same encoder
    again = share(same, dataset, collate, 1, second, precision=EXACT)
    assert torch.equal(batch["inputs_embeds"], again.collate(rows)["inputs_embeds"])
    assert again.reading == Reading()
    resumed = AutoModelForSequenceClassification.from_pretrained(tiny_model)
    assert share(resumed, dataset, collate, 1, first, precision=EXACT).reading == shared.reading
    delete_activations([first.out, second.out])
    assert files(first) == []


@pytest.mark.parametrize("change", ["texts", "weights"])
def test_other_texts_or_other_weights_are_computed_anew(*, change, model, tiny_model, dataset, tokenizer, make_context):
    collate = HEADS["text-classification"].collate(tokenizer)
    context = make_context(None)
    share(model, dataset, collate, 1, context, precision=EXACT)
    other = AutoModelForSequenceClassification.from_pretrained(tiny_model)
    if change == "weights":
        with torch.no_grad():
            other.bert.encoder.layer[0].output.LayerNorm.bias[0] += 1
    rows = dataset.select(range(4)) if change == "texts" else dataset
    share(other, rows, collate, 1, context, precision=EXACT)
    assert len(files(context)) == 2


def test_development_texts_go_through_the_same_collate(model, dataset, tokenizer, make_context):
    collate = HEADS["text-classification"].collate(tokenizer)
    dev = dataset.select([4, 2])
    plain = collate([dev[0]])
    expected = model(**{name: plain[name] for name in tokenizer.model_input_names}).logits
    context = make_context(None)
    shared = share(model, dataset, collate, 1, context, precision=EXACT)
    batch = shared.collate([shared.computed(dev)[0]])
    logits = shared.upper(inputs_embeds=batch["inputs_embeds"], attention_mask=batch["attention_mask"]).logits
    torch.testing.assert_close(logits, expected, atol=2e-3, rtol=0)
    delete_activations([context.out])
    assert files(context) == []


def test_a_cancelled_computation_leaves_no_file(model, dataset, tokenizer, make_context):
    from pipeline.errors import Cancelled

    context = make_context(None)
    context.cancel_requested = lambda: True
    with pytest.raises(Cancelled):
        share(model, dataset, HEADS["text-classification"].collate(tokenizer), 1, context, precision=EXACT)
    assert not any(path.is_file() for path in context.out.parent.iterdir() if not path.name.endswith(".lock"))


def test_files_that_a_dead_run_left_go_in_the_end(model, dataset, tokenizer, make_context):
    context = make_context(None)
    old, young = (context.out.parent / f"{name}{SUFFIX}" for name in ("old", "young"))
    for path in (old, young):
        np.save(path, np.zeros(1))
    os.utime(old, (0, young.stat().st_mtime - STALE_SECONDS - 60))
    share(model, dataset, HEADS["text-classification"].collate(tokenizer), 1, context, precision=EXACT)
    assert not old.exists()
    assert young.exists()


def test_sharing_every_layer_is_refused(model, dataset, tokenizer, make_context):
    with pytest.raises(TrainingError, match="between 1 and 1"):
        share(model, dataset, HEADS["text-classification"].collate(tokenizer), 2, make_context(None), precision=EXACT)
