"""The training loop: its rates, its patience, and that nothing that interrupts it changes what is learned."""

from __future__ import annotations

import shutil

import pytest
import torch

from pipeline.errors import Cancelled, TrainingError
from pipeline.stages import training
from pipeline.stages.checkpoints import Checkpoints
from pipeline.stages.lessons import Phase, Watch
from pipeline.stages.models import load_model
from pipeline.stages.precision import Precision
from pipeline.stages.training import train
from pipeline.stages.tunings import grouped
from tests.pipeline.stages.trained import notes, same

TASK, LABELS = "text-classification", ["negative", "positive"]
FP32 = Precision("fp32", 1.0)


# ── learning ────────────────────────────────────────────────────────────────────────


def test_training_lowers_the_loss_and_says_what_it_took(learn, lessons, make_context):
    context = make_context(None)
    _, taken = learn(context, epochs=6, rate=5e-3)
    steps = [event for event in context.events.read()[0] if event["kind"] == "step"]
    assert steps[-1]["step"] == steps[-1]["total"] == 7 * 6
    assert steps[0]["loss"] > 0.6
    assert steps[-1]["loss"] < 0.3
    assert all(event["tokens_per_second"] > 0 for event in steps)
    assert taken.tokens == 7 * sum(lessons.lengths)
    weights = 2 * (4 * 32 * 32 + 2 * 32 * 64)  # of the encoder's matrices
    # Phase one only goes forward; phase two costs three times as much.
    assert taken.flops == pytest.approx(2 * weights * sum(lessons.lengths) * (1 + 6 * 3), rel=0.15)


def test_the_rate_rises_and_falls(learn, make_context):
    context = make_context(None)
    learn(context, epochs=5)
    rates = [event["learning_rate"] for event in context.events.read()[0] if event["kind"] == "step"]
    assert max(rates) <= 1e-3
    assert rates[-1] < 1e-4


def test_long_gradients_are_cut(tiny_model, lessons, make_context, monkeypatch):
    """The optimiser gets the mean over the batch, and never a longer gradient than the limit."""
    seen = []
    step = torch.optim.AdamW.step

    def spy(self, *args):
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        length = torch.nn.utils.get_total_norm([p.grad for p in parameters])
        result = step(self, *args)
        seen.append(
            (length.item(), self.grad_scale.item(), torch.nn.utils.get_total_norm([p.grad for p in parameters]).item())
        )
        return result

    monkeypatch.setattr(torch.optim.AdamW, "step", spy)
    monkeypatch.setattr(training, "LARGEST_GRADIENT", 0.05)
    model = load_model(tiny_model, TASK, LABELS)
    phase = Phase("training", 1, lambda: grouped(((p, 1e-3) for p in model.parameters()), 0.0))
    train(model, lessons, [phase], FP32, make_context(None))
    assert all(after == pytest.approx(0.05, rel=1e-3) for _, _, after in seen)
    assert all(before == pytest.approx(0.05 * scale, rel=1e-3) for before, scale, _ in seen)


# ── interruptions ───────────────────────────────────────────────────────────────────


def interrupted_after(context, steps):
    """Cancel a context after some steps."""
    context.steps = 0

    def requested():
        context.steps += 1
        return context.steps >= steps

    context.cancel_requested = requested
    return context


@pytest.mark.parametrize("steps", [1, 5, 6, 7, 12, 17])
def test_an_interrupted_training_ends_as_one_that_was_not(learn, make_context, steps):
    expected, took = learn(make_context(None, name="whole"))
    with pytest.raises(Cancelled):
        learn(interrupted_after(make_context(None, name="cut"), steps))
    context = make_context(None, name="cut")
    found, taken = learn(context)
    assert same(found, expected)
    assert (taken.tokens, taken.flops) == (took.tokens, pytest.approx(took.flops, rel=0.2))
    if steps not in (6, 17):  # at the end of a phase
        assert any(f"goes on from step {steps}" in note for note in notes(context))


