"""A program that uses Graft: brings files, starts a run, waits, compares, exports, predicts.

Start the server with ``python app.py``, then::

    python examples/client.py http://127.0.0.1:7860
    python examples/client.py http://127.0.0.1:7860 --spec examples/demo.json

Without a spec a small run is written from the samples beside this folder: about two minutes on two cores. A server that
tells visitors apart gives a token, which is printed; ``--visitor TOKEN`` comes back as the same visitor. Only
gradio_client is needed. docs/api.md lists all that can be asked.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
FILES = {
    "source": "reviews.en.csv",
    "target": "reviews.zh.train.csv",
    "test": "reviews.zh.test.csv",
    "dictionary": "glossary.en-zh.tsv",
}
TEXT = "这家店真不错，下次还来。"
PATIENCE = 30.0  # seconds that one call waits for a run; then its progress is printed


class Graft:
    """A server, and who calls it.

    Args:
        url: Of the server.
        visitor: A token of an earlier call; empty: a new visitor, where visitors are told apart.
    """

    def __init__(self, url: str, visitor: str = "") -> None:
        self.client = Client(url, verbose=False)
        if not visitor and self.ask("about_server")["visitors"]:
            visitor = self.ask("new_visitor")
        self.visitor = visitor

    def ask(self, name: str, /, **arguments: Any) -> Any:
        """Call an endpoint that is the same for everybody."""
        return self.client.predict(**arguments, api_name=f"/{name}")

    def my(self, name: str, /, **arguments: Any) -> Any:
        """Call an endpoint as this visitor."""
        return self.ask(name, visitor=self.visitor, **arguments)

    def bring(self, path: Path) -> str:
        """Upload a file, and give its name on the server."""
        return str(self.my("upload_file", file=handle_file(str(path)))["file"])

    def wait(self, run: str) -> dict[str, Any]:
        """Wait for the end of a run, printing how far it is."""
        while True:
            found: dict[str, Any] = self.my("wait_for_run", run=run, seconds=PATIENCE)
            stage = next((stage["title"] for stage in found["stages"] if stage["state"] == "running"), "")
            print(f"  {found['state']}, {found['fraction']:.0%}  {stage}")
            if found["state"] not in ("queued", "running"):
                return found


def sample_spec(graft: Graft) -> dict[str, Any]:
    """A small run from the samples: the server writes the spec, and it is made quicker here."""
    files = {role: graft.bring(SAMPLES / name) for role, name in FILES.items()}
    inspected = graft.my("inspect_file", file=files["target"], role="target")
    print(f"{files['target']}: {inspected['texts']} texts, labels {inspected['label_counts']}")
    checked = graft.my("check_data", files=files)
    for finding in checked["findings"]:
        if finding["level"] != "pass":
            print(f"  {finding['level']}: {finding['message']}")
    print(f"Suggested: {checked['suggestion']['preset'] or 'nothing'}. {checked['suggestion']['reason']}")
    written = graft.my("write_spec", files=files, preset="many-target-labels", name="Client")
    spec: dict[str, Any] = json.loads(written)
    for part in ("source_training", "fine_tuning", "target_only"):
        spec["recipe"][part]["epochs"] = 2
    spec["recipe"]["adaptation"] = {"kind": "none"}
    return {**spec, "exports": []}


def given_spec(graft: Graft, path: Path) -> dict[str, Any]:
    """A spec file, its files brought to the server and named as they are there."""
    spec: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for role, given in spec["data"].items():
        if isinstance(given, dict) and "path" in given:
            given["path"] = graft.bring(path.parent / given["path"])
        elif role == "dictionary" and given:
            spec["data"][role] = graft.bring(path.parent / given)
    return spec


def show(compared: dict[str, Any]) -> None:
    """Print a comparison."""
    print(compared["sentence"], *compared["remarks"], sep="\n")
    for model in compared["models"]:
        name, value = next(iter(model["metrics"].items()))
        print(f"  {model['title']}: {name} {value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})")
    print(f"  The models disagree on {compared['counts'].get('disagree', 0)} of {compared['texts']} texts.")


def main(arguments: list[str] | None = None) -> int:
    """Go through all of it; the exit code is 1 if something went wrong."""
    parser = argparse.ArgumentParser(description="Use a running Graft from a program.")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:7860")
    parser.add_argument("--spec", type=Path, help="a spec file instead of a small run on the samples")
    parser.add_argument("--text", default=TEXT, help="what the exported model is asked (default: %(default)s)")
    parser.add_argument("--visitor", default="", help="a token of an earlier call")
    parser.add_argument("--zip", type=Path, help="where the exported model is put (default: left where it is)")
    options = parser.parse_args(arguments)
    try:
        return use(Graft(options.url, options.visitor), options)
    except AppError as error:  # what went wrong, and what to do about it, in a sentence
        print(error, file=sys.stderr)
        return 1


def use(graft: Graft, options: argparse.Namespace) -> int:
    """From files to predictions."""
    if graft.visitor:
        print(f"Visitor {graft.visitor}")
    spec = given_spec(graft, options.spec) if options.spec else sample_spec(graft)
    run = graft.my("start_run", spec=spec)["run"]
    print(f"Run {run}")
    ended = graft.wait(run)
    if ended["state"] != "done":
        print(ended["error"] or ended["state"], file=sys.stderr)
        return 1
    show(graft.my("compare_models", run=run))

    if not any(export["model"] == "transferred" for export in graft.my("list_exports", run=run)["exports"]):
        graft.my("export_model", run=run, model="transferred", optimisation=["O2"], quantisation=["int8"])
        graft.wait(run)
    for export in graft.my("list_exports", run=run)["exports"]:
        sizes = ", ".join(
            f"{variant['name']} {variant['size_bytes'] / 1e6:.1f} MB {variant['latency_ms']:.1f} ms"
            for variant in export["variants"]
        )
        print(f"Exported {export['model']}: {sizes}; {export['served']} is served")
    file = Path(graft.my("download_export", run=run, model="transferred"))
    print(f"Downloaded {file.replace(options.zip) if options.zip else file}")

    for answer in graft.my("explain", run=run, text=options.text):
        if answer["fault"]:
            print(f"{answer['model']}: {answer['fault']}")
            continue
        strongest = max(answer["parts"], key=lambda part: part["weight"])
        share = answer["probabilities"][answer["label"]]
        print(
            f"{answer['model']}: {options.text} → {answer['label']} ({share:.0%}), most of all for {strongest['text']}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
