"""Planning classes: draft, edit, activate, stop, start again, and the dated meetings that follow from the schedule.

Every service locks the class first, then its pending meetings by date. Captured and excepted meetings are never changed
here (H1). All need the permission to plan classes (`NotPermitted` otherwise).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict, TypeVar

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from training.core.permissions import Permission, check_may
from training.core.transactions import acting, lock_row
from training.models import ClassAttendanceSession, Company, Course, Trainer, TrainingClass, Venue
from training.policies import classes as policies
from training.policies.classes import CLASS_STATE_AFTER, ClassStep
from training.policies.schedules import Schedule
from training.selectors.classes import planned_days
from training.services.class_codes import next_code

Meeting = ClassAttendanceSession
Thing = TypeVar("Thing", Company, Course, Trainer, Venue)


class ClassPlan(TypedDict, total=False):
    """The plan of a class. A field that is left out stays as it is; None empties it."""

    client_id: int | None
    class_type: str
    course_id: int | None
    agent_id: int | None
    venue_id: int | None
    start_date: date | None
    end_date: date | None
    schedule: Schedule | None
    course_hours: Decimal | None


@dataclass(frozen=True)
class Synced:
    """How many meetings were added, removed, or given other hours, so that they follow the schedule."""

    added: int = 0
    removed: int = 0
    changed: int = 0


def lock_class(*, class_id: int) -> TrainingClass:
    """Lock a class, and return it with what its plan names. Captures of its meetings go on: they lock the meeting.

    Raises:
        NotFound: there is no such class.
    """
    assert transaction.get_connection().in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    lock_row(TrainingClass.objects.all(), class_id, no_key=True)
    related = ("client", "course", "agent", "venue", "updated_by")
    return policies.check_class_found(TrainingClass.objects.select_related(*related).filter(pk=class_id).first())


def lock_meeting(*, class_id: int, session_date: date) -> Meeting | None:
    """Lock the meeting of a class on a day, and return it; None where the class has none then.

    It is locked before workers and programmes, with a plain FOR UPDATE, so that new hours of the meeting wait.
    """
    assert transaction.get_connection().in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    meetings = Meeting.objects.filter(training_class=class_id, session_date=session_date)
    if meetings.select_for_update().values_list("pk").first() is None:
        return None
    return meetings.select_related("training_class__agent", "captured_by").first()


def create_class(*, plan: ClassPlan, by: User, now: datetime, activate: bool = False) -> TrainingClass:
    """Create a class, with a code as soon as it has a client (K1).

    Args:
        activate: make it active in the same step; if that is refused, no draft is left.

    Raises:
        ClassNotPlannable: something is missing or wrong; `errors` names the fields.
    """
    check_may(by, Permission.PLAN_CLASSES)
    to = CLASS_STATE_AFTER[ClassStep.ACTIVATE] if activate else TrainingClass.Status.DRAFT
    new = TrainingClass(status=TrainingClass.Status.DRAFT, class_type="", created_by=by, created_at=now)
    with acting(by):
        return _write(new, plan, to=to, applies_from=None, by=by, now=now)


def edit_class(
    *,
    class_id: int,
    changes: ClassPlan,
    by: User,
    now: datetime,
    version: int | None = None,
    applies_from: date | None = None,
    activate: bool = False,
) -> TrainingClass:
    """Change the plan of a draft or an active class; the meetings of an active one follow (H1).

    Args:
        version: the version that this person has seen; None does not ask.
        applies_from: the day from which changed days and times count in a class that has begun; None means today.
            Pending meetings before it stay, because they may have been held.
        activate: make a draft active in the same step; if that is refused, nothing is saved.

    Raises:
        NotFound: there is no such class.
        ClassNotInThisState: it is stopped, or `activate` and it is no draft.
        Stale: somebody else was faster.
        ClassNotPlannable: something is missing or wrong, or client or course of an active class would change.
    """
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = lock_class(class_id=class_id)
        policies.check_can_edit(found)
        policies.check_version(found, version)
        to = TrainingClass.Status(found.status)
        if activate:
            policies.check_can_activate(found)
            to = CLASS_STATE_AFTER[ClassStep.ACTIVATE]
        return _write(found, changes, to=to, applies_from=applies_from, by=by, now=now)


def activate_class(*, class_id: int, by: User, now: datetime, version: int | None = None) -> TrainingClass:
    """Make a draft active, and create its meetings.

    Args:
        version: the version that this person has seen; None does not ask.

    Raises:
        NotFound: there is no such class.
        ClassNotInThisState: it is no draft.
        Stale: somebody else was faster.
        ClassNotPlannable: something is missing, or it would never meet.
    """
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = lock_class(class_id=class_id)
        policies.check_can_activate(found)
        policies.check_version(found, version)
        return _write(found, ClassPlan(), to=CLASS_STATE_AFTER[ClassStep.ACTIVATE], applies_from=None, by=by, now=now)


def stop_class(*, class_id: int, stop_date: date, by: User, now: datetime, version: int | None = None) -> TrainingClass:
    """Stop a class and remove its pending meetings after that day; earlier ones can still be captured (H3).

    Args:
        stop_date: the last day on which the class meets.
        version: the version that this person has seen; None does not ask.

    Raises:
        NotFound: there is no such class.
        ClassNotInThisState: it is not active.
        Stale: somebody else was faster.
        ClassNotPlannable: `errors["stop_date"]`: the class does not run on that day, or has captured hours after it.
    """
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = lock_class(class_id=class_id)
        policies.check_can_stop(found)
        policies.check_version(found, version)
        found.status, found.stop_date = CLASS_STATE_AFTER[ClassStep.STOP], stop_date
        _save(found, {"status", "stop_date"}, by=by, now=now)
        # `_sync` locks the meetings that go, so from then on nobody can capture one of them.
        _sync(found, now=now)
        captured = found.sessions.filter(status=Meeting.Status.CAPTURED).aggregate(until=Max("session_date"))
        policies.check_stop_date(found, stop_date, captured["until"])
        return found


def restart_class(
    *, class_id: int, by: User, now: datetime, version: int | None = None, applies_from: date | None = None
) -> TrainingClass:
    """Start a stopped class again, and create the meetings that its schedule still has.

    Args:
        version: the version that this person has seen; None does not ask.
        applies_from: the day from which there are meetings again; None means today.

    Raises:
        NotFound: there is no such class.
        ClassNotInThisState: it is not stopped.
        Stale: somebody else was faster.
    """
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = lock_class(class_id=class_id)
        policies.check_can_restart(found)
        policies.check_version(found, version)
        schedule = Schedule.from_json(found.schedule)
        back_from = applies_from or timezone.localdate(now)
        if found.stop_date is not None and back_from > found.stop_date:
            found.schedule = schedule.counting_from(max(back_from, schedule.since or back_from)).as_json()
        found.status, found.stop_date = CLASS_STATE_AFTER[ClassStep.RESTART], None
        _save(found, {"status", "stop_date", "schedule"}, by=by, now=now)
        _sync(found, now=now)
        return found


def delete_draft_class(*, class_id: int, by: User) -> None:
    """Delete a draft; its code is not given out again.

    Raises:
        NotFound: there is no such class.
        ClassNotInThisState: it is no draft.
    """
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = lock_class(class_id=class_id)
        policies.check_can_delete(found)
        found.delete()


def sync_sessions(*, class_id: int, now: datetime) -> Synced:
    """Make the meetings of a class follow its schedule and the public holidays (H1); drafts have no meetings.

    Raises:
        NotFound: there is no such class.
    """
    with acting(None):
        found = lock_class(class_id=class_id)
        return Synced() if found.status == TrainingClass.Status.DRAFT else _sync(found, now=now)


def _write(
    training_class: TrainingClass,
    plan: ClassPlan,
    *,
    to: TrainingClass.Status,
    applies_from: date | None,
    by: User,
    now: datetime,
) -> TrainingClass:
    """Check a plan, write it, and make the meetings follow.

    Args:
        training_class: the locked class, or a new one.
        to: the status that the class has afterwards.
        applies_from: as in `edit_class`.
    """
    today = timezone.localdate(now)
    before = Schedule.from_json(training_class.schedule) if training_class.schedule else None
    schedule = plan.get("schedule", before)
    if schedule is not None and before is not None and to == training_class.status == TrainingClass.Status.ACTIVE:
        since = policies.counts_from(
            before, schedule, start=training_class.start_date, applies_from=applies_from or today
        )
        schedule = schedule.counting_from(since)
    values = {**plan, "schedule": schedule.as_json() if schedule else None}
    changed = {field: value for field, value in values.items() if value != getattr(training_class, field)}
    is_new_state = training_class.pk is None or training_class.status != to
    if not changed and not is_new_state:
        return training_class
    policies.check_fixed(training_class, changed)
    for field, value in changed.items():
        setattr(training_class, field, value)
    _check_chosen(training_class, changed)
    policies.check_values(training_class, schedule, today=today)
    if to != TrainingClass.Status.DRAFT:
        policies.check_whole(training_class, schedule)
        policies.check_meets(planned_days(training_class))
    training_class.status = to
    written = {*changed, "status"}
    if training_class.class_code is None and training_class.client is not None:
        training_class.class_code = next_code(training_class.client.class_code_prefix)
        written.add("class_code")
    _save(training_class, written, by=by, now=now)
    if to != TrainingClass.Status.DRAFT:
        # `_sync` locks the meetings that go, so from then on nobody can capture one of them.
        _sync(training_class, now=now)
        if {"start_date", "end_date"} & changed.keys():
            captured = training_class.sessions.filter(status=Meeting.Status.CAPTURED)
            found = captured.aggregate(first=Min("session_date"), last=Max("session_date"))
            policies.check_holds_captured(training_class, **found)
    return training_class


def _check_chosen(training_class: TrainingClass, changed: dict[str, object]) -> None:
    """Load the things that are new to the plan, and check that they are in use."""
    new: dict[str, Company | Course | Trainer | Venue | None] = {}
    if "client_id" in changed:
        new["client"] = training_class.client = _chosen(Company.objects, "client", training_class.client_id)
    if "course_id" in changed:
        # Locked, so that nobody deletes the course before the class refers to it.
        courses = Course.objects.select_for_update(no_key=True)
        new["course"] = training_class.course = _chosen(courses, "course", training_class.course_id)
    if "agent_id" in changed:
        new["agent"] = training_class.agent = _chosen(Trainer.objects, "agent", training_class.agent_id)
    if "venue_id" in changed:
        new["venue"] = training_class.venue = _chosen(Venue.objects, "venue", training_class.venue_id)
    policies.check_offered(new)


def _chosen(things: QuerySet[Thing] | models.Manager[Thing], field: str, pk: int | None) -> Thing | None:
    return None if pk is None else policies.check_known(things.filter(pk=pk).first(), field)


def _save(training_class: TrainingClass, fields: set[str], *, by: User, now: datetime) -> None:
    """Write these fields, who did it and when, and the next version number."""
    training_class.updated_by, training_class.updated_at = by, now
    if training_class.pk is None:
        training_class.save()
    else:
        training_class.version += 1
        training_class.save(update_fields=[*fields, "version", "updated_by", "updated_at"])
    if "class_code" in fields:
        del training_class.class_code  # it was an expression; its value is read when it is needed


def _sync(training_class: TrainingClass, *, now: datetime) -> Synced:
    """Add, remove and change pending meetings of a locked class until they are those of its schedule.

    Meetings before the day from which the schedule counts were planned by an earlier one, and stay. A pending meeting
    to which another row refers, such as a void, stays too: it was held, and has to be captured or excepted.
    """
    start, end, schedule = policies.check_whole(training_class, Schedule.from_json(training_class.schedule))
    last = min(end, training_class.stop_date or end)
    before = (schedule.since or start) - timedelta(days=1)
    wanted = {each.day: each.hours for each in planned_days(training_class) if not each.blocked and each.day <= last}
    pending = training_class.sessions.select_for_update().filter(status=Meeting.Status.PENDING).order_by("session_date")
    rows = list(pending)
    superfluous = [
        row for row in rows if row.session_date not in wanted and not (start <= row.session_date <= min(last, before))
    ]
    removed = _unnamed(Meeting.objects.filter(pk__in=[row.pk for row in superfluous]))
    Meeting.objects.filter(pk__in=removed).delete()
    moved = [row for row in rows if row.scheduled_hours != wanted.get(row.session_date, row.scheduled_hours)]
    for row in moved:
        row.scheduled_hours, row.updated_at = wanted[row.session_date], now
    Meeting.objects.bulk_update(moved, ["scheduled_hours", "updated_at"])
    taken = set(training_class.sessions.values_list("session_date", flat=True))
    added = Meeting.objects.bulk_create(
        Meeting(training_class=training_class, session_date=day, scheduled_hours=hours)
        for day, hours in wanted.items()
        if day not in taken
    )
    return Synced(added=len(added), removed=len(removed), changed=len(moved))


def _unnamed(meetings: QuerySet[Meeting]) -> list[int]:
    """Return the keys of those meetings to which no protected row of any table refers."""
    protecting = [each for each in Meeting._meta.related_objects if each.on_delete is models.PROTECT]
    named = {f"{relation.name}__isnull": True for relation in protecting}
    return list(meetings.filter(**named).values_list("pk", flat=True))
