import io

import pytest

from pipeline.data.large.plain import Irregular, Plain

GOOD = [
    b"text,label\nthe best,1\n",
    b'text,label\n"a ""b"", c",1\n"",0\n"""x""",1\n',
    b'"a\n\nb",1\r\n"c",0',
    b"\xef\xbb\xbftext\na\n",
    b"",
]
BAD = {
    "byte order mark": [b"a\n\xef\xbb\xbfb\n", b"\xef\xbb\xbf\xef\xbb\xbfa\n"],
    "inside a cell": [b'text\n5" screen\n', b'text\n"a"b\n', b'a, "b"\n', b'x,"a"" ,b\n" c\n'],
    "not closed": [b'text\n"a\nb\n', b'text\n"a""'],
    "control": [b"a\0b\n", b"a\1\n" * 30],
}


def read(tmp_path, data, size, delimiter=","):
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    found = b""
    with Plain(path, delimiter) as plain:
        while block := plain.read(size):
            found += block
    return found


@pytest.mark.parametrize("size", [3, 4, 5, 7, 1000])
@pytest.mark.parametrize("data", GOOD)
def test_what_is_plain_goes_through(tmp_path, data, size):
    assert read(tmp_path, data, size) == data


@pytest.mark.parametrize("size", [3, 4, 5, 7, 1000])
@pytest.mark.parametrize(("why", "data"), [(why, data) for why, many in BAD.items() for data in many])
def test_what_is_not_is_left_to_others_wherever_a_block_ends(tmp_path, why, data, size):
    with pytest.raises(Irregular, match=why):
        read(tmp_path, data, size)


def test_quotation_marks_may_mean_nothing(tmp_path):
    assert read(tmp_path, b'5" screen\n', 4, None) == b'5" screen\n'


def test_it_can_be_read_through_a_buffer(tmp_path):
    path = tmp_path / "any.jsonl"
    path.write_bytes("一\n二\n".encode())
    with io.TextIOWrapper(io.BufferedReader(Plain(path), 2), "utf-8") as lines:
        assert [*lines] == ["一\n", "二\n"]
