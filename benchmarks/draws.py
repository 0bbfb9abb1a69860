"""The sets of each pair, drawn once with seed 0 before anything is trained: disjoint, also in their texts.

Reads the public files as their authors publish them; writes small files in forms that Graft reads.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path

Rows = dict[str, str]  # text → label


def shuffled(rows: Rows, seed: int = 0) -> dict[str, list[str]]:
    """The texts of each label in an order that depends on the seed alone."""
    order = sorted(rows)
    random.Random(seed).shuffle(order)
    return {label: [text for text in order if rows[text] == label] for label in sorted(set(rows.values()))}


def write(path: Path, texts: Iterable[str], rows: Rows | None = None, column: str = "label") -> None:
    """A CSV file of reviews, with a second column of what ``rows`` has for each."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        columns = ["review", column] if rows else ["review"]
        csv.writer(file).writerows([columns, *([text, rows[text]] if rows else [text] for text in texts)])


def cut(by_label: dict[str, list[str]], *sizes: int) -> list[list[str]]:
    """Consecutive slices of each label's texts, ``sizes`` texts a label; the last one takes what is left."""
    bounds = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    slices = [slice(low, high) for low, high in zip(bounds, [*bounds[1:], None], strict=True)]
    return [[text for texts in by_label.values() for text in texts[part]] for part in slices]


def waimai(data: Path, out: Path) -> None:
    """Food-delivery reviews: 500 a class to test on, 500 a class with labels, the rest without."""
    with open(data / "zh/waimai_10k.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["review"].strip(): row["label"] for row in csv.DictReader(file) if row["review"].strip()}
    test, target, rest = cut(shuffled(rows), 500, 500)
    write(out / "test.csv", test, rows)
    write(out / "target.csv", target, rows)
    write(out / "unlabelled.csv", rest)


def _shop_rows(data: Path) -> dict[str, Rows]:
    """Category → review → label; stray byte order marks are removed, what stands twice counts once."""
    found: dict[str, Rows] = {}
    seen: set[str] = set()
    with open(data / "zh/online_shopping_10_cats.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            text = " ".join(row["review"].replace("\ufeff", "").split())
            if text and text not in seen:
                seen.add(text)
                found.setdefault(row["cat"], {})[text] = row["label"]
    return found


def shopping(data: Path, out: Path) -> None:
    """Shop reviews of ten categories: 500 a class to test on, 100 a class with labels, 10,000 with their category."""
    by_category = _shop_rows(data)
    rows = {text: label for reviews in by_category.values() for text, label in reviews.items()}
    categories = {text: category for category, reviews in by_category.items() for text in reviews}
    test, target, rest = cut(shuffled(rows), 500, 100)
    random.Random(0).shuffle(rest)
    write(out / "test.csv", test, rows)
    write(out / "target.csv", target, rows)
    write(out / "unlabelled.csv", rest[:10_000], categories, "category")


def category(data: Path, out: Path) -> None:
    """From reviews of tablets to reviews of hotels: 500 a class to test on, 50 a class with labels."""
    rows = _shop_rows(data)
    tablets, hotels = rows["平板"], rows["酒店"]
    source, _ = cut(shuffled(tablets), 1000)
    test, target, rest = cut(shuffled(hotels), 500, 50)
    write(out / "source.csv", source, tablets)
    write(out / "test.csv", test, hotels)
    write(out / "target.csv", target, hotels)
    write(out / "unlabelled.csv", rest)


#: EPRSTMT's labels as SST-2 calls them.
AS_SOURCE = {"Negative": "0", "Positive": "1"}


def eprstmt(data: Path, out: Path) -> None:
    """FewCLUE's five splits of 32 and 32, each text of one once; all unlabelled reviews that no split holds."""
    known: set[str] = set()
    for split in range(5):
        for name in ("train", "dev"):
            lines = (data / f"zh/eprstmt/{name}_{split}.json").read_text(encoding="utf-8").splitlines()
            documents = [json.loads(line) for line in lines if line.strip()]
            rows = {document["sentence"]: AS_SOURCE[document["label"]] for document in documents}
            known |= set(rows)
            write(out / f"{name}_{split}.csv", rows, rows)
    dev: Rows = {}
    for split in range(5):
        with open(out / f"dev_{split}.csv", encoding="utf-8", newline="") as file:
            dev |= {row["review"]: row["label"] for row in csv.DictReader(file)}
    write(out / "dev_all.csv", dev, dev)
    lines = (data / "zh/eprstmt/unlabeled.json").read_text(encoding="utf-8").splitlines()
    texts = dict.fromkeys(json.loads(line)["sentence"] for line in lines if line.strip())
    write(out / "unlabelled.csv", [text for text in texts if text not in known])


def _blocks(path: Path) -> list[str]:
    """The sentences of a tagged file, each as its lines, comments included."""
    blocks = path.read_text(encoding="utf-8").replace("\r", "").split("\n\n")
    return [block.strip("\n") for block in blocks if block.strip()]


def _cut_blocks(blocks: list[str], out: Path, suffix: str, sizes: dict[str, int]) -> None:
    order = sorted(set(blocks))
    random.Random(0).shuffle(order)
    start = 0
    for name, size in sizes.items():
        (out / f"{name}.{suffix}").write_text("\n\n".join(order[start : start + size]) + "\n\n", encoding="utf-8")
        start += size


def entities(data: Path, out: Path) -> None:
    """MSRA sentences: 1,000 to test on, 200 with tags, 8,000 without."""
    blocks = _blocks(data / "zh/msra_ner_12k.txt")
    _cut_blocks(blocks, out, "conll", {"test": 1000, "target": 200, "unlabelled": 8000})


def tags(data: Path, out: Path) -> None:
    """Universal Dependencies, Chinese: 100 sentences with tags, the other 400 to test on."""
    _cut_blocks(_blocks(data / "zh/zh_gsdsimp-ud-dev.conllu"), out, "conllu", {"test": 400, "target": 100})
    blocks = _blocks(data / "zh/msra_ner_12k.txt")[:6000]
    texts = ["".join(line.split()[0] for line in block.splitlines()) for block in blocks]
    (out / "unlabelled.txt").write_text("\n".join(texts), encoding="utf-8")


def questions(data: Path, out: Path) -> None:
    """TREC question types: 500 with labels, in the classes' own proportions; the authors' own test set."""
    lines = (data / "en/TREC.train.all").read_text(encoding="latin-1").splitlines()
    order = sorted(set(lines))
    random.Random(0).shuffle(order)
    (out / "target.txt").write_text("\n".join(order[:500]), encoding="utf-8")
    (out / "unlabelled.txt").write_text("\n".join(line.split(" ", 1)[1] for line in order[500:]), encoding="utf-8")


DRAWS: dict[str, Callable[[Path, Path], None]] = {
    "waimai": waimai,
    "shopping": shopping,
    "category": category,
    "eprstmt": eprstmt,
    "entities": entities,
    "tags": tags,
    "questions": questions,
}


def draw(name: str, data: Path, out: Path) -> Path:
    """The folder with the sets of a pair, drawn at the first call."""
    folder = out / name
    if not (folder / "drawn").exists():
        folder.mkdir(parents=True, exist_ok=True)
        DRAWS[name](data, folder)
        (folder / "drawn").touch()
    return folder
