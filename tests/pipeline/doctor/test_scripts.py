from collections import Counter

import pytest

from pipeline.doctor.scripts import by_script, language_of, main_script, sampled, script_of


@pytest.mark.parametrize(
    ("character", "script"),
    [
        *[("a", "Latin"), ("é", "Latin"), ("Ａ", "Latin"), ("好", "Han"), ("の", "Kana"), ("ー", "Kana")],
        *[("й", "Cyrillic"), ("ب", "Arabic"), ("한", "Hangul"), ("ไ", "Thai"), ("1", ""), ("。", ""), ("😀", "")],
    ],
)
def test_a_letter_has_the_script_that_unicode_says(character: str, script: str) -> None:
    assert script_of(character) == script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("这家店真不错，iPhone 很快", "Han"),
        ("the hotel in 北京 was fine", "Latin"),
        ("この店はとても良い", "Kana"),
        ("12:30!", ""),
    ],
)
def test_a_text_is_in_the_script_that_weighs_most(text: str, script: str) -> None:
    assert main_script(by_script(Counter(text))) == script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The soup was cold and the waiter was not there when we came to the table.", "English"),
        ("Die Suppe war kalt, und der Kellner ist nicht gekommen, als wir mit ihm sprechen wollten.", "German"),
        ("La soupe est froide et le serveur ne vient pas pour nous dans la salle.", "French"),
        ("La sopa está fría y el camarero no viene para los clientes, pero es muy amable.", "Spanish"),
        ("soup room phone", ""),
    ],
)
def test_a_language_in_latin_letters_is_told_by_its_function_words(text: str, language: str) -> None:
    assert language_of([text] * 3, "Latin") == language


def test_a_script_of_one_language_says_it_and_one_of_many_does_not() -> None:
    assert language_of(["汤很好"], "Han") == "Chinese"
    assert language_of(["суп"], "Cyrillic") == ""


def test_only_the_first_texts_are_read() -> None:
    assert len(sampled(["a" * 150_000] * 5)) == 200_001  # a line end between the two
