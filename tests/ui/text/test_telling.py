"""What the pipeline and the export say can be told in Chinese: every template of the source has its entry."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import ui
from pipeline.data.wording import counted, placed, quoted
from pipeline.errors import DataError
from pipeline.messages import Message, sentences, series
from ui.failures import explain
from ui.text.languages import LANGUAGES, speaking
from ui.text.telling import MESSAGES, tell
from ui.text.zh.messages import AREAS

ROOT = Path(ui.__file__).parent.parent
#: Function → how many of its first arguments are templates.
TELLING = {"Message": 1, "Template": 1, "note": 1, "PredictorError": 1, "NoNumberError": 1} | dict.fromkeys(
    ("GraftError", "SpecError", "DataError", "SourceError", "RunError", "TrainingError", "ExportError"), 2
)
CHINESE = MESSAGES["zh"]
#: Templates that are the same in Chinese.
ALIKE = {"CC-CEDICT"}


def literals(node: ast.expr, scope: ast.AST) -> list[str]:
    """The texts that an argument may be: itself, the branches of a condition, what its name was given."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return [*literals(node.body, scope), *literals(node.orelse, scope)]
    if isinstance(node, ast.Name):
        given = [
            each for each in ast.walk(scope) if isinstance(each, ast.Assign) and not isinstance(each.value, ast.Name)
        ]
        named = [each for each in given for target in each.targets if ast.unparse(target) == node.id]
        return [text for each in named for text in literals(each.value, scope)]
    return []


def calls(node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Every call, with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, scope
        yield from calls(child, child if isinstance(child, ast.FunctionDef) else scope)


def arguments() -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """Every argument in the place of a template: where, what, and the function that it stands in."""
    for package in ("pipeline", "export", "ui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for call, scope in calls(tree, tree):
                name = ast.unparse(call.func).rpartition(".")[2]
                for argument in call.args[: TELLING.get(name, 0)]:
                    yield f"{path.relative_to(ROOT)}:{call.lineno}", argument, scope


TEMPLATES = {text: place for place, argument, scope in arguments() for text in literals(argument, scope) if text}


def fields(template: str) -> list[tuple[str, str, str]]:
    """The places of a template; one that is no template, for it has no values, has none."""
    try:
        found = [
            (name, form or "", way or "") for _, name, form, way in Formatter().parse(template) if name is not None
        ]
    except ValueError:
        return []
    return sorted(found) if all(re.fullmatch(r"\w+", name) for name, _, _ in found) else []


def test_every_template_has_a_chinese_entry() -> None:
    assert {template: place for template, place in TEMPLATES.items() if template not in CHINESE} == {}


def test_no_entry_is_unused_or_stands_twice() -> None:
    assert [template for template in CHINESE if template not in TEMPLATES] == []
    assert sum(map(len, AREAS.values())) == len(CHINESE)


def test_templates_are_never_made_from_values() -> None:
    made = [
        f"{place}: {ast.unparse(argument)}"
        for place, argument, _ in arguments()
        if any(isinstance(node, ast.JoinedStr) for node in ast.walk(argument)) and "say(" not in ast.unparse(argument)
    ]
    assert made == []


def test_both_languages_have_the_same_places() -> None:
    assert [template for template, chinese in CHINESE.items() if fields(template) != fields(chinese)] == []


def test_all_is_chinese_in_chinese() -> None:
    alike = {template for template, chinese in CHINESE.items() if template == chinese}
    assert {template for template in alike if re.search("[A-Za-z]{3}", re.sub(r"\{.*?\}", "", template))} <= ALIKE


def test_chinese_has_full_width_punctuation_and_spaces_beside_latin_letters() -> None:
    han = r"[\u4e00-\u9fff]"
    odd = [
        told
        for told in CHINESE.values()
        if re.search(rf"{han}[,;:?!(]|[,;?!)]{han}|{han}[A-Za-z0-9]|[A-Za-z0-9]{han}", told)
    ]
    assert odd == []


def test_a_message_is_told_with_its_parts() -> None:
    rows = counted(1200, "row")
    message = Message(
        "{file}: {rows} without {what} ({places}).",
        file="评论.csv",
        rows=rows,
        what=Message("text or label"),
        places=placed("row", [3, 7]),
    )
    assert tell(message, "en") == message == "评论.csv: 1,200 rows without text or label (rows 3, 7)."
    assert tell(message, "zh") == "评论.csv：1,200 行缺少文本或标签（第 3、7 行）。"
    with speaking("zh"):
        assert tell(message) == tell(message, "zh")


def test_what_people_wrote_is_told_as_it_is() -> None:
    message = Message("It has {columns}.", columns=quoted(["text", "{before}", "label"]))
    assert tell(message, "zh") == "它的列有“text”、“{before}”、“label”。"
    assert tell(Message("{file} is empty.", file="label"), "zh") == "label 是空的。"
    assert tell(
        Message('Write one object a line, like {"text": "…", "label": "…"}, or one array of objects.'), "zh"
    ) == ('请每行写一个对象，例如 {"text": "…", "label": "…"}，或写成一个对象数组。')


def test_what_has_no_entry_is_told_in_english() -> None:
    assert tell("Another Graft said {this}.", "zh") == "Another Graft said {this}."
    assert tell(series([Message("a"), Message("b {c}", c="d")]), "zh") == "a、b d"


def test_a_message_of_another_graft_with_other_values_is_told_in_english() -> None:
    other = Message("{file} is empty.", file="a")
    other.values.clear()
    other.values["name"] = "a"
    assert tell(other, "zh") == "a is empty."


def test_sentences_follow_each_other_without_a_space() -> None:
    error = DataError("{file} is empty.", "Choose a file with texts in it.", file="a.csv")
    assert tell(error.told, "zh") == "a.csv 是空的。请选择含有文本的文件。"
    assert tell(sentences([error.told, "…"]), "zh") == "a.csv 是空的。请选择含有文本的文件。…"


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_reach_the_page_in_its_language(language: str) -> None:
    error = DataError("{file} is empty.", "Choose a file with texts in it.", file="a.csv")
    with speaking(language):
        failure = explain(error)
        assert failure.message == tell(error.message, language)
        assert failure.sentence == tell(error.told, language)
