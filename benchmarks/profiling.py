"""Where onnxruntime's time goes, by operator, as its own profiler tells."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from export.predictor.threads import allowed_threads
from export.speed.report import Shape

CALLS, WARM_UP = 10, 2


def profiled(folder: Path, shape: Shape, figures: dict[str, Any]) -> str:
    """A table of the operators, the costliest first; the figures go into ``figures`` too.

    Args:
        folder: Of a variant.
        shape: What is asked.
        figures: Operator → milliseconds a call.
    """
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = allowed_threads() or 0
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as place:
        options.profile_file_prefix = f"{place}/profile"
        session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        ids = np.random.default_rng(0).integers(1000, 2000, (shape.batch, shape.length))
        known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        feeds = {item.name: known[item.name] for item in session.get_inputs()}
        for _ in range(CALLS + WARM_UP):
            session.run(None, feeds)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    taken, whole = _taken(events)
    figures |= {name: time / CALLS for name, time in taken.most_common()} | {"whole call": whole / CALLS}
    lines = ["| Operator | ms a call | Share |", "| --- | --- | --- |"]
    lines += [f"| {name} | {time / CALLS:.2f} | {time / whole:.1%} |" for name, time in taken.most_common(12)]
    return "\n".join([*lines, f"| whole call | {whole / CALLS:.2f} | |"])


def _taken(events: list[dict[str, Any]]) -> tuple[Counter[str], float]:
    """Milliseconds of each operator, and of all calls together, without the first calls."""
    runs = [event for event in events if event.get("name") == "model_run"]
    begins = sorted(event["ts"] for event in runs)[WARM_UP]
    taken: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time") and event["ts"] >= begins:
            taken[event["args"]["op_name"]] += event["dur"] / 1000
    return taken, sum(event["dur"] for event in runs if event["ts"] >= begins) / 1000
