"""The arguments that several functions have: a type, and beside it what a stranger has to know of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from pipeline.spec import TaskName

NOTHING_ELSE = ConfigDict(extra="forbid")  # a name that is mistyped would pass unseen

Visitor = Annotated[
    str,
    "Who calls: a token that `new_visitor` gave. Needed where the server has many visitors, and may then stand in the "
    "header X-Graft-Visitor instead; else ignored.",
]
Run = Annotated[str, "Id of a run, as `list_runs` or the call that started it gives it."]
Task = Annotated[TaskName, "What the models learn to do."]
File = Annotated[
    str, "A file, as `upload_file`, `upload_text` or `list_samples` names it; on your own machine also its path."
]
Models = Annotated[
    list[str] | None,
    "Keys of models, as `list_models` gives them, of this run or of others; empty: all of the run's own.",
]
Spec = Annotated[
    dict[str, Any] | str,
    "What a run is to do: a JSON object as docs/spec.md describes it, or its text as `write_spec` and `read_spec` give "
    "it. Files are named as `upload_file` names them.",
]
#: Text, for gradio_client takes every object with a path in it for a file, and would fetch it.
SpecText = Annotated[str, "The spec, as the text of a JSON file."]
Offset = Annotated[int, "How many to pass over, from 0."]


@with_config(NOTHING_ELSE)
class Reading(TypedDict, total=False):
    """How a file is read; what is left out is detected."""

    format: Annotated[str, "auto, csv, tsv, jsonl, text, conll or conllu."]
    encoding: Annotated[str, "auto, utf-8, utf-16 or gb18030."]
    text_column: Annotated[str, "Name of the column with the text, or with the token."]
    second_text_column: Annotated[str, "Of sentence pairs: name of the column with the second text."]
    label_column: Annotated[str, "Name of the column with the label, or with the tag."]
    group_column: Annotated[str, "Of unlabelled texts: name of a column that says what a text is about."]
    label_separator: Annotated[str, "Where a text has several labels in one cell: what stands between them."]
    skip_missing: Annotated[bool, "Leave out rows without text or label, instead of refusing the file."]


@with_config(NOTHING_ELSE)
class ReadFile(Reading, total=False):
    """A file, with how it is read."""

    file: File


_Brought = str | ReadFile


@with_config(NOTHING_ELSE)
class Files(TypedDict, total=False):
    """The files of a run, by what they are for: the name of a file, or an object of ``file`` and how it is read."""

    source: Annotated[_Brought, "Labelled texts of the source domain."]
    target: Annotated[_Brought, "Labelled texts of the target domain."]
    test: Annotated[_Brought, "Test texts of the target domain; without them some are held out."]
    dev: Annotated[_Brought, "Target texts to watch while learning."]
    unlabelled: Annotated[_Brought, "Target texts without labels."]
    source_test: Annotated[_Brought, "Test texts of the source domain."]
    dictionary: Annotated[str, "A bilingual word list."]


RunFiles = Annotated[
    Files,
    "The files by what they are for: source, target, test, dev, unlabelled, source_test, dictionary. A value is the "
    "name of a file, or an object of `file` and how to read it (`text_column`, `label_column`, `encoding`, …).",
]
Source = Annotated[
    str,
    "The encoder to transfer: a name of `list_sources`, an id of the Hugging Face Hub (`name@revision` for one "
    "revision), or on your own machine a folder; empty: the server's own.",
]
Mapping = Annotated[
    dict[str, str] | None, "Target label → source label, where Graft's suggestion in `check_data` is to be corrected."
]
Renamed = Annotated[
    dict[str, str] | None, "Source label → what it is to be called; an entity type may become O to be left out."
]
