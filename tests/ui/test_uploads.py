"""Uploads: a good file comes into use, a bad one is told and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.samples import SAMPLES
from pipeline.settings import Settings
from pipeline.spec import TaskName
from ui.handlers import uploads
from ui.handlers.uploads import DictionarySlot, Slot
from ui.services import Services
from ui.views import data as views

TASK = "text-classification"
ROWS = [(f"text number {number} is here", "good" if number % 2 else "bad") for number in range(20)]


def table(rows: list[tuple[str, str]], header: str = "text,label") -> str:
    return "\n".join([header, *(f"{text},{label}" for text, label in rows)])


def missing(*numbers: int) -> str:
    return table([("" if number in numbers else text, label) for number, (text, label) in enumerate(ROWS)])


@pytest.fixture
def good(services: Services, tmp_path: Path) -> Slot:
    """A slot with a file in use."""
    path = tmp_path / "good.csv"
    path.write_text(table(ROWS), encoding="utf-8")
    slot = uploads.accept(services, Slot(), "source", path, TASK)
    assert slot.accepted
    assert slot.accepted.ok
    return slot


#: What is wrong → the file's content, and words of the message.
BAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("empty",)),
    "one label": (table([(text, "good") for text, _ in ROWS]).encode(), ("good", "label")),
    "no label column": (
        "\n".join(["text,remark", *(f"{text},remark {number}" for number, (text, _) in enumerate(ROWS))]).encode(),
        ("no column that is plainly the label",),
    ),
    "missing text": (missing(3, 7).encode(), ("2 rows", "5, 9", "leave out")),
    "binary": (bytes(range(256)) * 50, ("not a text file",)),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, ("picture",)),
    "over the limit": (b"text,label\n" + b"x" * 1_500_000, ("1.5 MB", "at most 1 MB")),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_file_is_told_and_the_one_in_use_stays(
    fault: str, settings: Settings, good: Slot, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    services = services_for(settings.model_copy(update={"max_upload_mb": 1}))
    content, words = BAD[fault]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    found = uploads.accept(services, good, "source", path, TASK)
    assert found.accepted is good.accepted
    said = str(views.messages(found))
    for word in ("bad.csv", *words, "good.csv stays in use"):
        assert word.lower() in said.lower(), said


def test_what_could_not_be_read_leaves_nothing_behind(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    uploads.accept(services, Slot(), "source", path, TASK)
    assert list(services.store.uploads.glob("*/*")) == []


def test_size_is_looked_at_before_a_copy_is_made(
    settings: Settings, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    services = services_for(settings.model_copy(update={"max_upload_mb": 0.001}))
    path = tmp_path / "big.csv"
    path.write_text("x" * 2_000)
    slot = uploads.accept(services, Slot(), "source", path, TASK)
    assert slot.failure
    assert "0.001 MB" in slot.failure.message
    assert not services.store.uploads.exists()


def test_a_file_is_kept_under_a_name_that_can_not_be_guessed(services: Services, good: Slot) -> None:
    assert good.accepted
    kept = Path(good.accepted.dataset.path)
    assert kept.is_relative_to(services.store.uploads)
    assert len(kept.parent.name) >= 16
    assert kept.name == "good.csv"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("reviews .csv", "reviews_.csv"),
        ("评论.csv", "评论.csv"),
        (".hidden", "hidden"),
        ("a" * 300 + ".csv", "a" * 50 + ".csv"),
        ("<img src=x>.csv", "_img_src_x_.csv"),
        ("...", "upload"),
    ],
)
def test_file_names_become_harmless(given: str, kept: str) -> None:
    assert uploads.safe_name(given) == kept


def test_leaving_out_incomplete_rows_brings_the_file_into_use(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "holes.csv"
    path.write_text(missing(3, 7), encoding="utf-8")
    slot = uploads.accept(services, Slot(), "target", path, TASK)
    assert (slot.accepted, bool(slot.candidate)) == (None, True)
    slot = uploads.reread(services, slot, "target", {"skip_missing": True}, TASK)
    assert slot.accepted
    assert slot.accepted.texts == 18
    assert views.messages(slot) is None


def test_choosing_the_label_column_brings_the_file_into_use(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = [f"{text},remark {number},{label}" for number, (text, label) in enumerate(ROWS)]
    path.write_text("\n".join(["text,remark,opinion", *rows]), encoding="utf-8")
    slot = uploads.accept(services, Slot(), "source", path, TASK)
    slot = uploads.reread(services, slot, "source", {"label_column": "opinion"}, TASK)
    assert slot.accepted
    assert slot.accepted.label_counts == {"bad": 10, "good": 10}


def test_a_wrong_correction_is_told_and_what_was_in_use_stays(services: Services, good: Slot) -> None:
    assert good.accepted
    found = uploads.reread(services, good, "source", {"label_column": "text"}, TASK)
    assert found.accepted is good.accepted
    assert found.candidate
    assert not found.candidate.ok
    unreadable = uploads.reread(services, good, "source", {"encoding": "utf-16"}, TASK)
    assert unreadable.accepted is good.accepted
    assert unreadable.failure


def test_correcting_to_what_it_is_changes_nothing(services: Services, good: Slot) -> None:
    assert good.accepted
    assert uploads.reread(services, good, "source", {"format": good.accepted.dataset.format}, TASK) is good
    assert uploads.reread(services, Slot(), "source", {"format": "csv"}, TASK).shown is None


def test_unlabelled_texts_need_no_label(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(f"just some text {number}" for number in range(9)), encoding="utf-8")
    slot = uploads.accept(services, Slot(), "unlabelled", path, TASK)
    assert slot.accepted
    assert slot.accepted.texts == 9


def test_a_dictionary_is_counted_and_a_bad_one_changes_nothing(
    services: Services, tiny_data: Path, tmp_path: Path
) -> None:
    slot = uploads.accept_dictionary(services, DictionarySlot(), tiny_data / "words.tsv")
    assert slot.entries > 20
    (tmp_path / "bad.tsv").write_bytes(b"")
    after = uploads.accept_dictionary(services, slot, tmp_path / "bad.tsv")
    assert (after.path, after.entries) == (slot.path, slot.entries)
    assert "stays in use" in str(views.dictionary_messages(after))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_files_of_a_sample_are_all_in_use(services: Services, name: str) -> None:
    slots, dictionary = uploads.sample(services, name)
    named = {role for role in uploads.ROLES if getattr(SAMPLES[name].data, role)}
    assert {role for role, slot in slots.items() if slot.accepted} == named
    assert dictionary.entries > 1_000
    if "source" in named:
        match = uploads.label_match(slots["source"], slots["target"], slots["test"])
        assert match
        assert match.exact


def test_labels_are_matched_once_both_files_are_there(services: Services, good: Slot, tmp_path: Path) -> None:
    assert uploads.label_match(good, Slot(), Slot()) is None
    path = tmp_path / "zh.csv"
    path.write_text(table([(text, {"good": "好评", "bad": "差评"}[label]) for text, label in ROWS]), encoding="utf-8")
    other = uploads.accept(services, Slot(), "target", path, TASK)
    for match in (uploads.label_match(good, other, Slot()), uploads.label_match(good, Slot(), other)):
        assert match
        assert match.mapping == {"好评": "good", "差评": "bad"}


TAGGED = "\n\n".join("Ada B-PER\nsaw O\nParis B-LOC\n. O" for _ in range(12))


def test_a_file_is_read_as_its_task_wants_it(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "names.conll"
    path.write_text(TAGGED, encoding="utf-8")
    slot = uploads.accept(services, Slot(), "source", path, "entity-recognition")
    assert slot.accepted
    assert slot.accepted.texts == 12
    assert set(slot.accepted.label_counts) == {"PER", "LOC"}


def test_another_task_reads_the_files_on_show_anew(services: Services, good: Slot, tmp_path: Path) -> None:
    plain = uploads.look_again(services, good, "source", "language-modelling")
    assert plain.accepted
    assert plain.accepted.label_counts == {}
    tagged = uploads.look_again(services, good, "source", "entity-recognition")
    assert tagged.accepted is None
    assert "good.csv" in str(views.messages(tagged))
    back = uploads.look_again(services, tagged, "source", TASK)
    assert back.accepted
    assert back.accepted.label_counts == {"bad": 10, "good": 10}
    assert uploads.look_again(services, Slot(), "dev", TASK).shown is None


def test_the_same_task_leaves_what_was_corrected(services: Services, tmp_path: Path) -> None:
    """Gradio tells of another task also when somebody looked at the list and left it as it was."""
    path = tmp_path / "two.csv"
    path.write_text("text,title,label\n" + "a b,c,x\nd e,f,y\n" * 5, encoding="utf-8")
    slot = uploads.accept(services, Slot(), "source", path, TASK)
    slot = uploads.reread(services, slot, "source", {"text_column": "title"}, TASK)
    assert uploads.look_again(services, slot, "source", TASK) is slot
    other = uploads.look_again(services, slot, "source", "language-modelling")
    assert other.accepted
    assert other.accepted.dataset.text_column == "text"


@pytest.mark.parametrize(
    ("role", "task", "asked"),
    [
        ("source", TASK, {"label_column"}),
        ("unlabelled", TASK, {"group_column"}),
        ("unlabelled", "entity-recognition", set()),
        ("dev", "multi-label-classification", {"label_column", "label_separator"}),
        ("unlabelled", "sentence-pair-classification", {"second_text_column", "group_column"}),
        ("test", "language-modelling", set()),
    ],
)
def test_only_what_the_task_has_can_be_corrected(role: uploads.Role, task: TaskName, asked: set[str]) -> None:
    always = {"format", "encoding", "text_column", "skip_missing"}
    assert set(uploads.corrections(role, task)) == always | asked


def test_an_upload_that_the_browser_lost_is_told_and_changes_nothing(services: Services, rows: Path) -> None:
    before = uploads.accept(services, Slot(), "source", rows, TASK)
    after = uploads.accept(services, before, "source", None, TASK)
    assert after.accepted is before.accepted
    assert after.failure is not None
    assert "did not arrive" in after.failure.message
