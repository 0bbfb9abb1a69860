"""Whether what is made here lasts."""

from __future__ import annotations

from typing import Literal

from pipeline.keeping import on_a_volume
from ui.services import Services

Lasting = Literal["volume", "repo", "failing", "nowhere"]


def lasting(services: Services) -> Lasting:
    """Where runs are kept beyond a restart: on a volume, in a data set, there but not just now, or nowhere."""
    if on_a_volume(services.store.root):
        return "volume"
    if services.keeper is None:
        return "nowhere"
    return "repo" if services.keeper.standing == "kept" else "failing"
