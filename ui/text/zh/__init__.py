"""The page in Chinese."""

from ui.text.zh import api, common, compare, data, doctor, export, hub, progress, runs, speed, start

AREAS = {
    "common": common.TEXT,
    "start": start.TEXT,
    "data": data.TEXT,
    "hub": hub.TEXT,
    "doctor": doctor.TEXT,
    "progress": progress.TEXT,
    "runs": runs.TEXT,
    "compare": compare.TEXT,
    "export": export.TEXT,
    "speed": speed.TEXT,
    "api": api.TEXT,
}
