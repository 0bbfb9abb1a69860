"""What only the server's own environment holds does not travel to the machines, nor into what Ray writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.runs import RunState
from pipeline.spec import RunSpec
from tests.pipeline.cluster.conftest import Running
from tests.pipeline.cluster.following import IN_ALL, logs
from tests.pipeline.cluster.test_machines import recipe

SECRETS = {
    "HF_TOKEN": "hf_hostsowntoken0000000000000000001",
    "GRAFT_SYNC_TOKEN": "hf_hostskeeptoken0000000000000000002",
    "GRAFT_SERVE_API_KEYS": "serve-key-0000000000000000000000003",
    "OAUTH_CLIENT_SECRET": "oauth-secret-000000000000000000004",
}


@pytest.mark.timeout(IN_ALL)
def test_the_servers_secrets_are_in_nothing_that_a_cluster_writes(
    on_cluster: Running, cluster: Any, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    store = on_cluster.store
    run = on_cluster.supervisor.submit(recipe(tiny_spec)).id
    on_cluster.until(lambda: not store.get(run).state.active)
    assert store.get(run).state is RunState.DONE, logs(store)
    written = [path for path in Path(cluster.head_node.get_logs_dir_path()).rglob("*") if path.is_file()]
    assert any("worker" in path.name and path.stat().st_size for path in written)
    for path in (*written, *(path for path in store.root.rglob("*") if path.is_file())):
        content = path.read_bytes()
        for value in SECRETS.values():
            assert value.encode() not in content, path
