"""Writes requirements-hashed.txt: what of the requirements is one file on every platform, with its SHA-256.

pip checks hashes of all files or of none, and a wheel that holds machine code is another file on each platform; torch's
depends on the index besides. So those that are pure Python stand in a file of their own, which is installed first and
without what they bring along; the rest follows from requirements.txt, which finds them in place.

``python .ci/hashes.py`` asks the index, in an environment with the requirements installed, and writes the file.
``--check`` asks nobody: it looks whether the file names just what it should. The test of the requirements calls it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SOURCE, TARGET = ROOT / "requirements.txt", ROOT / "requirements-hashed.txt"
HEAD = """\
# What of requirements.txt is pure Python, one file on every platform, with its hash. Written by .ci/hashes.py.
#     pip install --no-deps -r requirements-hashed.txt && pip install -r requirements.txt
"""
LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+) --hash=sha256:(?P<hash>[0-9a-f]{64})")


def pins(path: Path) -> dict[str, str]:
    """Name → version of what a file pins for this platform."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split(" #")[0].split(" --hash")[0].strip()
        if text and not text.startswith(("#", "-")):
            requirement = Requirement(text)
            if requirement.marker is None:
                found[canonicalize_name(requirement.name)] = str(requirement.specifier).removeprefix("==")
    return found


def pure(name: str) -> bool:
    """Whether what is installed came from a wheel for any platform."""
    tags = re.findall(r"^Tag: (\S+)$", metadata.distribution(name).read_text("WHEEL") or "", re.MULTILINE)
    return bool(tags) and all(tag.endswith("-none-any") for tag in tags)


def wanted() -> dict[str, str]:
    """Name → version of what belongs into the file."""
    return {name: version for name, version in pins(SOURCE).items() if pure(name)}


def faults() -> list[str]:
    """What is wrong with the file, a sentence each."""
    lines = [line for line in TARGET.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = {line: LINE.fullmatch(line) for line in lines}
    told = [f"{line!r} is no pin with one hash" for line, match in found.items() if match is None]
    known = {match["name"]: match["version"] for match in found.values() if match}
    told += [f"{name}=={version} is missing" for name, version in wanted().items() if known.get(name) != version]
    told += [f"{name}=={version} does not belong here" for name, version in known.items() if name not in wanted()]
    return told


def hashes(names: dict[str, str]) -> dict[str, str]:
    """Name → SHA-256 of its wheel, or where there is none of its source, as the index tells it to pip."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{name}=={version}\n" for name, version in names.items()))
        file.flush()
        pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        report = [*pip, "--report", "-", "-r", file.name]
        told = json.loads(subprocess.run(report, check=True, capture_output=True, text=True).stdout)
    found = {}
    for each in told["install"]:
        url, archive = each["download_info"]["url"], each["download_info"]["archive_info"]
        if not url.partition("#")[0].endswith(("-none-any.whl", ".tar.gz")):
            sys.exit(f"{url} is not one file on every platform")
        found[canonicalize_name(each["metadata"]["name"])] = archive["hashes"]["sha256"]
    return found


def main() -> int:
    """Write, or check; 1 if the file is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, ask nobody; 1 if the file is out of date")
    if parser.parse_args().check:
        told = faults()
        print(*told, sep="\n")
        return int(bool(told))
    names = wanted()
    found = hashes(names)
    lines = [f"{name}=={names[name]} --hash=sha256:{found[name]}\n" for name in sorted(names)]
    TARGET.write_text(HEAD + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
