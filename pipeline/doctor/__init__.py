"""The data doctor: what is wrong with the data of a run, what it looks like, and which recipe suits it.

Free of torch; 10,000 rows take about a second.

================  ==============================================================
``finding``       one line of a diagnosis
``material``      every file read once
``scripts``       scripts and languages of texts
``pieces``        how the source's tokenizer reads them
``guessing``      which task a file is made for
``reading``       checks of encoding, format, columns and task
``texts``         checks of empty, repeated, contradictory, leaked and long texts
``labels``        checks of balance, entity tags, source and target
``language``      checks of script, language, tokenizer and dictionary
``checks``        the table of checks
``figures``       label balance and lengths, for pictures
``suggestion``    a preset and its reason: a table of rules
================  ==============================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.doctor.checks import CHECKS, run_checks
from pipeline.doctor.figures import Figures, Histogram, figures
from pipeline.doctor.finding import Finding, Level, Role
from pipeline.doctor.guessing import guess_task
from pipeline.doctor.material import gather
from pipeline.doctor.suggestion import Facts, Suggestion, gather_facts, suggest
from pipeline.settings import Settings
from pipeline.spec import DataSpec, SourceSpec, TaskName

__all__ = [
    "CHECKS",
    "Diagnosis",
    "Facts",
    "Figures",
    "Finding",
    "Histogram",
    "Level",
    "Role",
    "Suggestion",
    "diagnose",
    "guess_task",
]


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor says of the data of a run.

    Attributes:
        findings: In the order of :data:`CHECKS`.
        figures: For pictures.
        facts: What the suggestion depends on.
        suggestion: A recipe; None if no preset suits the data.
    """

    findings: tuple[Finding, ...]
    figures: Figures
    facts: Facts
    suggestion: Suggestion | None

    @property
    def level(self) -> Level:
        """The worst of its findings."""
        levels = {finding.level for finding in self.findings}
        return "fail" if "fail" in levels else "warn" if "warn" in levels else "pass"

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "level": self.level,
            "findings": [finding.as_json() for finding in self.findings],
            "figures": self.figures.as_json(),
            "facts": self.facts.as_json(),
            "suggestion": self.suggestion.as_json() if self.suggestion else None,
        }


def diagnose(data: DataSpec, task: TaskName, source: SourceSpec | None, settings: Settings) -> Diagnosis:
    """Look at the data of a run. It need not be whole: what is given is looked at, and nothing is raised.

    Args:
        data: The files, and how to read them as far as that is known.
        task: What is to be learned.
        source: The encoder, whose tokenizer is tried; None: it is left out.
        settings: The host's limits.
    """
    material = gather(data, task, source, settings)
    facts = gather_facts(material)
    return Diagnosis(run_checks(material), figures(material), facts, suggest(facts, task, data))
