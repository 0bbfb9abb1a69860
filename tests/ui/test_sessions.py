"""Sessions work as Gradio's own do, and keep no description of the page."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
from gradio.state_holder import SessionState

from tests.apart import apart
from ui.languages import MultilingualBlocks
from ui.sessions import by_now


def page() -> tuple[MultilingualBlocks, gr.Textbox, gr.State]:
    with MultilingualBlocks() as blocks:
        box, state = gr.Textbox("given"), gr.State([1])

        @gr.render(inputs=[box])
        def draw(text: str) -> None:
            gr.Textbox(text, label="drawn").change(str, [box], [state])

    return blocks, box, state


def test_nothing_that_a_visitor_types_is_kept_to_be_linked_to() -> None:
    blocks, box, _ = page()
    session = SessionState(blocks)
    session._update_value_in_config(box._id, "typed by a visitor")
    assert [*session.components] == []
    assert [*SessionState(blocks).components] == []


def test_sessions_change_their_own_alone() -> None:
    blocks, box, state = page()
    one, other = SessionState(blocks), SessionState(blocks)
    one[state._id] = [2]
    one[box._id] = gr.Textbox("changed", render=False)
    assert (one[state._id], other[state._id]) == ([2], [1])
    assert (one[box._id].value, other[box._id].value, blocks.blocks[box._id].value) == ("changed", "given", "given")


def drawn(blocks: MultilingualBlocks, session: SessionState, text: str) -> list[str]:
    event = next(fn for fn in blocks.fns.values() if fn.renderable)
    done = apart(blocks.process_api(event, [text], state=session))
    return [each["props"]["value"] for each in done["render_config"]["components"] if each["props"].get("value")]


def test_what_a_session_draws_for_itself_is_told_to_its_browser() -> None:
    blocks, *_ = page()
    one, other = SessionState(blocks), SessionState(blocks)
    before = len(blocks.fns)
    assert drawn(blocks, one, "mine") == ["mine"]
    assert drawn(blocks, one, "again") == ["again"]
    assert drawn(blocks, other, "theirs") == ["theirs"]
    assert len(blocks.fns) == before
    assert len(one.blocks_config.fns) == before + 1


def test_an_event_can_see_what_others_have_set_while_it_worked() -> None:
    """Given as many states as Gradio gives it, and run as Gradio runs it."""
    seen = []
    with MultilingualBlocks() as blocks:
        state = gr.State([1])

        def long(held: list[int]) -> list[int]:
            seen.append(by_now(state, held) is held)
            blocks.state_holder["a tab"][state._id] = [2]  # as an event does that ends meanwhile
            seen.append(by_now(state, held))
            return held

        gr.Button().click(long, [state], [state])
    (event,) = blocks.fns.values()
    request = SimpleNamespace(session_hash="a tab")
    blocks.state_holder.set_blocks(blocks)
    apart(blocks.process_api(event, [None], request=request, state=blocks.state_holder["a tab"]))
    assert seen == [True, [2]]
    assert by_now(state, [3]) == [3]  # outside of an event
