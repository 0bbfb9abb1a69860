"""Loading and saving encoders, and a few facts about them; safetensors only, no code of a model's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

import pipeline.models  # noqa: F401 - tells the Auto classes of the models that transformers does not have
from pipeline import sources
from pipeline.errors import SourceError
from pipeline.spec import TaskName
from pipeline.stages.context import Context
from pipeline.tasks import TASKS

#: Families whose positions are counted from behind that of padding. The predictor, which stands alone, has them too.
OFFSET_POSITIONS = frozenset({"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta"})
NO_LIMIT = 1 << 20  # of an encoder whose config names none


def device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def start_folder(context: Context[Any]) -> Path:
    """The model that a stage with :class:`~pipeline.parameters.StartParameters` begins with."""
    parameters = context.parameters
    return sources.resolve(parameters.source).path if parameters.start == "pretrained" else context.inputs["model"]


def load_tokenizer(folder: Path, max_length: int | None = None) -> PreTrainedTokenizerFast:
    """A model's tokenizer, padding on the right as the exported graphs need, and cutting what the model can't read.

    Raises:
        SourceError: It can't be read, or has no fast form, so that it can be neither transplanted nor served.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        positions = _positions(folder)
    except Exception as error:  # of as many types as there are kinds of tokenizers
        raise SourceError(
            "The tokenizer of {folder} can't be read: {fault}.",
            "Save it anew with transformers, so that it has a tokenizer.json.",
            folder=str(folder),
            fault=" ".join(str(error).split()),
        ) from error
    if not tokenizer.is_fast:
        raise SourceError(
            "{folder} has no fast tokenizer.", "Choose a model with a tokenizer.json.", folder=str(folder)
        )
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    tokenizer.model_max_length = min(max_length or positions, positions, tokenizer.model_max_length)
    return tokenizer


def _positions(folder: Path) -> int:
    """Most tokens that the folder's encoder tells apart by where they stand, which its tokenizer need not know."""
    if not (folder / "config.json").is_file():  # a tokenizer alone
        return NO_LIMIT
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    positions = getattr(config, "max_position_embeddings", None) or NO_LIMIT
    return positions - (config.pad_token_id or 0) - 1 if config.model_type in OFFSET_POSITIONS else positions


def load_model(
    folder: Path,
    task: TaskName,
    labels: list[str],
    *,
    random: bool = False,
    to_train: bool = False,
    dropout: float | None = None,
) -> PreTrainedModel:
    """An encoder with the task's head for ``labels``.

    Args:
        folder: A Hugging Face folder. A head in it that is of another shape is drawn anew.
        task: Decides on the kind of head.
        labels: Classes or tags; none for a language model.
        random: Take the folder's shape but not its weights.
        to_train: Choose the form of attention that trains fastest here. On CPUs the fused form has no dropout
            of its own and was measured at 0.8 times the speed of the plain one.
        dropout: Of encoder and head, instead of the config's.

    Raises:
        SourceError: Weights of the encoder are not of the shape that its config says.
    """
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if labels:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: index for index, label in enumerate(labels)}
    if TASKS[task].labelling == "several":
        config.problem_type = "multi_label_classification"
    if dropout is not None:
        config.update(dict.fromkeys(_dropouts(config), dropout))
    return _load(folder, task, config, random=random, to_train=to_train)[0]


def load_language_model(folder: Path, *, random: bool = False, to_train: bool = False) -> tuple[PreTrainedModel, bool]:
    """A masked language model, and whether its head was drawn at random because the folder holds none that is whole.

    Args:
        folder: As :func:`load_model` takes it, like the others; of a random model the head is always drawn.
        random: Take the folder's shape but not its weights.
        to_train: Choose the form of attention that trains fastest here.

    Raises:
        SourceError: Weights of the encoder are not of the shape that its config says.
    """
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    model, drawn = _load(folder, "language-modelling", config, random=random, to_train=to_train)
    return model, any(not name.startswith(f"{model.base_model_prefix}.") for name in drawn)


def _load(
    folder: Path, task: TaskName, config: PretrainedConfig, *, random: bool, to_train: bool
) -> tuple[PreTrainedModel, set[str]]:
    """A model, and the names of those of its weights that were drawn at random."""
    auto_class = getattr(transformers, TASKS[task].auto_class)
    attention = {"attn_implementation": "eager"} if to_train and device().type == "cpu" else {}
    if random:
        model = auto_class.from_config(config, **attention)
        return model, set(model.state_dict())
    model, loading = auto_class.from_pretrained(
        folder,
        config=config,
        use_safetensors=True,
        trust_remote_code=False,
        ignore_mismatched_sizes=True,
        output_loading_info=True,
        **attention,
    )
    if odd := [name for name in loading["mismatched_keys"] if name.startswith(f"{model.base_model_prefix}.")]:
        raise SourceError(
            "{folder}: {weight} has not the shape that config.json says.",
            "Download the model again, or choose another.",
            folder=str(folder),
            weight=odd[0],
        )
    return model, {*loading["missing_keys"], *loading["mismatched_keys"]}


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write an ordinary Hugging Face folder: float32 safetensors, tokenizer, config."""
    model.to("cpu").float().save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)


def restore_dropouts(config: PretrainedConfig, folder: Path) -> None:
    """Set dropouts back to those of the model that training started from."""
    original = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    config.update({name: value for name, value in _dropouts(original).items() if hasattr(config, name)})


def _dropouts(config: PretrainedConfig) -> dict[str, Any]:
    """The fields of a config that hold a dropout, whatever its family calls them."""
    return {
        name: value
        for name, value in config.to_dict().items()
        if "dropout" in name and (value is None or isinstance(value, float | int))
    }


def parameter_count(parameters: Iterable[Any]) -> int:
    """How many numbers the parameters hold."""
    return sum(parameter.numel() for parameter in parameters)
