"""What reading holds does not grow with the file."""

import json
import subprocess
import sys

import pytest

#: Reads a file as the page does and as a run does; prints by how many MB what the process can't give back has grown.
READING = """
import json, sys, threading, time
from pathlib import Path
from pipeline.data.inspection import inspect
from pipeline.data.preparation import prepare
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec
from pipeline.stages.data import freeze

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1000

def watch():
    while not over.is_set():
        seen.append(held())
        time.sleep(0.002)

path, folder = sys.argv[1:]
settings = Settings(max_upload_mb=4000, max_rows=4_000_000)
inspect(DatasetSpec(path=path[:-4] + "-few.csv"), settings, labelled=True)  # what is loaded once is loaded now
before, seen, over = held(), [], threading.Event()
watching = threading.Thread(target=watch)
watching.start()
found = inspect(DatasetSpec(path=path), settings, labelled=True)
data = DataSpec(target=DatasetSpec(path=path), test=DatasetSpec(path=path[:-4] + "-few.csv"), dev_fraction=0)
prepared = prepare(data, 0, settings, "text-classification")
dataset = freeze(
    prepared.target_train, prepared.labels, "text-classification", labelled=True, folder=Path(folder)
)
over.set()
watching.join()
print(json.dumps({"grown": max(seen) - before, "rows": found.row_count, "frozen": len(dataset)}))
"""


def write(path, rows, first=0):
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        for number in range(first, first + rows):
            middle = f"{number * 7919 % 1000003} " * 20  # no two texts alike, or they would be left out
            file.write(f"a review {number} {middle}end,{'good' if number % 2 else 'bad'}\n")
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a process can't give back")
@pytest.mark.slow
def test_a_file_four_times_as_large_takes_no_more_memory(tmp_path):
    grown = {}
    for rows in (150_000, 600_000):
        path = write(tmp_path / f"{rows}.csv", rows)
        write(tmp_path / f"{rows}-few.csv", 500, first=10_000_000)
        done = subprocess.run(
            [sys.executable, "-c", READING, str(path), str(tmp_path)], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout.splitlines()[-1])
        assert found["rows"] == found["frozen"] == rows
        grown[rows] = found["grown"]
    more = (tmp_path / "600000.csv").stat().st_size / 1e6 - (tmp_path / "150000.csv").stat().st_size / 1e6
    assert more > 50
    # Numbers of rows and hashes of texts are kept of each; the texts themselves would take seven times the file.
    assert grown[600_000] - grown[150_000] < 2 * more, grown
