"""Signs off practical skills some days after the theory, and revokes a few records."""

import random
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from config.demo.library import Library
from learners.models import CompetencyRecord, TrainingRecord
from learners.policies.records import expiry_date
from learners.services.records import revoke_record
from training.core.audit_context import as_command

LONGEST_WAIT_DAYS = 35
WHY_NOT_COMPETENT = (
    "Did not check the anchor point before starting.",
    "Needed help with the sequence; to be repeated after practice.",
    "Wrong torque on two of eight bolts.",
    "Mask not tight after the second attempt.",
)
WHY_REVOKED = (
    "Signed for a colleague; the gate log shows that the worker was not on site.",
    "Certificate number unknown to the training centre.",
    "Wrong person: same name, other badge.",
    "Test paper found to be copied.",
)


def sign_off(
    rng: random.Random,
    library: Library,
    not_competent: Collection[tuple[int, int]],
    *,
    assessors: list[User],
    today: date,
) -> None:
    """Sign off what has waited long enough (V1); the rest stays in the queue.

    Args:
        not_competent: session and worker of those who did not show the skill.
    """
    pending = CompetencyRecord.objects.filter(status=CompetencyRecord.Status.PENDING_VERIFICATION)
    assessed, records = [], []
    for sign_off in pending.select_related("course_version").order_by("training_date", "pk"):
        day = sign_off.training_date + timedelta(days=rng.randint(2, LONGEST_WAIT_DAYS))
        if day >= today:
            continue
        sign_off.assessed_by = rng.choice(assessors)
        sign_off.assessed_on = day
        sign_off.assessed_at = datetime.combine(day, time(15, rng.randint(0, 59)), timezone.get_default_timezone())
        sign_off.method = rng.choice(library.methods)
        if (sign_off.session_id, sign_off.learner_id) in not_competent:
            sign_off.status = CompetencyRecord.Status.NOT_COMPETENT
            sign_off.remarks = rng.choice(WHY_NOT_COMPETENT)
        else:
            sign_off.status = CompetencyRecord.Status.COMPETENT
            sign_off.training_record = _record(sign_off)
            records.append(sign_off.training_record)
        assessed.append(sign_off)
    TrainingRecord.objects.bulk_create(records, batch_size=2000)
    CompetencyRecord.objects.bulk_update(
        assessed,
        ["status", "assessed_by", "assessed_on", "assessed_at", "method", "remarks", "training_record"],
        batch_size=500,
    )


def _record(sign_off: CompetencyRecord) -> TrainingRecord:
    """Return the record that a sign-off makes: of the day of the training, with the session's sheet."""
    version = sign_off.course_version
    assert sign_off.assessed_at is not None and sign_off.assessed_by is not None  # noqa: S101, PT018  # just assessed
    return TrainingRecord(
        learner_id=sign_off.learner_id,
        course_id=sign_off.course_id,
        course_version=version,
        completion_date=sign_off.training_date,
        expiry_date=expiry_date(sign_off.training_date, validity_months=version.validity_months),
        result=TrainingRecord.Result.PASSED,
        session_id=sign_off.session_id,
        evidence_file_key=sign_off.evidence_file_key,
        evidence_hash=sign_off.evidence_hash,
        course_title=version.title,
        trainer_name=sign_off.trainer_name,
        company_name=sign_off.company_name,
        role_title=sign_off.role_title,
        created_at=sign_off.assessed_at,
        created_by=sign_off.assessed_by,
    )


def revoke_a_few(rng: random.Random, *, by: User, now: datetime) -> None:
    """Revoke one record for each reason (R2)."""
    today = timezone.localdate(now)
    candidates = list(
        TrainingRecord.objects.filter(
            result=TrainingRecord.Result.PASSED,
            completion_date__range=(today - timedelta(days=200), today - timedelta(days=30)),
        ).order_by("completion_date", "learner__badge_id", "course__code")
    )
    chosen = rng.sample(candidates, min(len(WHY_REVOKED), len(candidates)))
    for record, reason in zip(chosen, WHY_REVOKED, strict=False):
        with as_command("demo", by=by):
            revoke_record(record_id=record.pk, reason=reason, by=by, now=now - timedelta(days=rng.randint(1, 25)))
