"""The rules of classes and their plans, without a database: each `check_…` raises the reason why not.

A button asks `training.policies.sessions.allows(check_…, …)`, the service behind it calls the check itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.edits import check_seen
from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Invalid, check_found
from training.core.words import day as day_in_words
from training.models import Company, Course, Trainer, TrainingClass, Venue
from training.policies.schedules import ClassDay, Schedule, check_schedule

Status = TrainingClass.Status


class ClassStep(StrEnum):
    """What can be done with a class as a whole."""

    ACTIVATE = "activate"
    STOP = "stop"
    RESTART = "restart"


# The one table of legal steps of a class: in which states each can be taken. What is not here is refused.
CLASS_STEPS_FROM: Mapping[ClassStep, Collection[Status]] = {
    ClassStep.ACTIVATE: {Status.DRAFT},
    ClassStep.STOP: {Status.ACTIVE},
    ClassStep.RESTART: {Status.STOPPED},
}
# In which state each step leaves the class.
CLASS_STATE_AFTER: Mapping[ClassStep, Status] = {
    ClassStep.ACTIVATE: Status.ACTIVE,
    ClassStep.STOP: Status.STOPPED,
    ClassStep.RESTART: Status.ACTIVE,
}

# A typed year such as 0206 or 20266 is a slip; days further away than this are refused.
LONGEST = timedelta(days=10 * 366)

# What an active class must have, and what a person is told who leaves it out.
NEEDED = {
    "client": gettext_lazy("Choose the client."),
    "course": gettext_lazy("Choose the course."),
    "agent": gettext_lazy("Choose the trainer."),
    "start_date": gettext_lazy("Enter the first day."),
    "end_date": gettext_lazy("Enter the last day."),
    "schedule": gettext_lazy("Choose on which days the class meets."),
}

Thing = TypeVar("Thing")


class ClassNotInThisState(Conflict):
    """The present state of the class does not allow what was asked for (409)."""


class ClassNotPlannable(Invalid):
    """Something that the class needs is missing or cannot be right (400); `errors` names the fields."""


# What may happen to a class in its present state


def check_class_found(training_class: TrainingClass | None) -> TrainingClass:
    """Return a class that somebody names.

    Raises:
        NotFound: it does not exist.
    """
    return check_found(training_class, _("There is no such class; it may have been deleted."))


def check_can_edit(training_class: TrainingClass) -> None:
    """A stopped class stays as it is.

    Raises:
        ClassNotInThisState: it is stopped.
    """
    if training_class.status == Status.STOPPED:
        raise _wrong_state(training_class, _("This class is stopped. Start it again to change its plan."))


def check_can_activate(training_class: TrainingClass) -> None:
    """Only a draft is made active.

    Raises:
        ClassNotInThisState: it is no draft.
    """
    if not _can_take(ClassStep.ACTIVATE, training_class):
        raise _wrong_state(training_class, _("Only a draft can be activated; this class was before."))


def check_can_stop(training_class: TrainingClass) -> None:
    """Only an active class is stopped.

    Raises:
        ClassNotInThisState: it is a draft, or stopped already.
    """
    if not _can_take(ClassStep.STOP, training_class):
        raise _wrong_state(
            training_class,
            _("This class is stopped already.")
            if training_class.status == Status.STOPPED
            else _("This class is a draft. Delete it, or activate it first."),
        )


def check_can_restart(training_class: TrainingClass) -> None:
    """Only a stopped class is started again.

    Raises:
        ClassNotInThisState: it is not stopped.
    """
    if not _can_take(ClassStep.RESTART, training_class):
        raise _wrong_state(training_class, _("This class is not stopped."))


def _can_take(step: ClassStep, training_class: TrainingClass) -> bool:
    return training_class.status in CLASS_STEPS_FROM[step]


def check_can_delete(training_class: TrainingClass) -> None:
    """Only drafts are deleted.

    Raises:
        ClassNotInThisState: it is active or stopped.
    """
    if training_class.status != Status.DRAFT:
        raise _wrong_state(training_class, _("Only drafts can be deleted. An active class can be stopped."))


def check_version(training_class: TrainingClass, version: int | None) -> None:
    """An edit of a class that somebody else has changed meanwhile is refused.

    Args:
        version: the version this person has seen; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    check_seen(
        version,
        training_class.version,
        _("%(who)s changed this class on %(when)s. Compare, then save again."),
        by=training_class.updated_by,
        at=training_class.updated_at,
        class_id=training_class.pk,
    )


