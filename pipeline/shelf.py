"""Finished stages where every machine can fetch them: a shared folder, S3 and what else fsspec can reach.

Below the address lies ``<key>.json`` for each finished stage: it names the folder with its files, and their checksums.
It is written last, so that what has one is whole; two machines that have made the same stage each have a folder of
their own, and the later word counts.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.artifacts import checksums
from pipeline.errors import RunError, SpecError

VARIABLE = "GRAFT_ARTIFACTS"


@dataclass(frozen=True)
class Shelf:
    """Finished stages below one address.

    Args:
        address: As fsspec reads it: ``file:///mnt/graft``, ``s3://bucket/graft``. Keys and hosts of a store are in the
            variables that its own library reads, on each machine.
    """

    address: str

    def complete(self, key: str) -> bool:
        """Whether the stage with this key lies here."""
        self._files.invalidate_cache()  # others write here, too
        return bool(self._files.exists(self._mark(key)))

    def put(self, key: str, folder: Path) -> None:
        """Bring a finished stage here; its mark is written when all of it is."""
        sums = checksums(folder)
        name = f"{key}-{secrets.token_hex(4)}"
        self._files.makedirs(f"{self._root}/{name}", exist_ok=True)
        for parent in sorted({str(Path(each).parent) for each in sums} - {"."}):
            self._files.makedirs(f"{self._root}/{name}/{parent}", exist_ok=True)
        for each in sums:
            self._files.put_file(str(folder / each), f"{self._root}/{name}/{each}")
        written = f"{self._root}/{name}.mark"  # under another name, for a folder's files are seen as they are written
        self._files.pipe_file(written, json.dumps({"folder": name, "sums": sums}, indent=1).encode())
        self._files.mv(written, self._mark(key))

    def get(self, key: str, folder: Path) -> None:
        """Fetch a finished stage into an empty folder.

        Raises:
            RunError: Its files are not those that were brought here. The mark is taken away then.
        """
        mark: Mapping[str, Any] = json.loads(self._files.cat_file(self._mark(key)))
        for name, wanted in mark["sums"].items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._files.get_file(f"{self._root}/{mark['folder']}/{name}", str(place))
                with open(place, "rb") as file:
                    whole = hashlib.file_digest(file, "sha256").hexdigest() == wanted
            except FileNotFoundError:
                whole = False
            if not whole:
                self._files.rm_file(self._mark(key))
                raise RunError(
                    "{file} of a finished stage is damaged at {address}.",
                    "Resume the run: the stage is done anew.",
                    file=name,
                    address=self.address,
                )

    def _mark(self, key: str) -> str:
        return f"{self._root}/{key}.json"

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec  # noqa: PLC0415 - the page need not wait for it

        try:
            files, root = fsspec.core.url_to_fs(self.address)
            files.makedirs(root, exist_ok=True)
        except Exception as error:  # each kind of store has its own
            raise SpecError(
                "{variable} is {value!r}, which can't be used: {fault}.",
                "Correct it, or install what its kind of store needs: `pip install -r requirements-s3.txt` for s3://.",
                variable=VARIABLE,
                value=self.address,
                fault=" ".join(str(error).split()).rstrip("."),
            ) from error
        return files, root.rstrip("/")

    @property
    def _files(self) -> Any:
        return self._place[0]

    @property
    def _root(self) -> str:
        return self._place[1]

    def __getstate__(self) -> dict[str, str]:
        return {"address": self.address}  # open connections stay where they are

    def __setstate__(self, state: dict[str, str]) -> None:
        object.__setattr__(self, "address", state["address"])
