"""What the data doctor says of the files in use, how they are split, and which recipe suits them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.data.preparation import Prepared, prepare
from pipeline.doctor import Diagnosis, diagnose
from pipeline.errors import DataError, GraftError
from pipeline.messages import Message
from pipeline.spec import DataSpec, RunSpec, SourceSpec
from ui import fields
from ui.failures import Failure, explain
from ui.handlers.sources import source_of
from ui.handlers.training import Files, known_mapping
from ui.handlers.uploads import MEGABYTE
from ui.services import Services

#: Of all files together; up to so much, a diagnosis takes about two seconds and is made unasked.
MOST_MEGABYTES = 3.0


@dataclass(frozen=True)
class Splits:
    """How many texts go where.

    Attributes:
        source_train: Texts of the source to learn from.
        source_test: Texts of the source to test on.
        target_train: Texts of the target to learn from.
        dev: Texts of the target to watch while learning.
        test: The frozen test set.
        unlabelled: Further texts of the target.
        given: Whether the test set is a file of its own.
        notes: What was left out on the way.
    """

    source_train: int
    source_test: int
    target_train: int
    dev: int
    test: int
    unlabelled: int
    given: bool
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Checkup:
    """What there is to say of the files in use.

    Attributes:
        megabytes: Of all of them together; 0 without files.
        diagnosis: None without files, and where they are too large to look at them unasked.
        splits: None where there is no diagnosis, or the data can't be split.
        fault: Why they can't be.
    """

    megabytes: float = 0.0
    diagnosis: Diagnosis | None = None
    splits: Splits | None = None
    fault: Failure | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody has to ask for the diagnosis."""
        return self.megabytes > 0 and self.diagnosis is None


def check_up(
    services: Services,
    files: Files,
    *,
    mapping: dict[str, str],
    source: SourceSpec | None,
    values: dict[str, Any],
    asked: bool = False,
) -> Checkup:
    """Look at the files in use, as a run would read them. Nothing is raised for what is wrong with them.

    Args:
        services: The page's services.
        files: What was brought. A file with problems is looked at where none is in use yet.
        mapping: Target label → source label, as a person chose it.
        source: The model to transfer, if one can be told.
        values: The form, by the fields' keys.
        asked: Whether a person asked for it, who will then wait.
    """
    used = {role: slot.accepted or slot.candidate for role, slot in files.slots.items()}
    paths = [Path(found.dataset.path) for found in used.values() if found]
    megabytes = sum(path.stat().st_size for path in paths if path.exists()) / MEGABYTE
    if not megabytes or (megabytes > MOST_MEGABYTES and not asked):
        return Checkup(megabytes)
    slots = {role: replace(slot, accepted=used[role]) for role, slot in files.slots.items()}
    data = data_of(replace(files, slots=slots), mapping, values)
    diagnosis = diagnose(data, files.task, source, services.settings)
    seed = values.get("seed")
    try:
        prepared = prepare(
            data.model_copy(update={"dictionary": None}),  # which no split depends on
            seed if isinstance(seed, int) else RunSpec.model_fields["seed"].default,
            services.settings,
            files.task,
        )
    except DataError as error:
        return Checkup(megabytes, diagnosis, fault=explain(error))
    return Checkup(megabytes, diagnosis, _splits(prepared, given=data.test is not None))


def data_of(files: Files, mapping: dict[str, str], values: dict[str, Any]) -> DataSpec:
    """The data of a run as far as they are known; what the form holds that is not allowed is left out."""
    document = {**files.document["data"], "label_mapping": known_mapping(files, mapping)}
    given = {field.name: field.meant(values[field.key]) for field in fields.DATA if field.key in values}
    try:
        return DataSpec.model_validate({**document, **given})
    except ValidationError:
        return DataSpec.model_validate(document)


def source_if_any(services: Services, *chosen: str) -> SourceSpec | None:
    """The source that the controls name, or None while they name none that can be used."""
    try:
        return source_of(services, *chosen)
    except GraftError:
        return None


def _splits(prepared: Prepared, *, given: bool) -> Splits:
    return Splits(
        source_train=len(prepared.source_train),
        source_test=len(prepared.source_test),
        target_train=len(prepared.target_train),
        dev=len(prepared.dev),
        test=len(prepared.test),
        unlabelled=len(prepared.unlabelled),
        given=given,
        notes=tuple(prepared.notes),
    )
