"""What is done with a run: cancel, resume, rename, share, delete; and what it was asked to do."""

from __future__ import annotations

from typing import Annotated, Any

from typing_extensions import TypedDict

from pipeline.spec.difference import ABSENT
from ui import access
from ui.api.kinds import Run, SpecText, Visitor
from ui.api.references import name_of, text_of
from ui.api.watching import RunInfo, line_of
from ui.handlers import progress, runs, sharing
from ui.handlers.recipes import recipe_of
from ui.services import Services

FILES = ("path", "dictionary")  # fields that name a file


class Shared(TypedDict):
    """A link to a report."""

    address: Annotated[str, "What stands behind the page's own address."]
    token: Annotated[str, "Of the link; `open_shared_report` takes it."]


class Asked(TypedDict):
    """What a run was asked to do."""

    spec: SpecText
    command: Annotated[str, "The command line that does the same with the spec as spec.json."]


class Differing(TypedDict):
    """A field of which two specs hold different values."""

    field: Annotated[list[str], "The names that lead to it: recipe, fine_tuning, epochs."]
    first: Annotated[Any, "Its value in the first run; null also where the part chosen there has no such field."]
    second: Annotated[Any, "Its value in the second."]


def cancel_run(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[RunInfo, "The run as it stands."]:
    """Ask a run to stop. It saves a checkpoint first, from which `resume_run` lets it go on."""
    progress.cancel(services, visitor, run)
    return line_of(services, visitor, run)


def resume_run(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[RunInfo, "The run, in the queue."]:
    """Let a run that failed, was cancelled or was interrupted go on where it stood."""
    progress.resume(services, visitor, run)
    return line_of(services, visitor, run)


def rename_run(
    services: Services, *, run: Run, name: Annotated[str, "1 to 80 characters."], visitor: Visitor = ""
) -> Annotated[RunInfo, "The run under its new name."]:
    """Call a run something else; its id stays."""
    runs.rename(services, visitor, run, name)
    return line_of(services, visitor, run)


def delete_run(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[bool, "True: it is gone."]:
    """Delete a run for good, with its models, exports and report. This can't be undone; one at work is refused."""
    runs.delete(services, visitor, run)
    return True


def share_report(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[Shared, "The link."]:
    """Make a link to a run's report. Whoever has it can read that report, and nothing else of yours."""
    token = sharing.share(services, visitor, run)
    return {"address": f"?{access.REPORT}={token}", "token": token}


def unshare_report(
    services: Services, *, run: Run, visitor: Visitor = ""
) -> Annotated[bool, "True: it leads nowhere."]:
    """Take the link to a run's report back."""
    sharing.take_back(services, visitor, run)
    return True


def read_spec(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[Asked, "Its spec and command line."]:
    """What a run was asked to do, whole: change it and start another run from it."""
    found = recipe_of(services, visitor, run)
    spec = services.store.spec(run).model_copy(update={"name": services.store.get(run).name})
    return {"spec": text_of(services, spec), "command": found.command}


def compare_specs(
    services: Services,
    *,
    run: Run,
    other: Annotated[str, "Id of the run that it is held against."],
    visitor: Visitor = "",
) -> Annotated[list[Differing], "The fields of which they hold different values."]:
    """What two runs were asked to do differently, field by field."""
    found = runs.compare(services, visitor, run, other).found
    return [
        {
            "field": [*one.path],
            "first": _value(services, one.path[-1], one.first),
            "second": _value(services, one.path[-1], one.second),
        }
        for one in found
    ]


def _value(services: Services, field: str, value: Any) -> Any:
    """A value as JSON; files by the names that programs know, wherever they stand in it."""
    if value is ABSENT:
        return None
    if isinstance(value, dict):
        # "path" makes gradio_client take an object for a file, which it would fetch.
        return {"file" if name == "path" else name: _value(services, name, part) for name, part in value.items()}
    return name_of(services, value) if field in FILES and isinstance(value, str) else value
