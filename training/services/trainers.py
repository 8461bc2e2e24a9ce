"""Trainers, and the courses that they are qualified for.

Every writer locks the trainer, as scheduling a session does: a qualification that it has checked still holds when the
session is written (S2).
"""

from datetime import date, datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound, check_found
from training.core.transactions import acting
from training.models import Trainer, TrainerQualification
from training.services.library_rows import create_row, edit_row, write_row


class TrainerFacts(TypedDict, total=False):
    """What is known of a trainer. A field left out stays as it is.

    `company_id` is needed by an external trainer; `user_id` is the login of a trainer who marks attendance.
    """

    first_name: str
    last_name: str
    kind: str
    company_id: int | None
    email: str
    phone: str
    user_id: int | None
    is_active: bool


class QualificationFacts(TypedDict, total=False):
    """What is known of a qualification. A field left out stays as it is; both days count, None is without limit."""

    certificate_number: str
    valid_from: date | None
    valid_until: date | None


def create_trainer(*, facts: TrainerFacts, by: User) -> Trainer:
    """Add a trainer, who is offered for the courses that qualifications are added for.

    Raises:
        NotPermitted, Invalid: as `create_row`.
    """
    return create_row(Trainer(), facts, by=by)


def edit_trainer(*, trainer_id: int, facts: TrainerFacts, by: User, loaded: datetime | None = None) -> Trainer:
    """Change a trainer. An inactive one is offered for nothing new; what is booked stays.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
    """
    missing = _("There is no such trainer.")
    return edit_row(Trainer.objects.all(), trainer_id, facts, missing=missing, by=by, loaded=loaded)


def add_qualification(*, trainer_id: int, course_id: int, facts: QualificationFacts, by: User) -> TrainerQualification:
    """Say that a trainer may teach a course.

    Raises:
        NotPermitted: not granted.
        NotFound: there is no such trainer.
        Invalid: the trainer has one for this course already, or it would end before it begins.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        trainer = _lock_trainer(trainer_id)
        return write_row(TrainerQualification(trainer=trainer, course_id=course_id), facts, by=by)


def edit_qualification(
    *, qualification_id: int, facts: QualificationFacts, by: User, loaded: datetime | None = None
) -> TrainerQualification:
    """Change the certificate or the days of a qualification; what is booked stays, as with `remove_qualification`.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted: not granted.
        NotFound: there is no such qualification.
        Stale: somebody else was faster.
        Invalid: it would end before it begins.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(_lock_qualification(qualification_id), facts, by=by, loaded=loaded)


def remove_qualification(*, qualification_id: int, by: User) -> Trainer:
    """Withdraw a qualification at once, even while sessions rely on it; the audit trail keeps it.

    Somebody who lost a certificate must not be booked again because of a session in three weeks. Sessions that are
    scheduled stay so, are named on the trainer's page, and need another trainer at their next edit (S3).

    Raises:
        NotPermitted: not granted.
        NotFound: there is no such qualification.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        qualification = _lock_qualification(qualification_id)
        qualification.delete()
        return qualification.trainer


def _lock_trainer(trainer_id: int) -> Trainer:
    return check_found(
        Trainer.objects.select_for_update(no_key=True).filter(pk=trainer_id).first(), _("There is no such trainer.")
    )


def _lock_qualification(qualification_id: int) -> TrainerQualification:
    """Lock the trainer of a qualification, and read it as it is then."""
    trainer_id = TrainerQualification.objects.filter(pk=qualification_id).values_list("trainer_id", flat=True).first()
    if trainer_id is not None:
        trainer = _lock_trainer(trainer_id)
        qualification = trainer.qualifications.filter(pk=qualification_id).first()
        if qualification is not None:
            return qualification
    raise NotFound(_("There is no such qualification; it may have been removed."))
