"""Which variant is meant by a folder: the one that an export recommends, and none that missed its parity gate.

Asked before a folder is served, predicted with, packed or pushed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from export.record import Record
from export.report import FILE, read_report
from pipeline.errors import ExportError
from pipeline.spec import VariantName

#: The fastest kind first. A comparison of speed may recommend another, on the machine at hand.
PREFERENCE: tuple[VariantName, ...] = ("int8", "int8-static", "O4", "fp16", "O3", "O2", "O1", "fp32")

#: Allows all of it for once.
ALLOW_FAILED = "--allow-failed"


def preferred(passed: Collection[VariantName]) -> VariantName:
    """Which of the variants that passed their gate is served where nobody chooses."""
    return min(passed, key=PREFERENCE.index)


def chosen(folder: Path, *, allow_failed: bool = False) -> Path:
    """The variant's folder that is meant.

    What the folder itself says of its gate counts, for it may have been copied out of its export; and so does what
    the export's report beside it says.

    Args:
        folder: An export's, whose served variant is taken; or that of one variant.
        allow_failed: Whether it may be a variant that missed its parity gate.

    Raises:
        ExportError: The variant missed its gate, or the export's report or the variant's record can't be read.
    """
    export = folder if (folder / FILE).exists() else folder.resolve().parent
    variant, missed = folder, []
    if (export / FILE).exists():
        report = read_report(export)
        name = report.variant(report.served).folder if export == folder else folder.resolve().name
        variant = export / name
        failed = (each for each in report.variants if each.folder == name and not each.parity.passed)
        missed = [report.recall(each.parity.reason) for each in failed]
    if allow_failed:
        return variant
    if record := Record.read(variant):
        missed = [record.missed, *missed] if record.missed else missed
    if missed:
        raise ExportError(
            "{folder} missed its parity gate: {reason}.",
            "Choose another variant, or give {flag}.",
            folder=str(variant),
            reason=missed[0],
            flag=ALLOW_FAILED,
        )
    return variant
