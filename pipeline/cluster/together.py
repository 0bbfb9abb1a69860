"""One training by several machines: Ray Train starts them and puts them in touch, the stage is as ever."""

from __future__ import annotations

import tempfile
from typing import Any

from pipeline.cluster.desk import ask
from pipeline.cluster.needs import Needs
from pipeline.cluster.order import Order


def train(order: Order, desk: Any, needs: Needs) -> None:
    """Have a stage done by ``ray_workers`` workers; what comes of it is told to the desk.

    A machine that is lost takes all of them down. They begin anew, from the last checkpoint where one can be reached.

    Raises:
        TrainingFailedError: Machines were lost too often.
    """
    from ray.train import FailureConfig, RunConfig, ScalingConfig  # noqa: PLC0415 - only who asks for it has Ray
    from ray.train.torch import TorchConfig, TorchTrainer  # noqa: PLC0415

    settings = order.settings
    with tempfile.TemporaryDirectory() as place:
        TorchTrainer(
            _work,
            train_loop_config={"order": order, "desk": desk},
            scaling_config=ScalingConfig(
                num_workers=settings.ray_workers,
                use_gpu=needs.gpus > 0,
                resources_per_worker=needs.of_a_worker,
                placement_strategy="SPREAD",
            ),
            torch_config=TorchConfig(backend="nccl" if needs.gpus else "gloo"),
            run_config=RunConfig(
                name=order.stage.key,
                storage_path=place,
                failure_config=FailureConfig(max_failures=settings.ray_retries),
            ),
        ).fit()


def _work(config: dict[str, Any]) -> None:
    """One worker's part."""
    import ray  # noqa: PLC0415
    from ray.train.torch import get_device  # noqa: PLC0415

    from pipeline.cluster.bench import carry_out  # noqa: PLC0415 - torch
    from pipeline.stages.team import Ranks  # noqa: PLC0415

    order, desk = config["order"], config["desk"]
    if ask(desk.settled, order.stage.name) is not None:
        return  # begun anew only because others ended after the word was said
    team = Ranks(get_device())
    outcome = carry_out(order, desk, ray.get_runtime_context().get_node_id(), team)
    if outcome.state == "parted":
        raise RuntimeError(outcome.trace)
    if team.first or outcome.state == "failed":
        ask(desk.settle, order.stage.name, outcome)
    if outcome.state == "failed":
        raise RuntimeError(outcome.trace)  # the others wait for this one
