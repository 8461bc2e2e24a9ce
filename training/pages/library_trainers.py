"""Trainers as the library shows them: the list with their load, and one trainer with the qualifications."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from training.core.groups import TRAINERS
from training.core.kinds import StatusKind
from training.core.refusals import check_found
from training.models import Session, Trainer, TrainerQualification
from training.pages.library_lists import coming_sessions
from training.policies.sessions import allows, check_qualified
from training.selectors.availability import booked_minutes
from training.selectors.courses import course_title


@dataclass(frozen=True)
class TrainerLine:
    """A trainer of the list.

    Attributes:
        valid: the number of qualifications that count today.
        lapsed: the number of those that do not.
        booked_minutes: the load of this week, in minutes (S6).
        courses: the codes of all courses that somebody may teach or might, whatever the dates.
    """

    trainer: Trainer
    valid: int
    lapsed: int
    booked_minutes: int
    courses: Sequence[str]


@dataclass(frozen=True)
class QualificationLine:
    """A qualification with the title of its course, its status today, and the coming sessions that rely on it."""

    qualification: TrainerQualification
    title: str
    kind: StatusKind
    word: str
    relying: Sequence[Session]


def trainer_lines(trainers: Iterable[Trainer], *, today: date) -> list[TrainerLine]:
    """Return the lines of one page of the list, in three queries."""
    rows = list(trainers)
    held: dict[int, list[TrainerQualification]] = {}
    teachable = _teachable(TrainerQualification.objects.filter(trainer__in=rows)).select_related("course")
    for each in teachable.order_by("course__code"):
        held.setdefault(each.trainer_id, []).append(each)
    minutes = booked_minutes(trainer_ids=[trainer.pk for trainer in rows], week_of=today)
    lines = []
    for trainer in rows:
        qualifications = held.get(trainer.pk, [])
        valid = sum(_is_valid(each, today) for each in qualifications)
        codes = [each.course.code for each in qualifications]
        lines.append(TrainerLine(trainer, valid, len(qualifications) - valid, minutes[trainer.pk], codes))
    return lines


def get_trainer(pk: int) -> Trainer:
    """Return a trainer with company and login.

    Raises:
        NotFound: there is no such trainer.
    """
    return check_found(
        Trainer.objects.select_related("company", "user").filter(pk=pk).first(), _("There is no such trainer.")
    )


def get_qualification(pk: int) -> TrainerQualification:
    """Return a qualification with its trainer and course.

    Raises:
        NotFound: there is no such qualification.
    """
    return check_found(
        TrainerQualification.objects.select_related("trainer", "course").filter(pk=pk).first(),
        _("There is no such qualification; it may have been removed."),
    )


def qualification_lines(
    trainer: Trainer, *, coming: Sequence[Session], today: date, warning_days: int
) -> list[QualificationLine]:
    """Return the qualifications of a trainer, by course code, in one query.

    Args:
        coming: the trainer's scheduled sessions that have not ended.
        warning_days: how many days before its last day a qualification is shown as ending.
    """
    held = _teachable(trainer.qualifications.all()).select_related("course").annotate(title=course_title())
    return [
        QualificationLine(each, each.title or "", *_status(each, today, warning_days), relying=relying_on(each, coming))
        for each in held.order_by("course__code")
    ]


def relying_on(qualification: TrainerQualification, coming: Iterable[Session]) -> list[Session]:
    """Return those of the trainer's coming sessions for which this qualification counts."""
    return [
        session
        for session in coming
        if session.course_id == qualification.course_id
        and session.trainer_id == qualification.trainer_id
        and session.start_time is not None
        and _is_valid(qualification, localdate(session.start_time))
    ]


def unqualified_for(trainer: Trainer, coming: Sequence[Session]) -> list[Session]:
    """Return the coming sessions on whose day the trainer is not, or no longer, qualified.

    The trainer was qualified when they were scheduled. The next edit of each will ask for another trainer (S3).
    """
    held = {each.course_id: each for each in trainer.qualifications.all()} if coming else {}
    return [
        session
        for session in coming
        if session.start_time is not None
        and not allows(
            check_qualified, trainer, session.course, held.get(session.course_id), localdate(session.start_time)
        )
    ]


def bookings_of(trainer: Trainer, *, now: datetime) -> list[Session]:
    """Return the trainer's scheduled sessions that have not ended, earliest first."""
    return list(coming_sessions(trainer_id=trainer.pk, now=now))


def logins_for(trainer: Trainer | None) -> QuerySet[User]:
    """Return the logins that a trainer can be given: active ones of the trainers' group that no other trainer has.

    Args:
        trainer: whose present login is among them as well; None for a new trainer.
    """
    free = Q(is_active=True, groups__name=TRAINERS, trainer__isnull=True)
    present = Q(pk=trainer.user_id) if trainer is not None and trainer.user_id else Q()
    return User.objects.filter(free | present).distinct().order_by("last_name", "username")


def _teachable(qualifications: QuerySet[TrainerQualification]) -> QuerySet[TrainerQualification]:
    """Return `qualifications` without those of deleted courses."""
    return qualifications.filter(course__deleted_at__isnull=True)


def _is_valid(qualification: TrainerQualification, on: date) -> bool:
    begins, ends = qualification.valid_from, qualification.valid_until
    return (begins is None or begins <= on) and (ends is None or on <= ends)


def _status(qualification: TrainerQualification, today: date, warning_days: int) -> tuple[StatusKind, str]:
    """Return the kind and the word of the status of a qualification."""
    begins, ends = qualification.valid_from, qualification.valid_until
    if ends is not None and ends < today:
        return StatusKind.BAD, _("Expired")
    if begins is not None and today < begins:
        return StatusKind.NONE, _("Not yet")
    if ends is not None and (ends - today).days <= warning_days:
        return StatusKind.WARN, _("Ending")
    return StatusKind.OK, _("Valid")
