"""The container, as far as it can be looked through without a daemon: user, port, health check, and what it copies."""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import folder
import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKERFILE = ROOT / "spaces" / "Dockerfile"


@dataclass
class Container:
    """What a Dockerfile says, in order."""

    steps: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Container":
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
        return cls([tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()])  # type: ignore[misc]

    def all(self, name: str) -> list[str]:
        return [value for word, value in self.steps if word == name]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for value in self.all("ENV") for pair in shlex.split(value))

    @property
    def command(self) -> list[str]:
        return json.loads(self.all("CMD")[-1])

    @property
    def health(self) -> list[str]:
        return json.loads(self.all("HEALTHCHECK")[0].partition(" CMD ")[2])


@pytest.fixture(scope="module")
def container() -> Container:
    return Container.read(DOCKERFILE)


def test_only_known_instructions_stand_in_it(container: Container) -> None:
    known = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {word for word, _ in container.steps} == known
    assert container.steps[0] == ("FROM", "python:3.11-slim-bookworm")


def test_it_runs_as_a_user_without_rights_who_can_t_change_the_code(container: Container) -> None:
    words = [word for word, _ in container.steps]
    assert container.all("USER") == ["graft"]
    assert words.index("USER") > max(place for place, word in enumerate(words) if word in ("RUN", "COPY"))
    assert words.index("USER") < words.index("CMD")
    assert "useradd --create-home --uid 1000 graft" in container.all("RUN")[0]
    assert not [copy for copy in container.all("COPY") if "--chown" in copy]
    assert container.environment["HOME"] == "/home/graft"


def test_it_copies_all_that_a_space_needs_from_the_repository_and_from_a_built_folder(
    container: Container, tmp_path: Path
) -> None:
    sources = {word.removeprefix("./") for copy in container.all("COPY") for word in copy.split()[:-1]}
    assert sources == {*folder.FILES, *folder.PACKAGES, folder.HASHED, "requirements.txt"}
    folder.build(tmp_path / "space", where="t4-small", sdk="docker")
    for root in (ROOT, tmp_path / "space"):
        assert all((root / name).exists() for name in sources)
    assert (tmp_path / "space" / "Dockerfile").read_bytes() == DOCKERFILE.read_bytes()


def test_port_address_and_places(container: Container) -> None:
    environment = container.environment
    assert container.all("EXPOSE") == [environment["GRADIO_SERVER_PORT"]] == ["7860"]
    assert environment["GRADIO_SERVER_NAME"] == "0.0.0.0"  # noqa: S104
    assert environment["GRAFT_RUNS_DIR"].startswith("/data/")
    assert "chown graft /data" in container.all("RUN")[0]
    assert environment["GRAFT_SHARED"] == "true"
    assert not [name for name in environment if "TOKEN" in name or "SECRET" in name]


def test_what_is_installed_is_what_is_pinned_with_its_hash_where_there_is_one(container: Container) -> None:
    (install,) = (command for command in container.all("RUN") if "pip" in command)
    first, second = install.split(" && ")
    assert first == "pip install --no-deps --requirement requirements-hashed.txt"
    assert second == "pip install --requirement requirements.txt"
    pins = filter(None, map(folder.pinned, folder.own_requirements()))
    own = {canonicalize_name(name): version for name, version in pins}
    hashed = (line.split(" --hash=")[0] for line in (ROOT / folder.HASHED).read_text(encoding="utf-8").splitlines())
    for name, version in filter(None, map(folder.pinned, hashed)):
        assert own[canonicalize_name(name)] == version
    for command in container.all("RUN"):
        assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


def test_the_health_check_is_a_program_that_is_there(container: Container) -> None:
    assert container.command == ["python", "app.py"]
    program, flag, code = container.health
    assert (program, flag) == ("python", "-c")
    compile(code, "health", "exec")  # test_start.py asks it of a server
