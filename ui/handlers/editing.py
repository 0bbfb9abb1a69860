"""A run's spec, put back into the form, so that another run can be started from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.data.dictionary import read_dictionary
from pipeline.demo import demo_spec
from pipeline.errors import GraftError
from pipeline.spec import DatasetSpec, RunSpec, SourceSpec, TaskName
from ui import fields
from ui.access import run_of
from ui.failures import Failure, explain
from ui.handlers import uploads
from ui.handlers.sources import Picked, picked
from ui.handlers.training import role_title
from ui.services import Services
from ui.text import say


@dataclass(frozen=True)
class Draft:
    """A form to be filled in.

    Attributes:
        name: Of the run that it comes from.
        task: What the models are to do.
        slots: The files, as they are read now; one that is gone is told in its slot.
        dictionary: Likewise.
        mapping: Target label → source label.
        renamed: Source label → what it is called.
        sources: What the lists of encoders show, by the fields' keys; ``source`` for the run's own.
        values: What the form's other controls hold, by the fields' keys.
        missing: What could not be taken over, each as a sentence.
    """

    name: str
    task: TaskName
    slots: dict[uploads.Role, uploads.Slot]
    dictionary: uploads.DictionarySlot
    mapping: dict[str, str]
    renamed: dict[str, str]
    sources: dict[str, Picked]
    values: dict[str, Any]
    missing: list[str]


def draft(services: Services, visitor: str | None, run_id: str) -> Draft:
    """What the form holds when it stands for a run.

    Raises:
        RunError: There is no such run for this visitor.
        SpecError: Its spec can't be read.
    """
    record = run_of(services, visitor, run_id)
    spec = services.store.spec(run_id).model_copy(update={"name": record.name})
    missing: list[str] = []
    given = {role: getattr(spec.data, role) for role in uploads.ROLES}
    slots = {role: _slot(services, role, dataset, spec.task, missing) for role, dataset in given.items()}
    dictionary = _dictionary(services, spec.data.dictionary, missing)
    values = _values(spec)
    encoders = {"source": spec.source, **{key: value for key, value in values.items() if _is_source(value)}}
    if spec.exports != demo_spec(services.settings).exports:
        missing.append(say("data.edit_exports"))
    return Draft(
        name=record.name,
        task=spec.task,
        slots=slots,
        dictionary=dictionary,
        mapping=dict(spec.data.label_mapping),
        renamed=dict(spec.data.source_label_mapping),
        sources={key: _picked(services, source, missing) for key, source in encoders.items()},
        values={key: value for key, value in values.items() if key not in encoders},
        missing=missing,
    )


def _slot(
    services: Services, role: uploads.Role, dataset: DatasetSpec | None, task: TaskName, missing: list[str]
) -> uploads.Slot:
    """The file of a role, read as the run read it."""
    if dataset is None:
        return uploads.Slot()
    if not Path(dataset.path).is_file():
        return uploads.Slot(failure=_gone(role_title(role), dataset.path, missing))
    return uploads.look_at(services, role, dataset, task)


def _dictionary(services: Services, path: str | None, missing: list[str]) -> uploads.DictionarySlot:
    if path is None:
        return uploads.DictionarySlot()
    if not Path(path).is_file():
        return uploads.DictionarySlot(failure=_gone(role_title("dictionary"), path, missing))
    try:
        return uploads.DictionarySlot(path, len(read_dictionary(Path(path), services.settings)))
    except GraftError as error:
        return uploads.DictionarySlot(failure=explain(error))


def _gone(title: str, path: str, missing: list[str]) -> Failure:
    """A file that is not there any more, told beside its upload and above the form."""
    failure = Failure(say("data.edit_gone", title=title, name=Path(path).name), say("data.edit_gone_remedy"))
    missing.append(failure.sentence)
    return failure


def _values(spec: RunSpec) -> dict[str, Any]:
    """What the form's controls hold, by the fields' keys; encoders as the spec has them."""
    own = {field.key: field.shown(getattr(spec, field.name)) for field in fields.RUN}
    data = {field.key: field.shown(getattr(spec.data, field.name)) for field in fields.DATA}
    return {**own, **data, **fields.values_of(spec.recipe)}


def _is_source(value: Any) -> bool:
    return getattr(value, "kind", None) in ("embedded", "local", "hub")


def _picked(services: Services, source: SourceSpec, missing: list[str]) -> Picked:
    found = picked(services, source)
    if not found.available:
        missing.append(say("data.edit_model", name=found.name))
    return found
