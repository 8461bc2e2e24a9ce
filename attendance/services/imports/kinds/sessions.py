"""Bringing in sessions, past ones and planned ones: one row is the same call as many (I1, I6).

What a row may say is checked by `session_checks`. No import finalizes anything: a past session is scheduled, and is
marked, given its sheet and finalized in the ordinary way.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.services.imports.kinds.plans import Plannable
from attendance.services.imports.kinds.session_checks import SessionChecker
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.imports.values import as_json
from training.core.permissions import Permission, check_may
from training.core.refusals import Refusal
from training.core.transactions import acting
from training.models import Course, Session, Trainer, Venue
from training.policies.moments import moment_of
from training.policies.sessions import check_cancel_reason, check_open
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.tables import insert_rows, update_rows
from training.services.sessions import Plan, edit_session, lock_sessions

Status = Session.Status

PART = 20_000  # rows that are written by one statement
PLAN = ("course_id", "course_version_id", "trainer_id", "venue_id", "start_time", "end_time", "status")
STAMP = ("version", "updated_at", "updated_by_id")
WHEN = frozenset({"day", "starts_at", "ends_at", "duration"})


class SessionRows:
    """The service of the kind "sessions"."""

    table = Session._meta.db_table

    def checker(self, terms: ImportTerms) -> SessionChecker:
        return SessionChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock what planning locks, in its order: open sessions of the courses named, the courses, trainers, venues.

        Rows change no session of another course, and book nobody but those whom they name or who are booked already.
        """
        courses = _keys(terms, Thing.COURSE)
        opened = Session.objects.filter(
            course__in=courses, status__in=(Status.DRAFT, Status.SCHEDULED), deleted_at__isnull=True
        )
        sessions = lock_sessions(opened.values_list("pk", flat=True))
        list(Course.objects.filter(pk__in=courses).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        _lock_booked(sessions, trainers=_keys(terms, Thing.TRAINER), venues=_keys(terms, Thing.VENUE))

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write new and changed sessions.

        Raises:
            NotPermitted: the person may not plan sessions.
            Conflict: trainer or venue was booked by somebody who locks neither.
        """
        check_may(terms.by, Permission.PLAN)
        with acting(terms.by):
            for start in range(0, len(rows), PART):
                part = rows[start : start + PART]
                self._insert([row for row in part if row.outcome is RowOutcome.NEW], terms)
                self._update([row for row in part if row.outcome is RowOutcome.CHANGED], terms)
                tell(start + len(part))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Cancel the sessions that the import made, and give those that it changed their plan of before (I8, S8).

        Left as they are: sessions that were finalized, cancelled or deleted since, that somebody has changed, or that
        have a mark or a signed sheet.

        Raises:
            NotPermitted: the person may not plan sessions.
            ReasonMissing: no reason was given.
        """
        check_may(by, Permission.PLAN)
        check_cancel_reason(reason)
        with acting(by):
            return _Undoing(rows, reason=reason.strip(), by=by, now=now).undo()

    @staticmethod
    def _insert(rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        by = {"created_at": terms.now, "created_by_id": terms.by.pk, "updated_at": terms.now}
        stamp = {**by, "updated_by_id": terms.by.pk}
        keys = insert_rows(Session, [{**_plan_of(row.found["session"]), **stamp} for row in rows])
        for row, key in zip(rows, keys, strict=True):
            row.key = key

    @staticmethod
    def _update(rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        stamp = {"updated_at": terms.now, "updated_by_id": terms.by.pk}
        reason = str(terms.choices.get("reason", "")).strip()
        written = [
            {
                "id": row.key,
                **_plan_of(session := row.found["session"]),
                "change_reason": reason,
                "version": session.version + 1,
                **stamp,
            }
            for row in rows
        ]
        update_rows(Session, written, (*PLAN, "change_reason", *STAMP))


class _Undoing:
    """Undoes what one import wrote of sessions."""

    def __init__(self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime) -> None:
        self._rows, self._reason, self._by, self._now = rows, reason, by, now
        keys = lock_sessions([row.key for row in rows])
        self._sessions = Session.objects.filter(deleted_at__isnull=True).select_related("course").in_bulk(keys)
        marked = SessionAttendee.objects.filter(session__in=keys, marked_at__isnull=False)
        self._marked = set(marked.values_list("session", flat=True))
        self._known = Plannable.read()

    def undo(self) -> list[UndoneRow]:
        why = [self._why_left(row) for row in self._rows]
        plans: dict[int, Plan] = {}
        for place, row in enumerate(self._rows):
            if not why[place] and row.before:
                try:
                    plans[place] = self._plan_before(row)
                except (ValidationError, LookupError):
                    why[place] = _("Trainer, venue or time of before cannot be found any more.")
        self._cancel([row for row, reason in zip(self._rows, why, strict=True) if not reason and not row.before])
        if plans:
            _lock_booked(
                [self._rows[place].key for place in plans],
                trainers=[key for plan in plans.values() if (key := plan.get("trainer_id"))],
                venues=[key for plan in plans.values() if (key := plan.get("venue_id"))],
            )
        undone = []
        for place, row in enumerate(self._rows):
            if why[place]:
                undone.append(UndoneRow(row, UndoAct.LEFT, why[place]))
            elif row.before:
                undone.append(self._put_back(row, plans[place]))
            else:
                undone.append(UndoneRow(row, UndoAct.CANCELLED))
        return undone

    def _why_left(self, row: WrittenRow) -> str:
        session = self._sessions.get(row.key)
        if session is None:
            return _("It was deleted since.")
        try:
            check_open(session)
        except Refusal as refusal:
            return refusal.message
        if session.has_evidence or session.pk in self._marked:
            return _("Attendance or a signed sheet is stored.")
        shown, said = as_json(self._known.shown(session)), as_json(row.after)
        names = said if row.before else {**shown, **said}
        if any((shown.get(name) or "") != (said.get(name) or "") for name in names):
            return _("Somebody has changed it since.")
        if "status" in row.before:
            return _(
                "The import has scheduled it, and no session becomes a draft again. Cancel it if it is not wanted."
            )
        return ""

    def _plan_before(self, row: WrittenRow) -> Plan:
        """Return what goes back.

        Raises:
            LookupError, ValidationError: the words of before name nothing any more.
        """
        plan = Plan()
        if "trainer" in row.before:
            plan["trainer_id"] = self._known.trainer_called(row.before["trainer"])
        if "venue" in row.before:
            plan["venue_id"] = self._known.venue_called(row.before["venue"])
        if WHEN & row.before.keys():
            was = {**as_json(self._known.shown(self._sessions[row.key])), **as_json(row.before)}
            plan["start_time"], plan["end_time"] = _times_of(was)
        return plan

    def _put_back(self, row: WrittenRow, plan: Plan) -> UndoneRow:
        try:
            with transaction.atomic():
                edit_session(session_id=row.key, changes=plan, reason=self._reason, by=self._by, now=self._now)
        except Refusal as refusal:
            return UndoneRow(row, UndoAct.LEFT, refusal.message)
        return UndoneRow(row, UndoAct.BACK)

    def _cancel(self, rows: Sequence[WrittenRow]) -> None:
        stamp = {"updated_at": self._now, "updated_by_id": self._by.pk}
        cancelled = {"status": Status.CANCELLED.value, "cancellation_reason": self._reason, **stamp}
        written = [{"id": row.key, "version": self._sessions[row.key].version + 1, **cancelled} for row in rows]
        update_rows(Session, written, ("status", "cancellation_reason", *STAMP))


def _lock_booked(sessions: Collection[int], *, trainers: Collection[int], venues: Collection[int]) -> None:
    """Lock trainers and venues by key, with those whom locked sessions have already."""
    held = list(Session.objects.filter(pk__in=sessions).values_list("trainer", "venue"))
    for model, keys in (
        (Trainer, {*trainers, *(trainer for trainer, _venue in held)}),
        (Venue, {*venues, *(venue for _trainer, venue in held)}),
    ):
        locked = model._default_manager.filter(pk__in=keys - {None}).order_by("pk").select_for_update(no_key=True)
        list(locked.values_list("pk"))


def _keys(terms: ImportTerms, thing: Thing) -> list[int]:
    return [key for key in terms.things.get(thing, {}).values() if isinstance(key, int)]


def _plan_of(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in PLAN}


def _times_of(shown: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return start and end by the words that show them, which JSON may have held."""
    if not shown.get("day") or not shown.get("starts_at"):
        return None, None
    day = date.fromisoformat(shown["day"])
    start = moment_of(day, time.fromisoformat(shown["starts_at"]))
    if shown.get("duration"):
        return start, start + timedelta(minutes=int(shown["duration"]))
    return start, moment_of(day, time.fromisoformat(shown["ends_at"])) if shown.get("ends_at") else None
