"""What Gradio keeps for each of its sessions, less a description of the whole page.

A tab of a browser is a session, and so is every call by a program. For each, Gradio describes all components anew, a
twentieth of a second's work and a megabyte, so that a "deep link" can give a session's values to another. Graft has
runs and shared reports to link to, and what a visitor has typed is nobody else's.
"""

from __future__ import annotations

from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.context import LocalContext

T = TypeVar("T")
MOST = 5000  # sessions that are kept; then the one goes that was longest unused
_UNTOLD: dict[str, Any] = {}


class PageConfig(BlocksConfig):
    """The components and events of the page, of which each session has a copy to change."""

    def __copy__(self) -> BlocksConfig:
        """As a session has it."""
        own = SessionConfig(self.root_block)
        own.blocks, own.fns, own.fn_id = {**self.blocks}, {**self.fns}, self.fn_id
        return own


class SessionConfig(BlocksConfig):
    """Those of one session."""

    @staticmethod
    def config_for_block(_id: int, rendered_ids: list[int], block: Any, renderable: Any = None) -> dict[str, Any]:
        """A component that the session draws for itself, as the browser is told; of the page's own nothing is kept."""
        return BlocksConfig.config_for_block(_id, rendered_ids, block, renderable) if renderable else _UNTOLD


def by_now(state: gr.State, before: T) -> T:
    """What a session keeps in a state by now: another event may have ended while one worked with what was there before.

    Gradio hands an event the states as they are when it begins, and sets them when it ends, whoever else set them
    meanwhile. Outside of an event nothing has changed.
    """
    request, blocks = LocalContext.request.get(None), LocalContext.blocks.get(None)
    session = getattr(request, "session_hash", None)
    key = state._id  # noqa: SLF001 - Gradio's own key of it
    return blocks.state_holder[session][key] if blocks and session else before
