"""What a variant's report says of its speed; and that the libraries are not heard."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from export import building
from export.exporting import export_model
from export.predictor import Predictor
from export.report import Parity
from export.yardstick import Variant
from pipeline.errors import ExportError
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec


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
        answers=1,
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


def test_what_the_libraries_say_is_not_heard(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture):
    with building.quietly():
        print("failed in shape inference")
        logging.getLogger("fusion_skiplayernorm").warning("symbolic shape inference disabled or failed.")
        logging.getLogger("onnxruntime").error("Out of memory.")
    assert capsys.readouterr().out == ""
    assert caplog.messages == ["Out of memory."]
    logging.getLogger("fusion_skiplayernorm").warning("heard again")
    assert caplog.messages[-1] == "heard again"


def test_a_model_of_other_labels_is_told(run: tuple[RunStore, str]):
    store, run_id = run
    path = store.model_folder(run_id, "transferred") / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "id2label": {"0": "good", "1": "bad"}, "label2id": {"good": 0, "bad": 1}}))
    with pytest.raises(ExportError, match="The model's labels are good, bad; the report's are bad, good"):
        export_model(store, run_id, ExportSpec())
