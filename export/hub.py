"""Pushing an exported folder to the Hugging Face Hub, model card and all.

The token is the environment's, the person's login's, or one that is given for this once. It is handed to the
library and to nothing else: it is not kept, not logged, and in no message.
"""

from __future__ import annotations

import glob
import re
import tempfile
from pathlib import Path
from typing import Protocol

from export.choosing import chosen
from export.package import held
from export.record import CHECKSUMS
from pipeline.errors import ExportError
from pipeline.messages import Message, Template
from pipeline.outward import InwardError, outward_only

#: ``OWNER/NAME`` as the Hub allows it.
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


_OTHERWISE = Template("The Hub refused {repo}: it answered {status}.")
_TRY_LATER = Template("Try again later.")
#: By the status that the Hub answers with.
_REFUSED = {
    401: Template("The Hub does not know this token."),
    403: Template("This token may not write to {repo}."),
    404: Template("The Hub knows no owner for {repo} that this token may see."),
}
_REMEDIES = {
    401: Template("Make a new one at https://huggingface.co/settings/tokens."),
    403: Template("Give a token with the right to write, or a repository of your own."),
    404: Template("Check OWNER/NAME."),
}


class Api(Protocol):
    """What is asked of ``huggingface_hub.HfApi``."""

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool, repo_type: str) -> object:
        """Make the repository unless it is there."""

    def hf_hub_download(self, repo_id: str, filename: str, *, repo_type: str, local_dir: str) -> str:
        """Bring one of the repository's files into a folder; where it lies."""

    def upload_folder(
        self, *, repo_id: str, folder_path: Path, commit_message: str, repo_type: str, delete_patterns: list[str]
    ) -> object:
        """Bring a folder's files there, and delete those that match and are not among them, in one commit."""


def push(
    folder: Path,
    repo: str,
    *,
    private: bool = False,
    allow_failed: bool = False,
    token: str | None = None,
    api: Api | None = None,
) -> str:
    """Bring a variant's folder to the Hub, in the place of the variant that was pushed there before.

    Of what is there, only the files are deleted that the checksums of an earlier push name; what somebody else put
    there stays.

    Args:
        folder: Of one exported variant; its checksums are held against its files first.
        repo: ``OWNER/NAME``; made if it is not there.
        private: Whether a repository that is made is private; one that is there stays as it is.
        allow_failed: Whether it may be a variant that missed its parity gate.
        token: For this once; by default that of the environment (``HF_TOKEN``) or of the person's login.
        api: By default the Hub's.

    Returns:
        The address of the commit.

    Raises:
        ExportError: The folder is no whole variant, or one that missed its gate; there is no token, the Hub can't be
            reached, or it refuses.
    """
    if not _REPO.fullmatch(repo) or "--" in repo or ".." in repo:
        raise ExportError("{repo!r} is no name of a repository.", "Give OWNER/NAME.", repo=repo)
    chosen(held(folder), allow_failed=allow_failed)
    # The library takes a second to import.
    from huggingface_hub import HfApi, get_token  # noqa: PLC0415
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    token = (token or "").strip() or get_token()
    if not token:
        raise ExportError(
            "There is no token for the Hub.", "Set HF_TOKEN, log in with `hf auth login`, or give one for this once."
        )
    hub: Api = api or HfApi(token=token)
    try:
        with outward_only():
            hub.create_repo(repo, private=private, exist_ok=True, repo_type="model")
            done = hub.upload_folder(
                repo_id=repo,
                folder_path=folder,
                commit_message=f"Export {folder.name}",
                repo_type="model",
                delete_patterns=_pushed_before(hub, repo),
            )
    except InwardError:
        raise ExportError(
            "The Hub can't be reached: {fault}.",
            "Check the network, and try again.",
            fault=Message("its answer leads to an address of this server's own network"),
        ) from None
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", 0)
        raise ExportError(
            _REFUSED.get(status, _OTHERWISE), _REMEDIES.get(status, _TRY_LATER), repo=repo, status=status
        ) from None  # the library's own error quotes the request
    except HFValidationError:  # it knows more names that the Hub does not take than the pattern above
        raise ExportError("{repo!r} is no name of a repository.", "Give OWNER/NAME.", repo=repo) from None
    except ValueError as error:  # of the model card's header, before anything is sent
        raise ExportError(
            "The Hub does not take {folder}: {fault}",
            "Report this model as a defect.",
            folder=folder.name,
            fault=str(error).replace(token, "…"),
        ) from None
    except OSError as error:  # those of the network, and of offline mode, are
        raise ExportError(
            "The Hub can't be reached: {fault}.", "Check the network, and try again.", fault=type(error).__name__
        ) from None
    return str(getattr(done, "commit_url", None) or done)


def _pushed_before(hub: Api, repo: str) -> list[str]:
    """Patterns of the files that an earlier push brought to a repository, by the checksums that it brought along.

    Raises:
        OSError: The Hub can't be reached, or refuses.
    """
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        with tempfile.TemporaryDirectory() as place:  # not kept: on a shared page it is a visitor's
            found = hub.hf_hub_download(repo, CHECKSUMS, repo_type="model", local_dir=place)
            sums = Path(found).read_text(encoding="utf-8")
    except LocalEntryNotFoundError as error:  # the library's word for a Hub that can't be reached
        raise ConnectionError from error
    except (EntryNotFoundError, UnicodeDecodeError):
        return []
    return [glob.escape(name) for _, _, name in (line.partition("  ") for line in sums.splitlines()) if name]
