"""Whether the Hugging Face Hub answers: what has to be fetched is offered as soon as that is known."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request


class HubProbe:
    """Asks once, in the background, whether the Hub answers; nobody waits for it.

    Attributes:
        reachable: None until it is known.
    """

    def __init__(self, timeout: float) -> None:
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")  # as huggingface_hub reads it
        self.url = f"{endpoint.rstrip('/')}/api/models?limit=1"
        self.timeout = timeout
        self.reachable: bool | None = None

    def start(self) -> None:
        """Begin to ask. After ``timeout`` seconds at most, :attr:`reachable` is known."""
        threading.Thread(target=self._ask, name="hub-probe", daemon=True).start()
        timer = threading.Timer(self.timeout, self._give_up)
        timer.daemon = True
        timer.start()

    def _ask(self) -> None:
        try:
            with urllib.request.urlopen(self.url, timeout=self.timeout) as answer:  # noqa: S310 - the host chose it
                found = answer.status == 200
        except (urllib.error.URLError, OSError, ValueError):
            found = False
        if self.reachable is None:
            self.reachable = found

    def _give_up(self) -> None:
        # Name resolution can outlast the socket's own time limit.
        if self.reachable is None:
            self.reachable = False
