"""How well a sheet's column fits a column of a kind, by its heading and by what stands in it (I3)."""

import re
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import fuzz

from training.core.imports.declaration import ImportColumn, Reads, Thing
from training.policies.imports.facts import ColumnFacts, Look
from training.policies.imports.folding import fold_heading
from training.policies.imports.heading_words import BESIDE, NOT_USED, OF_OTHERS
from training.policies.imports.values.choices import key_of_mark, words_of_choices
from training.policies.imports.values.days import DayWhat, read_day

CERTAIN, VAGUE = 1.0, 0.8  # a heading that is a word of the column; one that can mean another column too
IN_BRACKETS = re.compile(r"\s*[(\[{].*?[)\]}]")
FEWEST_LETTERS = 4  # of a heading that is compared by its letters
SIMILAR = 88
TITLES = frozenset({"name", "title"})  # columns by which people call a thing


def heading_score(heading: str, words: Mapping[str, int]) -> float:
    """Return how well a heading fits the words of a column, between 0 and 1.

    Args:
        words: of the column, folded, with their ranks.
    """
    best = 0.0
    for text, weight in _forms(heading):
        rank = words.get(text)
        if rank is not None:
            best = max(best, weight * (VAGUE if rank == 2 else CERTAIN))
    if best >= 0.7:
        return best
    folded = fold_heading(heading)
    if folded in NOT_USED or OF_OTHERS & set(folded.split()):
        return best
    return max(best, _by_parts(folded, frozenset(words.items())))


@lru_cache(maxsize=8_192)
def _forms(heading: str) -> tuple[tuple[str, float], ...]:
    """Return a heading as it can be compared: whole, without brackets, in each of two languages."""
    forms = {fold_heading(heading): 1.0}
    bare = fold_heading(IN_BRACKETS.sub(" ", heading))
    forms.setdefault(bare, 0.97)
    for place, part in enumerate(re.split(r"\s*(?:/|\||\n|\s[-–—]\s|\()\s*", heading)):  # "Badge No / Ausweis-Nr."
        forms.setdefault(fold_heading(part.rstrip(")")), 0.92 if place == 0 else 0.88)  # "Role / Course": down, across
    trimmed = " ".join(word for word in bare.split() if word not in BESIDE)
    forms.setdefault(trimmed, 0.85)
    forms.setdefault(re.sub(r"\s?\d+$", "", bare), 0.8)  # "Name 1"
    if " " in bare:
        forms.setdefault(bare.replace(" ", ""), 0.9)
    return tuple((text, weight) for text, weight in forms.items() if text)


@lru_cache(maxsize=65_536)
def _by_parts(heading: str, words: frozenset[tuple[str, int]]) -> float:
    """Compare by whole words that both have, and by letters, for slips of the pen."""
    best = 0.0
    mine = set(heading.split())
    for word, rank in words:
        if rank == 2:
            continue
        theirs = set(word.split())
        if len(word) >= FEWEST_LETTERS and theirs <= mine:
            best = max(best, 0.45 + 0.3 * len(theirs) / len(mine))
        if len(heading) >= FEWEST_LETTERS and len(word) >= FEWEST_LETTERS + 1 and abs(len(heading) - len(word)) <= 3:
            ratio = fuzz.ratio(heading, word)
            if ratio >= SIMILAR:
                best = max(best, 0.75 * ratio / 100)
    return best


def content_score(column: ImportColumn, facts: ColumnFacts) -> float:
    """Return how well what stands in a column fits, from -1 (it cannot be) to 1. An empty column fits anything."""
    if not facts.filled:
        return 0.0
    match column.reads:
        case Reads.DAY:
            return _day_score(facts)
        case Reads.CLOCK:
            return (
                1.0 if facts.share(Look.CLOCK, Look.MOMENT) > 0.6 else 0.3 if facts.share(Look.DECIMAL) > 0.8 else -1.0
            )
        case Reads.NUMBER | Reads.WHOLE:
            fits = facts.share(Look.WHOLE, Look.DECIMAL, Look.SPAN) + (
                facts.share(Look.CODE) if column.reads is Reads.NUMBER else 0
            )
            return 0.6 if fits > 0.7 else -0.8
        case Reads.MONTHS | Reads.MINUTES:
            return _span_score(facts)
        case Reads.CHOICE:
            return _choice_score(column, facts)
        case Reads.BADGE:
            return _badge_score(column, facts)
        case Reads.FULL_NAME:
            fits = facts.share(Look.NAME, Look.COMMA_NAME) + 0.5 * facts.share(Look.WORD)
            return 0.8 if fits > 0.6 else 0.0 if fits > 0.3 else -0.7
    return _text_score(column, facts)


def _day_score(facts: ColumnFacts) -> float:
    days, whats = facts.day_share, facts.days.whats
    words = (
        sum(whats[what] for what in (DayWhat.BOOKED, DayWhat.EXPIRED, DayWhat.NOT_APPLICABLE, DayWhat.FOR_GOOD))
        / facts.filled
    )
    if days > 0.5:
        return 1.0
    if days + words > 0.4 and days > 0.1:
        return 0.6
    years = whats[DayWhat.YEAR] / facts.filled
    if years > 0.5 or whats[DayWhat.IMPOSSIBLE] + whats[DayWhat.NO_YEAR] > 0.5 * facts.filled:
        return 0.1
    return -1.0 if days < 0.1 and words < 0.5 else 0.0


def _span_score(facts: ColumnFacts) -> float:
    fits = facts.share(Look.SPAN, Look.WHOLE, Look.DECIMAL, Look.CLOCK)
    if facts.day_share > 0.5 and facts.share(Look.WHOLE) < 0.5:
        return -1.0
    for_good = facts.days.whats[DayWhat.FOR_GOOD] / facts.filled
    return 0.7 if fits + for_good > 0.5 else 0.1 if fits + for_good > 0.2 else -0.6


