"""What stages ask of machines."""

from typing import get_args

import pytest

from pipeline.cluster.needs import GB, WEIGHT, Machines, Needs, needs
from pipeline.plan.stage import StageKind
from pipeline.settings import LOOKED_ON, Settings

LARGE = Machines(cpus=64, gpus=8, memory=512 * GB)


def test_every_kind_of_stage_has_its_weight() -> None:
    assert set(WEIGHT) == set(get_args(StageKind))


@pytest.mark.parametrize(
    ("kind", "machines", "asked"),
    [
        ("fine-tuning", LARGE, Needs(4, 1, 6 * GB)),
        ("export", LARGE, Needs(1, 0, 2 * GB)),
        ("fine-tuning", Machines(cpus=1, gpus=0, memory=4 * GB), Needs(1, 0, 3.6 * GB)),
        ("data", Machines(cpus=0, gpus=0, memory=GB), Needs(1, 0, 0.9 * GB)),
    ],
)
def test_nothing_is_asked_for_that_no_machine_has(kind: StageKind, machines: Machines, asked: Needs) -> None:
    found = needs(kind, Settings(), machines)
    assert (found.cpus, found.gpus) == (asked.cpus, asked.gpus)
    assert found.memory == pytest.approx(asked.memory)


def test_the_host_says_how_much() -> None:
    found = needs("adaptation", Settings(ray_cpus=8, ray_gpus=0.5, ray_memory_gb=20), LARGE)
    assert found.options == {"num_cpus": 8, "num_gpus": 0.5, "memory": int(20 * GB)}
    assert found.of_a_worker == {"CPU": 8, "GPU": 0.5, "memory": 20 * GB}


def test_machines_that_are_gone_or_do_no_work_do_not_count() -> None:
    head = {"Alive": True, "Resources": {"memory": 64.0}}
    nodes = [
        head,
        {"Alive": True, "Resources": {"CPU": 2.0, "memory": 5.0}},
        {"Alive": True, "Resources": {"CPU": 1.0, "GPU": 1.0, "memory": 9.0}},
        {"Alive": False, "Resources": {"CPU": 99.0}},
    ]
    assert Machines.of(nodes) == Machines(2.0, 1.0, 9.0)
    assert Machines.of([head]) == Machines(0.0, 0.0, 0.0)


def test_more_runs_go_at_once_where_others_do_the_work() -> None:
    assert Settings.from_environment({"GRAFT_ENGINE": "ray"}).max_running == LOOKED_ON
    assert Settings.from_environment({"GRAFT_ENGINE": "ray", "GRAFT_MAX_RUNNING": "3"}).max_running == 3
