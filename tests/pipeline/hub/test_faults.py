"""What goes wrong at the Hub is told in words, however deep in the libraries it began."""

from __future__ import annotations

import pytest
import requests
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from pipeline.errors import DataError
from pipeline.hub.faults import FAULTS, told
from pipeline.hub.records import Wanted
from pipeline.outward import InwardError

WANTED = Wanted.of("tiny/reviews", revision="old")


def _answered(status: int) -> HfHubHTTPError:
    response = requests.Response()
    response.status_code = status
    return HfHubHTTPError("no", response=response)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OfflineModeIsEnabled("off"), "the Hugging Face Hub is out of reach"),
        (requests.exceptions.ConnectTimeout(), "the Hugging Face Hub is out of reach"),
        (InwardError("10.0.0.1"), "an address of this server's own network"),
        (_answered(503), "The Hub answered 503 for tiny/reviews"),
        (ValueError("line 3\n  is odd."), "can't be read: line 3 is odd. Choose another"),
        (KeyError(), "can't be read: KeyError"),
    ],
)
def test_what_is_raised_beneath_something_else_is_told(error: Exception, said: str) -> None:
    with pytest.raises(DataError, match=said), told(WANTED):
        raise error
    if isinstance(error, tuple(kind for kinds, _ in FAULTS for kind in kinds)):
        with pytest.raises(DataError, match=said), told(WANTED):
            raise RuntimeError("the library gave up") from error


def test_what_is_told_already_goes_through_as_it_is() -> None:
    own = DataError("It is empty.", "Choose another.")
    with pytest.raises(DataError) as caught, told(WANTED):
        raise own
    assert caught.value is own
