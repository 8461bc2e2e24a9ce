"""What is the same badge, name, company or venue, however somebody spells it (L4).

Forms, Admin, the API, imports and searches ask these functions. The database has the SQL function of the same name for
each of them (migration `0024_same_text`), behind stored keys, unique indexes and the search; a property test says that
both give the same. Keys that are stored were made by that SQL, so nothing here is ever redefined: another rule is
another function, with keys of its own.

Nothing depends on the locale of a server or on its version of Unicode: case is that of the alphabets in `CASED`, whose
letters Unicode promises to leave as they are.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

REMEMBERED, LETTERS_REMEMBERED = 32_768, 200  # an import asks about the same names and badges again and again

# What leaves no mark on paper: controls, soft hyphens, joiners, marks of direction, fillers, variation selectors.
INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
BLANKS = (
    "\t\n\x0b\x0c\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f\u2800\u3000"
)
HYPHENS = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40"
    "\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)
APOSTROPHES = (
    "\u0060\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u055a\u05f3\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07"
)
ACUTE = "\u00b4"  # typed for an apostrophe; NFKC would make a blank with an accent of it
# Latin, Greek and Cyrillic, Armenian, Georgian, and more of Latin and Greek.
CASED = ((0x41, 0x5A), (0xC0, 0x24F), (0x370, 0x52F), (0x531, 0x587), (0x10A0, 0x10FF), (0x1C90, 0x1CBF))
MORE_CASED = ((0x1E00, 0x1FFF),)
# Small letters of other alphabets whose large ones look Latin, and figures of other scripts.
LOOK_LATIN = dict(
    zip(
        "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u04bb\u043e\u0440\u0441\u0501\u0455\u0442\u0443\u04af\u0445"
        "\u051b\u051d\u04cf"  # Cyrillic
        "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"  # Greek
        "\u0585",  # Armenian
        "abeijkmhhopcdstyyxqwlabezhikmnoptyxo",
        strict=True,
    )
)
FIGURES = {chr(zero + value): str(value) for zero in (0x660, 0x6F0, 0x966, 0xE50) for value in range(10)}
# Letters that are no others with an accent, and what stands for them on other keyboards.
PLAIN = {"\u00e6": "ae", "\u0153": "oe", "\u00fe": "th"}
PLAIN_ONE = {"\u00f8": "o", "\u0111": "d", "\u00f0": "d", "\u0127": "h", "\u0142": "l", "\u0167": "t"}
SPELLED = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00f8": "oe", "\u00e5": "aa"}
LOOSE = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))
ACCENTS = "\u0300-\u036f"


def small(letter: str) -> str:
    """Return a letter without case; the letter itself if no single one is that."""
    if letter in "\u0130\u0131":  # of Turkish, where both pairs of i are one letter on a badge
        return "i"
    if letter == "\u1e9e":
        return "\u00df"
    return next((each for each in (letter.casefold(), letter.lower()) if len(each) == 1), letter)


def folded() -> dict[str, str]:
    """Return what stands for each character in keys: letters without case, one blank, one hyphen, one apostrophe."""
    letters = [chr(code) for first, last in CASED + MORE_CASED for code in range(first, last + 1)]
    return {
        **{letter: small(letter) for letter in letters if small(letter) != letter},
        **dict.fromkeys(BLANKS, " "),
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys(APOSTROPHES, "'"),
    }


_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_FOLDED = str.maketrans(folded())
_LIKE_LATIN = str.maketrans(LOOK_LATIN | FIGURES)
_PLAIN = str.maketrans(PLAIN | PLAIN_ONE)
_SPELLED = str.maketrans(SPELLED)
_ACCENTS = re.compile(f"[{ACCENTS}]")
_GAPS = re.compile("[ -]+")
_LEADING_ZEROS = re.compile("(?<![0-9])0+(?=[0-9-])")


def same_text(text: str) -> str:
    """Return the key of a badge or a name: texts of one key are the same, and only one of them is accepted.

    It is NFKC, trimmed, without invisible characters and case; blanks and hyphens of every kind, and several of them,
    are one hyphen. Apostrophes of every kind are one.

    Returns:
        an empty text where there is nothing to see.
    """
    return _remembered_key(text) if len(text) <= LETTERS_REMEMBERED else _key(text)


def _key(text: str) -> str:
    shown = _INVISIBLE.sub("", text).replace(ACUTE, "'")
    small_ones = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).translate(_FOLDED))
    return _GAPS.sub("-", small_ones.replace("\u00df", "ss").strip(" "))


_remembered_key = lru_cache(maxsize=REMEMBERED)(_key)


def near_text(text: str) -> str:
    """Return the key by which badges, companies and venues that may be the same are asked about.

    It is that of `same_text` without hyphens and without zeros at the head of a number, and with Latin letters and
    figures in place of those of other scripts that look like them.
    """
    return _LEADING_ZEROS.sub("", same_text(text).translate(_LIKE_LATIN)).replace("-", "")


def plain_words(text: str) -> str:
    """Return the words of a text as they are searched: no accents, apostrophes or hyphens, ö as o, ø as o, æ as ae."""
    words = same_text(text).replace("'", "").replace("-", " ").translate(_PLAIN)
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", words))


def spelled_words(text: str) -> str:
    """Return the words of a text as they are searched in the other spelling: ö and ø as oe, ä as ae, å as aa."""
    return plain_words(same_text(text).translate(_SPELLED))


def near_name(text: str) -> str:
    """Return the key by which people of the same name are asked about: that of Müller, Mueller and Muller is one."""
    return _remembered_name(text) if len(text) <= LETTERS_REMEMBERED else _name(text)


def _name(text: str) -> str:
    key = plain_words(text).replace(" ", "")
    for spelled, plain in LOOSE:
        key = key.replace(spelled, plain)
    return key


_remembered_name = lru_cache(maxsize=REMEMBERED)(_name)


def is_seen(text: str) -> bool:
    """Tell whether a text has anything that can be seen."""
    return bool(same_text(text))


def shown_text(text: str) -> str:
    """Return a badge as it is stored: without invisible characters and without blanks around it."""
    return _INVISIBLE.sub("", text).strip(f" {BLANKS}")


def letters_like_latin(text: str) -> Mapping[str, str]:
    """Return the letters of other alphabets in a text that look Latin, each with its alphabet ("CYRILLIC")."""
    found = (letter for letter in _INVISIBLE.sub("", text) if small(letter) in LOOK_LATIN)
    return {letter: unicodedata.name(letter).split()[0] for letter in found}


def mixes_alphabets(text: str) -> bool:
    """Tell whether a word of a text has Latin letters beside letters of other alphabets that look Latin."""
    words = same_text(text).split("-")
    return any(any("a" <= letter <= "z" for letter in word) and letters_like_latin(word) for word in words)
