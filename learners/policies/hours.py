"""The rules of hours and of the programme of a worker in a class, without a database.

What a single entry of hours must hold stands with the model that keeps it: `learners.models.hours_rules`.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from learners.models import LearnerProgression, ProgressionEvent
from learners.models.hours_rules import Hours, WrongHours, after_last_day, as_hours, check_hours
from training.core.refusals import Conflict, Invalid
from training.core.words import day as day_in_words

Status = LearnerProgression.Status
Step = ProgressionEvent.Kind

# The one table of legal steps (H7): in which states of a programme each step can be taken. What is not here is refused.
STEPS_FROM: Mapping[Step, Collection[Status]] = {
    Step.HELD: {Status.IN_PROGRESS},
    Step.RESUMED: {Status.ON_HOLD, Status.COMPLETED},
    Step.COMPLETED: {Status.IN_PROGRESS, Status.ON_HOLD},
}
# In which state each step leaves the programme.
STATE_AFTER: Mapping[Step, Status] = {
    Step.STARTED: Status.IN_PROGRESS,
    Step.HELD: Status.ON_HOLD,
    Step.RESUMED: Status.IN_PROGRESS,
    Step.COMPLETED: Status.COMPLETED,
}


class WrongDate(Invalid):
    """A day that does not fit what is known already (400); `errors` names the field."""


class ProgressionNotInThisState(Conflict):
    """The present state of the programme does not allow what was asked for (409; H5, H7)."""


class HoursStay(Conflict):
    """These hours cannot be taken back on their own, or were taken back before (409, invariant 6)."""


def check_can_void_hours(*, is_of_capture: bool, is_reversed: bool, is_reversal: bool) -> None:
    """Invariant 6: hours are taken back once, and those of a capture only with all of it (H4).

    Raises:
        HoursStay: they are a reversal, are reversed already, or belong to a capture.
    """
    if is_reversal:
        raise HoursStay(_("This row takes other hours back. Enter those hours again instead."))
    if is_reversed:
        raise HoursStay(_("These hours were already taken back."))
    if is_of_capture:
        raise HoursStay(
            _("These hours were recorded with a meeting. Take the meeting's entry back, then record it again.")
        )


def check_in_progress(status: str) -> None:
    """H5: hours are entered by hand only while the programme is in progress.

    Args:
        status: of the programme, one of `LearnerProgression.Status`.

    Raises:
        ProgressionNotInThisState: it is on hold or completed.
    """
    if status != Status.IN_PROGRESS:
        raise ProgressionNotInThisState(
            _("This programme is on hold. Resume it before hours are entered.")
            if status == Status.ON_HOLD
            else _("This programme is completed. Resume it before hours are entered.")
        )


def check_by_hand(
    *, trained: Hours, present: Hours, day: date, started_on: date, left_on: date | None, today: date
) -> None:
    """H5: hours that somebody types are more than 0, those present are not more, and the day is one of the programme.

    Args:
        started_on: the first day of the programme.
        left_on: the worker's last day; None where none is entered (L3).

    Raises:
        WrongHours: says everything that is wrong at once, under `hours_trained`, `hours_present` and `log_date`.
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
        errors["log_date"] = [after_last_day(left_on)]
    if errors:
        raise WrongHours.of_fields(errors)


def check_presence(hours: Decimal, *, scheduled: Decimal) -> None:
    """H2: hours present lie between 0 and the scheduled hours, in steps of half an hour.

    Raises:
        WrongHours: they do not.
    """
    if not 0 <= hours <= scheduled or hours * 2 % 1:
        raise WrongHours(
            _("Enter hours from 0 to %(scheduled)s, in steps of 0.5.") % {"scheduled": f"{scheduled.normalize():f}"}
        )


def check_step(step: Step, *, status: str) -> None:
    """H7: only the steps of the table are taken.

    Args:
        status: of the programme, one of `LearnerProgression.Status`.

    Raises:
        ProgressionNotInThisState: `STEPS_FROM` does not have the step for this state.
    """
    if status not in STEPS_FROM[step]:
        raise ProgressionNotInThisState(
            {
                Status.IN_PROGRESS: _("This programme is in progress already."),
                Status.ON_HOLD: _("This programme is on hold already."),
                Status.COMPLETED: _("This programme is completed. Resume it first."),
            }[Status(status)]
        )


def check_effective_date(
    step: Step, effective: date, *, last_step_on: date, hours_until: date | None, today: date
) -> None:
    """H7: a step takes effect neither in the future, nor before the last step, nor before hours that are logged.

    From the day of a hold on, no hours of the worker are recorded; the day of completion is the last on which they are.

    Args:
        last_step_on: the day on which the step before took effect.
        hours_until: the last day with hours; None where there are none.

    Raises:
        WrongDate: `errors["effective_date"]` says why.
    """
    if effective > today:
        text = _("This day is in the future. Enter today or an earlier day.")
    elif effective < last_step_on:
        text = _("The last change took effect on %(day)s. Enter that day or a later one.")
        text %= {"day": day_in_words(last_step_on)}
    elif step != Step.RESUMED and hours_until is not None and hours_until >= first_day_without_hours(step, effective):
        text = _("Hours are recorded for %(day)s. Enter a later day, or have them taken back first.")
        text %= {"day": day_in_words(hours_until)}
    else:
        return
    raise WrongDate.of_fields({"effective_date": [text]})


def first_day_without_hours(step: Step, effective: date) -> date:
    """Return the first day for which no hours of the worker are recorded after a hold or a completion (H7)."""
    return effective + timedelta(days=1) if step == Step.COMPLETED else effective


def percent(part: Decimal, whole: Decimal | None) -> int | None:
    """Return `part` of `whole` in percent, rounded down and capped at 100 (H7); None where there is no whole."""
    if not whole:
        return None
    return min(100, int(part * 100 // whole))
