"""Keeps runs and exports in a private data set of the Hub, for a host whose own disk is emptied at each restart.

The data set looks like the store's folder. A run is written there when it begins, so that it can be resumed, and whole
when it has ended; what is deleted here is deleted there, with the commits that held it. Nothing is ever sent to a data
set that others can read. After a restart an empty store is filled from it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.runs import RunRecord, RunStore
from pipeline.settings import Settings

if TYPE_CHECKING:
    from huggingface_hub import HfApi

logger = logging.getLogger(__name__)

#: Where the token is looked for. The first is for this alone; the second also opens the owner's private models to runs.
TOKENS = ("GRAFT_SYNC_TOKEN", "HF_TOKEN")
#: What visitors are known by again: without them nobody would find their runs after a restart.
KEYS = (".account-secret", ".browser-secret")
#: Decide whether a run has to be sent again.
TELLING = ("spec.json", "state.json", "share.json")
HIDDEN = [".*", "*/.*", "cancel"]  # locks and the like
GROWING = ["models/*", "exports/*"]  # of a run that is at work
Standing = Literal["kept", "failing"]


def keeper_of(store: RunStore, settings: Settings, environment: MutableMapping[str, str]) -> Keeper | None:
    """Who keeps the runs, if the host has named a data set and given a token.

    A token that is for nothing else is taken out of the environment: no process that is started later has it.
    """
    given = [environment.get(name, "").strip() for name in TOKENS]
    environment.pop(TOKENS[0], None)
    token = next(filter(None, given), "")
    if not settings.sync_repo:
        if given[0]:  # the other has uses besides
            logger.warning("%s is set, but not GRAFT_SYNC_REPO, the data set's name: nothing is kept.", TOKENS[0])
        return None
    if not token:
        logger.warning("GRAFT_SYNC_REPO is set, but neither of %s: nothing is kept.", ", ".join(TOKENS))
        return None
    from huggingface_hub import HfApi  # noqa: PLC0415 - only where it is used

    return Keeper(store, settings.sync_repo, HfApi(token=token), token, settings.sync_seconds)


def on_a_volume(path: Path) -> bool:
    """Whether a folder lies on a volume that was mounted below the root, as storage that outlives a Space is."""
    return any(os.path.ismount(place) for place in (path, *path.parents) if place != Path(place.anchor))


class Keeper:
    """Looks now and then which runs the data set does not have yet.

    Args:
        store: All runs.
        repo: The data set, as OWNER/NAME; it is created, private, if need be.
        api: Asks the Hub.
        token: What the log must never hold.
        seconds: Between two looks.

    Attributes:
        standing: Whether the data set has what it should have.
    """

    def __init__(self, store: RunStore, repo: str, api: HfApi, token: str, seconds: float = 60.0) -> None:
        self.store, self.repo, self.api, self.seconds = store, repo, api, seconds
        self.standing: Standing = "failing"  # until the data set has been seen
        self._token = token
        self._known: dict[str, tuple[object, ...]] = {}  # path in the data set → what it was like when it was sent
        self._restored = False
        self._stop = threading.Event()
        self._turn = threading.Lock()

    def restore(self) -> bool:
        """Fill an empty store from the data set; whether that went well. Before anything else looks at the store."""
        try:
            self._open()
            if not any(self.store.root.glob("*/state.json")):
                before = self._present()
                self._fetch()
                self._known = {path: stamp for path, stamp in self._present().items() if path not in before}
            self._restored, self.standing = True, "kept"
        except Exception as fault:  # noqa: BLE001 - the page comes up without, and says so
            self._failed("Restoring from", fault)
        return self._restored

    def sync(self) -> None:
        """Send what is new, delete what is gone. Does nothing if the store could not be restored."""
        if not self._restored:
            return
        with self._turn:
            try:
                self._sync()
                self.standing = "kept"
            except Exception as fault:  # noqa: BLE001 - it is tried again
                self._failed("Writing to", fault)

    def start(self) -> None:
        """Look in the background until :meth:`stop`; what could not be restored is not tried again."""
        threading.Thread(target=self._run, name="keeper", daemon=True).start()

    def stop(self) -> None:
        """Look a last time."""
        self._stop.set()
        self.sync()

    # ── how ──────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while not self._stop.wait(self.seconds):
            self.sync()

    def _open(self) -> None:
        """See that the data set is there and that nobody else reads it.

        Raises:
            PermissionError: Others can read it.
        """
        if not self.api.repo_exists(self.repo, repo_type="dataset"):
            self.api.create_repo(self.repo, repo_type="dataset", private=True)
        if not self.api.repo_info(self.repo, repo_type="dataset").private:
            raise PermissionError("it is public, and visitors' texts must not be; make it private in its settings")

    def _fetch(self) -> None:
        root = self.store.root
        root.mkdir(parents=True, exist_ok=True)
        self.api.snapshot_download(self.repo, repo_type="dataset", local_dir=root, ignore_patterns=[".gitattributes"])
        shutil.rmtree(root / ".cache", ignore_errors=True)  # the library's own notes
        for name in KEYS:
            if (root / name).exists():
                (root / name).chmod(0o600)

    def _sync(self) -> None:
        present = self._present()
        changed = [path for path, stamp in present.items() if self._known.get(path) != stamp]
        gone = [path for path in self._known if path not in present]
        if not changed and not gone:
            return
        self._open()  # somebody may have made it public meanwhile
        records = {record.id: record for record in self.store.list()}
        for path in changed:
            self._send(path, records.get(path))
            self._known[path] = present[path]
        for path in gone:
            self.api.delete_folder(path, self.repo, repo_type="dataset", commit_message=f"Delete {path}")
            del self._known[path]
        if gone:  # or the commits before would still hold what somebody wanted deleted
            self.api.super_squash_history(self.repo, repo_type="dataset")

    def _send(self, path: str, record: RunRecord | None) -> None:
        if path in KEYS:
            self.api.upload_file(
                path_or_fileobj=self.store.root / path, path_in_repo=path, repo_id=self.repo, repo_type="dataset"
            )
            return
        active = record is not None and record.state.active
        self.api.upload_folder(
            folder_path=self.store.root / path,
            path_in_repo=path,
            repo_id=self.repo,
            repo_type="dataset",
            commit_message=f"Keep {path}",
            ignore_patterns=[*HIDDEN, *(GROWING if active else ())],
            delete_patterns=None if active else ["*"],
        )

    def _present(self) -> dict[str, tuple[object, ...]]:
        """What the data set should have: path → what tells that it has changed. Files that no run reads stay here."""
        records = self.store.list()
        found: dict[str, tuple[object, ...]] = {
            record.id: (record.state, *map(_changed, (self.store.folder(record.id) / name for name in TELLING)))
            for record in records
        }
        specs = "".join(_text(self.store.folder(record.id) / "spec.json") for record in records)
        for path in self.store.uploads.glob("*"):
            if path.is_dir() and path.name in specs:
                found[f"{self.store.uploads.name}/{path.name}"] = ()
        for name in KEYS:
            if stamp := _changed(self.store.root / name):
                found[name] = (stamp,)
        return found

    def _failed(self, what: str, fault: Exception) -> None:
        self.standing = "failing"
        told = " ".join(str(fault).split()).replace(self._token, "***")
        logger.warning("%s %s failed: %s", what, self.repo, re.sub(r"\bhf_\w{8,}", "hf_***", told))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