def check_fixed(training_class: TrainingClass, changed: Iterable[str]) -> None:
    """The client and the course of an active class stay: its code and the progress of its workers rest on them.

    Args:
        changed: names of the fields of the class that would change.

    Raises:
        ClassNotPlannable: client or course is among them.
    """
    fixed = {"client_id", "course_id"} & set(changed)
    if training_class.status != Status.DRAFT and fixed:
        message = _("Client and course of an active class cannot be changed. Make another class.")
        raise ClassNotPlannable(message, errors={field.removesuffix("_id"): [message] for field in sorted(fixed)})


# What a plan must hold


def check_known(thing: Thing | None, field: str) -> Thing:
    """Return what a plan names.

    Args:
        thing: None where it does not exist.
        field: the field of the plan that names it.

    Raises:
        ClassNotPlannable: it does not exist.
    """
    if thing is None:
        raise ClassNotPlannable.of_fields({field: [_("This one no longer exists. Choose another.")]})
    return thing


def check_offered(things: Mapping[str, Company | Course | Trainer | Venue | None]) -> None:
    """Inactive companies, trainers and venues, and deleted courses, are chosen for nothing new.

    Args:
        things: by field of the plan, those that are new to the class; None where the field is empty.

    Raises:
        ClassNotPlannable: one of them is not in use any more.
    """
    gone = {
        field: [_("%(name)s is no longer in use. Choose another.") % {"name": thing}]
        for field, thing in things.items()
        if thing is not None and (thing.deleted_at if isinstance(thing, Course) else not thing.is_active)
    }
    if gone:
        raise ClassNotPlannable.of_fields(gone)


def check_values(training_class: TrainingClass, schedule: Schedule | None, *, today: date) -> None:
    """H1: everything that is filled in is right, whatever is still missing.

    Args:
        schedule: the schedule of the class; None while it has none.

    Raises:
        ClassNotPlannable: something is wrong; `errors` names every field.
    """
    errors = wrong_days(training_class.start_date, training_class.end_date, today=today)
    if len(training_class.class_type) > 50:
        errors["class_type"] = [_("At most 50 characters.")]
    hours = training_class.course_hours
    if hours is not None and not (0 < hours < 1_000_000 and hours * 10 % 1 == 0):
        errors["course_hours"] = [_("Course hours are more than 0, with at most one decimal.")]
    if schedule is not None:
        try:
            check_schedule(schedule)
        except Invalid as refusal:
            errors["schedule"] = [str(refusal)]
    if errors:
        raise ClassNotPlannable.of_fields(errors)


def wrong_type(class_type: str) -> str | None:
    """Return what is wrong with a class type that comes from a file (K2); None where nothing is."""
    return None if class_type.isprintable() else _("it holds characters that cannot be seen, such as a line break.")


def wrong_days(start: date | None, end: date | None, *, today: date) -> dict[str, list[str]]:
    """Return by field the sentences that say what is wrong with the first and the last day; empty if nothing is."""
    errors: dict[str, list[str]] = {
        field: [_("Check the year: this is more than 10 years away.")]
        for field, value in (("start_date", start), ("end_date", end))
        if value is not None and abs(value - today) > LONGEST
    }
    if not errors and start is not None and end is not None and end < start:
        errors["end_date"] = [_("The last day cannot be before the first day.")]
    return errors


