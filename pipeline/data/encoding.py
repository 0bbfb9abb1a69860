"""From bytes to text: which encoding a file is in, or what it is when it is no text at all."""

from __future__ import annotations

import codecs
import re

from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.spec import Encoding

_TEXT_FILE = Message("Take a CSV, TSV, JSON lines or plain text file.")
_WORKBOOK = (Message("an Excel workbook"), Message("Open it in Excel and save it as “CSV UTF-8”."))
_OFFICE = (Message("an old Office document"), Message("Open it in Office and save it as “CSV UTF-8”."))
_ARCHIVE = (Message("a compressed archive"), Message("Unpack it and take the text file inside."))
_PICTURE = (Message("a picture"), _TEXT_FILE)
_TABLE = (Message("a binary table"), Message("Convert it to CSV or JSON lines."))

SIGNATURES: dict[bytes, tuple[Message, Message]] = {
    b"PK\x03\x04": _ARCHIVE,
    b"PK\x05\x06": _ARCHIVE,
    b"\x1f\x8b": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"Rar!\x1a": _ARCHIVE,
    b"\xfd7zXZ": _ARCHIVE,
    b"(\xb5/\xfd": _ARCHIVE,
    b'\x04"M\x18': _ARCHIVE,
    **{b"BZh%d1AY&SY" % level: _ARCHIVE for level in range(1, 10)},
    b"\xd0\xcf\x11\xe0": _OFFICE,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF87a": _PICTURE,
    b"GIF89a": _PICTURE,
    b"%PDF-": (Message("a PDF document"), Message("Copy its text into a CSV or plain text file.")),
    b"PAR1\x15": _TABLE,
    b"ARROW1\x00": _TABLE,
    b"SQLite format 3\x00": (Message("a database"), Message("Export its table as CSV.")),
}
_TAR = slice(257, 262)  # where an archive of tar says what it is, behind the name of its first file
_DETECTED = Message("UTF-8, UTF-16 or GB18030")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_ASCII = re.compile(r"[\t\n\r -~]")


def decode(data: bytes, encoding: Encoding, name: str) -> tuple[str, str]:
    """Turn a file's bytes into text, without byte order marks.

    ``auto`` takes UTF-8, UTF-16 and GB18030, and Windows-1252 where single bytes beyond ASCII
    stand alone between ASCII letters, as in Western European text.

    Args:
        data: The whole file.
        encoding: What the person chose.
        name: The file's name, for messages.

    Returns:
        The text, and the name of the encoding it was read in.

    Raises:
        DataError: The file is no text, or some of its bytes do not fit the encoding.
    """
    known = _kind(data)
    if known is not None:
        kind, remedy = known
        raise DataError("{file} is not a text file; it seems to be {kind}.", remedy, file=name, kind=kind)
    used = _guess(data, name) if encoding == "auto" else encoding
    text = _strictly(data, used, name, _DETECTED if encoding == "auto" else encoding.upper())
    if "\0" in text or len(_CONTROLS.findall(text)) * 100 > len(text):
        raise _binary(name)
    # Joined files carry byte order marks inside them too; they show nowhere and would upset a tokenizer.
    return text.replace("\ufeff", ""), used


def is_text(data: bytes) -> bool:
    """Whether a file that begins with ``data`` may be text, as far as what other files begin with tells."""
    return _kind(data) is None


def _kind(data: bytes) -> tuple[Message, Message] | None:
    """What a file is that is no text, and what to do with it. Nothing is unpacked to find out."""
    if data[_TAR].startswith(b"ustar"):
        return _ARCHIVE
    known = next((signature for signature in SIGNATURES if data.startswith(signature)), None)
    if known is None:
        return None
    return _WORKBOOK if b"xl/workbook" in data else SIGNATURES[known]


def _guess(data: bytes, name: str) -> str:
    if data.startswith(_MARKS):
        return "utf-16"
    if b"\0" in data:
        text = data.decode(_byte_order(data), "replace")
        if "\ufffd" in text or not _ASCII.search(text):
            raise _binary(name)
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        if _is_damaged_utf8(data):
            raise _undecodable(data, "utf-8", name, fault, Message("UTF-8, as the rest of the file is")) from fault
        return _legacy(data)
    return "utf-8"


def _legacy(data: bytes) -> str:
    """Tell GB18030, whose characters are two bytes or four, from Windows-1252, whose accents stand alone."""
    beyond = len(data) - len(data.translate(None, bytes(range(128, 256))))
    paired = sum(map(len, re.findall(rb"[\x80-\xff]{2,}", data)))
    return "gb18030" if paired * 2 >= beyond else "windows-1252"


def _is_damaged_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") * 10 < beyond


def _byte_order(data: bytes) -> str:
    """The UTF-16 of bytes without a mark: the order in which more of them are ASCII."""

    def letters(codec: str) -> int:
        return len(_ASCII.findall(data.decode(codec, "replace")))

    return max(("utf-16-le", "utf-16-be"), key=letters)


def _strictly(data: bytes, encoding: str, name: str, wanted: str) -> str:
    codec = _byte_order(data) if encoding == "utf-16" and not data.startswith(_MARKS) else encoding
    try:
        return data.decode(codec)
    except UnicodeDecodeError as fault:
        raise _undecodable(data, codec, name, fault, wanted) from fault


def _undecodable(data: bytes, codec: str, name: str, fault: UnicodeDecodeError, wanted: str) -> DataError:
    line = data[: fault.start].decode(codec, "ignore").count("\n") + 1
    return DataError(
        "{file}: the byte at offset {offset} (line {line}) is not {wanted}.",
        "Choose the encoding it was saved in, or save it as UTF-8.",
        file=name,
        offset=fault.start,
        line=line,
        wanted=wanted,
    )


def _binary(name: str) -> DataError:
    return DataError("{file} is not a text file; it holds characters that no text has.", _TEXT_FILE, file=name)
