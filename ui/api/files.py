"""Bringing files, and looking at them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from gradio import FileData
from gradio.utils import get_upload_folder
from pydantic import ValidationError
from typing_extensions import TypedDict

from pipeline.data.dictionary import read_dictionary
from pipeline.data.inspection import Inspection
from pipeline.data.problems import Problem
from pipeline.doctor import Role
from pipeline.errors import DataError
from pipeline.spec import DatasetSpec
from ui.api.faults import wrong
from ui.api.kinds import File, Reading, Task, Visitor
from ui.api.references import bring, name_of, path_of, samples
from ui.handlers import uploads
from ui.services import Services
from ui.text import say
from ui.text.telling import tell


class Upload(TypedDict):
    """A file that was brought."""

    file: Annotated[str, "Its name in further calls."]
    bytes: Annotated[int, "Its size."]


class Sample(TypedDict):
    """A file that comes with Graft."""

    file: Annotated[str, "Its name in further calls."]
    role: Annotated[str, "What the demo takes it for, as in `files` of `write_spec`; empty: not part of the demo."]


class Trouble(TypedDict):
    """Something that has to be corrected before a file can be used."""

    code: Annotated[str, "The same for every file."]
    message: Annotated[str, "What is wrong."]
    remedy: Annotated[str, "What to do about it."]
    rows: Annotated[list[int], "Numbers of the rows concerned, the first ten."]


class Inspected(TypedDict):
    """What a file holds."""

    file: Annotated[str, "Its name."]
    usable: Annotated[bool, "Whether it can be used as it is."]
    reading: Annotated[Reading, "How it was read: format, encoding, columns."]
    columns: Annotated[list[str], "All of its columns."]
    rows: Annotated[int, "Its rows; of tagged words, its sentences."]
    texts: Annotated[int, "Rows or sentences that can be used; of a dictionary, words with a translation."]
    label_counts: Annotated[dict[str, int], "Label → how many texts, entities or words have it."]
    preview: Annotated[list[list[str]], "The first rows."]
    problems: Annotated[list[Trouble], "What has to be corrected before it can be used."]
    notes: Annotated[list[str], "What was guessed, repaired or left out."]


def upload_file(
    services: Services,
    *,
    file: Annotated[FileData, "The file: with gradio_client, handle_file(path)."],
    visitor: Visitor = "",
) -> Annotated[Upload, "The file's name in further calls."]:
    """Bring a file of texts, or a dictionary. It is kept as long as a run reads it, else for a day.

    CSV, TSV, JSON lines, plain text, CoNLL and CoNLL-U in UTF-8, UTF-16 or GB18030 are read; look at it with
    `inspect_file`.
    """
    path = Path(file.path).resolve()
    if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
        raise DataError(say("api.not_uploaded"), say("api.not_uploaded_remedy"))
    return {"file": bring(services, visitor, path), "bytes": path.stat().st_size}


def upload_text(
    services: Services,
    *,
    name: Annotated[str, "The file's name, with an extension that tells its form: reviews.csv, notes.txt."],
    content: Annotated[str, "What stands in it."],
    visitor: Visitor = "",
) -> Annotated[Upload, "The file's name in further calls."]:
    """Bring a file whose content is at hand as text, without a file of your own: a few labelled rows of CSV, say."""
    with tempfile.TemporaryDirectory(prefix="graft-") as folder:
        path = Path(folder) / uploads.safe_name(name)
        path.write_text(content, encoding="utf-8", newline="")
        return {"file": bring(services, visitor, path), "bytes": path.stat().st_size}


def list_samples(services: Services) -> Annotated[list[Sample], "The files."]:
    """The files that come with Graft: English and Chinese reviews, entities, headlines, a dictionary. To try it out."""
    slots, dictionary = uploads.samples(services)
    roles: dict[str, str] = {slot.accepted.dataset.path: role for role, slot in slots.items() if slot.accepted}
    roles |= {dictionary.path: "dictionary"} if dictionary.path else {}
    return [{"file": name, "role": roles.get(str(path), "")} for name, path in samples().items()]


def inspect_file(
    services: Services,
    *,
    file: File,
    role: Annotated[
        Role, "What it is for; unlabelled texts are looked at without labels, a dictionary by its words."
    ] = "target",
    task: Task = "text-classification",
    reading: Annotated[Reading | None, "How to read it, where what was detected is wrong."] = None,
    visitor: Visitor = "",
) -> Annotated[Inspected, "What was detected, and what has to be corrected."]:
    """Look at a file: format, encoding, columns, labels, first rows, and what is wrong with it, by row."""
    path = path_of(services, visitor, file)
    if role == "dictionary":
        return _dictionary(services, path, file)
    slot = uploads.look_at(services, role, dataset_of(path, reading or {}), task)
    if slot.failure:
        raise DataError(slot.failure.message, slot.failure.remedy)
    assert slot.shown is not None  # noqa: S101 - without a failure there is something to show
    return inspected(services, slot.shown)


def dataset_of(path: Path, reading: Reading) -> DatasetSpec:
    """A file and how it is read, as a spec has it.

    Raises:
        SpecError: There is no such way to read a file.
    """
    given = {name: value for name, value in reading.items() if value != ""}
    try:
        return DatasetSpec.model_validate({**given, "path": str(path)})
    except ValidationError as error:
        raise wrong(error) from error


def inspected(services: Services, found: Inspection) -> Inspected:
    """What a file holds, as plain data."""
    read = found.dataset.model_dump(exclude={"path"}, exclude_none=True)
    return {
        "file": name_of(services, found.dataset.path),
        "usable": found.ok,
        "reading": read,  # type: ignore[typeddict-item]  # the spec's own fields
        "columns": found.columns,
        "rows": found.row_count,
        "texts": found.texts,
        "label_counts": found.label_counts,
        "preview": found.preview,
        "problems": [_trouble(problem) for problem in found.problems],
        "notes": [tell(note) for note in found.notes],
    }


def _trouble(problem: Problem) -> Trouble:
    return {
        "code": problem.code,
        "message": tell(problem.message),
        "remedy": tell(problem.remedy),
        "rows": [*problem.rows],
    }


def _dictionary(services: Services, path: Path, name: str) -> Inspected:
    entries = read_dictionary(path, services.settings)
    return {
        "file": name,
        "usable": True,
        "reading": {},
        "columns": [],
        "rows": len(entries),
        "texts": len(entries),
        "label_counts": {},
        "preview": [],
        "problems": [],
        "notes": [],
    }
