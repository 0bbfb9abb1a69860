"""A built folder starts as a Space or a container starts it, and a run can be started there.

Nothing but the platform's variables is set, the checkout can't be written to, the home is the process's own, and it has
no rights of root: as another user where that one can start Python, else as a root without capabilities.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import folder
import pytest

from tests.hub import COMMIT, TOKEN
from tests.spaces.test_dockerfile import DOCKERFILE, Container
from tests.writable_hub import writable

NOBODY = 65_534
OTHER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
BARE = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
#: Whether somebody can start what a server needs, and what it starts.
TRIAL = "import gradio, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
#: What the platform sets for a Space that is built with Gradio.
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/graft",
    "SPACE_HOST": "someone-graft.hf.space",
    "SPACE_AUTHOR_NAME": "someone",
    "SPACE_REPO_NAME": "graft",
    "SPACE_TITLE": "Graft",
    "SPACE_CREATOR_USER_ID": "0123456789abcdef01234567",
    "CPU_CORES": "2",
    "MEMORY": "16Gi",
    "GRADIO_SERVER_NAME": "0.0.0.0",  # noqa: S104
    "OAUTH_CLIENT_ID": "0123456789",
    "OAUTH_CLIENT_SECRET": "of-this-test",
    "OAUTH_SCOPES": "openid profile read-repos",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:1",
}


def port() -> int:
    """The platform's, or another one where somebody has it."""
    for wanted in (7860, 0):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", wanted))
            return probe.getsockname()[1]
    raise AssertionError


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users reach; pytest's own are closed to them."""
    made = Path(tempfile.mkdtemp(prefix="graft-start-"))
    made.chmod(0o755)
    yield made
    subprocess.run(["chmod", "-R", "u+w", str(made)], check=False)
    shutil.rmtree(made)


def without_rights() -> tuple[list[str], int | None]:
    """What to put before a command that shall have no rights of root, and who it then is."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return [], None
    other = subprocess.run([*OTHER, sys.executable, "-c", TRIAL], capture_output=True, check=False)
    return (OTHER, NOBODY) if other.returncode == 0 else (BARE, None)


@contextmanager
def started(checkout: Path, command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The address of a server in a checkout that can't be written to."""
    before, user = without_rights()
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    if user is not None:
        os.chown(home, user, user)
    subprocess.run(["chmod", "-R", "a-w", str(checkout)], check=True)
    subprocess.run(["chmod", "-R", "a+rX", str(checkout)], check=True)
    log = checkout.parent / "log"
    with open(log, "wb") as output:
        server = subprocess.Popen(
            [*before, *command],
            cwd=checkout,
            env={"PATH": os.environ["PATH"], "HOME": str(home), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{environment['GRADIO_SERVER_PORT']}"
    try:
        wait_for(f"{url}/", server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        print(log.read_text(encoding="utf-8", errors="replace"))


def closed_to_it(checkout: Path) -> bool:
    """Whether the server's user can change nothing in its checkout."""
    before, _ = without_rights()
    tries = [f"touch {checkout}/new", f"touch {checkout}/ui/new", f"echo >> {checkout}/app.py"]
    refused = [
        subprocess.run([*before, "sh", "-c", each], stderr=subprocess.DEVNULL, check=False).returncode for each in tries
    ]
    return all(refused)


def wait_for(address: str, server: subprocess.Popen, seconds: float = 120) -> str:
    """The page at the address, as soon as it answers with 200."""
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        try:
            return get(address)
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{address} did not answer; exit code {server.poll()}")


def get(address: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=10) as answer:
        return answer.read().decode()


def run_demo(url: str) -> tuple[str, str]:
    """Start the demo as a visitor, see a first stage done, and cancel it; gives the visitor and the run."""
    from gradio_client import Client

    client = Client(url, verbose=False)
    visitor = client.predict(api_name="/new_visitor")
    run = client.predict(visitor=visitor, api_name="/start_demo")["run"]
    end = time.monotonic() + 120
    states: list[str] = []
    while "done" not in states and time.monotonic() < end:
        found = client.predict(run=run, seconds=2, visitor=visitor, api_name="/wait_for_run")
        assert found["state"] in ("queued", "running"), found
        states = [stage["state"] for stage in found["stages"]]
    assert "done" in states
    client.predict(run=run, visitor=visitor, api_name="/cancel_run")
    assert client.predict(run=run, seconds=60, visitor=visitor, api_name="/wait_for_run")["state"] == "cancelled"
    return visitor, run


@pytest.mark.slow
def test_the_built_folder_starts_as_a_space_does(place: Path) -> None:
    checkout = place / "app"
    folder.build(checkout)
    with started(checkout, [sys.executable, "app.py"], {**SPACE, "GRADIO_SERVER_PORT": str(port())}) as url:
        assert closed_to_it(checkout)
        assert "Graft" in get(f"{url}/")
        config = json.loads(get(f"{url}/config"))
        assert config["space_id"] == "someone/graft"
        assert config["components"]
        _, run = run_demo(url)
    assert (place / "home" / "graft" / run).is_dir()


@pytest.mark.slow
def test_the_container_s_folder_starts_and_its_health_check_tells(place: Path) -> None:
    container = Container.read(DOCKERFILE)
    checkout = place / "app"
    folder.build(checkout, where="t4-small", sdk="docker")
    own = {"HOME", "GRADIO_SERVER_PORT", "GRAFT_RUNS_DIR"}
    environment = {name: value for name, value in container.environment.items() if name not in own}
    environment |= {"GRADIO_SERVER_PORT": str(port()), "GRAFT_RUNS_DIR": str(place / "home" / "graft")}
    health = [sys.executable, *container.health[1:]]

    def healthy() -> bool:
        return (
            subprocess.run(health, env={**os.environ, **environment}, capture_output=True, check=False).returncode == 0
        )

    assert not healthy()
    with started(checkout, [sys.executable, *container.command[1:]], environment) as url:
        assert healthy()
        assert "Graft" in get(f"{url}/")
        run_demo(url)
    assert not healthy()


@pytest.mark.slow
def test_a_space_whose_disk_was_emptied_has_its_runs_again(place: Path) -> None:
    from gradio_client import Client

    checkout = place / "app"
    folder.build(checkout)
    with writable() as hub:
        environment = {
            **SPACE,
            "GRADIO_SERVER_PORT": str(port()),
            "GRAFT_SYNC_REPO": "someone/kept",
            "GRAFT_SYNC_SECONDS": "600",  # what is found there was sent at the end
            "GRAFT_SYNC_TOKEN": TOKEN,
            "HF_ENDPOINT": hub.url,
        }
        with started(checkout, [sys.executable, "app.py"], environment) as url:
            assert "outlive restarts" in get(f"{url}/config")
            visitor, run = run_demo(url)
        kept = hub.repositories["someone/kept"]
        assert kept.private
        assert f"{run}/state.json" in kept.files[COMMIT]
        shutil.rmtree(place / "home")
        with started(checkout, [sys.executable, "app.py"], environment) as url:
            runs = Client(url, verbose=False).predict(visitor=visitor, api_name="/list_runs")
        assert run in json.dumps(runs)
