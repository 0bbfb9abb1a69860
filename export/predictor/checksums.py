"""Whether a folder's files are those that were exported."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .folder import PredictorError

CHECKSUMS = "SHA256SUMS"


def verify(folder: Path) -> bool:
    """Compare every file that ``SHA256SUMS`` names with its checksum.

    Returns:
        Whether there are checksums.

    Raises:
        PredictorError: A file is missing or is another one.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    for line in lines:
        digest, _, name = line.partition(" ")
        try:
            with (folder / name[1:]).open("rb") as file:  # behind the digest stand two characters
                same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            same = False
        if not same:
            raise PredictorError(
                "{file} is not the file that was exported. Copy the folder again, or export anew.",
                file=str(folder / name[1:]),
            )
    return True
