"""Texts as they are compared: without accents, case, punctuation and signs that nobody sees.

This is for headings and for words of cells only. Stored keys and badges are compared elsewhere.
"""

import re
import unicodedata
from functools import lru_cache

# Letters that stay whole when accents are taken off. The dotless letter of Turkish is an "i" for this purpose.
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ـ": None})
# What Arabic writers do and do not write: hamza on alef, the dotless ya, the ending ta.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"})
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_BLANKS = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w]+|_+")


@lru_cache(maxsize=65_536)
def tidy(text: str) -> str:
    """Return a text without signs that nobody sees, and with single blanks, none of them at its ends."""
    if text.isascii():
        return _BLANKS.sub(" ", text).strip()
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


@lru_cache(maxsize=65_536)
def fold_word(text: str) -> str:
    """Return a text in lower case, without accents and in western figures; punctuation stays."""
    text = tidy(text).casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    text = "".join(each for each in text if not unicodedata.combining(each)).translate(_LETTERS).translate(_ARABIC)
    return western_figures(text)


@lru_cache(maxsize=65_536)
def fold_heading(text: str) -> str:
    """Return the words of a heading, folded, with single blanks between them: "Pers.-Nr." is "pers nr"."""
    return _NOT_WORDS.sub(" ", fold_word(text).replace("#", " no ")).strip()


def western_figures(text: str) -> str:
    """Return a text in which the figures of every script are 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, each)) for each in text)
