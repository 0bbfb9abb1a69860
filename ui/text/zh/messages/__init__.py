"""What the pipeline and the export say, in Chinese: English template → Chinese, with the same places."""

from ui.text.zh.messages import (
    analysis,
    cluster,
    columns,
    data,
    doctor,
    export,
    hub,
    report,
    runs,
    spec,
    speed,
    training,
    words,
)

AREAS = {
    "words": words.TEXT,
    "data": data.TEXT,
    "columns": columns.TEXT,
    "hub": hub.TEXT,
    "doctor": doctor.TEXT,
    "spec": spec.TEXT,
    "runs": runs.TEXT,
    "cluster": cluster.TEXT,
    "training": training.TEXT,
    "report": report.TEXT,
    "export": export.TEXT,
    "speed": speed.TEXT,
    "analysis": analysis.TEXT,
}
MESSAGES = {template: told for area in AREAS.values() for template, told in area.items()}
