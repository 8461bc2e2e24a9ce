"""The list of a session as the attendance grid shows it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.pages.course_standing import items_for_course, leaves_before, standing_for_course
from attendance.policies.lists import check_can_remove
from attendance.services.marking import StaleRow
from learners.models import CompetencyRecord, Learner, Role, TrainingRecord
from learners.policies.standing import ItemStanding, Standing, verdict
from training.core.kinds import StatusKind
from training.core.permissions import name_of
from training.core.words import day as day_in_words
from training.core.words import moment as moment_in_words
from training.models import Company, Session
from training.policies.sessions import allows

PERSON = ("status", "end_date", "company", "role")
# The fields that rows show. Reading all fields of 200 workers takes half as long again.
SHOWN = (
    *("session", "learner", "line", "status", "is_present", "has_passed", "remarks"),
    *("marked_by", "marked_at", "company", "role", "version"),
    *(f"learner__{name}" for name in ("badge_id", "first_name", "last_name", "merged_into", *PERSON)),
    *(f"learner__merged_into__{name}" for name in PERSON),
)


@dataclass(frozen=True)
class RegisterRow:
    """One line of the grid.

    Attributes:
        key, line, version: the key of the worker, the line and the version of the row as text: a template would format
            numbers, which takes time in every row.
        is_changed: whether the row was ever marked. Until then its version is 1, and the page needs no field for it.
        is_present, has_passed, remarks: as stored, or as somebody typed them in a form that could not be saved.
        standing: how the worker stands with the course of the session today.
        awaiting_verification: whether a practical sign-off waits.
        alert: in red, that the worker is blocked or not active (L1), leaves before the session (L3), or is on another
            line too (L2); None if nothing is wrong.
        warning: the alert as a longer sentence; empty if the alert says it all.
        company, role: those that the mark copied, without a mark those of today (R3).
        marked_by, marked_at: who marked the row last, and when, in words; empty while it is unmarked.
        can_remove: whether the worker can still be removed from the list (P5).
        outcome: what finalize made of the line; None before finalize.
        record: the training record that finalize made.
        stale: the change by somebody else because of which the row could not be saved.
    """

    attendee: SessionAttendee
    learner: Learner
    key: str
    line: str
    version: str
    is_changed: bool
    name: str
    badge: str
    is_present: bool
    has_passed: bool
    remarks: str
    standing: ItemStanding
    awaiting_verification: bool
    alert: Standing | None
    warning: str
    company: str
    role: str
    marked_by: str
    marked_at: str
    can_remove: bool
    outcome: Standing | None
    record: TrainingRecord | None
    stale: StaleRow | None = None


def register(
    session: Session,
    *,
    learner_ids: Collection[int] | None = None,
    after_line: int = 0,
    now: dt.datetime,
    warning_days: int,
) -> list[RegisterRow]:
    """Return the rows of the list in the order of their lines, in a constant number of queries.

    Args:
        session: the session of the list.
        learner_ids: only the rows of these workers; None for all.
        after_line: only rows with a higher line number.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    today = timezone.localdate(now)
    attendees = session.attendees.filter(line__gt=after_line)
    if learner_ids is not None:
        attendees = attendees.filter(learner__in=learner_ids)
    found = list(attendees.select_related("learner__merged_into").only(*SHOWN).order_by("line"))
    ids = [attendee.learner_id for attendee in found]
    twins = _lines_of_survivors(session, found)
    items = items_for_course(session, [attendee.learner.person.pk for attendee in found])
    not_asked = standing_for_course(None, today=today, warning_days=warning_days)
    records, sign_offs = _made_by_finalize(session, ids) if session.is_finalized else ({}, {})
    names = _names(found)
    when = cache(moment_in_words)
    removable: dict[bool, bool] = {}  # by whether a row is marked: nothing else about a row decides (P5)
    rows = []
    for attendee in found:
        learner, person = attendee.learner, attendee.learner.person
        item = items.get(person.pk)
        record = records.get(learner.pk)
        twin_line = twins.get(learner.merged_into_id)
        is_marked = attendee.marked_at is not None
        if is_marked not in removable:
            removable[is_marked] = allows(partial(check_can_remove, session, attendee, now=now))
        rows.append(
            RegisterRow(
                attendee=attendee,
                learner=learner,
                key=str(learner.pk),
                line=str(attendee.line),
                version=str(attendee.version),
                is_changed=attendee.version > 1,
                name=learner.name,
                badge=learner.badge_id,
                is_present=attendee.is_present,
                has_passed=attendee.is_present and attendee.has_passed,
                remarks=attendee.remarks,
                standing=standing_for_course(item, today=today, warning_days=warning_days) if item else not_asked,
                awaiting_verification=item is not None and item.awaiting_verification,
                alert=_alert(person, twin_line, session=session, today=today),
                warning=_warning(person, twin_line, session=session),
                company=names.companies[attendee.company_id or person.company_id],
                role=names.roles[attendee.role_id or person.role_id],
                marked_by=names.people[attendee.marked_by_id] if attendee.marked_by_id else "",
                marked_at=when(attendee.marked_at) if attendee.marked_at else "",
                can_remove=removable[is_marked],
                outcome=_outcome(attendee, record, sign_offs.get(learner.pk)) if session.is_finalized else None,
                record=record,
            )
        )
    return rows


