"""Matching the labels of two data sets that name the same things differently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.data.words import folded

# Names of the same scales, from low to high.
SCALES: tuple[tuple[str, ...], ...] = (
    ("0", "1"),
    ("-1", "1"),
    ("1", "2"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("bad", "good"),
    ("no", "yes"),
    ("false", "true"),
    ("差评", "好评"),
    ("负面", "正面"),
    ("消极", "积极"),
    ("负", "正"),
    ("否", "是"),
    ("0", "1", "2"),
    ("-1", "0", "1"),
    ("negative", "neutral", "positive"),
    ("neg", "neu", "pos"),
    ("bad", "neutral", "good"),
    ("差评", "中评", "好评"),
    ("负面", "中性", "正面"),
    ("消极", "中性", "积极"),
)
# Names of the same kinds of entity: CoNLL-2003's, those of other corpora, and Chinese ones.
KINDS: tuple[frozenset[str], ...] = (
    frozenset({"per", "pers", "person", "people", "human", "nr", "人名", "人物", "人"}),
    frozenset({"loc", "location", "place", "gpe", "geo", "geoloc", "geoent", "facility", "fac", "ns"})
    | {"地名", "地点", "地址", "位置"},
    frozenset({"org", "organization", "organisation", "corporation", "company", "group", "institution", "nt"})
    | {"机构", "机构名", "组织", "组织机构", "组织名", "公司"},
    frozenset({"misc", "miscellaneous", "other", "其他"}),
)
WELL_KNOWN = frozenset(label for scale in SCALES for label in scale)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True)
class LabelMatch:
    """How the target's labels stand to the source's.

    Attributes:
        mapping: Target label → source label, where they differ; the best suggestion.
        unmatched: Target labels for which there is no suggestion.
    """

    mapping: dict[str, str]
    unmatched: list[str]

    @property
    def exact(self) -> bool:
        """Whether every target label is a source label as it stands."""
        return not self.mapping and not self.unmatched


def match_labels(source: Iterable[str], target: Iterable[str]) -> LabelMatch:
    """Suggest a source label for every target label.

    Tried in turn: the very same labels; the same place on two scales of :data:`SCALES`; the same
    letters but for case, space and punctuation; the only source label of the same row of
    :data:`KINDS`; the one label that is left over on both sides.
    """
    sources = sorted(set(source))
    targets = sorted(set(target))
    if set(targets) <= set(sources):
        return LabelMatch(mapping={}, unmatched=[])
    found = _same_kind(sources, targets) | _same_letters(sources, targets) | _same_place(sources, targets)
    left = [label for label in targets if label not in found]
    free = [label for label in sources if label not in found.values()]
    # Two leftover numbers say nothing of each other: 2 of {1, 2} is not 0 of {0, 1}.
    if len(left) == len(free) == 1 and not (_NUMBER.fullmatch(left[0]) and _NUMBER.fullmatch(free[0])):
        found[left[0]] = free[0]
    return LabelMatch(
        mapping={label: found[label] for label in targets if label in found and found[label] != label},
        unmatched=[label for label in targets if label not in found],
    )


def apply_mapping(labels: list[str], mapping: dict[str, str]) -> list[str]:
    """The labels with those that ``mapping`` names replaced."""
    return [mapping.get(label, label) for label in labels]


def sorted_labels(labels: Iterable[str]) -> list[str]:
    """The distinct labels in order; numbers by their value, before words."""

    def key(label: str) -> tuple[bool, float, str]:
        return (False, float(label), label) if _NUMBER.fullmatch(label) else (True, 0, label)

    return sorted(set(labels), key=key)


def _plain(label: str) -> str:
    plain = folded(label).strip()
    return plain if _NUMBER.fullmatch(plain) else re.sub(r"[\W_]+", "", plain) or plain


def _same_letters(sources: list[str], targets: list[str]) -> dict[str, str]:
    plain = {_plain(label): label for label in sources}
    return {label: label if label in sources else plain[_plain(label)] for label in targets if _plain(label) in plain}


def _same_kind(sources: list[str], targets: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in KINDS:
        known = [label for label in sources if _plain(label) in kind]
        if len(known) == 1:
            found |= {label: known[0] for label in targets if _plain(label) in kind}
    return found


def _same_place(sources: list[str], targets: list[str]) -> dict[str, str]:
    source_at = {place: label for label, place in _places(sources).items()}
    target_places = _places(targets)
    same_length = len(source_at) == len(target_places)
    return {label: source_at[place] for label, place in target_places.items()} if same_length else {}


def _places(labels: list[str]) -> dict[str, int]:
    """The place of each label on the scale that the labels are together, if they are one."""
    plain = [_plain(label) for label in labels]
    for scale in SCALES:
        if sorted(scale) == sorted(plain):
            return {label: scale.index(word) for label, word in zip(labels, plain, strict=True)}
    return {}
