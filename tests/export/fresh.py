"""Environments made anew, without any download, that hold some distributions, what these need, and nothing else."""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

from tests.installed import closure


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
        self.versions: dict[str, str] = {}
        for held in closure(map(Requirement, wanted)):
            self.versions[held.name] = held.version
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
        command = [self._python, "-I", "-B", "-c", f"import json, sys\narguments = json.load(sys.stdin)\n{program}"]
        given = json.dumps(arguments)
        said = subprocess.run(
            command, cwd=self._folder, env={}, input=given, capture_output=True, text=True, check=False
        )
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
