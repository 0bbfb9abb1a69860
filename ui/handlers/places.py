"""Where the variants of an export run on this machine, and why not on anything better."""

from __future__ import annotations

from dataclasses import dataclass

from export.record import Record
from export.report import ExportReport
from pipeline.errors import ExportError
from pipeline.messages import Message
from ui.handlers.variants import variant_folder
from ui.services import Services


@dataclass(frozen=True)
class Place:
    """Where a variant runs.

    Attributes:
        provider: Name of the execution provider that would open it here.
        over: Better provider → why it would not: ``absent``, ``unfit`` or ``driverless``.
        unfit: Why the variant is not made for the one that would; empty if it is.
    """

    provider: str
    over: tuple[tuple[str, str], ...]
    unfit: Message


def places_of(services: Services, run_id: str, report: ExportReport) -> dict[str, Place]:
    """Variant → where it runs; those whose folder can't be read are left out.

    Nothing is opened for it: what needs a driver that is there may still refuse to start.
    """
    from export.predictor.providers import PROVIDERS, passed_over  # noqa: PLC0415 - onnxruntime; start-up need not wait

    found = {}
    for variant in report.variants:
        try:
            record = Record.read(variant_folder(services, run_id, report, variant.name))
        except ExportError:
            continue
        refused: dict[str, Message] = {str(kind): reason for kind, reason in record.refused.items()} if record else {}
        provider, over = passed_over(refused)
        unfit = refused.get(PROVIDERS[provider].kind, Message(""))
        found[str(variant.name)] = Place(provider, tuple(over.items()), unfit)
    return found
