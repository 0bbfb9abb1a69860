"""The command that a run's export is carried out by says all that the spec says."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from export.command import OPTIONS, parser
from pipeline.spec import ExportSpec, export_spec
from pipeline.stages import export


@pytest.mark.parametrize(
    "asked",
    [
        ExportSpec(),
        ExportSpec(optimisation=(), quantisation=()),
        ExportSpec(
            model="source-only",
            provider="cuda",
            optimisation=("O2", "O4"),
            quantisation=("fp16",),
            calibration="entropy",
            calibration_texts=9,
            max_metric_loss=0.02,
            max_flips=0.05,
            max_logit_difference=2e-3,
        ),
    ],
)
def test_what_the_command_is_told_is_the_spec(asked: ExportSpec, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(export, "carry_out", lambda _, arguments, *rest: told.append(arguments))
    (tmp_path / "out" / "onnx").mkdir(parents=True)
    context = SimpleNamespace(
        parameters=SimpleNamespace(export=asked), out=tmp_path / "out", run_folder=tmp_path / "run"
    )
    export.run(context)  # type: ignore[arg-type]
    read = parser().parse_args(told[0])
    assert export_spec({field: getattr(read, field) for field in ("model", *OPTIONS)}) == asked
    assert {"model", *OPTIONS} == set(ExportSpec.model_fields)
