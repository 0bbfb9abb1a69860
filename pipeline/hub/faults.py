"""What the libraries raise while a data set is looked up or read, as errors that a person can act on.

Loads ``datasets``, whose errors are among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from datasets.data_files import EmptyDatasetError
from datasets.exceptions import DataFilesNotFoundError, DatasetNotFoundError
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import Timeout

from pipeline.errors import DataError
from pipeline.hub.records import Wanted
from pipeline.outward import InwardError


@contextmanager
def told(wanted: Wanted) -> Iterator[None]:
    """Turn what the libraries raise into an error that a person can act on.

    Raises:
        DataError: Whatever went wrong, in words; one that says so already goes through as it is.
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        chain = [*_chain(error)]
        for kinds, tell in FAULTS:
            if any(isinstance(one, kinds) for one in chain):
                raise tell(wanted, chain[-1]) from error
        fault = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError(
            "{dataset} can't be read: {fault}.",
            "Choose another data set, or download its texts and upload them as a file.",
            dataset=wanted.dataset,
            fault=fault.rstrip("."),
        ) from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _gated(wanted: Wanted, _: BaseException) -> DataError:
    return DataError(
        "{dataset} is open only to those who were given access.",
        "Ask for it on the data set's page on the Hub; then sign in, or set HF_TOKEN to a token of yours.",
        dataset=wanted.dataset,
    )


def _unknown(wanted: Wanted, _: BaseException) -> DataError:
    return DataError(
        "The Hub has no data set {dataset}, or it is private.",
        "Check the id. For a private one sign in, or set HF_TOKEN to a token that may read it.",
        dataset=wanted.dataset,
    )


def _no_revision(wanted: Wanted, _: BaseException) -> DataError:
    return DataError(
        "{dataset} has no revision {revision!r}.",
        "Leave it empty to take the newest.",
        dataset=wanted.dataset,
        revision=wanted.revision,
    )


def _no_files(wanted: Wanted, _: BaseException) -> DataError:
    return DataError("{dataset} has no files with texts.", "Choose another data set.", dataset=wanted.dataset)


def _inward(wanted: Wanted, _: BaseException) -> DataError:
    return DataError(
        "{dataset} can't be fetched: an answer leads to an address of this server's own network.",
        "Choose another data set, or upload the texts as a file.",
        dataset=wanted.dataset,
    )


def _out_of_reach(wanted: Wanted, _: BaseException) -> DataError:
    return DataError(
        "{dataset} can't be fetched: the Hugging Face Hub is out of reach.",
        "Try again later, or upload the texts as a file.",
        dataset=wanted.dataset,
    )


def _refused(wanted: Wanted, error: BaseException) -> DataError:
    status = getattr(getattr(error, "response", None), "status_code", "?")
    return DataError(
        "The Hub answered {status} for {dataset}.",
        "Try again later. If it is private, sign in, or set HF_TOKEN.",
        status=status,
        dataset=wanted.dataset,
    )


#: What the libraries raise, the telling ones first → what is said of it.
FAULTS: tuple[tuple[tuple[type[BaseException], ...], Callable[[Wanted, BaseException], DataError]], ...] = (
    ((InwardError,), _inward),
    ((GatedRepoError,), _gated),
    ((RepositoryNotFoundError,), _unknown),
    ((RevisionNotFoundError,), _no_revision),
    ((OfflineModeIsEnabled, LocalEntryNotFoundError, NotConnected, Timeout), _out_of_reach),
    ((DataFilesNotFoundError, EmptyDatasetError, EntryNotFoundError), _no_files),
    ((DatasetNotFoundError,), _unknown),
    ((HfHubHTTPError,), _refused),
)
