"""The bad input that everybody thinks of first, each tried as a file that somebody brings."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import re
import resource
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from export.serving.questions import read
from export.serving.refusals import Refusal
from pipeline.data.inspection import inspect
from pipeline.data.readers import READERS, read_table
from pipeline.errors import DataError, GraftError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, load

ROOT = Path(__file__).resolve().parents[2]
BOMB = b"\0" * 20_000_000  # packs to some thousandths


def zipped(*, link: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("texts.csv")
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = ((stat.S_IFLNK if link else stat.S_IFREG) | 0o777) << 16
        archive.writestr(entry, b"/etc/passwd" if link else BOMB)
    return packed.getvalue()


def tarred(mode: str, *, link: bool = False) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo("../texts.csv")
        entry.type, entry.linkname = (tarfile.SYMTYPE, "/etc/passwd") if link else (tarfile.REGTYPE, "")
        entry.size = 0 if link else len(BOMB)
        archive.addfile(entry, None if link else io.BytesIO(BOMB))
    return packed.getvalue()


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "zip bomb": zipped,
    "gzip bomb": lambda: gzip.compress(BOMB, 1),
    "bzip2 bomb": lambda: bz2.compress(BOMB, 1),
    "xz bomb": lambda: lzma.compress(BOMB, preset=0),
    "tar bomb": lambda: tarred("w:gz"),
    "link in a zip": lambda: zipped(link=True),
    "link in a tar": lambda: tarred("w", link=True),
    "link in a packed tar": lambda: tarred("w:bz2", link=True),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_are_refused_unopened_whatever_they_are_said_to_be(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ARCHIVES[name]()
    for module, opener in ((zipfile, "ZipFile"), (tarfile, "open"), (gzip, "decompress"), (bz2, "decompress")):
        monkeypatch.delattr(module, opener)
    for suffix in ("csv", "txt", "json", "zip"):
        path = tmp_path / f"texts.{suffix}"
        path.write_bytes(content)
        for format_ in READERS:
            with pytest.raises(DataError, match=r"it seems to be a compressed archive\. Unpack it"):
                read_table(DatasetSpec(path=str(path), format=format_), Settings())
    assert sorted(tmp_path.iterdir()) == sorted(tmp_path.glob("texts.*"))


def apart(code: str, megabytes: int, *arguments: str) -> str:
    """What a process of its own prints, that may have so much memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)

    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


LOOK = """
import sys
from pipeline.data.inspection import inspect
from pipeline.errors import GraftError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec
_, path, task, rows, megabytes = sys.argv
settings = Settings(max_rows=int(rows), max_upload_mb=float(megabytes))
try:
    found = inspect(DatasetSpec(path=path), settings, labelled=True, task=task)
    print(found.row_count, "rows", *(problem.told[:200] for problem in found.problems))
except GraftError as error:
    print(str(error)[:200])
"""


ONE, SEVERAL, TAGS = "text-classification", "multi-label-classification", "entity-recognition"


def test_a_line_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"text,label\n")
        file.truncate(2 << 30)  # takes no room on the disk
    assert "line.csv is larger than 50 MB." in apart(LOOK, 512, str(path), ONE, "200000", "50")


