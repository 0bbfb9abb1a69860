"""The part of a spec that names an encoder."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.base import HUB_ID, REVISION, Part


class EmbeddedSource(Part):
    """The encoder that is installed with Graft; it needs no network."""

    kind: Literal["embedded"] = "embedded"


class LocalSource(Part):
    """An encoder in a folder of this machine, in safetensors."""

    kind: Literal["local"] = "local"
    path: str = Field(min_length=1, title="Folder", description="Folder with config.json and model.safetensors.")


class HubSource(Part):
    """An encoder of the Hugging Face Hub, in safetensors."""

    kind: Literal["hub"] = "hub"
    repo_id: str = Field(
        pattern=HUB_ID,
        max_length=200,
        title="Hub id",
        description="Such as FacebookAI/xlm-roberta-base.",
    )
    revision: str = Field(
        "main", pattern=REVISION, max_length=200, title="Revision", description="Branch, tag or commit."
    )


SourceSpec = Annotated[EmbeddedSource | LocalSource | HubSource, Field(discriminator="kind")]
