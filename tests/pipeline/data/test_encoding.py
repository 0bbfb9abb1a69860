import gzip
import io
import zipfile

import pytest

from pipeline.data.encoding import SIGNATURES, decode

TEXT = "label,review\r\n1,很好吃，送餐快\r\n0,a plain one\r\n"


@pytest.mark.parametrize(
    ("codec", "chosen", "used"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8-sig", "utf-8", "utf-8"),
        ("utf-16", "utf-16", "utf-16"),
        ("utf-16-le", "utf-16", "utf-16"),
        ("utf-16-be", "utf-16", "utf-16"),
        ("gb18030", "gb18030", "gb18030"),
    ],
)
def test_every_encoding_is_read_when_chosen_and_when_not(codec, chosen, used):
    data = TEXT.encode(codec)
    assert decode(data, chosen, "a.csv") == (TEXT, used)
    assert decode(data, "auto", "a.csv") == (TEXT, used)


def test_big_endian_utf_16_with_a_mark():
    assert decode(b"\xfe\xff" + "好,1\n".encode("utf-16-be"), "auto", "a.csv") == ("好,1\n", "utf-16")


def test_ascii_is_utf_8():
    assert decode(b"plain\n", "auto", "a.txt") == ("plain\n", "utf-8")


def test_rare_characters_of_gb18030():
    text = "镕基，𠮷野家，€5\n" * 3
    assert decode(text.encode("gb18030"), "auto", "a.txt") == (text, "gb18030")


def test_byte_order_marks_inside_are_removed():
    assert decode("1,\ufeff好\n\ufeff0,\ufeff坏\n".encode(), "auto", "a.csv")[0] == "1,好\n0,坏\n"


def test_western_text_with_single_accents():
    text = "1 béart is superb\n0 a déjà vu, façade, señor\n"
    assert decode(text.encode("cp1252"), "auto", "a.txt") == (text, "windows-1252")


def test_bytes_that_do_not_fit_are_placed(refusal):
    data = b"good\nfine\n" + "坏".encode() + b"\xff\n"
    message = refusal(decode, data, "utf-8", "reviews.csv")
    assert "reviews.csv: the byte at offset 13 (line 3) is not UTF-8." in message
    assert "save it as UTF-8" in message


def test_damaged_utf_8_is_not_taken_for_gb18030(refusal):
    data = ("很好吃，送餐快\n" * 20).encode() + b"\xe5\xa5\n" + "坏\n".encode()
    assert "offset 440 (line 21) is not UTF-8, as the rest of the file is" in refusal(decode, data, "auto", "a.csv")


def test_other_encodings_are_refused(refusal):
    data = "Привет, мир и всё остальное\n".encode("koi8-r")
    assert "a.txt: the byte at offset" in refusal(decode, data, "auto", "a.txt")
    assert "is not UTF-8, UTF-16 or GB18030" in refusal(decode, data, "auto", "a.txt")


def test_lines_of_utf_16_are_counted_as_characters(refusal):
    data = "上\n上\n".encode("utf-16") + b"\x00\xd8"
    assert "(line 3) is not UTF-16" in refusal(decode, data, "utf-16", "a.txt")


@pytest.mark.parametrize("signature", SIGNATURES)
def test_binary_files_are_named(signature, refusal):
    message = refusal(decode, signature + b"\x00\x01\x02" * 9, "auto", "upload.csv")
    kind, remedy = SIGNATURES[signature]
    assert message == f"upload.csv is not a text file; it seems to be {kind}. {remedy}"


def test_archives_are_told_from_workbooks(refusal):
    def archive(inside: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            file.writestr(inside, "text")
        return buffer.getvalue()

    assert "an Excel workbook. Open it in Excel and save it as “CSV UTF-8”." in refusal(
        decode, archive("xl/workbook.xml"), "utf-8", "a.csv"
    )
    assert "a compressed archive. Unpack it" in refusal(decode, archive("a.csv"), "auto", "a.csv")
    assert "a compressed archive. Unpack it" in refusal(decode, gzip.compress(b"text"), "auto", "a.csv")


@pytest.mark.parametrize("data", [b"a\x00b", b"\x7fELF\x02\x01\x01\x00\x00\x00\xd8\xd8", b"\x00" * 40])
def test_unknown_binary_files_are_refused(data, refusal):
    assert "a.bin is not a text file" in refusal(decode, data, "auto", "a.bin")


def test_control_characters_make_no_text(refusal):
    assert "a.bin is not a text file" in refusal(decode, b"\x01\x02\x03abc", "auto", "a.bin")
    assert "a.bin is not a text file" in refusal(decode, b"a\x00b", "utf-8", "a.bin")
    assert decode(b"x" * 200 + b"\x07", "auto", "a.txt")[1] == "utf-8"
