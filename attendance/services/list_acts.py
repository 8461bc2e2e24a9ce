"""Undoing what was done to a list at one press (A1): bulk marks, additions, removals.

Every such act notes which rows it wrote and their version after it (`note_act`). What a row was before stands in its
audit events, so undoing puts back exactly that, and leaves every row that somebody has changed since (ADR 40).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import ListAct, SessionAttendee
from attendance.policies.lists import NothingToUndo, check_can_undo, needed_to_undo
from learners.models import Learner
from learners.selectors.learners import person_of
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.transactions import acting
from training.core.words import moment
from training.models import Session
from training.services.sessions import lock_session

# The row as it was before the act: what the event says that left it with the version before.
MARKS_BEFORE = """
UPDATE session_attendees attendee
   SET is_present = before.is_present, has_passed = before.has_passed, remarks = before.remarks,
       company_id = before.company_id, role_id = before.role_id,
       marked_by_id = before.marked_by_id, marked_at = before.marked_at, version = attendee.version + 1
  FROM unnest(%(learners)s::bigint[], %(versions)s::integer[]) AS act (learner_id, version)
  JOIN session_attendees present
    ON present.session_id = %(session)s AND present.learner_id = act.learner_id AND present.version = act.version
 CROSS JOIN LATERAL (
       SELECT * FROM attendance_sessionattendeeevent event
        WHERE event.pgh_obj_id = present.id AND event.version = act.version - 1
        ORDER BY event.pgh_id DESC LIMIT 1) before
 WHERE attendee.id = present.id
RETURNING attendee.learner_id
"""

# The same row under the same key and on the same line: that line was given to this worker and to nobody since.
ROWS_BEFORE = """
INSERT INTO session_attendees
  (id, session_id, learner_id, line, status, is_present, has_passed, remarks, added_at, added_by_id, version)
SELECT before.pgh_obj_id, before.session_id, before.learner_id, before.line, before.status, before.is_present,
       before.has_passed, before.remarks, before.added_at, before.added_by_id, before.version + 1
  FROM unnest(%(learners)s::bigint[], %(versions)s::integer[]) AS act (learner_id, version)
 CROSS JOIN LATERAL (
       SELECT * FROM attendance_sessionattendeeevent event
        WHERE event.session_id = %(session)s AND event.learner_id = act.learner_id
          AND event.pgh_label = 'delete' AND event.version = act.version
        ORDER BY event.pgh_id DESC LIMIT 1) before
 WHERE act.learner_id = ANY(%(back)s)
RETURNING learner_id
"""


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What undoing did.

    Attributes:
        restored: how many rows are as they were before the act.
        left: the workers whose rows were left as they are, since something has changed about them.
        was_undone: it was undone before, and nothing was done now.
    """

    act: ListAct
    restored: int
    left: Sequence[Learner]
    was_undone: bool = False


def note_act(session: Session, kind: ListAct.Kind, versions: Mapping[int, int], *, by: User, now: datetime) -> None:
    """Write down what was done to a list, so that it can be undone; nothing where it changed nothing.

    The caller holds the lock of the session.

    Args:
        versions: by key of the worker, in the order of lines: the version of the row after the act, or, of a row that
            is gone, its last one.
    """
    if not versions:
        return
    ListAct.objects.create(
        session=session,
        kind=kind,
        workers=len(versions),
        learner_ids=list(versions),
        versions=list(versions.values()),
        done_by=by,
        done_at=now,
    )


def undo_act(*, session_id: int, act_id: int, by: User, now: datetime) -> Undone:
    """Undo the latest act on a list: all rows that are still as it left them are as before it, in one transaction.

    Sent twice it is done once. A row that was changed since, a worker who cannot be on a list any more and one who is
    on it again are left and named.

    Args:
        act_id: the act as it was offered.

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted, or not the trainer's own session.
        NothingToUndo: there was another act since.
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: it has started, and undoing would take people off its list.
    """
    with acting(by):
        session = lock_session(session_id=session_id)
        act = session.list_acts.select_related("undone_by").first()
        if act is None or act.pk != act_id:
            check_may(by, Permission.MARK, session)
            raise NothingToUndo(_not_the_latest(act), conflict={"kind": ConflictKind.STATE, "session_id": session.pk})
        act.session = session
        check_may(by, needed_to_undo(act), session)
        if act.undone_at is not None:
            return Undone(act=act, restored=0, left=[], was_undone=True)
        check_can_undo(act, now=now)
        restored = _undo(act, by=by, now=now)
        act.undone_by, act.undone_at = by, now
        act.save(update_fields=["undone_by", "undone_at"])
    left = Learner.objects.filter(pk__in=set(act.learner_ids) - restored)
    return Undone(act=act, restored=len(restored), left=list(left.order_by("sort_key", "pk")))


def raise_version(session: Session, *, by: User, now: datetime) -> None:
    """A changed list makes printed sheets stale (S11)."""
    session.version += 1
    session.updated_by, session.updated_at = by, now
    Session.objects.filter(pk=session.pk).update(
        version=session.version, last_line=session.last_line, updated_by=by, updated_at=now
    )


def _not_the_latest(latest: ListAct | None) -> str:
    if latest is None:
        return _("There is nothing to undo on this list. Reload the page.")
    return _(
        "This cannot be undone any more: “%(act)s” was done on %(moment)s. Reload the page to see what can be undone."
    ) % {"act": latest, "moment": moment(timezone.localtime(latest.done_at))}


def _undo(act: ListAct, *, by: User, now: datetime) -> set[int]:
    """Do the opposite of the act, and return the workers whose rows are as before."""
    match act.kind:
        case ListAct.Kind.ADDED:
            restored = _take_off(act)
        case ListAct.Kind.REMOVED:
            restored = _executed(ROWS_BEFORE, act, back=_who_can_come_back(act))
        case _:
            return _executed(MARKS_BEFORE, act)
    if restored:
        raise_version(act.session, by=by, now=now)
    return restored


def _take_off(act: ListAct) -> set[int]:
    """Take those off the list again who were added, unless somebody has changed their rows since."""
    rows = SessionAttendee.objects.filter(session=act.session, learner__in=act.learner_ids, marked_at__isnull=True)
    versions = dict(zip(act.learner_ids, act.versions, strict=True))
    unchanged = [row for row in rows if row.version == versions[row.learner_id]]
    SessionAttendee.objects.filter(pk__in=[row.pk for row in unchanged]).delete()
    return {row.learner_id for row in unchanged}


def _who_can_come_back(act: ListAct) -> list[int]:
    """Return who was taken off, is active still (L1), and is not on the list again under any badge (L2).

    Their rows are locked, so that it stays true until the end.
    """
    learners = Learner.objects.select_for_update(no_key=True).filter(pk__in=act.learner_ids).order_by("pk")
    active = [learner.pk for learner in learners if learner.status == Learner.Status.ACTIVE]
    listed = set(act.session.attendees.values_list(person_of(), flat=True))
    return [learner_id for learner_id in active if learner_id not in listed]


def _executed(statement: str, act: ListAct, **parameters: list[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "session": act.session_id,
                "learners": act.learner_ids,
                "versions": act.versions,
                **parameters,
            },
        )
        return {learner_id for (learner_id,) in cursor.fetchall()}
