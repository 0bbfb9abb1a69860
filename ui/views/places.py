"""Where variants run on this machine, in words."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.spec import ModelName
from ui.handlers.places import Place
from ui.text import say
from ui.text.telling import tell
from ui.views.html import Markup, tag

ENDING = "ExecutionProvider"
#: Where nobody has asked where variants run.
NOWHERE: Mapping[ModelName, Mapping[str, Place]] = {}


def places(found: Mapping[str, Place]) -> Markup | None:
    """A line for all variants that run in one place for the same reasons; None if nothing is known of any."""
    if not found:
        return None
    alike: dict[Place, list[str]] = {}
    for variant, place in found.items():
        alike.setdefault(place, []).append(variant)
    lines = [tag("li", tag("b", ", ".join(variants)), " ", _told(place)) for place, variants in alike.items()]
    return tag("div", tag("h4", say("export.runs_here")), tag("ul", *lines, class_="g-plain g-hint"))


def _told(place: Place) -> str:
    said = [say("export.runs_on", provider=_short(place.provider))]
    if place.unfit:
        said.append(say("compare.unfit", reason=tell(place.unfit)))
    said += [say(f"export.over_{why}", provider=_short(name)) for name, why in place.over]
    return " ".join(said)


def _short(provider: str) -> str:
    """As people call it, and the table of variants: ``CUDA`` for ``CUDAExecutionProvider``."""
    return {"Tensorrt": "TensorRT"}.get(name := provider.removesuffix(ENDING), name)
