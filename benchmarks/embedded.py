"""Models of the embedded encoder with heads of random weights, which cost what trained ones do; and texts to ask."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LABELS = {0: "negative", 1: "positive"}
MEMBERS = 5
#: How far models that were trained apart are from each other, for what is equal in a graph is computed once; and how
#: wide a bridge's gate stands.
APART, OPEN = 0.02, 0.5


def mixed(count: int) -> list[str]:
    """Texts of one to some sentences, a few of them long, as people write."""
    with open(ROOT / "samples" / "reviews.en.csv", encoding="utf-8", newline="") as file:
        sentences = [row["text"] for row in csv.DictReader(file)]
    draw = random.Random(0)
    return [" ".join(draw.choices(sentences, k=max(1, int(draw.lognormvariate(0.3, 0.8))))) for _ in range(count)]


def real(data: Path | None, count: int, split: str = "train") -> list[str]:
    """Texts of SST-2 in the order of their file, as often as it takes; without that data texts made of the samples."""
    if data is None:
        return mixed(count)
    lines = (data / "en" / f"stsa.binary.{split}").read_text(encoding="utf-8").splitlines()
    texts = [line[2:] for line in lines]
    return (texts * -(-count // len(texts)))[:count]


def plain(root: Path) -> Path:
    """The encoder with a head, for PyTorch."""
    return _saved(_model(), root)


def bag(root: Path, shared_layers: int) -> Path:
    """Five of them that vote, with so many of their lowest layers in common."""
    from pipeline.models.ensemble import build_ensemble  # noqa: PLC0415

    return _saved(build_ensemble(_members(shared_layers), [1.0] * MEMBERS, shared_layers), root)


def apart(root: Path) -> list[Path]:
    """The members of a bag that share nothing, each a model by itself."""
    return [_saved(member, root / str(number)) for number, member in enumerate(_members(0))]


def _members(shared_layers: int) -> list[Any]:
    import torch  # noqa: PLC0415

    from pipeline.models.layers import encoder_layers  # noqa: PLC0415

    members = [_model() for _ in range(MEMBERS)]
    torch.manual_seed(0)
    with torch.no_grad():
        for member in members:
            own = encoder_layers(member)[shared_layers:]
            for module in (own, *(() if shared_layers else (member.base_model.embeddings,))):
                _move(module)
            member.classifier.reset_parameters()
    return members


def bridge(root: Path) -> Path:
    """A trained copy that attends to the frozen encoder."""
    import torch  # noqa: PLC0415

    from pipeline.models.bridge import build_bridge  # noqa: PLC0415
    from pipeline.spec import AttentionBridge  # noqa: PLC0415

    made = build_bridge(_model(), AttentionBridge())
    with torch.no_grad():
        _move(made.target)
        for name, parameter in made.named_parameters():
            if name.endswith("gate"):
                parameter.fill_(OPEN)
    return _saved(made, root)


def export(folder: Path, root: Path, levels: Iterable[str]) -> dict[str, Path]:
    """The model of a folder as ONNX: level → folder, ``fp32`` among them, of which the others are made."""
    from export.building import quietly  # noqa: PLC0415
    from export.convert import convert  # noqa: PLC0415
    from export.optimise import optimise  # noqa: PLC0415
    from export.quantise import LADDER, prepare, quantise  # noqa: PLC0415
    from export.reference import Reference  # noqa: PLC0415

    made = {level: root / level for level in dict.fromkeys(("fp32", *levels))}
    with quietly():
        convert(Reference(folder, "text-classification"), made["fp32"])
        for level, out in made.items():
            if level.startswith("O"):
                optimise(made["fp32"], out, level)  # type: ignore[arg-type]
            elif level == "int8":
                prepare(made["fp32"], root / "prepared")
                quantise(root / "prepared", out, LADDER[0])
                shutil.rmtree(root / "prepared")
    return made


def _model() -> Any:
    import torch  # noqa: PLC0415
    from transformers import AutoModelForSequenceClassification, logging  # noqa: PLC0415

    from pipeline.sources import resolve  # noqa: PLC0415
    from pipeline.spec import EmbeddedSource  # noqa: PLC0415

    logging.set_verbosity_error()  # that the head is new is meant
    torch.manual_seed(0)  # the head
    return AutoModelForSequenceClassification.from_pretrained(
        resolve(EmbeddedSource()).path,
        id2label=LABELS,
        label2id={label: number for number, label in LABELS.items()},
        use_safetensors=True,
    ).eval()


def _move(module: Any) -> None:
    """Move weights a little, as a training does."""
    import torch  # noqa: PLC0415

    for parameter in module.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=APART * float(parameter.std(correction=0)))


def _saved(model: Any, root: Path) -> Path:
    from transformers import AutoTokenizer  # noqa: PLC0415

    from pipeline.sources import resolve  # noqa: PLC0415
    from pipeline.spec import EmbeddedSource  # noqa: PLC0415

    model.save_pretrained(root)
    AutoTokenizer.from_pretrained(resolve(EmbeddedSource()).path).save_pretrained(root)
    return root
