"""Batches, and the choice of a provider: what is asked of onnxruntime, without a GPU."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import onnxruntime as ort
import pytest

from export.predictor import PROVIDERS, Predictor, Tokens, session
from export.predictor.folder import Folder


@pytest.fixture(scope="module")
def opened(exported: Path) -> session.Session:
    return session.Session(Folder.read(exported / "o2"), threads=1)


def test_batches_keep_the_budget_and_hold_every_row_once(opened: session.Session):
    lengths = [3, 500, 40, 2000, 7, 7, 7, 120, 40]
    batches = list(opened.batches(lengths))
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    budget = PROVIDERS["CPUExecutionProvider"].batch_tokens
    assert all(len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= budget for rows in batches)


def test_a_large_vocabulary_makes_batches_small(exported: Path):
    says = Folder.read(exported / "o2")
    wide = session.Session(replace(says, width=session.MOST_SCORES // 10), threads=1)
    assert [len(rows) for rows in wide.batches([5] * 5)] == [2, 2, 1]


@pytest.mark.parametrize(("types", "fed"), [(True, [0, 0, 1, 1]), (False, [0, 0, 0, 0])])
def test_token_types_are_zero_where_the_tokenizer_has_none(exported: Path, types: bool, fed: list[int]):
    opened = session.Session(replace(Folder.read(exported / "fp32"), types=types), threads=1)
    assert opened._feeds([Tokens([2, 5, 6, 3], [0, 0, 1, 1])])["token_type_ids"].tolist() == [fed]


def test_threads_are_passed_on(opened: session.Session):
    assert opened.graph.get_session_options().intra_op_num_threads == 1


class Graph:
    """Stands for a session on a machine that has, or lacks, what CUDA needs."""

    works = True
    asked: list[list] = []  # noqa: RUF012

    def __init__(self, model: str, options: ort.SessionOptions, providers: list):
        self.asked.append(providers)
        self._first = providers[0][0] if self.works else "CPUExecutionProvider"

    def get_providers(self) -> list[str]:
        return [self._first]

    def get_inputs(self) -> list:
        return []


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> type[Graph]:
    """A machine with an NVIDIA driver."""
    monkeypatch.setattr(Graph, "asked", [])
    monkeypatch.setattr(Graph, "works", True)
    monkeypatch.setattr(ort, "InferenceSession", Graph)
    monkeypatch.setattr(ort, "preload_dlls", lambda: None)
    monkeypatch.setattr(ort, "get_available_providers", lambda: list(PROVIDERS))
    monkeypatch.setattr(session, "_loads", lambda library: True)
    return Graph


def test_cuda_is_taken_where_it_works(gpu: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "o2").provider == "CUDAExecutionProvider"
    assert gpu.asked == [[("CUDAExecutionProvider", {"use_tf32": "0"}), ("CPUExecutionProvider", {})]]
    assert "runs on CUDAExecutionProvider" in caplog.text


def test_int8_stays_on_the_cpu(gpu: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "int8").provider == "CPUExecutionProvider"
    assert len(gpu.asked) == 1
    assert "does not compute int8" in caplog.text


def test_cuda_that_does_not_start_gives_way(gpu: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    gpu.works = False
    assert Predictor(exported / "o2").provider == "CPUExecutionProvider"
    assert "can't be started" in caplog.text


def test_without_a_driver_cuda_is_not_tried(gpu: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "_loads", lambda library: False)
    assert Predictor(exported / "o2").provider == "CPUExecutionProvider"
    assert gpu.asked == [[("CPUExecutionProvider", {})]]


def test_driver_libraries_are_looked_for():
    absent = replace(PROVIDERS["CUDAExecutionProvider"], drivers=("no-such-library.so",))
    assert not absent.present
    assert PROVIDERS["CPUExecutionProvider"].present
