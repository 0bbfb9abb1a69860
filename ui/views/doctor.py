"""What the data doctor says: fails and warnings in the open, what passed folded, and how texts are split."""

from __future__ import annotations

from pipeline.doctor import CHECKS, Diagnosis, Finding, Level, Suggestion
from ui.fields import titled
from ui.handlers.doctor import MOST_MEGABYTES, Checkup, Splits
from ui.handlers.training import role_title
from ui.text import say, spec
from ui.text.telling import tell
from ui.views.figures import pictures
from ui.views.html import Markup, escape, join, message, tag

FIRST_ROWS, MOST_ROWS_OPEN = 8, 12
LEVELS: tuple[Level, ...] = ("fail", "warn", "pass")
#: Level → the colour of its chip.
CHIPS: dict[Level, str] = {"fail": "g-state-failed", "warn": "g-state-interrupted", "pass": "g-state-done"}
#: What texts are for → the field of :class:`Splits`, by domain.
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "target": (("learn", "target_train"), ("dev", "dev"), ("test", "test")),
    "source": (("learn", "source_train"), ("test", "source_test")),
    "unlabelled": (("read", "unlabelled"),),
}


def checkup(found: Checkup) -> Markup:
    """All that there is to say of the files in use."""
    if not found.megabytes:
        return tag("p", say("doctor.nothing"), class_="g-hint")
    if found.diagnosis is None:
        return tag(
            "p", say("doctor.large", size=f"{found.megabytes:,.1f}", most=f"{MOST_MEGABYTES:g}"), class_="g-hint"
        )
    return join([findings(found.diagnosis), _split(found), pictures(found.diagnosis.figures)])


def findings(diagnosis: Diagnosis) -> Markup:
    """The verdict, then a line a finding; those that passed are folded."""
    by_level = {level: [each for each in diagnosis.findings if each.level == level] for level in LEVELS}
    chips = [
        tag("span", say(f"doctor.count_{level}", count=len(found)), class_=f"g-chip {CHIPS[level]}")
        for level, found in by_level.items()
        if found
    ]
    verdict = tag(
        "p", tag("b", say(f"doctor.verdict_{diagnosis.level}")), tag("span", *chips, class_="g-chips"), class_="g-file"
    )
    told = [_finding(each) for level in ("fail", "warn") for each in by_level[level]]
    passed = by_level["pass"]
    fold = (
        tag(
            "details",
            tag("summary", say("doctor.passed", count=len(passed))),
            tag("ul", *map(_passed, passed), class_="g-passed"),
            class_="g-quiet",
        )
        if passed
        else None
    )
    body = tag("ul", *told, class_="g-findings") if told else None
    return tag("div", tag("div", verdict, role="status"), body, fold, class_="g-checkup")


def suggestion(found: Suggestion) -> Markup:
    """A recipe and why."""
    name = tag("b", spec.preset(found.preset))
    head = tag("p", tag("span", say("doctor.suggested"), class_="g-hint"), " ", name)
    return tag("div", head, tag("p", _said(found.reason), class_="g-hint"), class_="g-suggested")


def _finding(found: Finding) -> Markup:
    remedy = _said(found.remedy)
    return tag(
        "li",
        tag("span", say(f"doctor.level_{found.level}"), class_=f"g-chip g-level {CHIPS[found.level]}"),
        tag(
            "div",
            tag("h3", tell(CHECKS[found.check].title)),
            tag("p", _said(found.message)),
            _rows(found) if found.rows else None,
            tag("p", tag("span", "→ ", aria_hidden="true"), remedy, class_="g-remedy") if remedy else None,
        ),
        class_=f"g-finding g-{found.level}",
        data_check=found.check,
    )


def _passed(found: Finding) -> Markup:
    title = tag("b", tell(CHECKS[found.check].title))
    files = say("common.list_separator").join(map(role_title, found.roles))
    return tag("li", title, tag("span", _said(found.message)), tag("span", files, class_="g-hint"))


def _rows(found: Finding) -> Markup:
    """The numbers of the rows; of many, the first ones, and the rest when asked for."""
    separator = say("common.list_separator")
    shown_first = FIRST_ROWS if len(found.rows) > MOST_ROWS_OPEN else MOST_ROWS_OPEN
    first, rest = found.rows[:shown_first], found.rows[shown_first:]
    shown = say("doctor.rows", rows=separator.join(map(str, first)))
    if not rest:
        return tag("p", shown, class_="g-hint g-rows")
    more = tag("summary", shown, " ", tag("span", say("doctor.more_rows", count=len(rest)), class_="g-more"))
    return tag("details", more, tag("p", separator.join(map(str, rest)), tabindex="0"), class_="g-hint g-rows")


def _said(text: str) -> str:
    """A message with the page's names of fields."""
    return titled(tell(text))


def _split(found: Checkup) -> Markup:
    head = tag("h3", say("doctor.splits"))
    if found.splits is None:
        told = (
            message(found.fault.message, found.fault.remedy, kind="warn")
            if found.fault and found.diagnosis and found.diagnosis.level != "fail"
            else tag("p", say("doctor.splits_later"), class_="g-hint")
        )
        return tag("div", head, told, class_="g-splits")
    return splits(found.splits)


def splits(found: Splits) -> Markup:
    """How many texts go where, a bar a domain."""
    bars = [_bar(domain, found, parts) for domain, parts in PARTS.items()]
    frozen = say("doctor.frozen_given" if found.given else "doctor.frozen", count=f"{found.test:,}")
    notes = [tag("p", tell(note), class_="g-hint") for note in found.notes]
    return tag(
        "div",
        tag("h3", say("doctor.splits")),
        *filter(None, bars),
        tag("p", frozen, class_="g-hint") if found.test else None,
        *notes,
        class_="g-splits",
    )


def _bar(domain: str, found: Splits, parts: tuple[tuple[str, str], ...]) -> Markup | None:
    counts = [(purpose, getattr(found, name)) for purpose, name in parts]
    total = sum(count for _, count in counts)
    if not total:
        return None
    given = [(purpose, count) for purpose, count in counts if count]
    segments = [
        tag("span", class_=f"g-goes-{purpose}", style=f"flex-grow:{max(count, total / 60):.0f}")
        for purpose, count in given
    ]
    legend = [
        tag(
            "li",
            tag("i", class_=f"g-dot g-goes-{purpose}", aria_hidden="true"),
            escape(say(f"doctor.split_{purpose}")),
            tag("b", f"{count:,}", class_="g-num"),
        )
        for purpose, count in given
    ]
    return tag(
        "div",
        tag("span", role_title(domain), class_="g-split-title"),
        tag("div", *segments, class_="g-split", aria_hidden="true"),
        tag("ul", *legend, class_="g-split-legend"),
        class_=f"g-split-row g-role-{domain}",
    )
