"""The table of all that programs can ask: a row is an action, under the name of its function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ui.api import asking, checking, comparing, exporting, files, forms, managing, server, speed, starting, watching
from ui.api.describing import Endpoint

#: What is asked → the functions, in the order in which somebody needs them.
GROUPS: dict[str, Sequence[Callable[..., Any]]] = {
    "The server": (server.about_server, server.new_visitor, server.open_shared_report),
    "Files": (files.upload_file, files.upload_text, files.fetch_dataset, files.list_samples, files.inspect_file),
    "Before a run": (
        checking.check_data,
        checking.suggest_recipe,
        forms.list_presets,
        starting.list_sources,
        starting.rank_sources,
        forms.write_spec,
        starting.estimate_run,
    ),
    "Runs": (
        starting.start_training,
        starting.start_run,
        starting.start_demo,
        watching.list_runs,
        watching.watch_run,
        watching.wait_for_run,
        watching.read_curves,
        watching.read_log,
        managing.cancel_run,
        managing.resume_run,
        managing.rename_run,
        managing.delete_run,
        managing.read_spec,
        managing.compare_specs,
        managing.share_report,
        managing.unshare_report,
    ),
    "Results": (
        comparing.compare_models,
        comparing.list_models,
        comparing.list_test_texts,
        comparing.cross_models,
        comparing.score_parts,
        comparing.read_calibration,
        comparing.read_report,
        comparing.download_comparison,
    ),
    "Exported models": (
        exporting.export_model,
        exporting.list_exports,
        speed.measure_speed,
        speed.read_speed,
        exporting.download_export,
        exporting.push_export,
        asking.predict,
        asking.explain,
        asking.fill_mask,
    ),
}
#: Those that keep the processor or a connection busy for long, with the queue that they share with the page's events.
QUEUED: dict[Callable[..., Any], str] = {
    starting.rank_sources: "measuring",
    starting.estimate_run: "measuring",
    files.fetch_dataset: "hub",
}

ENDPOINTS: dict[str, Endpoint] = {
    function.__name__: Endpoint(function, queue=QUEUED.get(function, ""))
    for functions in GROUPS.values()
    for function in functions
}
