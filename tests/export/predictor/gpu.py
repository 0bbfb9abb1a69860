"""Stands for onnxruntime on a machine with a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort

from export.predictor import PROVIDERS

TENSORRT, CUDA, CPU = PROVIDERS
ASKED_OF_CUDA = [(CUDA, {"use_tf32": "0"}), (CPU, {})]


class Named:
    def __init__(self, name: str):
        self.name = name


class Binding:
    """Remembers what is bound where, and answers one label of two."""

    def __init__(self, inputs: dict[str, np.ndarray]):
        self.inputs = inputs
        self.outputs: list[tuple[str, str]] = []

    def bind_cpu_input(self, name: str, array: np.ndarray) -> None:
        self.inputs[name] = array

    def bind_output(self, name: str, device: str) -> None:
        self.outputs.append((name, device))

    def copy_outputs_to_cpu(self) -> list[np.ndarray]:
        return [np.zeros((len(self.inputs["input_ids"]), 2), np.float32)]


class Graph:
    """Stands for a session on a machine that has, or lacks, what a GPU needs."""

    broken: tuple[str, ...] = ()
    uncompiled: tuple[str, ...] = ()
    asked: list[list[Any]] = []  # noqa: RUF012
    run: list[Binding] = []  # noqa: RUF012

    def __init__(self, model: str, options: ort.SessionOptions, providers: list):
        self.asked.append(providers)
        self._first = next(name for name, _ in providers if name not in self.broken)

    def get_providers(self) -> list[str]:
        return [self._first]

    def get_inputs(self) -> list[Named]:
        return [Named("input_ids"), Named("attention_mask")]

    def get_outputs(self) -> list[Named]:
        return [Named("logits")]

    def io_binding(self) -> Binding:
        return Binding({})

    def run_with_iobinding(self, binding: Binding) -> None:
        self.run.append(binding)
        if self._first in self.uncompiled:
            raise ort.capi.onnxruntime_pybind11_state.EPFail(f"{self._first} found\nno engine")
