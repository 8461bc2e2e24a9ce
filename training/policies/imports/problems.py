"""Why a cell, or a row, cannot be taken as it is (I4): one sentence for each group of refusals."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from training.core.imports.rows import CellProblem
from training.policies.imports.cells import Cell, text_of
from training.policies.imports.values.days import DayWhat

LONGEST_SHOWN = 80


class ProblemCode(StrEnum):
    """The groups in which refusals are shown. BOOKED and AHEAD go to a list of their own."""

    UNANSWERED = "unanswered"
    MISSING = "missing"
    FORMULA_ERROR = "formula_error"
    BOOKED = "booked"
    AHEAD = "ahead"
    TICK = "tick"
    NO = "no"
    YEAR_ONLY = "year_only"
    NO_YEAR = "no_year"
    MONTH_LEFT_OUT = "month_left_out"
    EXPIRED = "expired"
    NOT_APPLICABLE = "not_applicable"
    FOR_GOOD_HERE = "for_good_here"
    IS_AN_END = "is_an_end"
    SEVERAL_DAYS = "several_days"
    LEAP_1900 = "leap_1900"
    OTHER_CALENDAR = "other_calendar"
    IMPOSSIBLE_DAY = "impossible_day"
    FAR_DAY = "far_day"
    NO_DAY = "no_day"
    NO_CLOCK = "no_clock"
    NO_NUMBER = "no_number"
    NO_WHOLE_NUMBER = "no_whole_number"
    NO_SPAN = "no_span"
    NO_CHOICE = "no_choice"
    NO_BADGE = "no_badge"
    ROUNDED_BADGE = "rounded_badge"
    NO_NAME = "no_name"
    HIDDEN_LETTERS = "hidden_letters"


SENTENCES: Mapping[ProblemCode, Any] = {
    ProblemCode.UNANSWERED: _("A question about this cell has no answer yet."),
    ProblemCode.MISSING: _("This cell is empty and must not be."),
    ProblemCode.FORMULA_ERROR: _("The spreadsheet shows an error here. Mend the formula, or type the value."),
    ProblemCode.BOOKED: _("Booked, not done: there is nothing to record yet."),
    ProblemCode.AHEAD: _("This day is still to come: there is nothing to record yet."),
    ProblemCode.TICK: _("A tick is no date. Type the day."),
    ProblemCode.NO: _("This says that it was not done."),
    ProblemCode.YEAR_ONLY: _("A year is no date. Type the day."),
    ProblemCode.NO_YEAR: _("The year, or the day, is missing."),
    ProblemCode.MONTH_LEFT_OUT: _("A month is no date, as was answered. Type the day."),
    ProblemCode.EXPIRED: _("“Expired” is no date. Type the day."),
    ProblemCode.NOT_APPLICABLE: _("This says that it does not apply."),
    ProblemCode.FOR_GOOD_HERE: _("“For life” is no day on which something was done."),
    ProblemCode.IS_AN_END: _("This is the day until which it is valid, in a column of days on which it was done."),
    ProblemCode.SEVERAL_DAYS: _("More than one day stands here. Leave one."),
    ProblemCode.LEAP_1900: _("There was no 29 February 1900: an error that Excel makes. Type the day."),
    ProblemCode.OTHER_CALENDAR: _("This day is of another calendar. Type the day of the Gregorian calendar."),
    ProblemCode.IMPOSSIBLE_DAY: _("There is no such day in the calendar."),
    ProblemCode.FAR_DAY: _("This day is too long ago, or too far ahead, to be meant."),
    ProblemCode.NO_DAY: _("This is no date."),
    ProblemCode.NO_CLOCK: _("This is no time of day such as 08:30."),
    ProblemCode.NO_NUMBER: _("This is no number."),
    ProblemCode.NO_WHOLE_NUMBER: _("This is no whole number."),
    ProblemCode.NO_SPAN: _("This is no length of time such as “24 months” or “4 h”."),
    ProblemCode.NO_CHOICE: _("This is none of the values that this column takes."),
    ProblemCode.NO_BADGE: _("This is no badge: a number with a fraction, a day or a time."),
    ProblemCode.ROUNDED_BADGE: _("The spreadsheet has rounded this number to 15 figures. Type the badge as text."),
    ProblemCode.NO_NAME: _("This is no name."),
    ProblemCode.HIDDEN_LETTERS: _("This holds letters of another alphabet that look like Latin ones. Type it anew."),
}

OF_DAYS: Mapping[DayWhat, ProblemCode] = {
    DayWhat.BOOKED: ProblemCode.BOOKED,
    DayWhat.TICK: ProblemCode.TICK,
    DayWhat.NO: ProblemCode.NO,
    DayWhat.YEAR: ProblemCode.YEAR_ONLY,
    DayWhat.NO_YEAR: ProblemCode.NO_YEAR,
    DayWhat.EXPIRED: ProblemCode.EXPIRED,
    DayWhat.NOT_APPLICABLE: ProblemCode.NOT_APPLICABLE,
    DayWhat.SEVERAL: ProblemCode.SEVERAL_DAYS,
    DayWhat.LEAP_1900: ProblemCode.LEAP_1900,
    DayWhat.OTHER_CALENDAR: ProblemCode.OTHER_CALENDAR,
    DayWhat.IMPOSSIBLE: ProblemCode.IMPOSSIBLE_DAY,
    DayWhat.TOO_FAR: ProblemCode.FAR_DAY,
    DayWhat.UNREADABLE: ProblemCode.NO_DAY,
}


def problem(column: str, code: ProblemCode, value: Cell = None) -> CellProblem:
    """Return the refusal of a cell; what stands in it is shown up to LONGEST_SHOWN characters."""
    return CellProblem(column, code.value, SENTENCES[code], text_of(value)[:LONGEST_SHOWN])
