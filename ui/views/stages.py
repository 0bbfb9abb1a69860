"""The stages of a run: a graph of them, or a list where nothing tells what needs what.

What is done once more for another seed or another number of labels is one box: its stages are the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.events import Progress, StageProgress
from pipeline.runs import RunState
from ui.text import say
from ui.text.telling import tell
from ui.views.graph import HEIGHT, Graph, arrange, lines
from ui.views.html import Markup, duration, heading, tag

AGAIN = "@"  # in a stage's name, before what is different about it


@dataclass(frozen=True)
class Box:
    """A stage, or all those of a repetition, as it is drawn.

    Attributes:
        title: What it does.
        state: Waiting, running, done, reused, failed or stopped.
        fraction: Share that is done.
        detail: Seconds, or how far it has come.
        after: Names of the boxes that it needs.
        parts: What there is no room for: the step; of a repetition, its stages, each with its state.
    """

    title: str
    state: str
    fraction: float
    detail: str
    after: tuple[str, ...]
    parts: tuple[str, ...] = ()


def stages(progress: Progress, run: RunState) -> Markup:
    """The plan, each stage with its state and seconds."""
    boxes = _boxes(progress.stages, run)
    if not boxes:
        return Markup()
    title = heading(say("progress.stages"))
    if not any(box.after for box in boxes.values()):
        return tag("section", title, tag("ol", *(_item(box) for box in boxes.values()), class_="g-stages"))
    graph = arrange({name: box.after for name, box in boxes.items()})
    items = [_item(box, _place(graph, name), _needed(graph, name, boxes)) for name, box in boxes.items()]
    width, height = graph.size
    drawn = tag(
        "div",
        lines(graph, [name for name, box in boxes.items() if box.state in ("done", "reused")]),
        tag("ol", *items, class_="g-stages"),
        class_="g-graph",
        style=f"width:{width:g}px;height:{height:g}px",
    )
    label = say("progress.stages_label")
    return tag(
        "section", title, tag("div", drawn, class_="g-graph-scroll", tabindex="0", role="region", aria_label=label)
    )


def variant(stage: str) -> str:
    """What is different about a stage that is done once more: the number of labels, the seed, or both."""
    return say("common.list_separator").join(map(_difference, stage.split(AGAIN)[1:]))


def _difference(suffix: str) -> str:
    for kind, number in (("labels", suffix.removesuffix("-labels")), ("seed", suffix.removeprefix("seed-"))):
        if number != suffix:
            return say(f"progress.variant.{kind}", number=number)
    return suffix


def _boxes(found: Mapping[str, StageProgress], run: RunState) -> dict[str, Box]:
    """Boxes by name, in the order of the plan; a repetition bears the end of its stages' names."""
    members: dict[str, list[StageProgress]] = {}
    for stage in found.values():
        members.setdefault(_box_of(stage.name), []).append(stage)
    boxes = {}
    for name, inside in members.items():
        # A stage of a repetition may need another that stands in it.
        after = dict.fromkeys(_box_of(other) for stage in inside for other in stage.after)
        after.pop(name, None)
        make = _repetition if AGAIN in name else _single
        boxes[name] = make(inside, tuple(after), run)
    # A repetition is planned where its first stage is, but the last of what it needs may come later.
    return {name: boxes[name] for name in _in_order(boxes)}


def _box_of(stage: str) -> str:
    return stage[stage.index(AGAIN) :] if AGAIN in stage else stage


def _in_order(boxes: Mapping[str, Box]) -> Iterable[str]:
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name not in placed and name in boxes:
            for before in boxes[name].after:
                place(before)
            placed[name] = None

    for name in boxes:
        place(name)
    return placed


def _state(stage: StageProgress, run: RunState) -> str:
    # A stage that its worker left behind is not running any more.
    return "stopped" if stage.state == "running" and run is not RunState.RUNNING else stage.state


def _single(inside: list[StageProgress], after: tuple[str, ...], run: RunState) -> Box:
    stage = inside[0]
    state = _state(stage, run)
    title = tell(stage.title)
    if state == "running" and stage.total:
        step = say("progress.step", step=f"{stage.step:,}", total=f"{stage.total:,}")
        share = say("progress.percent", percent=round(100 * stage.fraction))
        return Box(title, state, stage.fraction, share, after, (step,))
    return Box(title, state, stage.fraction, duration(stage.seconds) if state in ("done", "failed") else "", after)


def _repetition(inside: list[StageProgress], after: tuple[str, ...], run: RunState) -> Box:
    states = [_state(stage, run) for stage in inside]
    ready = sum(state in ("done", "reused") for state in states)
    first = ("failed", "running", "stopped")
    begun = "running" if ready and run is RunState.RUNNING else "waiting"
    rest = ("reused" if set(states) == {"reused"} else "done") if ready == len(states) else begun
    cost = sum(stage.cost for stage in inside)
    return Box(
        say("progress.again", variant=variant(inside[0].name)),
        next((state for state in first if state in states), rest),
        sum(stage.cost * stage.fraction for stage in inside) / cost if cost else 0.0,
        say("progress.again_done", done=ready, total=len(inside)),
        after,
        tuple(
            say("progress.again_part", title=tell(stage.title), state=say(f"progress.stage.{state}"))
            for stage, state in zip(inside, states, strict=True)
        ),
    )


def _place(graph: Graph, name: str) -> str:
    left, top = graph.place(graph.spots[name])
    return f"left:{left:g}px;top:{top:g}px;width:{graph.across[0]}px;height:{HEIGHT}px"


def _needed(graph: Graph, name: str, boxes: Mapping[str, Box]) -> str:
    titles = [boxes[before].title for before in graph.needs[name]]
    return say("progress.stage_after", names=say("common.list_separator").join(titles)) if titles else ""


def _item(box: Box, style: str | None = None, needed: str = "") -> Markup:
    bar = tag("span", tag("span", style=f"width:{100 * box.fraction:.1f}%"), class_="g-stage-bar", aria_hidden="true")
    heard = say("common.list_separator").join((*box.parts, *([needed] if needed else [])))
    return tag(
        "li",
        tag("i", class_="g-mark", aria_hidden="true"),
        tag(
            "span",
            tag("span", box.title, class_="g-clamped"),
            bar if box.state == "running" else None,
            class_="g-stage-title",
        ),
        tag("span", box.detail, class_="g-num g-hint"),
        tag("span", say(f"progress.stage.{box.state}"), class_="g-stage-state"),
        tag("span", heard, class_="g-heard") if heard else None,
        class_=f"g-stage-{box.state}",
        style=style,
        title="\n".join((box.title, *box.parts)),
    )
