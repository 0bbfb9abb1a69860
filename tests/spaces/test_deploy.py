"""The Space: what is in its folder, and what its checks find."""

import shutil
import subprocess
import sys
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


def test_caches_hidden_files_and_links_stay_out(space: Path, tmp_path: Path) -> None:
    (space / "ui/__pycache__").mkdir()
    for name in ("ui/__pycache__/page.cpython-311.pyc", "ui/.env", "ui/old.pyc", "notes.txt"):
        (space / name).write_text("x")
    (space / "ui/link.py").symlink_to(space / "app.py")
    shutil.copyfile(ROOT / "requirements.txt", space / "requirements.txt")
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
    assert header["suggested_hardware"] == "cpu-basic"
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
        (lambda space: replace(space / "README.md", "sdk: gradio", "sdk: static"), "'static', not one of gradio"),
        (lambda space: replace(space / "README.md", "'3.11'", "'3.10'"), "python_version is '3.10', but the Space is"),
        (lambda space: replace(space / "README.md", "---\n", ""), "does not begin with a YAML header"),
        (lambda space: replace(space / "README.md", "Move a text", "Move " + "a long " * 9), "longer than 60"),
        (lambda space: replace(space / "requirements.txt", "datasets==", "datasets>="), "'datasets>="),
        (lambda space: replace(space / "requirements.txt", "datasets==", "datasets==5.*\n#"), "'datasets==5.*'"),
        (lambda space: replace(space / "requirements.txt", "datasets==", "-r more.txt\n#"), "'-r more.txt'"),
        (lambda space: replace(space / "requirements.txt", "gradio==", "gradio>="), "gradio is not pinned"),
        (lambda space: replace(space / "requirements.txt", "+cpu", ""), "txt lacks torch==2.13.0+cpu."),
        (lambda space: replace(space / "requirements.txt", "onnxruntime==", "onnxruntime-gpu=="), "too much: onnxr"),
        (lambda space: replace(space / "requirements.txt", "--extra-index-url h", "--index-url h"), "'--index-url h"),
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
