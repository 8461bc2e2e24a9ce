"""L4: one function decides what is the same badge or name, in Python and in the database."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from training.core import sameness
from training.core.sameness import (
    is_seen,
    letters_like_latin,
    mixes_alphabets,
    near_name,
    near_text,
    plain_words,
    same_text,
    shown_text,
    spelled_words,
)

KEYS: tuple[Callable[[str], str], ...] = (same_text, near_text, plain_words, spelled_words, near_name)

# What Unicode knew when CPython 3.11 came: a database that knows later letters may normalise those. No surrogates.
known = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\0")
cased = [chr(code) for first, last in sameness.CASED + sameness.MORE_CASED for code in range(first, last + 1)]
odd = st.sampled_from(
    [*sameness.folded(), *sameness.LOOK_LATIN, *sameness.FIGURES, *"0 -'aA\u0301\u0308\u0345\u200b\u3164\u00b4"]
)
letters = st.sampled_from([letter for letter in cased if unicodedata.category(letter) != "Cn"])
texts = st.text(st.one_of(known, odd, letters), max_size=30)


def in_sql(key: Callable[[str], str], text: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key.__name__}(%s)", [text])
        return cursor.fetchone()[0]


def in_sql_at_once(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'{key.__name__}(%s)' for key in KEYS)}", [text] * len(KEYS))
        return list(cursor.fetchone())


@pytest.mark.django_db
def test_l4_the_database_says_what_python_says(long: bool) -> None:
    @settings(max_examples=20_000 if long else 600, deadline=None, database=None)
    @given(texts)
    def compare(text: str) -> None:
        assert in_sql_at_once(text) == [key(text) for key in KEYS]

    compare()


@pytest.mark.django_db
def test_l4_the_database_says_so_of_every_single_letter() -> None:
    every = [chr(code) for code in range(1, 0x110000) if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")]
    for key in KEYS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t, {key.__name__}(t) FROM unnest(%s::text[]) t", [every])
            told = dict(cursor.fetchall())
        assert {letter: found for letter, found in told.items() if found != key(letter)} == {}


@given(texts)
def test_l4_the_key_of_a_key_is_itself(text: str) -> None:
    assert same_text(same_text(text)) == same_text(text)


@given(texts)
def test_l4_what_is_the_same_is_near_too(text: str) -> None:
    for spelled in (text.upper(), text.lower(), f" {text}\u00a0", f"\u200b{text}\u00ad"):
        if same_text(spelled) == same_text(text):
            assert near_text(spelled) == near_text(text)


@pytest.mark.parametrize(
    "twin", ["00417\u00a0", "\u200b00417", "004\u00ad17", "\uff10\uff10\uff14\uff11\uff17", "\t00417\n"]
)
def test_l4_the_same_badge(twin: str) -> None:
    assert same_text(twin) == same_text("00417")


@pytest.mark.parametrize("twin", ["pb-1", "PB\u20131", "PB 1", "PB\u00a01", "PB \u2212 1", "\uff30\uff22\uff0d\uff11"])
def test_l4_hyphens_and_blanks_of_every_kind_are_one(twin: str) -> None:
    assert same_text(twin) == same_text("PB-1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1-23", "12-3"),
        ("417", "00417"),
        ("00 417", "00417"),
        ("PB1", "PB-1"),
        ("P\u0412-1", "PB-1"),
        ("PB-005", "PB-5"),
    ],
)
def test_l4_what_is_equal_only_without_hyphens_zeros_and_other_alphabets_is_near_and_not_the_same(
    one: str, other: str
) -> None:
    assert same_text(one) != same_text(other)
    assert near_text(one) == near_text(other)


@pytest.mark.parametrize(("one", "other"), [("1-23", "1-24"), ("PB-5", "PB-50"), ("1000", "1"), ("1-0", "1")])
def test_l4_other_badges_are_not_near(one: str, other: str) -> None:
    assert near_text(one) != near_text(other)


@pytest.mark.parametrize("twin", ["Halloran  Mechanical", "halloran mechanical", "Halloran\u00a0Mechanical"])
def test_l4_the_same_company(twin: str) -> None:
    assert same_text(twin) == same_text("Halloran Mechanical")


@pytest.mark.parametrize("nothing", ["\u200b", "\u3164", "\u2800", "", " ", "\u00ad\ufeff", "\U000e0020"])
def test_l4_nothing_is_seen(nothing: str) -> None:
    assert not is_seen(nothing)
    assert is_seen(f"{nothing}\u7389")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O\u2019Brien", "O'Brien"),
        ("O\u00b4Brien", "obrien"),
        ("Al-Masri", "al masri"),
        ("Al\u2011Masri", "Almasri"),
        ("Wei\u00df", "WEISS"),
        ("S\u00f8ren Kj\u00e6r", "Soeren Kjaer"),
        ("S\u00f8ren Kj\u00e6r", "soren kjaer"),
        ("M\u00fcller", "Mueller"),
        ("Mu\u0308ller", "Muller"),
        ("\u00c5berg", "Aaberg"),
        ("\u0130nci", "inci"),
    ],
)
def test_l4_people_of_one_name(one: str, other: str) -> None:
    assert near_name(one) == near_name(other)


def test_l4_letters_that_look_latin_are_told() -> None:
    assert letters_like_latin("P\u0412-1\u03a4") == {"\u0412": "CYRILLIC", "\u03a4": "GREEK"}
    assert letters_like_latin("PB-1") == {}
    assert mixes_alphabets("P\u0412-1")
    assert not mixes_alphabets("\u0412\u0420-1")  # all of one alphabet
    assert not mixes_alphabets("\u041e\u041e\u041e Halloran")  # each word is


def test_l4_a_badge_is_stored_without_what_cannot_be_seen() -> None:
    assert shown_text("\u200b 004\u00ad17\u00a0") == "00417"