def test_a_killed_training_goes_on_from_its_last_whole_checkpoint(learn, make_context):
    expected, _ = learn(make_context(None, name="whole"))
    with pytest.raises(Cancelled):
        learn(interrupted_after(make_context(None, name="cut"), 10))
    context = make_context(None, name="cut")
    folder = context.work / "training"
    newest = max(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    (newest / "optimizer.safetensors").write_bytes(b"half a fi")
    shutil.copytree(newest, folder / "checkpoint-9.partial")
    found, _ = learn(context)
    assert any("goes on from step 9" in note for note in notes(context))  # one before
    assert same(found, expected)


def test_a_checkpoint_holds_no_pickle_and_only_what_learns(learn, make_context):
    context = make_context(None)
    learn(context)
    files = {path.name for path in context.work.rglob("*") if path.is_file()}
    assert files == {"model.safetensors", "optimizer.safetensors"}
    assert len(list((context.work / "training").glob("checkpoint-*"))) == 2
    sizes = {path.parent.parent.name: path.stat().st_size for path in context.work.rglob("model.safetensors")}
    assert sizes["head"] < sizes["training"] / 10


def test_a_loss_that_is_no_number_is_told_and_never_saved(learn, make_context, lessons):
    context = make_context(None)
    with pytest.raises(TrainingError, match=r"became nan.*Lower the learning rate"):
        learn(context, rate=float("inf"))
    assert not [path for path in context.work.rglob("checkpoint-*") if not path.name.endswith("-1")]


# ── early stopping ──────────────────────────────────────────────────────────────────


def test_training_ends_when_patience_does_and_the_best_weights_are_kept(learn, make_context):
    scores, kept = [0.5, 0.7, 0.6, 0.7, 0.9], []

    def score(model):
        kept.append({name: value.clone() for name, value in model.state_dict().items()})
        return scores[len(kept) - 1]

    context = make_context(None)
    found, taken = learn(context, epochs=5, watch=Watch(score, patience=2))
    assert len(kept) == 4  # the second best came twice: no gain
    assert [event["dev_score"] for event in context.events.read()[0] if "dev_score" in event] == scores[:4]
    assert taken.tokens > 0
    assert same(found, kept[1])


def test_early_stopping_survives_an_interruption(learn, make_context):
    def score(model):
        return -abs(model.classifier.weight.sum().item() - 0.02)

    expected, _ = learn(make_context(None, name="whole"), epochs=4, watch=Watch(score, patience=3))
    for steps in (13, 6):
        with pytest.raises(Cancelled):
            learn(interrupted_after(make_context(None, name="cut"), steps), epochs=4, watch=Watch(score, patience=3))
    found, _ = learn(make_context(None, name="cut"), epochs=4, watch=Watch(score, patience=3))
    assert same(found, expected)


def test_a_training_that_is_cancelled_while_it_is_scored_is_saved_and_scored_again(learn, make_context):
    def scores(cancel):
        def score(model):
            asked.append(model.classifier.weight.sum().item())
            if cancel and len(asked) == 2:
                raise Cancelled
            return asked[-1]

        asked = []
        return score, asked

    score, whole = scores(cancel=False)
    expected, _ = learn(make_context(None, name="whole"), epochs=3, watch=Watch(score, patience=3))
    score, before = scores(cancel=True)
    with pytest.raises(Cancelled):
        learn(make_context(None, name="cut"), epochs=3, watch=Watch(score, patience=3))
    score, after = scores(cancel=False)
    found, _ = learn(make_context(None, name="cut"), epochs=3, watch=Watch(score, patience=3))
    assert before == whole[:2]
    assert after == whole[1:]
    assert same(found, expected)


def test_checkpoints_are_those_of_what_learns_now(tiny_model, tmp_path):
    model = load_model(tiny_model, TASK, LABELS)
    model.base_model.requires_grad_(requires_grad=False)
    checkpoints = Checkpoints(tmp_path, model, torch.optim.AdamW(model.classifier.parameters()))
    assert set(checkpoints.learning) == {"classifier.weight", "classifier.bias"}
    assert checkpoints.load() is None
