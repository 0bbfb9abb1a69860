"""What a variant's own folder says of it, wherever it is copied: ``variant.json``, among the files with checksums.

Light to import, as :mod:`export.report` is. The predictor, which knows nothing of Graft, reads the providers from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, ValidationError

from export.report import Parity
from pipeline.errors import ExportError
from pipeline.messages import Message, Parts, told
from pipeline.report import Frozen
from pipeline.spec import MATRIX, Optimisation, Provider, VariantName
from pipeline.storage import write_atomically

RECORD = "variant.json"
CHECKSUMS = "SHA256SUMS"


class Record(Frozen):
    """How a variant was made, and what its gate found."""

    schema_version: Literal[1] = 1
    variant: VariantName
    refused: dict[Provider, Message]  # provider → why the variant is not for it; empty where it is
    parity: Parity | None = None  # None until it was compared
    told: dict[str, Parts] = Field({})  # sentence → its parts, to be told in another language

    @classmethod
    def of(cls, variant: VariantName, level: Optimisation | None = None) -> Self:
        """What the table of variants says of one.

        Args:
            variant: Which it is.
            level: Of fp16, the level of the graph that was halved: what is not for that is not for it either.
        """
        made = (variant, level) if level else (variant,)
        refused = {
            provider: next(filter(None, (MATRIX[name, provider] for name in made)), Message(""))
            for provider in get_args(Provider)
        }
        return cls(variant=variant, refused=refused)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The record in a variant's folder; None if there is none.

        Raises:
            ExportError: It is damaged, or was there and has been taken away.
        """
        try:
            return cls.model_validate_json((folder / RECORD).read_bytes())
        except FileNotFoundError:
            if _named(folder):
                raise ExportError(
                    "{file} is not the file that was exported. Copy the folder again, or export anew.",
                    file=str(folder / RECORD),
                ) from None
            return None
        except ValidationError as error:
            raise ExportError(
                "{file} is damaged, or of another Graft.", "Export the model anew.", file=str(folder / RECORD)
            ) from error

    def write(self, folder: Path) -> None:
        """Put it into a variant's folder."""
        known = self.model_copy(update={"told": told([self.parity.reason])}) if self.parity else self
        write_atomically(folder / RECORD, known.model_dump_json(indent=1))

    @property
    def missed(self) -> Message:
        """Which limits of its gate it missed, and by what; empty if it missed none."""
        if self.parity is None or self.parity.passed:
            return Message("")
        return Message.of(self.parity.reason, self.told.get(self.parity.reason))


def _named(folder: Path) -> bool:
    """Whether a folder's checksums name its record."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return any(line.endswith(f" {RECORD}") for line in lines)
