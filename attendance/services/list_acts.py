"""Undoing what one press did to a list (A1): bulk marks, additions, removals.

Every such act stores which rows it wrote, and their version after it (`note_act`). The earlier values of a row stand in
its audit events. Undoing puts back exactly those, and leaves every row that somebody has changed since (ADR 40).
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

# The row as it was before the act: the audit event that left it with the version before.
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

# The same row with its key and its line: no other worker can have been given that line since.
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
        restored: how many rows are again as they were before the act.
        left: the workers whose rows were left as they are, because they have changed since.
        was_undone: the act was undone before, so nothing was done now.
    """

    act: ListAct
    restored: int
    left: Sequence[Learner]
    was_undone: bool = False


def note_act(session: Session, kind: ListAct.Kind, versions: Mapping[int, int], *, by: User, now: datetime) -> None:
    """Store what was done to a list, so that it can be undone. An act that changed no row is not stored.

    Args:
        session: locked by the caller.
        kind: what was done.
        versions: by key of the worker, in the order of lines: the version of the row after the act, or the last
            version of a row that is gone.
        by: who did it.
        now: the present moment.
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
    """Undo the latest act on a list: every row that is still as the act left it becomes as it was before.

    If the request is sent twice, the second one does nothing. Left as they are and named in the answer are rows that
    somebody has changed since, workers who can no longer be listed, and workers who are on the list again.

    Args:
        session_id: key of the session.
        act_id: key of the act whose undoing was offered.
        by: who undoes it.
        now: the present moment.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not do this, or not for this session.
        NothingToUndo: it is not the latest act any more.
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started, and undoing would remove workers from its list.
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
    """Raise the version of a session whose list changed, so that sheets printed before are known to be old (S11)."""
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
    """Do the opposite of an act.

    Returns:
        the keys of the workers whose rows are again as before.
    """
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
    """Remove the workers that the act added, except those whose rows somebody has changed since; return their keys."""
    rows = SessionAttendee.objects.filter(session=act.session, learner__in=act.learner_ids, marked_at__isnull=True)
    versions = dict(zip(act.learner_ids, act.versions, strict=True))
    unchanged = [row for row in rows if row.version == versions[row.learner_id]]
    SessionAttendee.objects.filter(pk__in=[row.pk for row in unchanged]).delete()
    return {row.learner_id for row in unchanged}


def _who_can_come_back(act: ListAct) -> list[int]:
    """Return the keys of the removed workers who are still active (L1) and not on the list again under any badge (L2).

    Their rows are locked, so that this stays true until the commit.
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
