"""The list of a session: adding workers, removing them, and copying the list to a new session."""

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
    """Nobody has to repeat the course of this session (409)."""


class NotActive(Conflict):
    """Blocked and inactive workers cannot be put on a list (409, L1)."""


@dataclass(frozen=True)
class Added:
    """What adding to a list did (P3).

    Attributes:
        added: how many workers were added.
        already_listed: how many of the named workers were on the list before.
        capacity_warning: the warning of S7, or an empty text.
    """

    added: int
    already_listed: int
    capacity_warning: str


def add_attendees(*, session_id: int, learner_ids: Iterable[int], by: User, now: datetime) -> Added:
    """Add workers to the list of a session, in the order given (P3).

    Workers who are on the list already, under this badge or another one (L2), stay as they are and are counted.
    Planned workers and walk-ins can be added until finalize (P5). More workers than seats is only a warning (S7).
    Adding more than one worker can be undone (A1).

    Args:
        session_id: key of the session.
        learner_ids: keys of the workers.
        by: who adds them.
        now: the present moment.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not do this, or not for this session.
        ListIsClosed: the session is finalized or cancelled.
        UnknownLearners: one of the keys belongs to nobody; nothing is saved.
        NotActive: a new worker is blocked or not active (L1); the sentence names them, nothing is saved.
    """
    wanted = list(dict.fromkeys(learner_ids))
    with acting(by):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.ADD_WALK_IN, session)
        check_list_is_open(session)
        listed = set(session.attendees.values_list("learner_id", flat=True))
        newcomers = [learner_id for learner_id in wanted if learner_id not in listed]
        _check_can_be_listed(newcomers)
        # Read under the lock of the workers: merges of badges wait for it.
        under_any_badge = set(session.attendees.values_list(person_of(), flat=True))
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
    """Remove an unmarked worker from the list before the session starts (P5).

    The line number is never given to anybody else. Undoing puts the worker back on that line (A1).

    Args:
        session_id: key of the session.
        learner_id: key of the worker.
        by: who removes the worker.
        now: the present moment.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not do this, or not for this session.
        UnknownLearners: the worker is not on the list.
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started, or the worker is marked.
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

    Marks and evidence are never copied. An inactive trainer or venue is left out, and so are workers who are blocked or
    not active (L1). Lines are numbered anew, in the order of the old list.

    Args:
        session_id: key of the session to copy.
        by: who makes the draft.
        now: the present moment.

    Returns:
        the draft.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not plan sessions.
        NotPlannable: the course cannot be booked any more.
    """
    with acting(by):
        source = lock_session(session_id=session_id)
        check_may(by, Permission.PLAN, source)
        draft = _like(source, by=by, now=now)
        people = source.attendees.filter(is_active_person()).order_by("line").values_list(person_of(), flat=True)
        _append(draft, list(dict.fromkeys(people)), by=by, now=now)
    return draft


def plan_repeat(*, session_id: int, by: User, now: datetime) -> Session:
    """Make a draft with the course, trainer and venue of a finalized session, and the workers who must repeat it (S8).

    Args:
        session_id: key of the finalized session.
        by: who makes the draft.
        now: the present moment.

    Returns:
        the draft.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not plan sessions.
        NobodyToRepeat: the session is not finalized, or everybody has passed since.
        NotPlannable: the course cannot be booked any more.
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


def create_draft_for(*, learner_ids: Iterable[int], by: User, now: datetime, **plan: Unpack[Plan]) -> Session:
    """Make a draft with these workers on its list, for example those who are red in a column of the matrix.

    Args:
        learner_ids: keys of the workers.
        by: who makes the draft.
        now: the present moment.
        plan: what `create_draft` takes; the course is enough.

    Returns:
        the draft.

    Raises:
        NotPermitted: the person may not plan sessions.
        NotPlannable: the course cannot be booked.
        UnknownLearners, NotActive: as `add_attendees`; no draft is made then.
    """
    return _planned_for(learner_ids, create_draft, plan, by=by, now=now)


def create_scheduled_for(*, learner_ids: Iterable[int], by: User, now: datetime, **plan: Unpack[Plan]) -> Session:
    """Make a scheduled session with these workers on its list in one step (S2).

    Args:
        learner_ids: keys of the workers.
        by: who plans it.
        now: the present moment.
        plan: what `create_scheduled` takes.

    Returns:
        the session.

    Raises:
        NotPermitted: the person may not plan sessions.
        NotPlannable, Booked: as `create_scheduled`.
        UnknownLearners, NotActive: as `add_attendees`; no session is made then.
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
    """Make a draft with the course of a session, and its trainer and venue if they are still active."""
    return create_draft(
        course_id=source.course_id,
        trainer_id=source.trainer_id if source.trainer and source.trainer.is_active else None,
        venue_id=source.venue_id if source.venue and source.venue.is_active else None,
        by=by,
        now=now,
    )


def _check_can_be_listed(learner_ids: Sequence[int]) -> None:
    """L1: only active workers are put on a list. Their rows are locked, so that this stays true until the commit."""
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
    """Add the rows with the next line numbers. The caller holds the lock of the session."""
    SessionAttendee.objects.bulk_create(
        SessionAttendee(session=session, learner_id=learner_id, line=line, added_by=by, added_at=now)
        for line, learner_id in enumerate(learner_ids, start=session.last_line + 1)
    )
    session.last_line += len(learner_ids)
    raise_version(session, by=by, now=now)
