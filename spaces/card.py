"""The Space's card: a README.md whose YAML header tells the platform how to run Graft."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

COLOURS = frozenset({"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"})
LONGEST_DESCRIPTION = 60

#: All of the header but how the Space is built, which its hardware decides: ``hardware.header``.
HEADER: dict[str, Any] = {
    "title": "Graft",
    "emoji": "🌱",
    "colorFrom": "green",
    "colorTo": "indigo",
    "license": "apache-2.0",
    "short_description": "Move a text model to your language; see what it brought",
    "tags": ["transfer-learning", "text-classification", "cross-lingual", "fine-tuning", "onnx"],
    "models": ["sentence-transformers/all-MiniLM-L6-v2"],
    "startup_duration_timeout": "1h",
    "hf_oauth": True,
    "hf_oauth_scopes": ["read-repos"],  # private data sets of whoever signs in; openid and profile come by themselves
}

#: What the header has to say besides, by the way of building.
BUILT: dict[str, tuple[str, ...]] = {
    "gradio": ("sdk_version", "python_version", "app_file"),
    "docker": ("app_port",),
}

TEXT = """
# Graft: transfer learning for text, in the browser

Graft takes a text model trained in one language or domain, transfers it to yours, and shows on one
frozen test set what the transfer brought: the source-only model, the transferred model, and one that
never saw the source, side by side. The transferred model is exported to ONNX and answers on the page.

- **Run the demo** teaches an English review classifier Chinese with a hundred labels. It takes a few
  minutes on two cores.
- **Use your own texts**: upload labelled texts of a source and of your target as CSV, TSV, JSON lines
  or plain text, then train, compare and download the model.

## What this Space keeps

A line above the tabs says whether anything lasts here. By itself nothing does: uploads, runs and exported
models lie on the Space's own disk, which is emptied whenever the Space restarts or falls asleep. Download
what you want to keep. You see only your own runs, but whoever owns the Space can read its disk, so upload
nothing confidential. Who signs in with Hugging Face finds their runs again in every browser.

For work of your own, duplicate the Space. With storage mounted at `/data`, runs are kept there. Without it,
set the variable `GRAFT_SYNC_REPO` to `OWNER/NAME` and the secret `GRAFT_SYNC_TOKEN` to a token that may write
there: runs and exports are then kept in this data set of the Hub, which has to be private, and come back
after a restart. What is installed fits the hardware that the Space was built for; for another one, such as a GPU, build
it anew from Graft's repository: `python spaces/deploy.py --repo OWNER/NAME --hardware t4-small`.

## 简介

Graft 把在一种语言或领域里训练好的文本模型迁移到您的语言或领域，并在同一份固定的测试集上比较迁移前后的效果。
页面标签上方的一行说明这里的内容能否长期保留。默认情况下，本空间的磁盘在重启或休眠后会被清空，请及时下载需要保留的模型；
请勿上传机密内容。
"""

_BLOCK = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


class CardError(ValueError):
    """A card whose header can't be read."""


def make(built: dict[str, Any]) -> str:
    """The card's text.

    Args:
        built: What the header says of the way of building.
    """
    block = yaml.safe_dump({**HEADER, **built}, sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{block}---\n{TEXT}"


def read(text: str) -> dict[str, Any]:
    """The header of a card.

    Raises:
        CardError: There is none, or it is not a YAML mapping.
    """
    found = _BLOCK.match(text)
    if found is None:
        raise CardError("it does not begin with a YAML header between two lines of ---")
    try:
        header = yaml.safe_load(found.group(1))
    except yaml.YAMLError as error:
        raise CardError(f"its header is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(header, dict):
        raise CardError("its header is not a mapping")
    return header


def problems(header: dict[str, Any]) -> list[str]:
    """What the platform would not accept in a header, or would run differently."""
    sdk = header.get("sdk")
    needed = (*HEADER, "sdk", "suggested_hardware", *BUILT.get(str(sdk), ()))
    found = [f"{key} is missing" for key in needed if not header.get(key)]
    found += [
        f"{key} is {header[key]!r}, not a text: quote it"
        for key in ("sdk_version", "python_version")
        if header.get(key) and not isinstance(header[key], str)
    ]
    found += [
        f"{key} is {header[key]!r}, not one of {', '.join(sorted(COLOURS))}"
        for key in ("colorFrom", "colorTo")
        if header.get(key) and header[key] not in COLOURS
    ]
    if sdk is not None and sdk not in BUILT:
        found.append(f"sdk is {sdk!r}, not one of {', '.join(BUILT)}")
    if len(str(header.get("short_description", ""))) > LONGEST_DESCRIPTION:
        found.append(f"short_description is longer than {LONGEST_DESCRIPTION} characters")
    return found
