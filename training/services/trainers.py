"""Trainers, and the courses for which they are qualified.

Every service locks the trainer, as scheduling a session does. So a qualification that was checked for a session still
counts when the session is written (S2).
"""

from datetime import date, datetime
from functools import partial
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound, check_found
from training.core.transactions import acting
from training.models import Trainer, TrainerQualification
from training.services.library_rows import create_row, edit_row, write_row
from training.services.names import check_trainer_name


class TrainerFacts(TypedDict, total=False):
    """What is known of a trainer. A field that is left out stays as it is.

    An external trainer needs `company_id`; `user_id` is the login of a trainer who marks attendance.
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
    """What is known of a qualification. A field that is left out stays as it is.

    It counts from the first through the last day; None means that there is no such limit.
    """

    certificate_number: str
    valid_from: date | None
    valid_until: date | None


def create_trainer(*, facts: TrainerFacts, by: User, confirmed: str | None = "") -> Trainer:
    """Add a trainer, who is offered for courses once qualifications are added.

    Args:
        confirmed: the word of the question that the person confirmed (`training.core.questions`).

    Raises:
        NotPermitted, Invalid: as `create_row`.
        ConfirmationNeeded: there is a trainer of this name, or it has letters that only look Latin (L4, 409).
    """
    return create_row(Trainer(), facts, by=by, check=partial(check_trainer_name, confirmed=confirmed))


def edit_trainer(
    *,
    trainer_id: int,
    facts: TrainerFacts,
    by: User,
    loaded: datetime | None = None,
    confirmed: str | None = "",
) -> Trainer:
    """Change a trainer. An inactive one is offered for nothing new; what is booked stays.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.
        confirmed: as for `create_trainer`.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
        ConfirmationNeeded: as `create_trainer`, if the name changes.
    """
    check = partial(check_trainer_name, confirmed=confirmed)
    missing = _("There is no such trainer.")
    return edit_row(Trainer.objects.all(), trainer_id, facts, missing=missing, by=by, loaded=loaded, check=check)


def create_qualification(
    *, trainer_id: int, course_id: int, facts: QualificationFacts, by: User
) -> TrainerQualification:
    """Say that a trainer may teach a course.

    Raises:
        NotPermitted: the person may not do this.
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
        loaded: `updated_at` of the qualification when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such qualification.
        Stale: somebody else was faster.
        Invalid: it would end before it begins.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(_lock_qualification(qualification_id), facts, by=by, loaded=loaded)


def remove_qualification(*, qualification_id: int, by: User) -> Trainer:
    """Withdraw a qualification at once, even while sessions rely on it. The audit trail keeps it.

    A trainer who has lost a certificate must not be booked again, even if a session in three weeks still needs one.
    Scheduled sessions stay as they are; the page of the trainer names them, and their next edit asks for another
    trainer (S3).

    Raises:
        NotPermitted: the person may not do this.
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
    """Lock the trainer of a qualification, and return the qualification as it is under the lock.

    Raises:
        NotFound: there is no such qualification.
    """
    trainer_id = TrainerQualification.objects.filter(pk=qualification_id).values_list("trainer_id", flat=True).first()
    if trainer_id is not None:
        trainer = _lock_trainer(trainer_id)
        qualification = trainer.qualifications.filter(pk=qualification_id).first()
        if qualification is not None:
            return qualification
    raise NotFound(_("There is no such qualification; it may have been removed."))
