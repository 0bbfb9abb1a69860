"""Making an exported folder fit to be handed on: model card, checksums, zip."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

from export.card import card
from export.predictor.folder import Folder
from export.record import CHECKSUMS, Record
from export.report import ExportReport, VariantReport
from pipeline.errors import ExportError
from pipeline.report import Report
from pipeline.spec import RunSpec


def package(folder: Path, variant: VariantReport, export: ExportReport, spec: RunSpec, report: Report) -> None:
    """Write the variant's model card, its gate's verdict, and checksums of every file, as ``sha256sum -c`` reads them.

    Raises:
        ExportError: The variant has no record, or a damaged one.
    """
    record = Record.read(folder)
    if record is None:
        raise ExportError("{folder} is no exported variant.", "Give the folder of one, or export anew.", folder=folder)
    record.model_copy(update={"parity": variant.parity}).write(folder)
    (folder / "README.md").write_text(
        card(variant, export, spec, report, longest=Folder.read(folder).longest), encoding="utf-8"
    )
    write_checksums(folder)


def write_checksums(folder: Path) -> None:
    """Write the checksums of every file in a folder."""
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def damaged(folder: Path) -> list[str]:
    """Names of the files that are not as the checksums say, or that these do not name."""
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    named = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    return sorted(
        name
        for name in {*named, *there}
        if name not in there or name not in named or _sha256(there[name]) != named[name]
    )


def held(folder: Path) -> Path:
    """A variant's folder, after its files were held against their checksums.

    Raises:
        ExportError: It is no variant's, or not as it was exported.
    """
    named = "/".join(folder.resolve().parts[-2:])  # visitors of a shared page are not to read where it lies
    if not (folder / CHECKSUMS).is_file():
        raise ExportError("{folder} is no exported variant.", "Give the folder of one, or export anew.", folder=named)
    if bad := damaged(folder):
        raise ExportError(
            "{folder} is not as it was exported: {files}.", "Export anew.", folder=named, files=", ".join(bad)
        )
    return folder


def zip_folder(folder: Path, out: Path) -> Path:
    """Pack a folder's files, below a folder named as the zip; equal files give equal bytes.

    Returns:
        ``out``, where the zip appears when it is complete.

    Raises:
        ExportError: ``out`` lies in the folder, which would become another one than was exported.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise ExportError("{file} lies in the folder that is packed.", "Name another place.", file=str(out))
    partial = out.with_name(f".{out.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in [*_files(folder), folder / CHECKSUMS]:
                # A fresh entry has a fixed date, where ZipFile.write would take the file's.
                entry = zipfile.ZipInfo(f"{out.stem}/{path.relative_to(folder).as_posix()}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return out


def _files(folder: Path) -> list[Path]:
    """Every file but the checksums, which can't hold their own."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
