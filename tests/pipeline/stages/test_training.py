"""The order of examples, the choice of a checkpoint, and which weights learn."""

from pathlib import Path

import pytest

from pipeline.spec import FineTuningSpec, FullFineTuning, LinearProbe
from pipeline.stages.fine_tuning import TUNINGS
from pipeline.stages.models import load_model
from pipeline.stages.training import LengthGroupedSampler, last_checkpoint, steps_of


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    lengths = [n % 17 + 1 for n in range(103)]
    sampler = LengthGroupedSampler(lengths, batch_size=8, seed=3)
    first = list(sampler)
    assert sorted(first) == list(range(103))
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
    sampler.set_epoch(0)
    assert list(sampler) == first


def test_batches_hold_texts_of_like_length() -> None:
    lengths = [1 + 7 * (n % 13) for n in range(1600)]

    def padding(order: list[int]) -> int:
        batches = [[lengths[index] for index in order[start : start + 8]] for start in range(0, 1600, 8)]
        return sum(max(batch) * len(batch) - sum(batch) for batch in batches)

    assert padding(list(LengthGroupedSampler(lengths, batch_size=8, seed=0))) < padding(list(range(1600))) / 5


def test_a_checkpoint_that_was_not_finished_is_passed_over(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    for step, state in ((5, "{}"), (10, "{}"), (15, '{"half'), (20, None)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        if state is not None:
            (folder / "trainer_state.json").write_text(state)
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")


@pytest.mark.parametrize(
    ("examples", "epochs", "batch", "steps"), [(100, 1, 10, 10), (101, 2, 10, 22), (5, 0.5, 10, 1)]
)
def test_steps_are_counted_as_the_trainer_does(examples: int, epochs: float, batch: int, steps: int) -> None:
    assert steps_of(examples, epochs, batch) == steps


def learning(model: Path, tuning: FineTuningSpec) -> dict[str, float]:
    """Name of each weight that learns → its rate."""
    loaded = load_model(model, "text-classification", ["a", "b"])
    rates = {id(p): group["lr"] for group in TUNINGS[tuning.kind](loaded, tuning) for p in group["params"]}
    return {name: rates[id(p)] for name, p in loaded.named_parameters() if id(p) in rates}


def test_full_fine_tuning_trains_embeddings_at_their_own_rate(tiny_model: Path) -> None:
    rates = learning(tiny_model, FullFineTuning(learning_rate=1e-5, embedding_learning_rate=1e-3))
    assert rates["bert.embeddings.word_embeddings.weight"] == 1e-3
    assert rates["classifier.weight"] == rates["bert.embeddings.position_embeddings.weight"] == 1e-5


def test_a_rate_of_zero_freezes_the_embeddings(tiny_model: Path) -> None:
    rates = learning(tiny_model, FullFineTuning(embedding_learning_rate=0))
    assert "bert.embeddings.word_embeddings.weight" not in rates
    assert "classifier.weight" in rates


def test_a_probe_trains_the_head_alone(tiny_model: Path) -> None:
    assert set(learning(tiny_model, LinearProbe())) == {"classifier.weight", "classifier.bias"}


def test_the_table_has_a_row_for_every_kind_of_fine_tuning() -> None:
    assert set(TUNINGS) == {FullFineTuning().kind, LinearProbe().kind}
