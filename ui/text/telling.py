"""What the pipeline and the export say, told in the language of the page."""

from __future__ import annotations

from pipeline.messages import Message
from ui.text.languages import current
from ui.text.zh.messages import MESSAGES as CHINESE

#: Language → English template → its own, with the same places. English is what the messages are in.
MESSAGES = {"zh": CHINESE}


def tell(message: str, language: str | None = None) -> str:
    """A message in a language; what its table lacks is told in English.

    Args:
        message: A sentence of the pipeline, with its template and values where it has any.
        language: Which; by default the one that is being spoken.
    """
    spoken = language or current()
    template, values = (message.template, message.values) if isinstance(message, Message) else (str(message), {})
    translated = MESSAGES.get(spoken, {}).get(template)
    if translated is None:
        return str(message)
    if not values:
        return translated
    told = {name: tell(value, spoken) if isinstance(value, Message) else value for name, value in values.items()}
    try:
        return translated.format(**told)
    except (IndexError, KeyError, TypeError, ValueError):  # a file of another Graft may hold other values
        return str(message)
