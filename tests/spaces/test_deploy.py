"""The Space: what is in its folder, what its checks find, and that it starts."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import card
import checks
import deploy
import folder
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "spaces" / "deploy.py"
TOKEN = "hf_" + "aB3" * 11  # of a token's form; written nowhere as a whole


def test_dry_run_builds_what_a_space_needs(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, str(SCRIPT), "--dry-run", str(tmp_path / "out")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "nothing was uploaded" in answer.stdout
    present = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert present >= {"app.py", "LICENSE", "README.md", "requirements.txt", "samples/reviews.en.csv", "ui/style.css"}
    assert {name.split("/")[0] for name in present if "/" in name} == {"export", "pipeline", "samples", "ui"}
    assert not [name for name in present if "__pycache__" in name or name.endswith(".pyc")]


def test_built_folder_is_the_repository_s_files(built: Path) -> None:
    assert checks.check(built) == []
    for name in folder.belongings():
        assert (built / name).read_bytes() == (ROOT / name).read_bytes()
    kept = folder.requirement_lines((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert (built / "requirements.txt").read_text(encoding="utf-8").splitlines() == kept


def test_caches_hidden_files_and_links_stay_out(space: Path, tmp_path: Path) -> None:
    (space / "ui/__pycache__").mkdir()
    for name in ("ui/__pycache__/page.cpython-311.pyc", "ui/.env", "ui/old.pyc", "notes.txt"):
        (space / name).write_text("x")
    (space / "ui/link.py").symlink_to(space / "app.py")
    names = deploy.build(tmp_path / "next", root=space)  # a built folder holds all that a build reads
    assert names == sorted({*folder.belongings(), "README.md", "requirements.txt"})


def test_card_header_says_how_to_run_it(built: Path) -> None:
    header = card.read((built / "README.md").read_text(encoding="utf-8"))
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert f"gradio=={header['sdk_version']}" in pins
    assert (header["sdk"], header["app_file"], header["python_version"]) == ("gradio", "app.py", "3.11")
    assert (header["title"], header["license"]) == ("Graft", "apache-2.0")
    assert header["models"] == ["sentence-transformers/all-MiniLM-L6-v2"]
    assert len(header["short_description"]) <= 60
    assert header["hf_oauth"] is True
    assert header["hf_oauth_scopes"] == ["read-repos"]  # nothing that lets the Space write
    assert card.problems(header) == []


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (lambda space: replace(space / "README.md", "sdk_version: 6", "sdk_version: 5"), "txt pins gradio 6"),
        (lambda space: replace(space / "README.md", "python_version: '3.11'", "python_version: 3.11"), "quote it"),
        (lambda space: replace(space / "README.md", "title: Graft\n", ""), "title is missing"),
        (lambda space: replace(space / "README.md", "colorTo: indigo", "colorTo: beige"), "'beige', not one of"),
        (lambda space: replace(space / "README.md", "title: Graft", "title: [Graft"), "not valid YAML"),
        (lambda space: replace(space / "README.md", "---\n", ""), "does not begin with a YAML header"),
        (lambda space: replace(space / "README.md", "Move a text", "Move " + "a long " * 9), "longer than 60"),
        (lambda space: replace(space / "requirements.txt", "datasets==", "datasets>="), "'datasets>="),
        (lambda space: replace(space / "requirements.txt", "datasets==", "datasets==5.*\n#"), "'datasets==5.*'"),
        (lambda space: replace(space / "requirements.txt", "datasets==", "-r more.txt\n#"), "'-r more.txt'"),
        (lambda space: replace(space / "requirements.txt", "gradio==", "gradio>="), "gradio is not pinned"),
        (lambda space: (space / "ui/page.py").write_text(f"KEY = {TOKEN!r}\n"), "ui/page.py holds a Hugging Face"),
        (lambda space: (space / "app.py").unlink(), "app_file app.py is not there"),
        (lambda space: shutil.rmtree(space / "export"), "Files that are missing: export/"),
        (lambda space: (space / "pipeline/tasks.py").unlink(), "Files that are missing: pipeline/tasks.py"),
        (lambda space: (space / "runs.db").write_text("x"), "do not belong in a Space: runs.db"),
        (lambda space: (space / "samples/big.csv").write_bytes(bytes(11_000_000)), "at most 10 MB"),
        (lambda space: (space / "ui/link").symlink_to("/etc/hostname"), "ui/link is a link"),
    ],
)  # fmt: skip
def test_checks_find(space: Path, plant, told: str) -> None:
    plant(space)
    found = " ".join(checks.check(space))
    assert told in found
    assert TOKEN not in found


def test_a_folder_of_others_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "mine.txt").write_text("mine")
    assert deploy.main(["--dry-run", str(tmp_path)]) == 1
    assert "was not built here" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["ui", "mine.txt"]
    assert deploy.main(["--dry-run", str(tmp_path / "ui" / "mine.txt")]) == 1


def test_a_folder_built_here_is_built_anew(space: Path) -> None:
    (space / "ui" / "old.py").write_text("x")
    (space / "app.py").write_text("broken")
    (space / "runs").mkdir()
    (space / "runs" / "mine").write_text("kept")
    deploy.build(space)
    assert checks.check(space) == ["Files that do not belong in a Space: runs/mine."]


def test_a_repository_that_lacks_something_is_refused(space: Path, tmp_path: Path) -> None:
    (space / "LICENSE").unlink()
    with pytest.raises(folder.DeployError, match="has no LICENSE"):
        deploy.build(tmp_path / "next", root=space)
    assert not (tmp_path / "next").exists()


@pytest.mark.slow
def test_the_built_folder_starts_as_a_space_does(built: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    checkout = shutil.copytree(built, tmp_path / "app")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SYSTEM": "spaces",
        "SPACE_ID": "someone/graft",
        "SPACE_HOST": "someone-graft.hf.space",
        "GRADIO_SERVER_NAME": "0.0.0.0",  # noqa: S104
        "GRADIO_SERVER_PORT": str(port),
    }
    if os.access("/data", os.W_OK):
        environment["GRAFT_RUNS_DIR"] = str(tmp_path / "data")  # this machine's /data is none of ours
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=checkout, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        page, config = (
            wait_for(f"http://127.0.0.1:{port}/", server),
            wait_for(f"http://127.0.0.1:{port}/config", server),
        )
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        print((tmp_path / "log").read_text(encoding="utf-8", errors="replace"))
    assert "Graft" in page
    assert '"components"' in config


def wait_for(address: str, server: subprocess.Popen, seconds: float = 90) -> str:
    """The page at the address, as soon as it answers with 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        try:
            with opener.open(address, timeout=10) as answer:
                assert answer.status == 200
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{address} did not answer; exit code {server.poll()}")
