"""A cluster whose machines are in different networks, each in a namespace of its own, with the head between them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.report import Report
from pipeline.runs import RunStore
from pipeline.spec import Bagging, FullFineTuning, RunSpec
from tests.clusters import MISSING, REASON
from tests.pipeline.cluster.conftest import carried_out_here
from tests.pipeline.cluster.following import IN_ALL
from tests.pipeline.cluster.test_machines import recipe
from tests.reports import lasting

ROOT = Path(__file__).resolve().parents[3]
ALONE = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
OWN_PROCESSES = ["--pid", "--fork", "--kill-child", "--mount-proc"]  # so that all of them end with the test
TRIAL = """
mount -t tmpfs tmpfs /run && ip netns add own && ip link add here type veth peer name there netns own &&
echo 1 > /proc/sys/net/ipv4/ip_forward
"""


@pytest.fixture
def networks() -> None:
    if MISSING:
        pytest.skip(REASON)
    tools = shutil.which("unshare") and shutil.which("ip")
    if (
        not tools
        or subprocess.run([*ALONE, *OWN_PROCESSES, "sh", "-c", TRIAL], check=False, capture_output=True).returncode
    ):
        pytest.skip("this system lets nobody have networks of his own, or lacks iproute2")


@pytest.mark.timeout(IN_ALL)
def test_a_machine_in_a_network_of_its_own_is_lost(networks: None, tiny_spec: RunSpec, tmp_path: Path) -> None:
    long = FullFineTuning(epochs=120, batch_size=16, learning_rate=1e-3)
    spec = recipe(tiny_spec, fine_tuning=long, ensemble=Bagging(members=3))
    path = tmp_path / "spec.json"
    path.write_text(spec.model_dump_json(), encoding="utf-8")
    done = subprocess.run(
        [*ALONE, *OWN_PROCESSES, sys.executable, "-m", "tests.pipeline.cluster.networks", str(tmp_path), str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=IN_ALL - 20,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["state"] == "done", found["logs"]
    assert any("was lost" in text for text in found["notes"])
    own = {
        name: {each["local"] for link in links for each in link["addr_info"] if each["family"] == "inet"}
        for name, links in found["addresses"].items()
    }
    assert own == {"one": {"10.77.1.2", "127.0.0.1"}, "two": {"10.77.2.2", "127.0.0.1"}}  # nothing in common but lo
    alone = RunStore(tmp_path / "alone")
    expected = lasting(alone.report(carried_out_here(alone, spec)))
    assert lasting(Report.model_validate(found["report"])) == expected
