"""Whether a folder's files are those that were exported."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .folder import FILES, PredictorError

CHECKSUMS = "SHA256SUMS"


def verify(folder: Path) -> bool:
    """Compare every file that ``SHA256SUMS`` names with its checksum.

    Returns:
        Whether there are checksums.

    Raises:
        PredictorError: A file is missing or is another one, or there is no checksum of one that is always there.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    except UnicodeDecodeError:
        lines = []
    lacking = set(FILES)
    for line in lines:
        digest, _, name = line.partition(" ")
        name = name[1:]  # behind the digest stand two characters
        lacking.discard(name)
        try:
            with (folder / name).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            same = False
        if not same:
            raise PredictorError(
                "{file} is not the file that was exported. Copy the folder again, or export anew.",
                file=str(folder / name),
            )
    if lacking:
        raise PredictorError(
            "{file} has no checksum of {lacking}. Copy the folder again, or export anew.",
            file=str(folder / CHECKSUMS),
            lacking=", ".join(sorted(lacking)),
        )
    return True
