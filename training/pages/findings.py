"""What a form says about a plan while it is typed: who is free, who is qualified, and what is planned besides."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from training.core.kinds import StatusKind
from training.core.words import duration, time_range
from training.models import Course, CourseVersion, Session, Trainer, TrainerQualification, Venue
from training.policies import sessions as policies
from training.policies.sessions import Overlap
from training.selectors.availability import overlapping
from training.selectors.classes import MeetingOverlap, meetings_at
from training.selectors.courses import published_version

WORST_FIRST = (StatusKind.BAD, StatusKind.WARN, StatusKind.OK)


@dataclass(frozen=True)
class Finding:
    """One sentence about a plan, and the session that it names; None where it names none."""

    kind: StatusKind
    text: str
    session: Session | None = None


def findings(
    *,
    course_id: int | None = None,
    trainer_id: int | None = None,
    venue_id: int | None = None,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    exclude_session_id: int | None = None,
    now: datetime,
) -> list[Finding]:
    """Return what S2 and S4 say about a plan, the worst first; of each kind the trainer before the venue.

    Nothing is said about what is not typed yet. At most eight queries.

    Args:
        exclude_session_id: the session that is being planned; None for a new one.
    """
    trainer = Trainer.objects.filter(pk=trainer_id).first() if trainer_id else None
    venue = Venue.objects.filter(pk=venue_id).first() if venue_id else None
    version = published_version(course_id) if course_id else None
    found: list[Finding] = []
    if start_time is not None:
        found += _past(start_time, now)
        if version is not None and trainer is not None:
            found.append(_qualification(trainer, version.course, start_time))
    if start_time is not None and end_time is not None:
        found += _occupation(start_time, end_time, trainer, venue, exclude_session_id)
        found += _length(start_time, end_time, version)
    return sorted(found, key=lambda finding: WORST_FIRST.index(finding.kind))


def _qualification(trainer: Trainer, course: Course, start: datetime) -> Finding:
    qualification = TrainerQualification.objects.filter(trainer=trainer, course=course).first()
    try:
        policies.check_qualified(trainer, course, qualification, localdate(start))
    except policies.NotPlannable as refusal:
        return Finding(StatusKind.BAD, str(refusal))
    return Finding(StatusKind.OK, _("%(name)s is qualified for %(code)s.") % {"name": trainer, "code": course})


def _occupation(
    start: datetime, end: datetime, trainer: Trainer | None, venue: Venue | None, exclude_session_id: int | None
) -> list[Finding]:
    """Return whether trainer and venue are booked (S2), needed by other drafts or classes (S4), or free."""
    trainer_id, venue_id = trainer.pk if trainer else None, venue.pk if venue else None
    overlaps = overlapping(
        start=start,
        end=end,
        trainer_id=trainer_id,
        venue_id=venue_id,
        exclude_session_id=exclude_session_id,
        statuses=(Session.Status.SCHEDULED, Session.Status.COMPLETED, Session.Status.DRAFT),
    )
    meetings = meetings_at(start=start, end=end, trainer_id=trainer_id, venue_id=venue_id)
    found = []
    for overlap in overlaps:
        is_tentative = overlap.session.status == Session.Status.DRAFT
        status = StatusKind.WARN if is_tentative else StatusKind.BAD
        found.append(Finding(status, policies.overlap_sentence(overlap), overlap.session))
    found += [Finding(StatusKind.WARN, _meeting_sentence(meeting)) for meeting in meetings]
    occupied = {*(each.kind for each in overlaps), *(each.kind for each in meetings)}
    for kind, resource in ((Overlap.Kind.TRAINER, trainer), (Overlap.Kind.VENUE, venue)):
        if resource is not None and kind not in occupied:
            found.append(Finding(StatusKind.OK, _("%(name)s is free.") % {"name": resource}))
    return found


def _meeting_sentence(overlap: MeetingOverlap) -> str:
    training_class = overlap.meeting.training_class
    words = {
        "agent": training_class.agent,
        "venue": training_class.venue,
        "class": training_class,
        "time": time_range(overlap.start, overlap.end),
    }
    if overlap.kind == Overlap.Kind.TRAINER:
        return _("%(agent)s also teaches class %(class)s on %(time)s.") % words
    return _("%(venue)s also holds class %(class)s on %(time)s.") % words


def _length(start: datetime, end: datetime, version: CourseVersion | None) -> list[Finding]:
    """Return a warning if the session is planned shorter than the course lasts."""
    minutes = int((end - start).total_seconds()) // 60
    if version is None or not 0 < minutes < version.duration_minutes:
        return []
    words = {"course": duration(version.duration_minutes), "planned": duration(minutes)}
    return [Finding(StatusKind.WARN, _("The course lasts %(course)s; %(planned)s are planned.") % words)]


def _past(start: datetime, now: datetime) -> list[Finding]:
    if start >= now:
        return []
    return [Finding(StatusKind.WARN, _("This time has passed. That is allowed, to record what was held."))]
