"""The list of a session as the attendance grid shows it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies import check_can_remove
from attendance.selectors.picker import items_for_course, leaves_before, standing_for_course
from attendance.services.marking import Mark, StaleRow
from learners.models import CompetencyRecord, Learner, Role, TrainingRecord
from learners.standing import ItemStanding, Standing, verdict
from training.models import Company, Session
from training.permissions import name_of
from training.policies import allows
from training.templatetags.ui import day as day_in_words


@dataclass(frozen=True)
class Row:
    """One line of the grid.

    Attributes:
        standing: how the worker stands with the session's course today.
        awaiting_verification: a practical sign-off is owed.
        alert: that the worker is blocked, not active (L1) or gone before the session (L3), or stands on another line as
            well (L2), in red; None for the others.
        warning: the same as a sentence that says more; empty where the word says it all.
        company: employer as marked, else of today (R3).
        role: likewise.
        marked_by: whoever marked the row last; empty while it is unmarked.
        can_remove: whether the row may still be taken off the list (P5).
        outcome: what finalize made of it; None before.
        record: the training record that finalize made.
        typed: what somebody wanted to save and could not, shown in the fields instead of what is stored.
        stale: why it could not: the row was changed meanwhile.
    """

    attendee: SessionAttendee
    standing: ItemStanding
    awaiting_verification: bool
    alert: Standing | None
    warning: str
    company: str
    role: str
    marked_by: str
    can_remove: bool
    outcome: Standing | None
    record: TrainingRecord | None
    typed: Mark | None = None
    stale: StaleRow | None = None

    @property
    def learner(self) -> Learner:
        return self.attendee.learner

    @property
    def key(self) -> str:
        """The learner's key as the page writes it into names: text, since every number costs a look at its format."""
        return str(self.attendee.learner_id)

    @property
    def line(self) -> str:
        """The line number, likewise."""
        return str(self.attendee.line)

    @property
    def version(self) -> str:
        """The version of the row, likewise."""
        return str(self.attendee.version)

    @property
    def is_present(self) -> bool:
        return (self.typed or self.attendee).is_present

    @property
    def has_passed(self) -> bool:
        """Nobody passes who is absent."""
        return self.is_present and (self.typed or self.attendee).has_passed

    @property
    def remarks(self) -> str:
        return self.attendee.remarks if self.typed is None or self.typed.remarks is None else self.typed.remarks


def register(
    session: Session,
    *,
    learner_ids: Collection[int] | None = None,
    after_line: int = 0,
    now: dt.datetime,
    warning_days: int,
) -> list[Row]:
    """Return the rows of the list in the order of their lines, in a constant number of queries.

    Args:
        learner_ids: only the rows of these workers.
        after_line: only rows with a higher line number.
    """
    today = timezone.localdate(now)
    attendees = session.attendees.filter(line__gt=after_line)
    if learner_ids is not None:
        attendees = attendees.filter(learner__in=learner_ids)
    found = list(
        attendees.select_related("learner__merged_into").annotate(twin_line=_line_of_survivor()).order_by("line")
    )
    ids = [attendee.learner_id for attendee in found]
    items = items_for_course(session, [attendee.learner.person.pk for attendee in found])
    records, sign_offs = _made_by_finalize(session, ids) if session.is_finalized else ({}, {})
    names = _names(found)
    rows = []
    for attendee in found:
        learner, person = attendee.learner, attendee.learner.person
        item = items.get(person.pk)
        record = records.get(learner.pk)
        rows.append(
            Row(
                attendee=attendee,
                standing=standing_for_course(item, today=today, warning_days=warning_days),
                awaiting_verification=item is not None and item.awaiting_verification,
                alert=_alert(person, attendee.twin_line, session=session, today=today),
                warning=_warning(person, attendee.twin_line, session=session),
                company=names.companies[attendee.company_id or person.company_id],
                role=names.roles[attendee.role_id or person.role_id],
                marked_by=names.people[attendee.marked_by_id] if attendee.marked_by_id else "",
                can_remove=allows(partial(check_can_remove, session, attendee, now=now)),
                outcome=_outcome(record, sign_offs.get(learner.pk)) if session.is_finalized else None,
                record=record,
            )
        )
    return rows


class _Names(NamedTuple):
    companies: dict[int, str]
    roles: dict[int, str]
    people: dict[int, str]


def _names(attendees: Collection[SessionAttendee]) -> _Names:
    """Return what rows call by name, each once: many people share few employers, roles and trainers."""
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
    """Return by learner the records and sign-offs that stem from the session, the latest of each."""
    records = TrainingRecord.objects.filter(session=session, learner__in=learner_ids).order_by("pk")
    sign_offs = CompetencyRecord.objects.filter(session=session, learner__in=learner_ids).order_by("attempt")
    return (
        {record.learner_id: record for record in records.select_related("revocation")},
        {sign_off.learner_id: sign_off for sign_off in sign_offs},
    )


def _line_of_survivor() -> Subquery:
    """The line of the survivor on the same list, for whom was merged into one who stands there too (L2)."""
    same_list = SessionAttendee.objects.filter(session=OuterRef("session"), learner=OuterRef("learner__merged_into"))
    return Subquery(same_list.values("line")[:1])


def _alert(person: Learner, twin_line: int | None, *, session: Session, today: dt.date) -> Standing | None:
    """Return what stands against a row, the most serious alone."""
    if person.status != Learner.Status.ACTIVE:
        return Standing("bad", str(verdict(person, today=today).label))
    if leaves_before(session, person):
        return Standing("bad", _("Leaving"))
    return None if twin_line is None else Standing("bad", _("Twice"))


def _warning(person: Learner, twin_line: int | None, *, session: Session) -> str:
    if person.status != Learner.Status.BLACKLISTED and leaves_before(session, person):
        return _("Last day: %(day)s") % {"day": day_in_words(person.end_date)}
    return "" if twin_line is None else _("Also on line %(line)d") % {"line": twin_line}


def _outcome(record: TrainingRecord | None, sign_off: CompetencyRecord | None) -> Standing:
    """Return what counts of a row, in one word: what finalize made of it, or what was put in its place (F9)."""
    if record is not None and not hasattr(record, "revocation"):
        return (
            Standing("ok", _("Passed"))
            if record.result == TrainingRecord.Result.PASSED
            else Standing("bad", _("Failed"))
        )
    if sign_off is not None and sign_off.revoked_at is None:
        if sign_off.status == CompetencyRecord.Status.NOT_COMPETENT:
            return Standing("bad", _("Not competent"))
        return Standing("wait", _("To verify"))
    return Standing("none", _("Absent") if record is None and sign_off is None else _("Revoked"))
