"""The rules of hours and of a learner's way through a class: pure, numbers and days come in as arguments."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from training.core.refusals import Conflict, Invalid
from training.core.words import day as day_in_words

Hours = Decimal | float | int | str

MOST = Decimal("9999.9")  # what the column of one entry holds

# Every step of a progression, and the states in which it can be taken; what is not here is refused.
STEPS_FROM: Mapping[str, Collection[str]] = {
    "held": {"in_progress"},
    "resumed": {"on_hold", "completed"},
    "completed": {"in_progress", "on_hold"},
}
# The state in which each step leaves a progression.
STATE_AFTER: Mapping[str, str] = {
    "started": "in_progress",
    "held": "on_hold",
    "resumed": "in_progress",
    "completed": "completed",
}


class WrongHours(Invalid):
    """Hours that cannot be, such as more present than trained (H2, H5)."""


class WrongDate(Invalid):
    """A day that does not fit what is known already; `errors["effective_date"]` says why."""


class ProgressionNotInThisState(Conflict):
    """The progression is on hold, in progress or completed, and that does not allow it (H5, H7)."""


class HoursStay(Conflict):
    """These hours cannot be taken back by themselves, or were before (invariant 6)."""


class MeetingWasNotHeld(Conflict):
    """The client cancelled the meeting or its agent was absent, so it has no hours (H3)."""


def as_hours(value: Hours) -> Decimal:
    """Return a number of hours, exactly.

    Raises:
        WrongHours: it is no number.
    """
    try:
        hours = Decimal(str(value))
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite():
        raise WrongHours(_("Enter hours as a number, such as 4 or 3.5."))
    return hours


def check_hours(*, trained: Decimal, present: Decimal) -> None:
    """H5, invariant 6: present lies between 0 and trained; one decimal is kept."""
    if any(hours * 10 % 1 for hours in (trained, present)):
        raise WrongHours(_("Enter hours with at most one decimal, such as 3.5."))
    if not 0 <= present <= trained:
        raise WrongHours(_("Hours present must be between 0 and the hours trained."))
    if trained > MOST:
        raise WrongHours(_("These are too many hours for one entry."))


def check_source(source: str, *, known: Collection[str]) -> None:
    """Hours come from somewhere that is known."""
    if source not in known:
        raise WrongHours(_("Hours come from one of: %(known)s.") % {"known": ", ".join(known)})


def check_meeting(meeting_date: date | None, *, log_date: date | None) -> date:
    """H5: hours of a meeting are logged for its date.

    Args:
        meeting_date: None where the class has no such meeting.
    """
    if meeting_date is None:
        raise WrongHours(_("That meeting does not belong to the worker's class."))
    if log_date is not None and log_date != meeting_date:
        raise WrongHours(_("The meeting has a date of its own. Leave the other date out."))
    return meeting_date


def check_meeting_held(status: str) -> None:
    """H3: a meeting that the client cancelled or that its agent missed logs no hours."""
    if status not in {"pending", "captured"}:
        raise MeetingWasNotHeld(
            _(
                "That meeting was marked as cancelled by the client, and has no hours. An administrator can take "
                "that back."
            )
            if status == "client_cancelled"
            else _("That meeting was marked as trainer absent, and has no hours. An administrator can take that back.")
        )


def check_can_void_hours(*, is_of_capture: bool, is_reversed: bool, is_reversal: bool) -> None:
    """Invariant 6: hours are reversed once, and those of a capture with all of it (H4)."""
    if is_reversal:
        raise HoursStay(_("This row takes other hours back. Enter those hours again instead."))
    if is_reversed:
        raise HoursStay(_("These hours were already taken back."))
    if is_of_capture:
        raise HoursStay(
            _("These hours were recorded with a meeting. Take the meeting's entry back, then record it again.")
        )


def check_day(day: date, *, today: date, left_on: date | None) -> None:
    """Nobody was trained tomorrow, or after the last day on the site (L3).

    Args:
        left_on: the worker's last day, if there is one.
    """
    if day > today:
        raise WrongHours(_("Hours are recorded on the day or later, not before it."))
    if left_on is not None and day > left_on:
        raise WrongHours(_gone(left_on))


def _gone(left_on: date) -> str:
    return _("The worker's last day was %(day)s. No hours are recorded after it.") % {"day": day_in_words(left_on)}


def check_in_progress(status: str) -> None:
    """H5: hours by hand belong to the programme in progress."""
    if status != "in_progress":
        raise ProgressionNotInThisState(
            _("This programme is on hold. Resume it before hours are entered.")
            if status == "on_hold"
            else _("This programme is completed. Resume it before hours are entered.")
        )


def check_by_hand(
    *, trained: Hours, present: Hours, day: date, started_on: date, left_on: date | None, today: date
) -> None:
    """H5: what somebody types, all that is wrong at once: some hours, not more present, on a day of the programme.

    Args:
        left_on: the worker's last day, if there is one (L3).

    Raises:
        WrongHours: `errors` by argument, the day as `log_date`.
    """
    errors: dict[str, list[str]] = {}
    numbers: dict[str, Decimal] = {}
    for field, typed in (("hours_trained", trained), ("hours_present", present)):
        try:
            numbers[field] = as_hours(typed)
        except WrongHours as refusal:
            errors[field] = [str(refusal)]
    try:
        if not errors:
            check_hours(trained=numbers["hours_trained"], present=numbers["hours_present"])
    except WrongHours as refusal:
        too_many = numbers["hours_present"] > numbers["hours_trained"] >= 0
        errors["hours_present" if too_many else "hours_trained"] = [str(refusal)]
    if not errors and not numbers["hours_trained"]:
        errors["hours_trained"] = [_("Enter more than 0 hours.")]
    if day > today:
        errors["log_date"] = [_("This day is in the future. Enter today or an earlier day.")]
    elif day < started_on:
        text = _("The programme started on %(day)s. Enter that day or a later one.")
        errors["log_date"] = [text % {"day": day_in_words(started_on)}]
    elif left_on is not None and day > left_on:
        errors["log_date"] = [_gone(left_on)]
    if errors:
        raise WrongHours(" ".join(text for texts in errors.values() for text in texts), errors=errors)


def check_presence(hours: Decimal, *, scheduled: Decimal) -> None:
    """H2: between 0 and the scheduled hours, in steps of half an hour."""
    if not 0 <= hours <= scheduled or hours * 2 % 1:
        raise WrongHours(
            _("Enter hours from 0 to %(scheduled)s, in steps of 0.5.") % {"scheduled": f"{scheduled.normalize():f}"}
        )


def check_step(kind: str, *, status: str) -> None:
    """H7: only steps of the table are taken."""
    if status not in STEPS_FROM[kind]:
        raise ProgressionNotInThisState(
            {
                "in_progress": _("This programme is in progress already."),
                "on_hold": _("This programme is on hold already."),
                "completed": _("This programme is completed. Resume it first."),
            }[status]
        )


def check_effective_date(
    kind: str, effective: date, *, last_step_on: date, hours_until: date | None, today: date
) -> None:
    """H7: a step takes effect not in the future, not before the last step, and not before hours that are logged.

    From the day of a hold on, nobody is captured; the day of completion is the last one that is.

    Args:
        last_step_on: from which day the step before took effect.
        hours_until: the last day with hours, if there are any.
    """
    if effective > today:
        text = _("This day is in the future. Enter today or an earlier day.")
    elif effective < last_step_on:
        text = _("The last change took effect on %(day)s. Enter that day or a later one.")
        text %= {"day": day_in_words(last_step_on)}
    elif kind != "resumed" and hours_until is not None and hours_until >= first_day_without_hours(kind, effective):
        text = _("Hours are recorded for %(day)s. Enter a later day, or have them taken back first.")
        text %= {"day": day_in_words(hours_until)}
    else:
        return
    raise WrongDate(text, errors={"effective_date": [text]})


def first_day_without_hours(kind: str, effective: date) -> date:
    """Return the first day on which nobody is captured after a hold or a completion (H7)."""
    return effective + timedelta(days=1) if kind == "completed" else effective


def percent(part: Decimal, whole: Decimal | None) -> int | None:
    """Return a share in whole percent, rounded down and capped at 100 (H7); None where there is no whole."""
    if not whole:
        return None
    return min(100, int(part * 100 // whole))
