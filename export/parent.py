"""Processes that do not outlive whoever started them."""

from __future__ import annotations

import os
import threading
import time


def end_with_parent() -> None:
    """Leave, in the middle of whatever it is, when the process that started this one is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
