"""What would become of rows of sessions (I5): which session is meant, what would change, and whether S2 allows it.

A reference says which session is meant; without one it is that of the same course and start, with the same trainer or
venue. Cells that are empty change nothing. A new session is scheduled if the row says so, or if it says nothing of that
and all is there; a past one is scheduled too, and is marked and finalized in the ordinary way.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.policies.import_states import SaidStatus
from attendance.services.imports.kinds.plans import SAID_STATUS, Plannable, identity_of
from attendance.services.imports.kinds.slots import TakenSlots
from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, DraftRow, RowOutcome
from training.core.refusals import Refusal
from training.models import Session
from training.policies import sessions as policies
from training.policies.moments import moment_of
from training.policies.sessions import overlap_sentence
from training.selectors.availability import WantedSlot, overlapping_slots
from training.services.imports.checking import Considered, KindChecker, says_of
from training.services.imports.contract import ImportTerms, NewThing

Status = Session.Status

REFERENCE = re.compile(r"s-(\d{4})-(\d{1,12})", re.IGNORECASE)
PLACES = {"start_time": "starts_at", "end_time": "ends_at", "course": "course", "trainer": "trainer", "venue": "venue"}
THINGS = {"course": Thing.COURSE, "trainer": Thing.TRAINER, "venue": Thing.VENUE}
WANTED: Mapping[str, Session.Status] = {
    SaidStatus.DRAFT: Status.DRAFT,
    SaidStatus.SCHEDULED: Status.SCHEDULED,
    SaidStatus.COMPLETED: Status.SCHEDULED,
}


class SessionChecker(KindChecker):
    """Checks rows of sessions.

    What it leaves in `CheckedRow.found` is for `attendance.services.imports.kinds.sessions`: `session`, with the plan
    that it would have.
    """

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._known = Plannable.read()
        self._by_key: dict[int, Session] = {}
        self._by_start: dict[tuple[int, datetime | None], list[Session]] = {}
        self._slots = TakenSlots(self._refuse_earlier)

    # The part

    def read(self, rows: Sequence[DraftRow]) -> None:
        """Read the sessions that the rows can mean: by reference, and by course and start."""
        named = {key for row in rows if (key := _key_of(row.values.get("reference"))) is not None}
        starts = {start for row in rows if (start := _start_said(row)) is not None}
        courses = [
            self._known.courses[key]
            for key in self.terms.things.get(Thing.COURSE, {}).values()
            if isinstance(key, int) and key in self._known.courses
        ]
        sessions = Session.objects.filter(deleted_at__isnull=True)
        like = sessions.filter(Q(start_time__in=starts) | Q(start_time__isnull=True), course__in=courses)
        self._by_key = {each.pk: each for each in sessions.filter(pk__in=named).select_related("course")}
        self._by_start = {}
        for each in like.exclude(status=Status.CANCELLED).order_by("pk"):
            each.course = self._known.courses[each.course_id]
            self._by_start.setdefault((each.course_id, each.start_time), []).append(each)

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        """S2: neither trainer nor venue has another session at that time, stored or in another row."""
        booked = [row for row in rows if not row.checked.problems and self._is_booking(row)]
        slots = [_slot_of(row.checked.found["session"]) for row in booked]
        for index, overlaps in overlapping_slots(slots).items():
            for overlap in overlaps:
                booked[index].refuse(overlap.field, "booked", overlap_sentence(overlap))
        for row in booked:
            if not row.checked.problems:
                self._slots.take(row, row.checked.found["session"])
        self._slots.end_part()

    # One row

    def consider(self, row: Considered) -> None:
        keys = {column: self._key(row, column) for column in THINGS}
        stored = self._stored_by_reference(row)
        if row.checked.outcome is RowOutcome.LEFT_OUT:
            return
        if keys["course"] is None:
            if "course" not in {problem.column for problem in row.checked.problems}:
                row.refuse("course", "missing", _("Choose a course."))
            return
        start, end = self._times(row, stored)
        if row.checked.problems:
            return
        if stored is None:
            stored = self._stored_like(row, keys, start)
            if stored is not None:
                start, end = self._times(row, stored)
        if row.checked.problems or self._stands_twice(row, keys, start, stored):
            return
        said = {"course_id": keys["course"], "trainer_id": keys["trainer"], "venue_id": keys["venue"]}
        plan = {name: value for name, value in {**said, "start_time": start, "end_time": end}.items() if value}
        if stored is None:
            self._consider_new(row, plan)
        else:
            self._consider_stored(row, plan, stored)

    def _key(self, row: Considered, column: str) -> int | None:
        key = self.key_of(row, column, THINGS[column])
        if isinstance(key, NewThing):
            row.refuse(column, "not_there", _("This one is not there yet. Bring it in first, then its sessions."))
            return None
        return key

    def _stored_by_reference(self, row: Considered) -> Session | None:
        reference = row.draft.values.get("reference")
        if reference is None:
            return None
        session = self._by_key.get(_key_of(reference) or 0)
        if session is None or _year_of(reference) != timezone.localtime(session.created_at).year:
            row.refuse("reference", "not_known", _("There is no session of this reference."))
            return None
        return session

    def _stored_like(self, row: Considered, keys: Mapping[str, int | None], start: datetime | None) -> Session | None:
        """Return the session of the same course and start that has most of the row's trainer and venue."""
        course = keys["course"]
        assert course is not None  # noqa: S101  # it is looked at before
        ranked: list[tuple[tuple[bool, int], Session]] = []
        for session in self._by_start.get((course, start), ()):
            pairs = [(session.trainer_id, keys["trainer"]), (session.venue_id, keys["venue"])]
            equal = sum(1 for theirs, ours in pairs if ours is not None and theirs == ours)
            differs = any(theirs is not None and ours is not None and theirs != ours for theirs, ours in pairs)
            if equal or not differs:
                ranked.append(((all(theirs == ours for theirs, ours in pairs), equal), session))
        if not ranked:
            return None
        best = max(rank for rank, _session in ranked)
        found = [session for rank, session in ranked if rank == best]
        if len(found) > 1:
            row.refuse("reference", "several", _("Several sessions can be meant. Give the reference of one."), "")
            return None
        return found[0]

    def _stands_twice(
        self, row: Considered, keys: Mapping[str, int | None], start: datetime | None, stored: Session | None
    ) -> bool:
        identity = (keys["course"], start, keys["trainer"], keys["venue"]) if stored is None else stored.pk
        return self.repeats(
            row,
            identity,
            says=says_of(row.draft),
            column="",
            code="stands_twice",
            sentence=_("Two rows are about this session and say different things. Leave one."),
        )

    # Times

    def _times(self, row: Considered, stored: Session | None) -> tuple[datetime | None, datetime | None]:
        """Return start and end that the row means. Of a stored session what is not said stays, and so does its length.

        A time that shows as the stored one does is the stored one, with its seconds.
        """
        day, start, end = (row.draft.values.get(column) for column in ("day", "starts_at", "ends_at"))
        minutes = row.draft.values.get("duration")
        was = None if stored is None or stored.start_time is None else timezone.localtime(stored.start_time)
        if was is not None:
            day, start = day or was.date(), start or was.time().replace(second=0, microsecond=0)
        if day is None and start is None:
            if end is not None or minutes is not None:
                row.refuse("starts_at", "missing", _("Enter the day and the start time as well."), "")
            return None, None
        if day is None:
            row.refuse("day", "missing", _("Enter the day."), "")
            return None, None
        if start is None:
            row.refuse("starts_at", "missing", _("Enter the start time, or leave the day empty."), "")
            return None, None
        begins = self._moment(row, "starts_at", day, start, None if stored is None else stored.start_time)
        if begins is None:
            return None, None
        return begins, self._end(row, begins, stored)

    def _end(self, row: Considered, begins: datetime, stored: Session | None) -> datetime | None:
        clock, minutes = row.draft.values.get("ends_at"), row.draft.values.get("duration")
        kept = None if stored is None else stored.end_time
        length = kept - stored.start_time if stored and stored.start_time and kept else None
        if minutes is not None:
            ends = begins + timedelta(minutes=int(minutes))
            if clock is not None and not _shows(ends, clock):
                row.refuse(
                    "ends_at", "not_the_length", _("This end and this length do not agree. Correct one of them.")
                )
            return ends
        if clock is not None:
            if length is not None and _shows(begins + length, clock):
                return begins + length
            day = timezone.localtime(begins).date()
            ends_at_midnight = clock == time(0)
            return self._moment(row, "ends_at", day + timedelta(days=1) if ends_at_midnight else day, clock, kept)
        return kept if length is None else begins + length

    @staticmethod
    def _moment(row: Considered, column: str, day: date, clock: time, kept: datetime | None) -> datetime | None:
        if kept is not None and timezone.localtime(kept).date() == day and _shows(kept, clock):
            return kept
        try:
            return moment_of(day, clock)
        except ValidationError as error:
            row.refuse(column, "clocks_change", " ".join(error.messages))
            return None

    # New sessions, and those that are there

    def _consider_new(self, row: Considered, plan: Mapping[str, Any]) -> None:
        said = row.draft.values.get("status") or self.terms.choices.get("status")
        if said == SaidStatus.CANCELLED:
            row.leave_out("status", "cancelled", _("It was cancelled, and is not planned anew."))
            return
        is_whole = all(plan.get(name) for name in ("trainer_id", "venue_id", "start_time", "end_time"))
        to = WANTED[said] if said else Status.SCHEDULED if is_whole else Status.DRAFT
        session = self._planned(Session(status=Status.DRAFT), plan)
        row.checked.outcome = RowOutcome.NEW
        self._ask(row, policies.check_times, session.start_time, session.end_time, now=self.terms.now)
        self._ask(row, policies.check_offered, trainer=session.trainer, venue=session.venue)
        if to == Status.SCHEDULED:
            self._ask_bookable(row, session, pins=True)
        session.status = to.value
        row.checked.found["session"] = session
        row.checked.after = self._known.shown(session)
        row.checked.identity = identity_of(row.checked.after)

    def _consider_stored(self, row: Considered, plan: Mapping[str, Any], stored: Session) -> None:
        checked, known = row.checked, self._known
        checked.key, checked.identity = stored.pk, stored.reference
        changed = {field: value for field, value in plan.items() if value != getattr(stored, field)}
        said = row.draft.values.get("status")
        books = stored.status == Status.DRAFT and WANTED.get(said or "") == Status.SCHEDULED
        if said and not books and not _is_already(said, stored):
            self._refuse_state(row, said, stored)
        if not changed and not books:
            return
        checked.outcome = RowOutcome.CHANGED
        self._ask(row, policies.check_open, stored)
        if "course_id" in changed:
            row.refuse("course", "course_stays", _("An import gives no session another course. Plan another session."))
        self._ask(row, policies.check_change, stored, changed, self.reason)
        if checked.problems:
            return
        before, session = known.shown(stored), self._planned(_copy_of(stored), changed)
        self._ask(row, policies.check_times, session.start_time, session.end_time, now=self.terms.now)
        self._ask(
            row,
            policies.check_offered,
            trainer=session.trainer if books or "trainer_id" in changed else None,
            venue=session.venue if books or "venue_id" in changed else None,
        )
        if books or stored.status == Status.SCHEDULED:
            self._ask_bookable(row, session, pins=books)
        if books:
            session.status = Status.SCHEDULED.value
        checked.found["session"] = session
        after = known.shown(session)
        names = [name for name in (*before, *after) if before.get(name) != after.get(name)]
        checked.before = {name: before.get(name, "") for name in names}
        checked.after = {name: after.get(name, "") for name in names}

    @property
    def reason(self) -> str:
        """Why sessions with a mark or a sheet are moved, if that was said for the import (S11)."""
        return str(self.terms.choices.get("reason", "")).strip()

    def _planned(self, session: Session, plan: Mapping[str, Any]) -> Session:
        for field, value in plan.items():
            setattr(session, field, value)
        known = self._known
        if session.course_id in known.courses:
            session.course = known.courses[session.course_id]
        session.trainer = known.trainers[session.trainer_id] if session.trainer_id else None
        session.venue = known.venues[session.venue_id] if session.venue_id else None
        return session

    def _ask_bookable(self, row: Considered, session: Session, *, pins: bool) -> None:
        """Check S2, but for overlaps, which are looked for all at once.

        Args:
            pins: whether the version of the course is pinned, which is the published one.
        """
        self._ask(row, policies.check_whole, session)
        if pins:
            version = self._known.versions.get(session.course_id)
            self._ask(row, policies.check_published, session.course, version)
            session.course_version = version
        if session.trainer is not None and session.start_time is not None:
            held = self._known.qualifications.get((session.trainer.pk, session.course_id))
            day = timezone.localdate(session.start_time)
            self._ask(row, policies.check_qualified, session.trainer, session.course, held, day)

    @staticmethod
    def _ask(row: Considered, check: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        try:
            check(*args, **kwargs)
        except Refusal as refusal:
            for field, sentences in (refusal.errors or {"": [refusal.message]}).items():
                row.refuse(PLACES.get(field, ""), type(refusal).__name__, " ".join(sentences))

    @staticmethod
    def _refuse_state(row: Considered, said: str, stored: Session) -> None:
        if said == SaidStatus.CANCELLED:
            sentence = _("An import cancels no session. Cancel it on its page, with a reason.")
        elif stored.status == Status.SCHEDULED:
            sentence = _("This session is scheduled already. Edit it to change its plan.")
        else:
            sentence = _("This session is finalized or cancelled, and stays so.")
        row.refuse("status", "state", sentence)

    @staticmethod
    def _is_booking(row: Considered) -> bool:
        session = row.checked.found.get("session")
        return session is not None and session.status == Status.SCHEDULED

    def _refuse_earlier(self, place: int, problem: CellProblem) -> None:
        """Refuse a row of a part that was checked before."""
        self._late.setdefault(place, []).append(problem)


def _slot_of(session: Session) -> WantedSlot:
    assert session.start_time and session.end_time and session.trainer_id and session.venue_id  # noqa: PT018, S101  # it is whole
    return WantedSlot(session.start_time, session.end_time, session.trainer_id, session.venue_id, session.pk)


def _copy_of(session: Session) -> Session:
    values = {field.attname: getattr(session, field.attname) for field in Session._meta.concrete_fields}
    return Session(**values)


def _is_already(said: str, session: Session) -> bool:
    """Tell whether a session is what a row says of it; a past one that is scheduled is what sites call completed."""
    held = (SaidStatus.SCHEDULED, SaidStatus.COMPLETED)
    return SAID_STATUS[session.status] == said or (said in held and SAID_STATUS[session.status] in held)


def _shows(moment: datetime, clock: time) -> bool:
    return timezone.localtime(moment).time().replace(second=0, microsecond=0) == clock.replace(second=0, microsecond=0)


def _start_said(row: DraftRow) -> datetime | None:
    """Return the start that a row names; None where it names none, or none that there is."""
    day, clock = row.values.get("day"), row.values.get("starts_at")
    if day is None or clock is None:
        return None
    try:
        return moment_of(day, clock)
    except ValidationError:
        return None


def _key_of(reference: Any) -> int | None:
    found = REFERENCE.fullmatch(str(reference).strip()) if reference is not None else None
    return int(found[2]) if found else None


def _year_of(reference: Any) -> int:
    found = REFERENCE.fullmatch(str(reference).strip())
    return int(found[1]) if found else 0
