"""What is measured: an export with the trained model and the run it came from, or a single variant's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from export.report import FILE, ExportReport, read_report
from pipeline.errors import ExportError

WEIGHTS = "model*.safetensors"


@dataclass(frozen=True)
class Subject:
    """What is measured.

    Attributes:
        title: Which of the run's models, or the folder's name.
        variants: Name of a variant → its folder; float32 first, if there is one.
        report: Of the export; None of a single variant's folder.
        trained: The model's folder for PyTorch, if it is at hand.
        tested: The run's report with the frozen test set, if it is at hand.
    """

    title: str
    variants: dict[str, Path]
    report: ExportReport | None
    trained: Path | None
    tested: Path | None


def subject(folder: Path, *, trained: Path | None = None, run: Path | None = None) -> Subject:
    """What a folder holds: an export, or a single variant of one.

    Args:
        folder: An export's, or a variant's.
        trained: The model for PyTorch; None: the run's.
        run: The run's folder; None: that in which the export lies, if it does.

    Raises:
        ExportError: It holds neither, or ``trained`` no weights.
    """
    if trained is not None and not any(trained.glob(WEIGHTS)):
        raise ExportError(
            "{folder} holds no model.safetensors.",
            "Name the folder of the trained model.",
            folder=str(trained),
        )
    if not (folder / FILE).is_file():
        if not (folder / "model.onnx").is_file():
            raise ExportError("{folder} holds no finished export.", "Export the model first.", folder=str(folder))
        return Subject(folder.name, {folder.name: folder}, None, trained, None)
    report = read_report(folder)
    around = run or folder.absolute().parent.parent
    known = around if run or around.name == report.run_id else None
    own, tested = (known / "models" / report.model, known / "report.json") if known else (None, None)
    return Subject(
        report.model,
        {variant.name: folder / variant.folder for variant in report.variants},
        report,
        trained or (own if own and any(own.glob(WEIGHTS)) else None),
        tested if tested and tested.is_file() else None,
    )
