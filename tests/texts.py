"""Little texts in English and in Chinese whose label is plain to see, and the words that they are made of."""

from __future__ import annotations

import csv
import random
from pathlib import Path

GOOD = ["good", "great", "lovely", "fine", "warm", "fresh", "quick", "kind", "tasty", "clean"]
BAD = ["bad", "awful", "broken", "cold", "slow", "rude", "stale", "dirty", "noisy", "late"]
THINGS = ["soup", "room", "phone", "book", "film", "coat", "cable", "bed", "cake", "screen", "hotel", "driver"]
GUT = ["好", "棒", "赞", "香", "快", "暖", "净", "甜", "美", "爱"]
SCHLECHT = ["差", "坏", "烂", "臭", "慢", "冷", "脏", "苦", "丑", "恨"]
DINGE = ["汤", "房", "机", "书", "片", "衣", "线", "床", "糕", "屏", "店", "车"]


def sentences(good: list[str], bad: list[str], things: list[str], count: int, joiner: str) -> list[tuple[str, str]]:
    """Distinct little texts whose label is plain to see."""
    choice = random.Random(0)
    rows: dict[str, str] = {}
    while len(rows) < count:
        words, label = choice.choice(((good, "positive"), (bad, "negative")))
        text = joiner.join((*choice.sample(things, 2), *choice.sample(words, 3)))
        rows.setdefault(text, label)
    return list(rows.items())


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    """A CSV file with the columns text and label."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path
