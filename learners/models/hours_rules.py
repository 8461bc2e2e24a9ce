"""What a row of the hours log must hold (H3, H5, invariant 6), for `LearnerProgression.add_hours`, which keeps it.

These rules stand with the models because that method does (H5 fixes its name). The constraints of the table and its
triggers have the last word; these say it sooner, in words. All other rules of hours stand in `learners.policies.hours`.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from training.core.refusals import Conflict, Invalid
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession

Hours = Decimal | float | int | str

MOST = Decimal("9999.9")  # what the column of one entry holds


class WrongHours(Invalid):
    """Hours that cannot be, such as more present than trained (H2, H5)."""


class MeetingWasNotHeld(Conflict):
    """The client cancelled the meeting or its agent was absent, so it has no hours (H3)."""


def as_hours(value: Hours) -> Decimal:
    """Return a number of hours without any rounding.

    Raises:
        WrongHours: `value` is not a number.
    """
    try:
        hours = Decimal(str(value))
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite():
        raise WrongHours(_("Enter hours as a number, such as 4 or 3.5."))
    return hours


def check_hours(*, trained: Decimal, present: Decimal) -> None:
    """H5, invariant 6: hours present lie between 0 and the hours trained, with at most one decimal.

    Raises:
        WrongHours: they do not, or there are more of them than the column of one entry holds.
    """
    if any(hours * 10 % 1 for hours in (trained, present)):
        raise WrongHours(_("Enter hours with at most one decimal, such as 3.5."))
    if not 0 <= present <= trained:
        raise WrongHours(_("Hours present must be between 0 and the hours trained."))
    if trained > MOST:
        raise WrongHours(_("These are too many hours for one entry."))


def check_source(source: str, *, known: Collection[str]) -> None:
    """H5: hours come from one of the known sources.

    Raises:
        WrongHours: `source` is none of them; the sentence lists them.
    """
    if source not in known:
        raise WrongHours(_("Hours come from one of: %(known)s.") % {"known": ", ".join(known)})


def check_meeting(meeting_date: date | None, *, log_date: date | None) -> date:
    """H5: hours of a meeting are logged for the date of the meeting; return that date.

    Args:
        meeting_date: None where the class of the worker has no such meeting.
        log_date: the date that the caller gave besides; None where none was given.

    Raises:
        WrongHours: there is no such meeting, or the two dates differ.
    """
    if meeting_date is None:
        raise WrongHours(_("That meeting does not belong to the worker's class."))
    if log_date is not None and log_date != meeting_date:
        raise WrongHours(_("The meeting has a date of its own. Leave the other date out."))
    return meeting_date


def check_meeting_held(status: str) -> None:
    """H3: a meeting that the client cancelled or that its trainer missed has no hours.

    Args:
        status: of the meeting, one of `ClassAttendanceSession.Status`.

    Raises:
        MeetingWasNotHeld: it was marked with an exception.
    """
    meeting = ClassAttendanceSession.Status
    if status not in (meeting.PENDING, meeting.CAPTURED):
        raise MeetingWasNotHeld(
            _(
                "That meeting was marked as cancelled by the client, and has no hours. An administrator can take "
                "that back."
            )
            if status == meeting.CLIENT_CANCELLED
            else _("That meeting was marked as trainer absent, and has no hours. An administrator can take that back.")
        )


def check_day(day: date, *, today: date, left_on: date | None) -> None:
    """H5, L3: hours are logged neither for a day ahead nor for one after the worker's last day on the site.

    Args:
        left_on: the worker's last day; None where none is entered.

    Raises:
        WrongHours: the day is one of these.
    """
    if day > today:
        raise WrongHours(_("Hours are recorded on the day or later, not before it."))
    if left_on is not None and day > left_on:
        raise WrongHours(after_last_day(left_on))


def after_last_day(left_on: date) -> str:
    """Return the sentence that refuses hours after the worker's last day (L3)."""
    return _("The worker's last day was %(day)s. No hours are recorded after it.") % {"day": day_in_words(left_on)}
