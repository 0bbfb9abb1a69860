"""Every sentence that the code asks for is in the tables, none lies there unused, and all languages say the same."""

import re
import string
from pathlib import Path

import pytest

import ui
from ui.text import TABLES, say
from ui.text.languages import DEFAULT, LANGUAGES, LOCALES, speaking
from ui.text.telling import tell

ROOT = Path(ui.__file__).parent
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in ROOT.rglob("*.py")
    if path.parent not in (ROOT / "text" / "en", ROOT / "text" / "zh")
)
AREAS = "common|start|data|hub|doctor|progress|runs|compare|export|speed|api"
NAMED = set(re.findall(rf'"((?:{AREAS})\.[\w.-]+)"', CODE))
COMPOSED = [
    re.compile(re.sub(r"\\\{.*?\\\}", "[^.]+", re.escape(found)))
    for found in re.findall(rf'f["\']((?:{AREAS})\.[\w.{{}}()\[\]-]*)["\']', CODE)
]
ENGLISH = TABLES[DEFAULT]
OTHERS = pytest.mark.parametrize("language", [language for language in LANGUAGES if language != DEFAULT])


def places(text: str) -> list[tuple[str, str, str]]:
    """The placeholders of a sentence, with how they are to be written; their order may differ."""
    parsed = string.Formatter().parse(text)
    return sorted((name, form or "", conversion or "") for _, name, form, conversion in parsed if name is not None)


def test_every_key_exists() -> None:
    assert sorted(key for key in NAMED if key not in ENGLISH) == []


def test_no_sentence_is_unused() -> None:
    unused = [key for key in ENGLISH if key not in NAMED and not any(form.fullmatch(key) for form in COMPOSED)]
    assert unused == []


def test_placeholders_are_named() -> None:
    for key, text in ENGLISH.items():
        assert all(name for name, _, _ in places(text)), key


def test_there_is_a_table_and_a_locale_for_every_language() -> None:
    assert LANGUAGES.keys() == TABLES.keys() == LOCALES.keys()


@OTHERS
def test_every_language_has_the_same_keys(language: str) -> None:
    assert TABLES[language].keys() == ENGLISH.keys()


@OTHERS
def test_the_placeholders_of_a_pair_agree(language: str) -> None:
    differing = [key for key, text in ENGLISH.items() if places(text) != places(TABLES[language][key])]
    assert differing == []


@OTHERS
def test_a_sentence_with_words_differs_from_the_english_one(language: str) -> None:
    same = {text for key, text in ENGLISH.items() if text == TABLES[language][key]}
    worded = {text for text in same if re.search(r"[a-z]{2}", re.sub(r"\{.*?\}", "", text))}
    assert worded == {"Graft"}


def test_chinese_keeps_its_typography() -> None:
    """Full-width punctuation, and a space between Chinese and what is not."""
    for key, text in TABLES["zh"].items():
        said = re.sub(r"\{.*?\}", "…", text)
        assert not re.search(r"[\u4e00-\u9fff][,.:;?!()]|[,:;?!(][\u4e00-\u9fff]", said), key
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]", said), key


def test_values_are_filled_in() -> None:
    assert say("progress.percent", percent=12) == "12 %"
    with speaking("zh"):
        assert say("progress.step", step=3, total=9) == "第 3 步，共 9 步"
    assert say("progress.step", step=3, total=9) == "step 3 of 9"


def test_models_are_called_alike_by_the_page_and_by_reports() -> None:
    for key, text in ENGLISH.items():
        if key.startswith("common.model."):
            assert tell(text, "zh") == TABLES["zh"][key]
