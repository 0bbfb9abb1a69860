"""Bringing files, and looking at them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, cast

from gradio import FileData
from gradio.utils import get_upload_folder
from pydantic import ValidationError
from typing_extensions import TypedDict

from pipeline.data.dictionary import read_dictionary
from pipeline.data.inspection import Inspection
from pipeline.data.problems import Problem
from pipeline.doctor import Role
from pipeline.errors import DataError
from pipeline.samples import SAMPLES
from pipeline.spec import PLACES, DatasetSpec, DataSpec, TaskName
from ui.api.faults import wrong
from ui.api.kinds import File, Files, Reading, Task, Visitor
from ui.api.references import bring, name_of, own, path_of
from ui.handlers import hub, uploads
from ui.services import Services
from ui.text import say
from ui.text.telling import tell


class Upload(TypedDict):
    """A file that was brought."""

    file: Annotated[str, "Its name in further calls."]
    bytes: Annotated[int, "Its size."]


class SampleInfo(TypedDict):
    """Texts that come with Graft."""

    name: Annotated[str, "What they are called."]
    task: Annotated[TaskName, "What can be learned from them."]
    files: Annotated[
        Files, "The files by what they are for, as `check_data`, `write_spec` and `start_training` take them."
    ]


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


class DatasetBrought(TypedDict):
    """A data set of the Hub that was brought here."""

    file: Annotated[str, "Its name in further calls."]
    rows: Annotated[int, "How many were brought."]
    notes: Annotated[list[str], "What is to be known of them."]
    found: Annotated[Inspected, "What the file holds."]


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
        path.write_text(content, encoding="utf-8", errors="replace", newline="")
        return {"file": bring(services, visitor, path), "bytes": path.stat().st_size}


def fetch_dataset(
    services: Services,
    *,
    dataset: Annotated[str, "Its id, as OWNER/NAME, or the address of its page."],
    config: Annotated[str, "Which configuration; empty: its default, or the only one."] = "",
    split: Annotated[str, "Which split; empty: train, or the first one."] = "",
    role: Annotated[uploads.Role, "What the texts are for."] = "target",
    task: Task = "text-classification",
    visitor: Visitor = "",
) -> Annotated[DatasetBrought, "The file, and what it holds."]:
    """Bring a public data set of the Hugging Face Hub here, where the Hub can be reached; it is then a file like any.

    No code of a data set is run.
    """
    steps = hub.bring(services, visitor, uploads.Slot(), hub.Named(dataset, config, split), role=role, task=task)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            brought: hub.Brought = end.value
            break
    if brought.slot.failure:
        raise DataError(brought.slot.failure.message, brought.slot.failure.remedy)
    assert brought.slot.shown is not None  # noqa: S101 - without a failure there is something to show
    found = inspected(services, brought.slot.shown)
    file = own(services, visitor, Path(brought.slot.shown.dataset.path))
    return {"file": file, "rows": brought.rows or 0, "notes": [tell(note) for note in brought.notes], "found": found}


def list_samples(services: Services) -> Annotated[list[SampleInfo], "The samples, the demo's own first."]:
    """The texts that come with Graft, to try it out: English and Chinese reviews, headlines, entities, sentences."""
    return [{"name": name, "task": one.task, "files": _files_of(services, one.data)} for name, one in SAMPLES.items()]


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
    read = found.dataset.model_dump(exclude={*PLACES}, exclude_none=True)
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


def _files_of(services: Services, data: DataSpec) -> Files:
    """The files of a sample as programs give them."""
    found: dict[str, Any] = {}
    for role in uploads.ROLES:
        if (dataset := getattr(data, role)) is not None:
            reading = dataset.model_dump(exclude={*PLACES}, exclude_defaults=True)
            name = name_of(services, dataset.path)
            found[role] = {"file": name, **reading} if reading else name
    if data.dictionary:
        found["dictionary"] = name_of(services, data.dictionary)
    return cast("Files", found)


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
