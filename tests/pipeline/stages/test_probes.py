"""A linear probe: its frozen encoder reads each text once, and only the head learns."""

from __future__ import annotations

import pytest
import torch

from pipeline.stages import fine_tuning
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer
from tests.pipeline.stages.trained import TUNINGS, labels_of, same, training, weights


@pytest.mark.parametrize("task", ["text-classification", "entity-recognition"])
def test_under_a_probe_each_text_is_read_once_whatever_the_epochs(family, fine_tune, task):
    tuning = TUNINGS["probe"].model_copy(update={"dropout": 0.3})
    spent = []
    for epochs in (1, 20):
        longer = tuning.model_copy(update={"epochs": epochs})
        context = fine_tune(family("bert"), task, longer, name=f"{task}-{epochs}")
        spent.append(training(context)["flops"])
        found, source = weights(context), load_model(family("bert"), task, labels_of(context)).state_dict()
        kept = [name for name in source if name.startswith("bert.") and "pooler" not in name]  # which is new
        assert all(torch.equal(found[name], source[name]) for name in kept)
        assert not [*context.out.parent.glob("*.npy")]
        assert not (context.out / "activations.json").exists()
    assert spent[0] > 48 * 5 * 2 * 2 * (4 * 32 * 32 + 2 * 32 * 64)  # every text, through both layers
    assert spent[1] < 1.5 * spent[0]


def test_a_probe_learns_from_what_the_encoder_says_without_dropout(family, fine_tune, monkeypatch):
    """The states of a text are those of the model that answers, however much dropout there is."""
    seen = []
    train = fine_tuning.train

    def spy(model, lessons, *args, **options):
        seen.extend(lessons.collate([lessons.dataset[index] for index in range(4)])["inputs_embeds"])
        return train(model, lessons, *args, **options)

    monkeypatch.setattr(fine_tuning, "train", spy)
    context = fine_tune(family("bert"), tuning=TUNINGS["probe"].model_copy(update={"dropout": 0.5}))
    model, tokenizer = load_model(context.out, "text-classification", ["a", "b"]), load_tokenizer(context.out)
    texts = read_split(context.inputs["data"], "target_train")["text"][:4]
    with torch.inference_mode():
        said = [model.eval().base_model(**tokenizer(text, return_tensors="pt"))[0][0, :1] for text in texts]
    torch.testing.assert_close(torch.stack(seen), torch.stack(said), atol=5e-3, rtol=1e-2)


def test_a_probes_encoder_reads_in_the_precision_that_is_asked_for(family, fine_tune):
    def ask_for_bf16(context):
        context.settings = context.settings.model_copy(update={"precision": "bf16", "checkpoint_seconds": 60})

    context = fine_tune(family("bert"), tuning=TUNINGS["probe"], before=ask_for_bf16)
    assert training(context)["precision"] == "bf16"


def test_probes_of_a_bag_share_what_the_encoder_reads(family, fine_tune):
    options = {"tuning": TUNINGS["probe"], "sampling": "bootstrap"}
    first, second = (fine_tune(family("bert"), name=f"member-{n}", member=n, **options) for n in (1, 2))
    assert training(second)["flops"] < 0.5 * training(first)["flops"]
    assert not same(weights(first), weights(second))
