"""Sentences of the comparison of speed, in the tab that turns models into ONNX files."""

TEXT = {
    "title": "Speed",
    "hint": "PyTorch and every variant answer by turns on this machine, one or many texts at a time, short and long.",
    "model": "Exported model",
    "compiled": "torch.compile too (it compiles for minutes)",
    "measure": "Measure speed",
    "none": "Not measured yet. It takes a few minutes; the run goes on without this page.",
    "machine": "{threads} threads of {processor}, {rounds} rounds by turns. Times are from token ids to logits.",
    "versions": "Measured with {versions}.",
    "features": "The processor has {features}.",
    "gpu": "The GPU is {gpu}.",
    "column_candidate": "Runs as",
    "column_p50": "Median",
    "column_p95": "95 of 100 within",
    "column_p99": "99 of 100 within",
    "column_calls": "Calls",
    "column_rate": "Texts a second",
    "column_times": "Against PyTorch",
    "column_share": "Of the matrix rate",
    "column_memory": "Memory",
    "column_size": "Files",
    "both": "{memory}, GPU {device}",
    "share_hint": (
        "“Of the matrix rate”: what all of its operations come to, as a share of what its matrix products reach alone "
        "in the same precision. Of fewer than 100 calls, “99 of 100 within” is all but the slowest."
    ),
    "device_hint": (
        "“GPU”: by how much less of its memory was free after it was asked, with what CUDA takes for the process; what "
        "other programs take or give back in the same seconds counts too."
    ),
    "one": "One text of {length} tokens",
    "many": "{batch} texts of {length} tokens",
    "times": "{times} ×",
    "picture": "{metric} against the time for one answer",
    "across": "{shape}: median, in milliseconds",
    "up": "{metric}, frozen test set",
    "dot": "{name}: {value}, {time} ms",
    "recommended": "Recommended",
    "onnx": "exported variants",
    "torch": "PyTorch itself",
    "missed": "missed its gate",
    "nothing": "{model} is not exported.",
    "nothing_remedy": "Export it first; then its speed can be measured.",
}
