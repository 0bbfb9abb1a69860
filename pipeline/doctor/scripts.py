"""Scripts and languages of texts: scripts by Unicode, languages by their script or their commonest words.

A script that only one widely written language uses says the language. Languages in Latin letters are told
by function words (Grefenstette 1995, "Comparing two language identification schemes"): crude, but right for
a file of texts, which is all that is asked here. An unknown language stays unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

from pipeline.messages import Template

#: Beginning of a character's Unicode name → script, where that is not the name's first word.
_NAMES = {"CJK": "Han", "IDEOGRAPHIC": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana", "KATAKANA-HIRAGANA": "Kana"}
_UNMARKED = {"FULLWIDTH": "Latin", "MODIFIER": "", "MATHEMATICAL": "", "SUPERSCRIPT": "", "FEMININE": "Latin"}
#: Scripts without spaces between words: a piece a character is what a tokenizer that knows them needs.
UNSPACED = frozenset({"Han", "Kana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"})
_LANGUAGES = {
    "Han": "Chinese",
    "Kana": "Japanese",
    "Hangul": "Korean",
    "Thai": "Thai",
    "Greek": "Greek",
    "Hebrew": "Hebrew",
    "Georgian": "Georgian",
    "Armenian": "Armenian",
    "Tamil": "Tamil",
    "Telugu": "Telugu",
    "Bengali": "Bengali",
    "Khmer": "Khmer",
    "Lao": "Lao",
    "Myanmar": "Burmese",
}
_FUNCTION_WORDS = {
    "English": "the and of to is was that it for with this but not are have you they his from were",
    "German": "der die und das ist nicht ein eine den von mit sich auf für auch als wird sind dem wurde",
    "French": "le les des est une dans que pas pour qui sur avec ce au plus sont nous vous cette il",
    "Spanish": "el los las que una por con para es del como más pero su muy lo está fue sin hay",
    "Italian": "il che di non una per sono della con gli come anche più ma nel dei questo è alla si",
    "Portuguese": "que não uma os com para por mais mas dos as muito foi na no ao são você isso é",
    "Dutch": "de het een van en dat niet is voor met zijn op er maar ook aan bij wordt deze naar",
    "Swedish": "och att det som en på är av för med inte den till har jag ett om var men så",
    "Polish": "nie się na jest że to jak do co ale czy tak był dla przez już tylko od jego oraz",
    "Turkish": "bir ve bu için çok daha ile de da gibi olarak ama ne değil kadar en her sonra var olan",
    "Indonesian": "yang dan di ini untuk dengan dari tidak itu dalam pada adalah saya ke akan ada juga bisa oleh kami",
    "Vietnamese": "và của là không có được cho một người các những này với trong đã khi để như cũng rất",
}
#: What of these can be told in another language.
TITLES = (
    Template("English"), Template("German"), Template("French"), Template("Spanish"), Template("Italian"),
    Template("Portuguese"), Template("Dutch"), Template("Swedish"), Template("Polish"), Template("Turkish"),
    Template("Indonesian"), Template("Vietnamese"), Template("Chinese"), Template("Japanese"), Template("Korean"),
    Template("Thai"), Template("Greek"), Template("Hebrew"), Template("Georgian"), Template("Armenian"),
    Template("Tamil"), Template("Telugu"), Template("Bengali"), Template("Khmer"), Template("Lao"),
    Template("Burmese"), Template("Latin"), Template("Han"), Template("Kana"), Template("Hangul"),
    Template("Cyrillic"), Template("Arabic"), Template("Devanagari"),
)  # fmt: skip
_BY_WORD: dict[str, list[str]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _BY_WORD.setdefault(_word, []).append(_language)
_LATIN_WORD = re.compile(r"[^\W\d_]+")
LEAST_SHARE = 0.04  # of words that are a language's function words; running text has five times as many
LEAST_LEAD = 1.3  # over the next language
SAMPLE_CHARACTERS = 200_000


@cache
def script_of(character: str) -> str:
    """A letter's script, such as ``Latin`` or ``Han``; empty for what is no letter."""
    if not character.isalpha():
        return ""
    first = unicodedata.name(character, "").partition(" ")[0]
    return _NAMES.get(first) or _UNMARKED.get(first, first.capitalize())


def by_script(characters: Counter[str]) -> Counter[str]:
    """How many letters of each script there are among counted characters."""
    found: Counter[str] = Counter()
    for character, count in characters.items():
        if script := script_of(character):
            found[script] += count
    return found


def main_script(found: Counter[str]) -> str:
    """The script that a text is in; empty without letters.

    Japanese mixes kana and Han: some kana make it ``Kana``. A foreign name in Latin letters counts little where
    each of the other script's letters is a word: three Latin letters weigh as much as one of those.
    """
    if not found:
        return ""
    if found["Kana"] * 10 > found["Han"] > 0 or found["Kana"] > found["Han"]:
        found = found + Counter({"Kana": found["Han"]})
    weighed = {script: count * (1 if script in UNSPACED else 1 / 3) for script, count in found.items()}
    return max(weighed, key=lambda script: weighed[script])


def language_of(texts: Iterable[str], script: str) -> str:
    """The language that texts in ``script`` are in; empty if that can't be told."""
    if script != "Latin":
        return _LANGUAGES.get(script, "")
    words = [word.casefold() for word in _LATIN_WORD.findall(sampled(texts))]
    hits = Counter(language for word in words for language in _BY_WORD.get(word, ()))
    (best, most), (_, second) = [*hits.most_common(2), ("", 0), ("", 0)][:2]
    return best if words and most >= LEAST_SHARE * len(words) and most >= LEAST_LEAD * second else ""


def sampled(texts: Iterable[str]) -> str:
    """The first :data:`SAMPLE_CHARACTERS` of the texts, one a line."""
    taken: list[str] = []
    left = SAMPLE_CHARACTERS
    for text in texts:
        taken.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return "\n".join(taken)
