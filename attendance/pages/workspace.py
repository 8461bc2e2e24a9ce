"""Everything that the workspace of a session shows, and the parts of it that change with every mark."""

import datetime as dt
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.pages.evidence import EvidenceCard, evidence_card
from attendance.pages.finalize import FinalizePreview, finalize_preview
from attendance.pages.register import RegisterRow, register
from attendance.policies.lists import capacity_warning, has_ended
from attendance.selectors.repeat import to_repeat
from training.core.kinds import StatusKind
from training.models import CourseVersion, Session, Venue
from training.models.session import time_range
from training.policies.sessions import allows, check_open
from training.selectors.availability import BOOKED, booked_minutes, offered_venues
from training.selectors.courses import published_version
from training.selectors.sessions import read_version


@dataclass(frozen=True)
class WorkspaceStep:
    """One step of the step line; `is_now` marks the one to do next."""

    kind: StatusKind
    label: str
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionProgress:
    """How far a session is: the part of the page that changes, and is swapped, with every mark.

    Attributes:
        version: of the session, as it is now.
        read_at: when this was read, by the database's clock; an answer that was read earlier does not replace it on the
            page.
        is_ahead: whether the session has not started, so that nothing about it is late.
        capacity_warning: the warning of S7, or an empty text.
        roomier: a venue that is free at that time and has seats for everybody. It is looked for only if the chosen one
            is too small and the session can still move.
    """

    session: Session
    version: int
    read_at: dt.datetime
    preview: FinalizePreview
    steps: list[WorkspaceStep]
    is_ahead: bool
    capacity_warning: str
    roomier: Venue | None


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The page of a session.

    Attributes:
        version: the pinned course version, or the one that scheduling would pin.
        booked_minutes: for how many minutes the trainer is booked in the week of the session (S6); None without trainer
            or time, or if nothing can be planned any more.
        to_repeat: how many workers were absent or failed, and have not passed since; 0 before finalize.
    """

    session: Session
    version: CourseVersion | None
    booked_minutes: int | None
    progress: SessionProgress
    rows: list[RegisterRow]
    to_repeat: int
    evidence: EvidenceCard


def workspace(session: Session, *, now: dt.datetime, warning_days: int) -> Workspace:
    """Return the page of a session. The number of queries does not depend on its list."""
    return Workspace(
        session=session,
        version=session.course_version or published_version(session.course_id),
        booked_minutes=_booked_minutes(session),
        progress=progress(session, now=now),
        rows=register(session, now=now, warning_days=warning_days),
        to_repeat=len(to_repeat(session, today=timezone.localdate(now))),
        evidence=evidence_card(session),
    )


def progress(session: Session, *, now: dt.datetime) -> SessionProgress:
    """Return how far a session is, in four queries, with one more if the venue is too small.

    It is called after the change that is shown, and reads the moment first: of the answers to the changes of one page,
    the one that was read last has seen them all.
    """
    version, read_at = read_version(session.pk)
    preview = finalize_preview(session, now=now)
    listed = preview.facts.listed
    warning = capacity_warning(attendees=listed, capacity=session.venue.capacity if session.venue else None)
    return SessionProgress(
        session=session,
        version=version,
        read_at=read_at,
        preview=preview,
        steps=_steps(session, preview, now),
        is_ahead=session.start_time is None or session.start_time > now,
        capacity_warning=warning,
        roomier=_roomier_venue(session, seats=listed) if warning and allows(check_open, session) else None,
    )


def _booked_minutes(session: Session) -> int | None:
    if session.trainer_id is None or session.start_time is None or not allows(check_open, session):
        return None
    week_of = timezone.localdate(session.start_time)
    return booked_minutes(trainer_ids=[session.trainer_id], week_of=week_of)[session.trainer_id]


def _roomier_venue(session: Session, *, seats: int) -> Venue | None:
    """Return the smallest active venue with enough seats that is free at the time of the session, or None."""
    if session.start_time is None or session.end_time is None:
        return None
    taken = (
        Session.objects.alias(span=time_range())
        .filter(venue=OuterRef("pk"), status__in=BOOKED)
        .filter(span__overlap=DateTimeTZRange(session.start_time, session.end_time))
        .exclude(pk=session.pk)
    )
    return offered_venues().filter(~Exists(taken), capacity__gte=seats).order_by("capacity", "name").first()


def _steps(session: Session, preview: FinalizePreview, now: dt.datetime) -> list[WorkspaceStep]:
    """Return the step line: details, list, attendance, signed sheet, finalize. The first that is not done is next."""
    facts = preview.facts
    marked = facts.listed - facts.unmarked
    is_over = has_ended(session, now=now)
    waiting = StatusKind.BAD if is_over and session.status == Session.Status.SCHEDULED else StatusKind.NONE
    people = ngettext("%(count)d attendee", "%(count)d attendees", facts.listed) % {"count": facts.listed}
    attendance = _("Attendance %(marked)d/%(listed)d") % {"marked": marked, "listed": facts.listed}
    is_marked = session.is_finalized or (facts.listed > 0 and not facts.unmarked)
    steps = [
        (session.status != Session.Status.DRAFT, _("Details"), _("Not scheduled"), StatusKind.NONE),
        (facts.listed > 0, people, _("No attendees"), StatusKind.NONE),
        (is_marked, attendance, attendance, StatusKind.WARN if is_over else StatusKind.NONE),
        (facts.has_evidence, _("Signed sheet"), _("Signed sheet missing") if is_over else _("Signed sheet"), waiting),
        (session.is_finalized, _("Finalized"), _("Finalize"), StatusKind.NONE),
    ]
    first_open = next((place for place, (is_done, *_words) in enumerate(steps) if not is_done), None)
    return [
        WorkspaceStep(StatusKind.OK, label) if is_done else WorkspaceStep(kind, open_label, is_now=place == first_open)
        for place, (is_done, label, open_label, kind) in enumerate(steps)
    ]
