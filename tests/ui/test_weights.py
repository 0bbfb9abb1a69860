"""What an answer rests on, drawn and said."""

from __future__ import annotations

from types import SimpleNamespace

from export.predictor import Explanation, Part
from ui.handlers import ask
from ui.views import answers as views
from ui.views.weights import weights


def explained(*parts: Part) -> Explanation:
    return Explanation("good", 0.9, list(parts))


def test_words_are_tinted_by_their_weight_and_named_in_a_sentence() -> None:
    page = weights(explained(Part(0, 0, 5, 3.0), Part(0, 6, 9, -1.5), Part(0, 10, 12, 0.01)), ["tasty but so"])
    assert '<span class="g-push" style="--share:1.00" title="+3.00">tasty</span>' in page
    assert '<span class="g-pull" style="--share:0.50" title="-1.50">but</span> so' in page
    assert "For “good”: tasty (+3.0). Against “good”: but (-1.5)." in page


def test_the_tinted_text_is_for_the_eye_and_the_sentence_for_everybody() -> None:
    page = weights(explained(Part(0, 0, 4, 1.0)), ["good"])
    tinted, sentence = page.split('<p class="g-hint">')
    assert 'aria-hidden="true"' in tinted
    assert "aria-hidden" not in sentence


def test_only_the_strongest_words_are_named() -> None:
    text = "a b c d e f"
    parts = [Part(0, 2 * number, 2 * number + 1, 1.0 + number) for number in range(6)]
    page = weights(explained(*parts), [text])
    assert "f (+6.0), e (+5.0), d (+4.0), c (+3.0)." in page


def test_both_texts_of_a_pair_are_drawn() -> None:
    page = weights(explained(Part(0, 0, 3, 1.0), Part(1, 0, 5, -1.0)), ["one", "other"])
    assert page.count('class="g-push"') == page.count('class="g-pull"') == 1
    assert "other (-1.0)" in page


def test_where_nothing_matters_it_is_said() -> None:
    for parts in ((), (Part(0, 0, 3, 0.0),)):
        assert "No word matters" in weights(explained(*parts), ["one"])


def test_hostile_texts_stay_texts() -> None:
    text = "<script>alert(1)</script> <b>"
    page = weights(explained(Part(0, 0, 25, 1.0), Part(0, 26, 29, -1.0)), [text])
    assert "<script" not in page
    assert "<b>" not in page


def test_a_question_that_asks_why_is_answered_below_the_answer() -> None:
    said = SimpleNamespace(label="good", probabilities={"good": 1.0})
    answer = ask.Answer("transferred", "text-classification", said, question=ask.Question("good food"))
    assert "g-weights" not in views.answers([answer])
    answer = ask.Answer(
        "transferred",
        "text-classification",
        said,
        question=ask.Question("good food"),
        why=explained(Part(0, 0, 4, 2.0), Part(0, 5, 9, 0.5)),
    )
    assert "For “good”: good (+2.0), food (+0.5)." in views.answers([answer])
