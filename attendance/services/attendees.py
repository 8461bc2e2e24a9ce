"""The class list of a session: add, remove, and copy it to a new draft."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import ListAct, SessionAttendee
from attendance.policies.lists import capacity_warning, check_can_remove, check_list_is_open
from attendance.selectors.repeat import to_repeat
from attendance.services.list_acts import note_act, raise_version
from learners.models import Learner
from learners.policies.workers import why_not_active
from learners.selectors.learners import is_active_person, person_of
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid
from training.core.transactions import acting
from training.models import Session
from training.services.sessions import Plan, create_draft, create_scheduled, lock_session


class UnknownLearners(Invalid):
    """Some of the workers do not exist, or are not on the list they should be on (400)."""


class NobodyToRepeat(Conflict):
    """There is nobody for whom a repeat of the session could be planned (409)."""


class NotActive(Conflict):
    """Blocked and inactive workers cannot be put on a list (409, L1)."""


@dataclass(frozen=True)
class Added:
    """What adding to a list did (P3).

    Attributes:
        added: how many are on the list now who were not.
        already_listed: how many of those named were on it before.
        capacity_warning: S7's alert, or an empty text.
    """

    added: int
    already_listed: int
    capacity_warning: str


def add_attendees(*, session_id: int, learner_ids: Iterable[int], by: User, now: datetime) -> Added:
    """Put workers on the list of a session, in the order given; whoever is on it already is counted only (P3).

    Who stands there under a badge that was merged into this one is on it (L2).

    Open until finalize, for planned workers and walk-ins alike (P5). More people than seats is a warning (S7). Adding
    more than one can be undone (A1).

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted, or not the trainer's own session.
        ListIsClosed: the session is finalized or cancelled.
        UnknownLearners: an id belongs to nobody; nothing is saved.
        NotActive: somebody new is blocked or not active (L1); the sentence names them, nothing is saved.
    """
    wanted = list(dict.fromkeys(learner_ids))
    with acting(by):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.ADD_WALK_IN, session)
        check_list_is_open(session)
        listed = set(session.attendees.values_list("learner_id", flat=True))
        newcomers = [learner_id for learner_id in wanted if learner_id not in listed]
        _check_can_be_listed(newcomers)
        under_any_badge = set(session.attendees.values_list(person_of(), flat=True))  # after the lock: merges wait
        newcomers = [learner_id for learner_id in newcomers if learner_id not in under_any_badge]
        if newcomers:
            _append(session, newcomers, by=by, now=now)
        if len(newcomers) > 1:
            note_act(session, ListAct.Kind.ADDED, dict.fromkeys(newcomers, 1), by=by, now=now)
    return Added(
        added=len(newcomers),
        already_listed=len(wanted) - len(newcomers),
        capacity_warning=capacity_warning(
            attendees=len(listed) + len(newcomers), capacity=session.venue.capacity if session.venue else None
        ),
    )


def remove_attendee(*, session_id: int, learner_id: int, by: User, now: datetime) -> None:
    """Take an unmarked worker off the list before the session starts (P5). The line number is not given to anybody
    else; undoing brings the worker back to it (A1).

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted.
        UnknownLearners: the worker is not on the list.
        ListIsClosed, CannotRemove: it is too late for that.
    """
    with acting(by):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.REMOVE_ATTENDEE, session)
        attendee = session.attendees.filter(learner_id=learner_id).first()
        if attendee is None:
            check_list_is_open(session)
            raise UnknownLearners(_("This worker is not on the list of the session. Reload the page."))
        check_can_remove(session, attendee, now=now)
        attendee.delete()
        raise_version(session, by=by, now=now)
        note_act(session, ListAct.Kind.REMOVED, {learner_id: attendee.version}, by=by, now=now)


def duplicate_session(*, session_id: int, by: User, now: datetime) -> Session:
    """Make a draft with the course, trainer, venue and list of a session in any state (S8).

    Marks and evidence are never copied. What is offered nowhere new any more is left out: an inactive trainer or
    venue, and workers who are blocked or not active (L1). Lines are counted anew, in the order of the old list.

    Returns:
        the draft.

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted.
        NotPlannable: its course cannot be booked any more.
    """
    with acting(by):
        source = lock_session(session_id=session_id)
        check_may(by, Permission.PLAN, source)
        draft = _like(source, by=by, now=now)
        people = source.attendees.filter(is_active_person()).order_by("line").values_list(person_of(), flat=True)
        _append(draft, list(dict.fromkeys(people)), by=by, now=now)
    return draft


def plan_repeat(*, session_id: int, by: User, now: datetime) -> Session:
    """Make a draft with the course, trainer and venue of a finalized session, and those who have to come again (S8).

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted.
        NobodyToRepeat: it is not finalized, or everybody has passed since.
        NotPlannable: its course cannot be booked any more.
    """
    with acting(by):
        source = lock_session(session_id=session_id)
        check_may(by, Permission.PLAN, source)
        people = to_repeat(source, today=timezone.localdate(now))
        if not people:
            raise NobodyToRepeat(_("Nobody of this session has to come again: all have passed, or are not active."))
        draft = _like(source, by=by, now=now)
        _append(draft, people, by=by, now=now)
    return draft


def draft_for(*, learner_ids: Iterable[int], by: User, now: datetime, **plan: Unpack[Plan]) -> Session:
    """Make a draft with these workers on its list, such as the reds of a column of the matrix.

    Args:
        plan: what `create_draft` takes; the course is enough.

    Returns:
        the draft.

    Raises:
        NotPermitted: not granted.
        NotPlannable: the course cannot be booked.
        UnknownLearners, NotActive: as `add_attendees`; not even a draft is left.
    """
    return _planned_for(learner_ids, create_draft, plan, by=by, now=now)


def scheduled_for(*, learner_ids: Iterable[int], by: User, now: datetime, **plan: Unpack[Plan]) -> Session:
    """Plan and book a session with these workers on its list in one step (S2).

    Args:
        plan: what `create_scheduled` takes.

    Returns:
        the session.

    Raises:
        NotPermitted: not granted.
        NotPlannable, Booked: as `create_scheduled`.
        UnknownLearners, NotActive: as `add_attendees`; nothing is left of the session.
    """
    return _planned_for(learner_ids, create_scheduled, plan, by=by, now=now)


def _planned_for(
    learner_ids: Iterable[int], create: Callable[..., Session], plan: Plan, *, by: User, now: datetime
) -> Session:
    wanted = list(dict.fromkeys(learner_ids))
    with acting(by):
        session = create(**plan, by=by, now=now)
        _check_can_be_listed(wanted)
        if wanted:
            _append(session, wanted, by=by, now=now)
    return session


def _like(source: Session, *, by: User, now: datetime) -> Session:
    """Make a draft with course, trainer and venue of a session, as far as they are still offered."""
    return create_draft(
        course_id=source.course_id,
        trainer_id=source.trainer_id if source.trainer and source.trainer.is_active else None,
        venue_id=source.venue_id if source.venue and source.venue.is_active else None,
        by=by,
        now=now,
    )


def _check_can_be_listed(learner_ids: Sequence[int]) -> None:
    """L1: only active workers are put on a list. Their rows are locked, so that it stays true until the end."""
    found = Learner.objects.select_for_update(no_key=True).filter(pk__in=learner_ids).order_by("pk")
    learners = {learner.pk: learner for learner in found.prefetch_related("merged_into")}  # loaded under the lock
    unknown = [learner_id for learner_id in learner_ids if learner_id not in learners]
    if unknown:
        raise UnknownLearners(
            ngettext(
                "Nobody was added: there is no worker with the number %(numbers)s.",
                "Nobody was added: there are no workers with the numbers %(numbers)s.",
                len(unknown),
            )
            % {"numbers": ", ".join(map(str, unknown))},
            errors={"learner_ids": [_("Unknown: %(numbers)s") % {"numbers": ", ".join(map(str, unknown))}]},
        )
    refused = [learners[each] for each in learner_ids if learners[each].status != Learner.Status.ACTIVE]
    if refused:
        reasons = [why_not_active(learner) for learner in refused]
        raise NotActive(
            _("Nobody was added: %(reasons)s. Add the others without them.") % {"reasons": ", ".join(reasons)},
            conflict={
                "kind": ConflictKind.STATE,
                "learners": [
                    {"learner_id": learner.pk, "badge_id": learner.badge_id, "status": learner.status}
                    for learner in refused
                ],
            },
        )


def _append(session: Session, learner_ids: Sequence[int], *, by: User, now: datetime) -> None:
    """Write the rows with the next line numbers; the caller holds the lock of the session."""
    SessionAttendee.objects.bulk_create(
        SessionAttendee(session=session, learner_id=learner_id, line=line, added_by=by, added_at=now)
        for line, learner_id in enumerate(learner_ids, start=session.last_line + 1)
    )
    session.last_line += len(learner_ids)
    raise_version(session, by=by, now=now)