class _Names(NamedTuple):
    companies: dict[int, str]
    roles: dict[int, str]
    people: dict[int, str]


def _names(attendees: Collection[SessionAttendee]) -> _Names:
    """Return the employers, roles and people that rows name. Each is read once, because many rows share few of them."""
    companies = {attendee.company_id or attendee.learner.person.company_id for attendee in attendees}
    roles = {attendee.role_id or attendee.learner.person.role_id for attendee in attendees}
    people = User.objects.filter(pk__in={attendee.marked_by_id for attendee in attendees})
    return _Names(
        companies=dict(Company.objects.filter(pk__in=companies).values_list("pk", "name")),
        roles=dict(Role.objects.filter(pk__in=roles).values_list("pk", "title")),
        people={user.pk: name_of(user) for user in people},
    )


def _made_by_finalize(
    session: Session, learner_ids: Collection[int]
) -> tuple[dict[int, TrainingRecord], dict[int, CompetencyRecord]]:
    """Return by the key of the worker the latest record and the latest sign-off that came from the session."""
    records = TrainingRecord.objects.filter(session=session, learner__in=learner_ids).order_by("pk")
    sign_offs = CompetencyRecord.objects.filter(session=session, learner__in=learner_ids).order_by("attempt")
    return (
        {record.learner_id: record for record in records.select_related("revocation")},
        {sign_off.learner_id: sign_off for sign_off in sign_offs},
    )


def _lines_of_survivors(session: Session, attendees: Collection[SessionAttendee]) -> dict[int | None, int]:
    """Return the lines of badges into which another badge on the list was merged, by the key of the worker (L2)."""
    survivors = [row.learner.merged_into_id for row in attendees if row.learner.merged_into_id]
    if not survivors:
        return {}
    return dict(session.attendees.filter(learner__in=survivors).values_list("learner", "line"))


def _alert(person: Learner, twin_line: int | None, *, session: Session, today: dt.date) -> Standing | None:
    """Return the most serious thing that is wrong with a row; None if nothing is."""
    if person.status != Learner.Status.ACTIVE:
        return Standing(StatusKind.BAD, str(verdict(person, today=today).label))
    if leaves_before(session, person):
        return Standing(StatusKind.BAD, _("Leaving"))
    return None if twin_line is None else Standing(StatusKind.BAD, _("Twice"))


def _warning(person: Learner, twin_line: int | None, *, session: Session) -> str:
    if person.status != Learner.Status.BLACKLISTED and leaves_before(session, person):
        return _("Last day: %(day)s") % {"day": day_in_words(person.end_date)}
    return "" if twin_line is None else _("Also on line %(line)d") % {"line": twin_line}


def _outcome(attendee: SessionAttendee, record: TrainingRecord | None, sign_off: CompetencyRecord | None) -> Standing:
    """Return in one word what finalize made of a row, or the correction that replaced it (F9)."""
    if record is not None and not hasattr(record, "revocation"):
        return (
            Standing(StatusKind.OK, _("Passed"))
            if record.result == TrainingRecord.Result.PASSED
            else Standing(StatusKind.BAD, _("Failed"))
        )
    if sign_off is not None and sign_off.revoked_at is None:
        if sign_off.status == CompetencyRecord.Status.NOT_COMPETENT:
            return Standing(StatusKind.BAD, _("Not competent"))
        return Standing(StatusKind.WAIT, _("To verify"))
    if record is not None or sign_off is not None:
        return Standing(StatusKind.NONE, _("Revoked"))
    # Everybody who was present has a record, from this line or from the line of another badge (L2).
    return Standing(StatusKind.NONE, _("On another line") if attendee.is_present else _("Absent"))