def _choice_score(column: ImportColumn, facts: ColumnFacts) -> float:
    if facts.distinct is None:
        return -1.0
    known = words_of_choices(column)
    hits = sum(value.count for value in facts.distinct.values() if key_of_mark(value.value) in known)
    if facts.day_share > 0.5:
        return -1.0
    share = hits / facts.filled
    return 1.0 if share > 0.7 else 0.4 if share > 0.3 else -0.2 if len(facts.distinct) <= 8 else -1.0


def _badge_score(column: ImportColumn, facts: ColumnFacts) -> float:
    if facts.share(Look.DAY, Look.MAIL, Look.MOMENT) > 0.5:
        return -1.0
    figures = facts.share(Look.CODE, Look.WHOLE, Look.COURSE)
    if column.thing is Thing.WORKER:
        if column.name == "supervisor":
            return 0.2 if figures > 0.5 else 0.0
        distinct = len(facts.distinct) / facts.filled if facts.distinct is not None else 1.0
        is_running = _is_running(facts)
        if is_running:
            return -0.8
        return (
            (0.6 if distinct > 0.3 else 0.3)
            if figures > 0.6
            else 0.0
            if figures > 0.3 or facts.share(Look.WORD, Look.PHONE) > 0.5  # 001-12345 can be a badge, too
            else -0.6
        )
    if column.is_personal:
        if _are_dates(facts) or facts.share(Look.DAY, Look.MOMENT, Look.CLOCK) > 0.5:
            return -1.0
        return 0.7 if facts.share(Look.PHONE, Look.CODE, Look.WHOLE) > 0.5 else -0.8
    return 0.3 if figures + facts.share(Look.WORD) > 0.5 else -0.1


_DATES = {DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH, DayWhat.SEVERAL, DayWhat.LEAP_1900, DayWhat.OTHER_CALENDAR}
_LONG_DATE = 8  # figures of 20250304; a number of five could be a day of the spreadsheet, and is none here


def _are_dates(facts: ColumnFacts) -> bool:
    """Tell whether most values are dates, which no phone and no number of a person looks like."""
    return sum(_is_date(text) for text in facts.samples) * 2 > len(facts.samples)


def _is_date(text: str) -> bool:
    return read_day(text).what in _DATES and (not text.isdecimal() or len(text) == _LONG_DATE)


def _is_running(facts: ColumnFacts) -> bool:
    """Tell whether a column counts its rows: 1, 2, 3 …"""
    if facts.distinct is None or facts.filled < 3:
        return facts.distinct is None and facts.samples[:3] == ["1", "2", "3"]
    numbers = sorted(int(text) for text in facts.distinct if text.isdecimal() and len(text) < 7)
    return (
        len(numbers) >= 0.9 * len(facts.distinct)
        and len(numbers) >= 2
        and numbers[0] in {0, 1}
        and numbers[-1] <= len(numbers) * 1.3 + 1
    )


def _text_score(column: ImportColumn, facts: ColumnFacts) -> float:
    if column.name == "email":
        return 1.0 if facts.share(Look.MAIL) > 0.5 else -1.0
    if _says_days(facts) > 0.6 or facts.share(Look.MAIL) > 0.5 or facts.share(Look.CLOCK, Look.MOMENT) > 0.6:
        return -1.0
    marks = facts.share(Look.MARK)
    if column.name == "certificate":
        return 0.8 if _are_files(facts) else -0.8
    if column.thing is Thing.COURSE:
        if facts.share(Look.COURSE) > 0.5:
            return 0.9
        if _are_files(facts):
            return -1.0
        return -0.5 if marks > 0.6 and column.reads is not Reads.THINGS else 0.3
    if column.name in {"first_name", "last_name"}:
        letters = facts.share(Look.WORD, Look.NAME, Look.MARK, Look.COMMA_NAME)
        return 0.6 if letters > 0.6 else -0.8
    if column.name == "code":
        distinct = len(facts.distinct) / facts.filled if facts.distinct is not None else 1.0
        if _is_running(facts) or distinct < 0.5:
            return -0.6
        return 0.5 if facts.share(Look.COURSE, Look.CODE, Look.WORD, Look.MARK, Look.WHOLE) > 0.6 else -0.6
    if column.thing is not None:
        return -0.6 if facts.share(Look.WHOLE, Look.DECIMAL) > 0.7 and column.thing is not Thing.CLASS else 0.2
    if column.name in TITLES:
        return (
            0.3 if facts.share(Look.WORD, Look.NAME, Look.TEXT, Look.MARK, Look.COMMA_NAME, Look.CODE) > 0.5 else -0.5
        )
    return 0.1 if facts.share(Look.WHOLE, Look.DECIMAL) < 0.8 else -0.3


_FILE = re.compile(r".+\.(?:pdf|jpe?g|png|tiff?|docx?)", re.IGNORECASE)


def _are_files(facts: ColumnFacts) -> bool:
    return sum(_FILE.fullmatch(text) is not None for text in facts.samples) * 2 > len(facts.samples)


def _says_days(facts: ColumnFacts) -> float:
    """Return the share of cells that are a day, or a word that stands for one; none where nothing is a day."""
    whats = facts.days.whats
    words = sum(whats[what] for what in (DayWhat.BOOKED, DayWhat.EXPIRED, DayWhat.FOR_GOOD, DayWhat.NOT_APPLICABLE))
    return facts.day_share + words / facts.filled if facts.day_share > 0 else 0.0
