"""Valid input, from which bad input is made by mutation, and the words that input is made of."""

from __future__ import annotations

from pipeline.spec import FileFormat

BYTES = (
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\xe9", b"\xba\xc3", b"\x81", b"\x1f\x8b\x08", b"PK\x03\x04"),
    *(b"\r", b"\r\n", b"\n\n", b"=1+1", b"@SUM(A1)"),
    *map(str.encode, ("\u202e", "\u200b", "\u2028", "\x85", "\ud7ff😀", "e\u0301\u0316", "İß")),
)
TABLES = (b'"', b'""', b",", b";", b"\t", b"\n", b" ", b"label,text\n", b"text\n", b"label\ttext\n", b"1", b"0", b"O")
JSON = (
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b'{"text": "a"}'),
    *(b"NaN", b"-Infinity", b"1e999", b"9" * 4400, b"null", b"true", b"[" * 300, b'{"a":' * 300),
)
TAGS = (
    b"\tB-PER",
    b"\tI-PER\n",
    b"\tO\n",
    b"\tS-LOC\n",
    b" E-X\n",
    b"1\t",
    b"1-2\t",
    b"1.1\t",
    b"#",
    b"# c\n",
    b"-DOCSTART-\n",
    b"_\t" * 9,
)
CSV = 'text,label\nthe soup was cold,bad\n"warm, and ""fresh""",good\n=1+1,bad\n好吃,good\n'.encode()
TSV = CSV.replace(b",", b"\t")
TEXT = b"1 good film\n0 bad film\n1 fine one\n0 dull one\n"
JSONL = '{"text": "好", "label": ["a", "b"]}\n{"text": "b", "label": null}\n'.encode()
CONLL = b"EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\nBlackburn\tI-PER\n"
CONLLU = b"# text = a\n1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_\n2.1\tgone\tgo\tVERB\t_\t_\t_\t_\t_\t_\n\n"
FASTTEXT = b"__label__a __label__b some text\n__label__b other text\n"
PAIRS = b'sentence1,sentence2,label\n"a man","a woman",0\nb,c,1\n'
CEDICT = "漢字 汉字 [han4 zi4] /Chinese character (CL:個|个[ge4])/word; sign/\n# note\n% more\n".encode()
SPEC = b"""{"schema_version": 1, "name": "a", "task": "text-classification", "seed": 3, "learning_curve": [0, 10],
"source": {"kind": "hub", "repo_id": "a/b", "revision": "main"},
"data": {"source": {"path": "s.csv", "format": "csv"}, "target": {"path": "~x/t.csv", "label_separator": "|"},
"unlabelled": {"path": "u.txt"}, "dictionary": "w.tsv", "label_mapping": {"a": "b"}, "test_fraction": 0.3},
"recipe": {"vocabulary": {"kind": "transplant", "size": 200}, "adaptation": {"kind": "masked-lm"},
"fine_tuning": {"kind": "gradual"}, "ensemble": {"kind": "bagging"}}, "exports": [{"model": "transferred"}]}"""
BODIES = (
    b'{"text": "a"}',
    b'{"texts": ["a", "b"]}',
    b'{"pairs": [["a", "b"]]}',
    b'{"words": [["a", "b"]]}',
    b'{"pair": ["a", "b"], "top": 3}',
)

#: A format's files, and the words that they are made of. One for each that there is a reader for.
FILES: dict[FileFormat, tuple[tuple[bytes, ...], tuple[bytes, ...]]] = {
    "csv": ((CSV, PAIRS, CSV.replace(b",", b";")), TABLES),
    "tsv": ((TSV, PAIRS.replace(b",", b"\t")), TABLES),
    "jsonl": ((JSONL, b"[" + JSONL.strip().replace(b"\n", b",") + b"]"), JSON),
    "text": ((TEXT, FASTTEXT), (*TABLES, b"__label__", b"__label__a ", b"1 good\n", b"0 bad\n")),
    "conll": ((CONLL, CONLL.replace(b"\t", b" ")), TAGS),
    "conllu": ((CONLLU,), TAGS),
}
