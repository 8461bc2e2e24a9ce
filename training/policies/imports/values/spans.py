"""Lengths of time (I4): how long a training is valid, in months, and how long it takes, in minutes."""

import re
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from training.policies.imports.cells import Cell, is_empty, number_of
from training.policies.imports.folding import fold_heading, fold_word
from training.policies.imports.values.day_words import FOR_GOOD


class SpanUnit(StrEnum):
    """A unit of time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_UNITS: dict[SpanUnit, str] = {
    SpanUnit.MINUTES: "min mins minute minutes minuten minuto minutos minuta minuty minut dk dakika minuti minuto minuut دقيقة دقائق",
    SpanUnit.HOURS: "h hr hrs hour hours std stunde stunden heure heures hora horas hs saat sa godz godzina godziny godzin uur uren u"
    " ora ore ساعة ساعات ساعه",
    SpanUnit.DAYS: "d day days tag tage tagen tg jour jours j dia dias día días gün dzień dni dag dagen giorno giorni gg يوم أيام ايام",
    SpanUnit.WEEKS: "w week weeks woche wochen semaine semaines semana semanas hafta tydzień tygodnie tygodni weken settimana settimane أسبوع",
    SpanUnit.MONTHS: "m mo mon mth mths month months monat monate monaten mte mois mes meses mês ay miesiąc miesiące miesięcy mies mnd maand"
    " maanden mese mesi شهر أشهر شهور اشهر شهرا monthly monatlich mensuel mensual mensal mensile aylık",
    SpanUnit.YEARS: "y yr yrs year years yearly a jahr jahre jahren j jährlich an ans année années annuel año años ano anos yıl yil sene rok lata lat"
    " roku jaar jaren jr anno anni annual annually anual annuale سنة سنوات عام أعوام سنه سنتان سنتين yıllık",
}  # fmt: skip
_BY_WORD = {fold_heading(word): unit for unit, said in _UNITS.items() for word in said.split()}
_YEARS_OF_J = "j"  # "jours" and "Jahre" begin alike
_ALONE = {  # words that say how many, too
    **dict.fromkeys(map(fold_heading, "annual annually yearly jährlich annuel anual annuale jaarlijks yıllık co-rok rocznie سنوي سنويا".split()), Decimal(12)),
    **dict.fromkeys(map(fold_heading, "biennial biannually zweijährlich tweejaarlijks سنتان سنتين".split()), Decimal(24)),
    fold_heading("سنة"): Decimal(12),
}  # fmt: skip
_EVERY = frozenset(
    map(
        fold_heading,
        "every each alle jede jeden tous toutes les cada chaque co her elke ogni كل all le todos os".split(),
    )
)
_PARTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)")
_CLOCKED = re.compile(r"(\d{1,3}):(\d{2})(?::\d{2})?")
_RANGE = re.compile(r"\d\s*(?:-|–|—|/|to|bis|a|à|au)\s*\d|±|<|>")
IN_MONTHS = {SpanUnit.MONTHS: Decimal(1), SpanUnit.YEARS: Decimal(12)}
IN_MINUTES = {SpanUnit.MINUTES: Decimal(1), SpanUnit.HOURS: Decimal(60)}
LONGEST_YEARS = 10  # what is valid for longer is valid in months
FEWEST_TELLING_MINUTES = 200


class SpanReading(NamedTuple):
    """A length of time.

    Attributes:
        amount: in `unit`; 0 of what is valid for good.
        unit: None of a bare number, whose unit heading, column or a person tells.
    """

    amount: Decimal
    unit: SpanUnit | None


def unit_in(heading: str) -> SpanUnit | None:
    """Return the unit that a heading names, such as "Validity (months)"; None where it names none, or two."""
    found = {
        _BY_WORD[word]
        for word in fold_heading(heading).split()
        if word in _BY_WORD and word not in {"a", "d", "j", "u", "sa"}
    }
    return found.pop() if len(found) == 1 else None


def read_span(value: Cell, units: frozenset[SpanUnit]) -> SpanReading | None:
    """Return a length of time; None where a cell holds none that is sure, such as "optional" or "3–5 years".

    Args:
        units: those that the column can have; "m" is minutes or months accordingly.
    """
    if isinstance(value, bool) or is_empty(value):
        return None
    if isinstance(value, time):
        return SpanReading(Decimal(value.hour * 60 + value.minute), SpanUnit.MINUTES)
    number = number_of(value)
    if number is not None:
        return SpanReading(number, None) if number >= 0 else None
    if not isinstance(value, str):
        return None
    heading, folded = fold_heading(value), fold_word(value)
    if heading in FOR_GOOD and SpanUnit.MONTHS in units:
        return SpanReading(Decimal(0), SpanUnit.MONTHS)
    if heading in _ALONE and SpanUnit.MONTHS in units:
        return SpanReading(_ALONE[heading], SpanUnit.MONTHS)
    clocked = _CLOCKED.fullmatch(folded)
    if clocked and SpanUnit.MINUTES in units:
        return SpanReading(Decimal(int(clocked.group(1)) * 60 + int(clocked.group(2))), SpanUnit.MINUTES)
    return None if _RANGE.search(folded) else _of_parts(folded, units)


def _of_parts(folded: str, units: frozenset[SpanUnit]) -> SpanReading | None:
    words = [word for word in fold_heading(re.sub(r"[\d.,]+", " ", folded)).split() if word not in _EVERY]
    found = _PARTS.findall(folded)
    if not found or len(words) != sum(bool(word) for _number, word in found):
        return None
    if len(found) == 1 and not found[0][1]:
        return SpanReading(Decimal(found[0][0].replace(",", ".")), None)
    base = SpanUnit.MONTHS if SpanUnit.MONTHS in units else SpanUnit.MINUTES
    scale = IN_MONTHS if base is SpanUnit.MONTHS else IN_MINUTES
    total = Decimal(0)
    for amount, word in found:
        unit = _unit(word, units)
        if unit not in scale:
            lone = len(found) == 1 and unit is SpanUnit.DAYS and unit in units
            return SpanReading(Decimal(amount.replace(",", ".")), unit) if lone else None
        total += Decimal(amount.replace(",", ".")) * scale[unit]
    return SpanReading(total, base)


def _unit(word: str, units: frozenset[SpanUnit]) -> SpanUnit | None:
    if word == "m" and SpanUnit.MONTHS not in units:
        return SpanUnit.MINUTES
    if word == _YEARS_OF_J and SpanUnit.YEARS not in units:
        return SpanUnit.DAYS
    unit = _BY_WORD.get(word)
    return unit if unit in units else None


VALIDITY = frozenset({SpanUnit.MONTHS, SpanUnit.YEARS})
DURATION = frozenset({SpanUnit.MINUTES, SpanUnit.HOURS, SpanUnit.DAYS})


def told_unit(bare: list[Decimal], units: frozenset[SpanUnit]) -> SpanUnit | None:
    """Return the unit that the bare numbers of a column tell together; None where they tell none.

    What is valid for more than ten is valid in months, and what takes 240 takes minutes.
    """
    if units == VALIDITY:
        return SpanUnit.MONTHS if any(number > LONGEST_YEARS for number in bare) or not any(bare) else None
    return SpanUnit.MINUTES if any(number >= FEWEST_TELLING_MINUTES for number in bare) else None


def in_base(reading: SpanReading, unit: SpanUnit | None, minutes_a_day: int | None) -> int | None:
    """Return months of a validity, or minutes of a duration, as a whole number; None where it is not whole or not told.

    Args:
        unit: of bare numbers.
        minutes_a_day: how long a day of training is.
    """
    unit = reading.unit or unit
    if reading.amount == 0 and unit is None:
        return 0
    if unit is SpanUnit.DAYS:
        amount = reading.amount * minutes_a_day if minutes_a_day else None
    else:
        scale = (IN_MONTHS | IN_MINUTES).get(unit) if unit else None
        amount = reading.amount * scale if scale is not None else None
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None
