"""Builds, checks and uploads a Hugging Face Space that runs Graft.

::

    python spaces/deploy.py --dry-run DIR [--hardware zero-a10g]          build and check the folder, upload nothing
    HF_TOKEN=… python spaces/deploy.py --repo OWNER/NAME [--hardware t4-small] [--sdk docker] [--private]

What is built is what the hardware needs: without a GPU the small build of torch, on ZeroGPU its Python.

The token needs write access and is read from the environment only; it is neither printed nor
written anywhere. Exit code 1 and one line on stderr tell what went wrong.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from checks import check
from folder import BESIDES, MARK, PACKAGES, DeployError, build
from hardware import DEFAULT_HARDWARE, HARDWARE, kind_of
from huggingface_hub import HfApi, SpaceHardware
from huggingface_hub.constants import ENDPOINT
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Target:
    """What is built for.

    Attributes:
        hardware: Where the Space runs.
        sdk: How it is built.
        known: Whether it is there already.
    """

    hardware: str
    sdk: str
    known: bool = False


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; the exit code is 1 if it can't be done."""
    options = _options(arguments)
    token = os.environ.get("HF_TOKEN", "").strip()
    try:
        if options.repo is not None:
            _check_repo(options.repo)
        if options.dry_run is not None:
            _build_and_check(options.dry_run, _target(options.hardware, options.sdk))
            print("A dry run: nothing was uploaded.")
            return 0
        with tempfile.TemporaryDirectory(prefix="graft-space-") as temporary:
            folder = Path(temporary) / "space"
            _check_token(token)
            target = find(options.repo, token, options.hardware, options.sdk)
            _build_and_check(folder, target)
            address = upload(folder, options.repo, token, target, move=bool(options.hardware), private=options.private)
        print(f"Uploaded to {address}")
    except (DeployError, OSError) as error:
        print(f"error: {_safe(str(error), token)}", file=sys.stderr)
        return 1
    return 0


def find(repo: str, token: str, hardware: str | None, sdk: str | None) -> Target:
    """What to build for: what was asked for, else what the Space has, else the default.

    Args:
        repo: The Space, as OWNER/NAME.
        token: A token with write access.
        hardware: Where to run it; None: where it runs, a new one on ``cpu-basic``.
        sdk: How to build it; None: as it is built, a new one as is usual for the hardware.

    Raises:
        DeployError: The Hub can't be reached, or the Space runs on what is not known here.
    """
    api = HfApi(token=token)
    try:
        if not api.repo_exists(repo, repo_type="space"):
            return _target(hardware, sdk)
        info = api.space_info(repo)
    except (OSError, ValueError) as error:
        raise DeployError(f"Asking for {repo} failed: {_safe(str(error), token)}") from None
    runtime = info.runtime
    own = str(getattr(runtime, "requested_hardware", None) or getattr(runtime, "hardware", None) or DEFAULT_HARDWARE)
    built = info.sdk if info.sdk in BESIDES else None
    if hardware is None and own not in HARDWARE:
        raise DeployError(f"{repo} runs on {own!r}, which is not known here; say --hardware.")
    wanted = hardware or own
    kept = built if built in kind_of(wanted).sdks else None
    return replace(_target(wanted, sdk or kept), known=True)


def _target(hardware: str | None, sdk: str | None) -> Target:
    wanted = hardware or DEFAULT_HARDWARE
    return Target(wanted, sdk or kind_of(wanted).sdks[0])


def upload(folder: Path, repo: str, token: str, target: Target, *, move: bool = False, private: bool = False) -> str:
    """Make the folder a Space.

    Files of an earlier upload that are gone from the packages are removed from the Space; what its
    owner added beside them stays.

    Args:
        folder: A folder that :func:`build` wrote and :func:`check` found in order.
        repo: The Space, as OWNER/NAME; it is created if need be.
        token: A token with write access.
        target: What the folder was built for.
        move: Whether a Space that is there moves to that hardware.
        private: Whether only its owner sees it; a Space that is there is never made public.

    Returns:
        The Space's address.

    Raises:
        DeployError: The Hub refused, or can't be reached.
    """
    _check_repo(repo)
    api = HfApi(token=token)
    try:
        if not target.known:
            api.create_repo(
                repo,
                repo_type="space",
                space_sdk=target.sdk,
                space_hardware=SpaceHardware(target.hardware),
                private=private or None,
            )
        elif private:
            api.update_repo_settings(repo, private=True, repo_type="space")
        api.upload_folder(
            repo_id=repo,
            repo_type="space",
            folder_path=folder,
            commit_message="Deploy Graft",
            ignore_patterns=[MARK],
            delete_patterns=[f"{package}/*" for package in PACKAGES],
        )
        if target.known and move:
            api.request_space_hardware(repo, SpaceHardware(target.hardware))
    except (OSError, ValueError) as error:  # the Hub's own errors are OSErrors, its checks' ValueErrors
        raise DeployError(f"Uploading to {repo} failed: {_safe(str(error), token)}") from None
    return f"{ENDPOINT}/spaces/{repo}"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python spaces/deploy.py", description="Build, check and upload Graft's Space"
    )
    parser.add_argument("--dry-run", type=Path, metavar="DIR", help="build and check the folder, and upload nothing")
    parser.add_argument("--repo", metavar="OWNER/NAME", help="the Space; it is created if need be")
    parser.add_argument(
        "--hardware",
        choices=HARDWARE,
        help=f"where the Space runs (default: {DEFAULT_HARDWARE} for a new Space; one that is there keeps its own)",
    )
    parser.add_argument(
        "--sdk",
        choices=tuple(BESIDES),
        help="how the Space is built (default: gradio for a new Space; one that is there keeps its own)",
    )
    parser.add_argument("--private", action="store_true", help="only its owner sees the Space")
    options = parser.parse_args(arguments)
    if options.dry_run is None and options.repo is None:
        parser.error("one of --dry-run and --repo is needed")
    return options


def _check_repo(repo: str) -> None:
    try:
        validate_repo_id(repo)
    except HFValidationError:
        valid = False
    else:
        valid = repo.count("/") == 1
    if not valid:
        raise DeployError(f"{repo!r} is no Space's id; it is OWNER/NAME: letters, digits, and single - _ . in between.")


def _check_token(token: str) -> None:
    if not token:
        raise DeployError("HF_TOKEN is not set; put a token with write access into it.")


def _build_and_check(folder: Path, target: Target) -> None:
    """Build the folder, check it, and tell both."""
    names = build(folder, where=target.hardware, sdk=target.sdk)
    size = sum((folder / name).stat().st_size for name in names)
    places = Counter(f"{name.split('/')[0]}/" if "/" in name else name for name in names)
    print(f"Built {folder} for {target.hardware} with {target.sdk}: {len(names)} files, {size / 1e6:.2f} MB")
    for place, count in sorted(places.items()):
        print(f"  {place}" + (f" ({count} files)" if place.endswith("/") else ""))
    found = check(folder, where=target.hardware, sdk=target.sdk)
    for problem in found:
        print(f"problem: {problem}", file=sys.stderr)
    if found:
        raise DeployError(f"{folder} has {len(found)} problem(s), told above; nothing was uploaded.")
    print("Checked: the card, the pins, the files, their size, and that no secret is in them.")


def _safe(message: str, token: str) -> str:
    """One line without anything that looks like a token."""
    line = " ".join(message.split())
    if token:
        line = line.replace(token, "***")
    return re.sub(r"\bhf_\w{8,}", "hf_***", line)[:LONGEST_MESSAGE]


if __name__ == "__main__":
    sys.exit(main())