@pytest.mark.parametrize("suffix", ["csv", "txt", "jsonl", "conll"])
def test_where_a_host_lets_it_in_it_is_refused_for_its_length(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"line.{suffix}"
    with path.open("wb") as file:
        file.write(b"text,label\ngood,1\n")
        for _ in range(300):
            file.write(b"a word " * (1_000_000 // 7))
    said = apart(LOOK, 1000, str(path), TAGS if suffix == "conll" else ONE, "200000", "4000")
    assert f"line.{suffix}: line 3 is longer than 50 MB." in said


#: A file of so many bytes, what is said of it, its task, and the megabytes that reading it may cost.
LARGEST: dict[str, tuple[Callable[[int], bytes], str, str, int]] = {
    "line.txt": (lambda size: b"a b " * (size // 4), "no column that is plainly the label", ONE, 1000),
    "wide.csv": (lambda size: b"1," * (size // 2 - 1) + b"1", "columns; at most 200", ONE, 2000),
    "brackets.json": (lambda size: b"[" * size, "can't be parsed", ONE, 1000),
    "empty.json": (lambda size: b"[%b{}]" % (b"{}," * (size // 3 - 2)), "more than 200,000 rows", ONE, 2500),
    "nested.jsonl": (lambda size: b'{"a":[%b[]]}' % (b"[]," * (size // 3 - 9)), "1 rows", ONE, 2500),
    "labels.txt": (lambda size: b"__label__a " * (size // 11), "1 rows", SEVERAL, 2500),
    "labels.csv": (lambda size: b"text,label\na," + numbers(size, b"%07x|"), "10,000 different values", SEVERAL, 4000),
    "tags.conll": (lambda size: numbers(size // 3, b"%07x\tO\n"), "none of its", TAGS, 1500),
    "marks.txt": (lambda size: "\u0301\u0316".encode() * (size // 4), "no column that is plainly the label", ONE, 1000),
}


def numbers(size: int, form: bytes) -> bytes:
    """Nothing but different words."""
    return b"".join(form % number for number in range(size // 10 - 9))


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_file_that_may_be_brought_costs_bounded_memory_and_time(name: str, tmp_path: Path) -> None:
    made, said, task, megabytes = LARGEST[name]
    (tmp_path / name).write_bytes(made(50_000_000))
    assert said in apart(LOOK, megabytes, str(tmp_path / name), task, "200000", "50")


@pytest.mark.slow
def test_a_million_labels_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "million.csv"
    with path.open("w") as file:
        file.write("text,label\n")
        file.writelines(f"some text {number},label {number}\n" for number in range(1_000_000))
    said = apart(LOOK, 2500, str(path), ONE, "2000000", "50")
    assert said.startswith("1000000 rows million.csv: the column “label” has 1,000,000 different values")


def looked(tmp_path: Path, name: str, content: bytes, task: str = "text-classification"):
    path = tmp_path / name
    path.write_bytes(content)
    return inspect(DatasetSpec(path=str(path)), Settings(), labelled=True, task=task)


@pytest.mark.parametrize("content", [b"text,label\na\0b,1\n", b"\0" * 100, b"text,label\na,1\n" + b"\0" * 1000])
def test_nul_bytes_are_no_text(content: bytes, tmp_path: Path) -> None:
    for suffix in ("csv", "txt", "jsonl", "conll"):
        with pytest.raises(DataError, match="it holds characters that no text has"):
            looked(tmp_path, f"nul.{suffix}", content)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("utf-8",) * 9 + ("gb18030",), "is not UTF-8, as the rest of the file is"),
        (("utf-8", "gb18030"), r"is not (UTF-8|UTF-8, UTF-16 or GB18030|UTF-8, as the rest of the file is)|rows"),
        (("utf-8", "utf-16-le"), "no text has|no rows"),
        (("gb18030", "cp1252"), "is not|rows"),
    ],
)
def test_mixed_encodings_give_a_line_or_a_result(parts: tuple[str, ...], said: str, tmp_path: Path) -> None:
    lines = ["text,label\n", *("很好吃，送餐快 café,good\n" for _ in parts)]
    content = b"".join(line.encode(part, "ignore") for line, part in zip(lines, ("utf-8", *parts), strict=False))
    try:
        told = f"{looked(tmp_path, 'mixed.csv', content).row_count} rows"
    except GraftError as error:
        told = str(error)
    assert re.search(said, told), told


FORMULA = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://a","b")', "=cmd|' /C calc'!A0"]
TURNED = ["\u202eevil\u202c", "\u2067שלום\u2069", "مرحبا بالعالم", "a\u200bb\u200d\u2060c"]


@pytest.mark.parametrize("texts", [FORMULA, TURNED], ids=["formulas", "right to left and zero width"])
def test_cells_are_text_and_nothing_else(texts: list[str], tmp_path: Path) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("text", "label"), *((text, f"l{place % 2}") for place, text in enumerate(texts))])
    found = looked(tmp_path, "cells.csv", buffer.getvalue().encode())
    assert [row[0] for row in found.preview] == texts
    assert found.ok


def test_labels_that_look_alike_are_two(tmp_path: Path) -> None:
    content = "text,label\na b,good\nc d,good\u200b\ne f,good\ng h,good\u200b\n".encode()
    assert looked(tmp_path, "alike.csv", content).label_counts == {"good": 2, "good\u200b": 2}


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("depth", [990, 100_000])
def test_deep_json_is_told_wherever_json_is_read(opening: str, depth: int, tmp_path: Path) -> None:
    deep = opening * depth
    with pytest.raises(GraftError):
        looked(tmp_path, "deep.json", deep.encode())
    path = tmp_path / "spec.json"
    path.write_text(deep)
    with pytest.raises(GraftError):
        load(path)
    with pytest.raises(Refusal):
        read(deep.encode(), task="text-classification", longest=9, most_texts=9, most_characters=9)


def test_what_is_fetched_can_t_take_all_memory() -> None:
    code = """
from pipeline.hub import command
command.MOST_MEMORY = 200 << 20
command.bounded_memory()
try:
    unpacked = bytearray(300 << 20)
except MemoryError:
    print("refused")
"""
    assert apart(code, 4000) == "refused\n"
