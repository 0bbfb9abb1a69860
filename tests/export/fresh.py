"""Environments made anew, without any download, that hold some distributions, what these need, and nothing else."""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

#: Distribution → others that stand for it.
BUILDS = {"onnxruntime": ("onnxruntime-gpu",)}


class Fresh:
    """A Python of its own.

    Its site-packages hold links to the files of the distributions, as the running environment has them installed.

    Args:
        folder: To make it in.
        wanted: Requirements, extras included.

    Attributes:
        versions: Of what it holds, by name.
    """

    def __init__(self, folder: Path, wanted: Sequence[str]) -> None:
        venv.create(folder, symlinks=True)
        (site,) = folder.glob("lib/python*/site-packages")
        self._python, self._folder = folder / "bin" / "python", folder
        needed = {held.name: held for held in _closure(wanted)}
        self.versions = {name: held.version for name, held in needed.items()}
        for held in needed.values():
            for file in held.files or ():
                if not file.parts[0].startswith(".."):  # commands lie outside, and are not asked
                    link = site / file
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(file.locate())

    def lines(self, program: str, *arguments: object) -> list:
        """What a program prints, each line as JSON; it knows of no folder, variable or user's packages.

        Args:
            program: Python; finds ``json`` imported and its arguments, read from JSON, as ``arguments``.
            arguments: For it.
        """
        head = "import json, sys\narguments = [json.loads(each) for each in sys.argv[1:]]\n"
        command = [self._python, "-I", "-B", "-c", head + program, *map(json.dumps, arguments)]
        said = subprocess.run(command, cwd=self._folder, env={}, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr
        return [json.loads(line) for line in said.stdout.splitlines() if line.startswith(("[", "{"))]

    def has(self, *modules: str) -> dict[str, bool]:
        """Which modules can be imported."""
        (found,) = self.lines(
            "from importlib.util import find_spec\n"
            "print(json.dumps({name: find_spec(name) is not None for name in arguments[0]}))",
            modules,
        )
        return found


def _closure(wanted: Sequence[str]) -> Iterator[metadata.Distribution]:
    """The distributions that meet some requirements, those that they need in turn among them."""
    pending, seen = [Requirement(each) for each in wanted], set()
    while pending:
        needed = pending.pop()
        if (asked := (needed.name.lower(), frozenset(needed.extras))) in seen:
            continue
        seen.add(asked)
        held = _distribution(needed.name)
        yield held
        extras = needed.extras or {""}
        rows = [Requirement(row) for row in held.requires or ()]
        pending += [row for row in rows if not row.marker or any(row.marker.evaluate({"extra": e}) for e in extras)]


def _distribution(name: str) -> metadata.Distribution:
    for build in (name, *BUILDS.get(name, ())):
        try:
            return metadata.distribution(build)
        except metadata.PackageNotFoundError:
            continue
    raise metadata.PackageNotFoundError(name)
