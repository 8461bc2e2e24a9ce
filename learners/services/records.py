"""Revoking training records, which is all that can happen to them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, Revocation, TrainingRecord
from learners.services.compliance import recalculate
from learners.services.learners import lock_learner
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import Conflict, check_found, check_reason
from training.core.transactions import acting
from training.core.words import day


class AlreadyRevoked(Conflict):
    """The record or sign-off is revoked already (409)."""


def revoke_record(*, record_id: int, reason: str, by: User, now: datetime) -> Revocation:
    """Revoke a record: it counts for nothing from now on, and stays visible (R2). Compliance follows at once (F6).

    With a record that a practical sign-off has made, the sign-off is revoked too (V2).

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such record.
        AlreadyRevoked: it was revoked before; the sentence says by whom and when.
    """
    check_may(by, Permission.REVOKE)
    reason = check_reason(reason, _("Say why this record is revoked."))
    with acting(by):
        record = check_found(TrainingRecord.objects.filter(pk=record_id).first(), _("There is no such record."))
        lock_learner(learner_id=record.learner_id)
        check_not_revoked(record)
        today = timezone.localdate(now)
        facts: dict[str, Any] = {"reason": reason, "revoked_at": now, "revoked_on": today, "revoked_by": by}
        revocation = Revocation.objects.create(record=record, **facts)
        sign_off = CompetencyRecord.objects.filter(training_record=record, revoked_at__isnull=True).first()
        if sign_off is not None:
            Revocation.objects.create(competency_record=sign_off, **facts)
        recalculate(learner_ids=[record.learner_id], course_id=record.course_id, today=today, now=now)
        return revocation


def check_not_revoked(record: TrainingRecord) -> None:
    """R2: a record is revoked once.

    Raises:
        AlreadyRevoked: it was before; the sentence says by whom and when.
    """
    revocation = Revocation.objects.select_related("revoked_by").filter(record=record).first()
    if revocation is not None:
        who = name_of(revocation.revoked_by)
        raise AlreadyRevoked(
            _("This record was revoked already, by %(who)s on %(day)s.")
            % {"who": who, "day": day(revocation.revoked_on)}
        )
