"""What a variant's report says of its speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.building import Variant
from export.predictor import Predictor
from export.report import Parity


@pytest.mark.parametrize(
    ("latencies", "notes"),
    [
        ({"fp32": 5.0, "O2": 4.0, "int8": 2.0}, []),
        ({"fp32": 5.0, "O2": 4.0, "int8": 4.2}, []),  # within the noise
        ({"fp32": 5.0, "O2": 4.0, "int8": 6.0}, ["It takes longer here than O2."]),
        ({"int8": 6.0, "later": 1.0}, []),
    ],
)
def test_a_variant_made_for_nothing_says_so(exported: Path, latencies: dict[str, float], notes: list[str]):
    parity = Parity(
        texts=1,
        metric_reference=1,
        metric=1,
        metric_loss=0,
        flips=0,
        flip_count=0,
        max_logit_difference=0,
        passed=True,
        reason="",
    )
    report = Variant("int8", "by hand", Predictor(exported / "int8"), parity).report(latencies)
    assert report.notes == notes
    assert report.latency_ms == latencies["int8"]
    assert report.folder == "int8"
    assert report.size_bytes == (exported / "int8" / "model.onnx").stat().st_size
