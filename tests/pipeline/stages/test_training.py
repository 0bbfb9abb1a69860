"""The training loop: its order, its steps, and that nothing that interrupts it changes what is learned."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch

from pipeline.errors import Cancelled, TrainingError
from pipeline.stages import training
from pipeline.stages.checkpoints import Checkpoints
from pipeline.stages.data import read_split
from pipeline.stages.gradients import Gradients
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.lessons import POOL, Lessons, Phase, Watch, order, steps_of
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.precision import Precision
from pipeline.stages.training import train
from pipeline.stages.tunings import grouped

TASK, LABELS = "text-classification", ["negative", "positive"]
FP32 = Precision("fp32", 1.0)


@pytest.fixture
def lessons(tiny_model, frozen_data):
    tokenizer = load_tokenizer(tiny_model, 32)
    rows = encode(read_split(frozen_data(TASK), "target_train"), tokenizer, TASK, LABELS)
    return Lessons(rows, HEADS[TASK].collate(tokenizer), objective(TASK), batch_size=8, warmup_ratio=0.1, seed=3)


@pytest.fixture
def learn(tiny_model, lessons):
    """A function: a context → what a model learned in two phases, and what it took."""

    def learn(context, *, epochs=2, rate=1e-3, watch=None, dropout=None):
        torch.manual_seed(0)
        model = load_model(tiny_model, TASK, LABELS, dropout=dropout)

        def head():
            model.base_model.requires_grad_(requires_grad=False)
            return grouped(((p, rate) for p in model.classifier.parameters()), 0.0)

        def everything():
            model.requires_grad_(requires_grad=True)
            return grouped(((p, rate) for p in model.parameters()), 0.01)

        phases = [Phase("head", 1, head), Phase("training", epochs, everything)]
        taken = train(model, lessons, phases, FP32, context, watch=watch)
        return {name: value.clone() for name, value in model.state_dict().items()}, taken

    return learn


def same(first, second):
    return all(torch.equal(value, second[name]) for name, value in first.items())


def notes(context):
    return [event["text"] for event in context.events.read()[0] if event["kind"] == "note"]


# ── order and steps ─────────────────────────────────────────────────────────────────


def test_the_order_depends_on_seed_and_epoch_alone():
    lengths = np.array([n % 17 + 1 for n in range(103)])
    first = [*order(lengths, 8, seed=3, epoch=0)]
    assert sorted(row for batch in first for row in batch) == list(range(103))
    assert [*order(lengths, 8, seed=3, epoch=0)] == first
    assert [*order(lengths, 8, seed=3, epoch=1)] != first
    assert [*order(lengths, 8, seed=4, epoch=0)] != first


def order_as_before(lengths, batch_size, seed, epoch):
    """The batches when all of them were lists."""
    generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
    drawn = torch.randperm(len(lengths), generator=generator).tolist()
    batches = []
    for start in range(0, len(drawn), POOL * batch_size):
        pool = sorted(drawn[start : start + POOL * batch_size], key=lengths.__getitem__)
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    return [batches[number] for number in torch.randperm(len(batches), generator=generator).tolist()]


@pytest.mark.parametrize("rows", [1, 7, 8, 400, 401, 2003])
def test_the_batches_are_those_that_lists_gave(rows):
    lengths = torch.randint(1, 9, (rows,), generator=torch.Generator().manual_seed(rows)).tolist()
    for seed, epoch, size in ((0, 0, 8), (5, 2, 8), (1, 1, 3)):
        found, before = order(np.array(lengths), size, seed, epoch), order_as_before(lengths, size, seed, epoch)
        assert [*found] == before
        assert found[:3] == before[:3]
        assert len(found) == len(before)
        assert found[-1] == before[-1]
        assert all(type(row) is int for row in found[0])


def test_a_million_rows_are_ordered_in_a_few_megabytes():
    lengths = np.full(1_000_000, 7, np.int32)
    found = order(lengths, 16, seed=0, epoch=0)
    assert found.rows.nbytes + found.turns.nbytes < 5_000_000
    assert len(found) == 62_500


def test_batches_hold_texts_of_like_length():
    lengths = np.array([1 + 7 * (n % 13) for n in range(1600)])

    def padding(batches):
        return sum(max(batch) * len(batch) - sum(batch) for batch in ([lengths[row] for row in b] for b in batches))

    plain = [list(range(start, start + 8)) for start in range(0, 1600, 8)]
    assert padding(order(lengths, 8, seed=0, epoch=0)) < padding(plain) / 5


@pytest.mark.parametrize(
    ("rows", "epochs", "batch", "steps"), [(100, 1, 10, 10), (101, 2, 10, 22), (5, 0.5, 10, 1), (100, 0.25, 10, 3)]
)
def test_steps_are_counted(rows, epochs, batch, steps):
    assert steps_of(rows, epochs, batch) == steps


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


# ── memory ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: 12 GB"),
        MemoryError(),
    ],
)
def test_a_batch_that_does_not_fit_is_learned_in_pieces(learn, make_context, monkeypatch, error):
    """And teaches the same: but for rounding the sum of the pieces' gradients is the batch's."""
    expected, _ = learn(make_context(None, name="whole"), dropout=0.0)
    backward = Gradients._backward

    def short_of_memory(self, rows):
        if len(rows) > 2:
            raise error
        return backward(self, rows)

    monkeypatch.setattr(Gradients, "_backward", short_of_memory)
    context = make_context(None, name="cut")
    found, _ = learn(context, dropout=0.0)
    assert [note for note in notes(context) if "memory" in note] == [
        "Cut: memory ran out, so each batch is learned in 2 pieces.",
        "Cut: memory ran out, so each batch is learned in 4 pieces.",
    ]
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=2e-4, rtol=0)


def test_a_text_that_does_not_fit_at_all_ends_the_run(learn, make_context, monkeypatch):
    def no_memory(self, rows):
        raise MemoryError

    monkeypatch.setattr(Gradients, "_backward", no_memory)
    with pytest.raises(TrainingError, match=r"Not even a single text.*max_length"):
        learn(make_context(None))


def test_an_optimiser_that_does_not_fit_is_told(learn, make_context, monkeypatch):
    def no_memory(self, *args):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch.optim.AdamW, "step", no_memory)
    with pytest.raises(TrainingError, match="optimiser do not fit"):
        learn(make_context(None))


def test_another_fault_is_not_taken_for_want_of_memory(learn, make_context, monkeypatch):
    def fault(self, rows):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Gradients, "_backward", fault)
    with pytest.raises(RuntimeError, match="shapes differ"):
        learn(make_context(None))


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
