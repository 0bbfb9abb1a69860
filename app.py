"""Starts Graft's page: ``python app.py``."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import sys

from ui.api.tools import without_protocol

with without_protocol():
    from ui.server import main

if __name__ == "__main__":
    sys.exit(main())
