"""Stages that are commands of the export package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pipeline.errors import Cancelled, ExportError
from pipeline.messages import Message
from pipeline.parameters import SpeedParameters
from pipeline.spec import SpeedSpec
from pipeline.stages import commands, speed

FAILED, REMEDY = Message("It failed."), Message("Look at the log.")


class Started:
    """A process that was to be started, with an end of its own choice."""

    asked: ClassVar[list[list[str]]] = []
    said, code, ends = "{}", 0, True

    def __init__(self, command: list[str], stdin: int, stdout: Any) -> None:
        self.asked.append(command)
        stdout.write(self.said)
        stdout.flush()
        self.returncode = self.code
        self.terminated = False

    def poll(self) -> int | None:
        return self.code if self.ends else None

    def terminate(self) -> None:
        self.terminated = True

    def wait(self) -> int:
        return self.code


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> type[Started]:
    class Fresh(Started):
        asked: ClassVar[list[list[str]]] = []

    monkeypatch.setattr(commands.subprocess, "Popen", Fresh)
    return Fresh


def test_a_comparison_of_speed_is_asked_for_with_its_options(started, make_context) -> None:
    wanted = SpeedSpec(batches=(1, 4), lengths=(16,), rounds=2, compiled=False)
    context = make_context(SpeedParameters(speed=wanted))
    speed.run(context)
    (command,) = started.asked
    place = context.out / "exports" / "transferred"
    assert place.is_dir()
    assert command[:5] == [sys.executable, "-m", "export", "benchmark", context.run_folder.name]
    told = " ".join(command)
    assert f"--out {place / 'benchmark.json'}" in told
    assert "--batches 1 4 --lengths 16 --rounds 2 --without torch.compile" in told
    assert f"--stage {context.name} --json" in told


def test_what_the_command_says_is_what_is_told(started, make_context) -> None:
    started.code, started.said = 1, json.dumps({"error": "No room."})
    with pytest.raises(ExportError, match=r"No room\. Look at the log\."):
        commands.carry_out(make_context(None), ["x"], FAILED, REMEDY)
    started.said = "Killed"
    with pytest.raises(ExportError, match=r"It failed\. Look at the log\."):
        commands.carry_out(make_context(None), ["x"], FAILED, REMEDY)


def test_a_cancelled_run_ends_its_command(started, make_context, monkeypatch: pytest.MonkeyPatch) -> None:
    started.ends = False
    context = make_context(None)

    def cancelled() -> None:
        raise Cancelled

    monkeypatch.setattr(context, "check", cancelled)
    ended: list[Path] = []
    monkeypatch.setattr(started, "terminate", lambda self: ended.append(Path()))
    with pytest.raises(Cancelled):
        commands.carry_out(context, ["x"], FAILED, REMEDY)
    assert len(ended) == 1
