"""How a pipeline of transformers is asked about an exported folder, as Python: for the card and for the page."""

from __future__ import annotations

from pipeline.spec import TaskName

#: What is given beside the text. Of a text that is too long a tagger's pipeline cuts what is beyond by itself; the
#: others hand the graph all of it, which then fails, or answers from more than it was checked on.
OPTIONS: dict[TaskName, str] = {
    "text-classification": "truncation=True",
    "multi-label-classification": "top_k=None, truncation=True",
    "sentence-pair-classification": "truncation=True",
    "entity-recognition": 'aggregation_strategy="first"',
    "part-of-speech": "",
    "language-modelling": 'tokenizer_kwargs={"truncation": True}',
}


def arguments(task: TaskName, text: str) -> str:
    """All that is put to the pipeline, given the expression of the text."""
    return ", ".join(filter(None, (text, OPTIONS[task])))
