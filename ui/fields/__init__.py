"""Which fields of the spec the page asks for, and the way back from their values to a spec.

Titles, help, bounds, defaults and the ways in which a part can be done are the spec's own: a new
kind or field of a recipe is offered without a line here. Only which fields stand in front of
"More options" is chosen on this side.
"""

from ui.fields.choices import CHOICES, Choice
from ui.fields.composing import Document, all_fields, compose, conflicts, titled, told_fault, values_of
from ui.fields.field import DATA, EXPORT, GATE, RUN, SPEED, SpecField

__all__ = [
    "CHOICES",
    "DATA",
    "EXPORT",
    "GATE",
    "RUN",
    "SPEED",
    "Choice",
    "Document",
    "SpecField",
    "all_fields",
    "compose",
    "conflicts",
    "titled",
    "told_fault",
    "values_of",
]