def counts_from(before: Schedule, after: Schedule, *, start: date | None, applies_from: date) -> date | None:
    """Return the day from which a changed schedule counts (H1); None means from the first day of the class.

    Changed weekdays or times count from `applies_from` on. Other changes leave that day as it was.

    Args:
        before, after: the schedule as it is stored, and as it shall be.
        start: the first day of the class; None while it has none.
    """
    if before.same_rule(after):
        return before.since
    return applies_from if start is not None and applies_from > start else None


def check_holds_captured(training_class: TrainingClass, *, first: date | None, last: date | None) -> None:
    """H1: all captured meetings lie between the first and the last day of the class.

    Args:
        first, last: dates of the first and the last meeting with captured hours; None where there is none.

    Raises:
        ClassNotPlannable: one of them lies outside.
    """
    start, end = training_class.start_date, training_class.end_date
    errors = {}
    if first is not None and start is not None and first < start:
        text = _("Hours are recorded for %(day)s. Enter that day or an earlier one, or have them taken back.")
        errors["start_date"] = [text % {"day": day_in_words(first)}]
    if last is not None and end is not None and last > end:
        text = _("Hours are recorded for %(day)s. Enter that day or a later one, or have them taken back.")
        errors["end_date"] = [text % {"day": day_in_words(last)}]
    if errors:
        raise ClassNotPlannable.of_fields(errors)


class WholePlan(NamedTuple):
    """The plan of an active class, in which nothing is missing."""

    start: date
    end: date
    schedule: Schedule


def check_whole(training_class: TrainingClass, schedule: Schedule | None) -> WholePlan:
    """Return the plan of a class that lacks none of client, course, trainer, first day, last day and schedule.

    Raises:
        ClassNotPlannable: `errors` names what is missing.
    """
    start, end = training_class.start_date, training_class.end_date
    plan = {
        "client": training_class.client_id,
        "course": training_class.course_id,
        "agent": training_class.agent_id,
        "start_date": start,
        "end_date": end,
        "schedule": schedule,
    }
    missing = {field: [str(words)] for field, words in NEEDED.items() if plan[field] is None}
    if missing or start is None or end is None or schedule is None:
        raise ClassNotPlannable.of_fields(missing)
    return WholePlan(start, end, schedule)


def check_meets(days: Sequence[ClassDay]) -> None:
    """A class that is made active meets at least once.

    Raises:
        ClassNotPlannable: all days are blocked, or there are none.
    """
    if all(each.blocked for each in days):
        raise ClassNotPlannable.of_fields(
            {"schedule": [_("With these days the class never meets. Check days, dates and holidays.")]}
        )


def check_stop_date(training_class: TrainingClass, stop_date: date, captured_until: date | None) -> None:
    """H3: a class stops between its first and last day, and not before its last captured meeting.

    Args:
        captured_until: date of the last meeting with captured hours; None where there is none.

    Raises:
        ClassNotPlannable: `errors["stop_date"]` says why.
    """
    start, end = training_class.start_date, training_class.end_date
    if start is not None and end is not None and not start <= stop_date <= end:
        text = _("A class stops between its first and last day, %(start)s to %(end)s.")
        words = {"start": day_in_words(start), "end": day_in_words(end)}
        raise ClassNotPlannable.of_fields({"stop_date": [text % words]})
    if captured_until is not None and captured_until > stop_date:
        text = _("Hours are recorded for %(day)s. Stop the class on that day or later, or have them taken back.")
        raise ClassNotPlannable.of_fields({"stop_date": [text % {"day": day_in_words(captured_until)}]})


def _wrong_state(training_class: TrainingClass, message: str) -> ClassNotInThisState:
    return ClassNotInThisState(
        message, conflict={"kind": ConflictKind.STATE, "class_id": training_class.pk, "theirs": training_class.status}
    )
