"""The environment, the command line above it, and what neither may say."""

from __future__ import annotations

from typing import Any

import pytest

from export.serving.command import parser
from export.serving.settings import SECRET, ServeSettings, flag
from pipeline.errors import SpecError


def test_the_environment_and_above_it_the_flags():
    environment = {"GRAFT_SERVE_PORT": "9000", "GRAFT_SERVE_MAX_TEXTS": "7", "GRAFT_PORT": "1", "GRAFT_SERVE_X": "y"}
    found = ServeSettings.read({"port": "9001"}, environment)
    assert (found.port, found.max_texts, found.host) == (9001, 7, "127.0.0.1")


def test_every_setting_but_the_keys_has_a_flag():
    options = parser().parse_args(["folder"])
    assert set(ServeSettings.model_fields) - set(vars(options)) == {SECRET}
    given = parser().parse_args(["a", "b", "--max-body-mb", "5", "--allow-failed"])
    assert (given.folders, given.max_body_mb, given.allow_failed) == (["a", "b"], "5", "true")
    text = " ".join(parser().format_help().split())
    assert all(" ".join(field.description.split()[:5]) in text for name, field in _shown())


def _shown() -> list[tuple[str, Any]]:
    return [(name, field) for name, field in ServeSettings.model_fields.items() if name != SECRET]


def test_keys_are_listed_and_never_shown():
    found = ServeSettings.read(environment={"GRAFT_SERVE_API_KEYS": " first, second,,"})
    assert [key.get_secret_value() for key in found.api_keys] == ["first", "second"]
    assert "first" not in repr(found)
    assert ServeSettings.read(environment={"GRAFT_SERVE_API_KEYS": ""}).api_keys == ()


@pytest.mark.parametrize(
    ("flags", "environment", "said"),
    [
        ({"port": "x"}, {}, r"--port is 'x': .*integer"),
        ({}, {"GRAFT_SERVE_TIMEOUT": "0"}, r"GRAFT_SERVE_TIMEOUT is '0': .*greater than 0"),
        ({}, {"GRAFT_SERVE_TIMEOUT": "inf"}, r"GRAFT_SERVE_TIMEOUT is 'inf': .*finite"),
        ({}, {"GRAFT_SERVE_API_KEYS": " , "}, "GRAFT_SERVE_API_KEYS is '…': .*there is no key between the commas"),
        ({"max_texts": "9", "queue_size": "8"}, {}, r"--max-texts is '9': .*above queue_size"),
    ],
)
def test_what_is_wrong_is_named(flags: dict[str, str], environment: dict[str, str], said: str):
    with pytest.raises(SpecError, match=said):
        ServeSettings.read(flags, environment)


def test_flags_are_written_with_hyphens():
    assert flag("max_body_mb") == "--max-body-mb"
