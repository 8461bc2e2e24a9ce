"""Practical sign-offs: given or refused, revoked, and tried again (V1, V2).

The database freezes a sign-off once it is decided (`0016_squashed_guards`); from then on only a revocation changes it.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import File
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.evidence.incoming import received
from learners.evidence.store import StoredFile, store
from learners.models import AssessmentMethod, CompetencyRecord, EvidenceUpload, Revocation, TrainingRecord
from learners.policies.records import expiry_date
from learners.policies.sign_offs import (
    Assessment,
    NotAssessable,
    check_assessment,
    check_can_repeat,
    check_no_record,
    check_pending,
    check_training_date,
)
from learners.services.compliance import recalculate
from learners.services.locks import lock_people
from learners.services.records import AlreadyRevoked
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import NotFound, check_reason
from training.core.transactions import acting
from training.core.words import day
from training.selectors.site import site_identity


def sign_off(
    *,
    record_ids: Collection[int],
    assessment: Assessment,
    proof: Sequence[File] = (),
    by: User,
    now: datetime,
) -> list[CompetencyRecord]:
    """Sign off one practical skill, or several alike: all of them or none (V1).

    Competent makes a PASSED record with the day of the training and the validity of the version that was taught. The
    sheet of the session proves it, or `proof` does. If a record of this worker and session was revoked, the new one
    supersedes it (F9). Not competent makes no record. Compliance is brought up to date at once (C6).

    Args:
        record_ids: keys of sign-offs that are owed.
        proof: one PDF, JPEG or PNG, or several pictures, which prove the skill instead of the session's sheet.

    Returns:
        the sign-offs, the oldest training first.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: one of them does not exist.
        NotAssessable: method, date or remarks are missing or cannot be right; `errors` names the fields.
        AlreadySignedOff, HasRecord: some cannot be decided any more (409); the sentence names them.
        EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the proof cannot be used.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: the site cannot take the proof at the moment.
    """
    check_may(by, Permission.VERIFY)
    today = timezone.localdate(now)
    if not record_ids:
        raise NotAssessable(_("Tick the workers who are signed off."))
    check_assessment(assessment, offers_proof=bool(proof), today=today)
    if proof:
        _check_all(_found(record_ids), assessment)  # before a file is stored for nothing
    stored, name = _store(proof)
    with acting(by, outermost=True):
        records = _lock(record_ids)
        _check_all(records, assessment)
        method = _method(assessment)
        made = _make_records(records, stored=stored, by=by, now=now) if assessment.is_competent else []
        if stored is not None:
            _link(made, stored=stored, name=name, by=by, now=now)
        for record in records:
            record.status = assessment.result
            record.method = method
            record.assessed_by = by
            record.assessed_on = assessment.assessed_on or today
            record.assessed_at = now
            record.remarks = assessment.remarks.strip() or record.remarks
        for record, training_record in zip(records, made, strict=False):
            record.training_record = training_record
        CompetencyRecord.objects.bulk_update(
            records, ["status", "method", "assessed_by", "assessed_on", "assessed_at", "remarks", "training_record"]
        )
        _judge_anew(records, now=now)
    return records


def revoke_sign_off(*, record_id: int, reason: str, by: User, now: datetime) -> CompetencyRecord:
    """Revoke a sign-off and the record that it made: both count for nothing from now on, and stay visible (V2).

    A sign-off that is still owed can be revoked as well, and leaves the queue; so can a failed attempt.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such sign-off.
        AlreadyRevoked: it was revoked before; the sentence says by whom and when.
    """
    check_may(by, Permission.REVOKE)
    reason = check_reason(reason, _("Say why this sign-off is revoked."))
    with acting(by):
        (record,) = _lock([record_id])
        if record.revoked_at is not None:
            raise AlreadyRevoked(
                _("This sign-off was revoked already, by %(who)s on %(day)s.")
                % {"who": name_of(record.revocation.revoked_by), "day": day(record.revocation.revoked_on)}
            )
        facts = {"reason": reason, "revoked_at": now, "revoked_on": timezone.localdate(now), "revoked_by": by}
        Revocation.objects.create(competency_record=record, **facts)
        made = record.training_record
        if made is not None and not Revocation.objects.filter(record=made).exists():
            Revocation.objects.create(record=made, **facts)
        record.revoked_at = now  # the trigger `competency_revocation_marks_it` has written it already
        _judge_anew([record], now=now)
    return record


def open_further_attempt(*, record_id: int, by: User, now: datetime) -> CompetencyRecord:
    """Put a worker into the queue once more, after Not competent or a revoked sign-off (V2).

    Args:
        record_id: the attempt that is repeated; the further one has the same training and evidence.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such sign-off.
        NoFurtherAttempt: an attempt is open or signed off as competent, or this one was never signed off.
        HasRecord: the worker has a record of that session that counts.
    """
    check_may(by, Permission.VERIFY)
    with acting(by):
        (record,) = _lock([record_id])
        attempts = list(CompetencyRecord.objects.filter(session=record.session_id, learner=record.learner_id))
        check_can_repeat(record, attempts=attempts)
        check_no_record([record], standing=_records_of_pairs([record]).filter(revocation__isnull=True))
        further = CompetencyRecord.objects.create(
            learner_id=record.learner_id,
            course_id=record.course_id,
            course_version_id=record.course_version_id,
            session_id=record.session_id,
            attempt=max(each.attempt for each in attempts) + 1,
            training_date=record.training_date,
            trainer_name=record.taught_by,
            company_name=record.company_name,
            role_title=record.role_title,
            evidence_file_key=record.evidence_file_key,
            evidence_hash=record.evidence_hash,
            created_at=now,
            created_by=by,
        )
        _judge_anew([further], now=now)
    return further


def _found(record_ids: Collection[int]) -> list[CompetencyRecord]:
    """Return these sign-offs with everything that the rules and their sentences need, the oldest training first.

    Raises:
        NotFound: one of them does not exist.
    """
    related = ("course", "course_version", "assessed_by", "revocation__revoked_by", "training_record")
    records = CompetencyRecord.objects.filter(pk__in=record_ids)
    records = records.select_related("learner", "session__trainer", *related)
    found = list(records.order_by("training_date", "pk"))
    if len(found) != len(set(record_ids)):
        raise NotFound(_("There is no such practical sign-off. Reload the page and choose again."))
    return found


def _lock(record_ids: Collection[int]) -> list[CompetencyRecord]:
    """Lock the workers and those into whom they were merged, then the sign-offs, each by key; return the sign-offs.

    Whoever makes a record or a sign-off locks its worker. So what is read afterwards cannot change.
    """
    of_records = CompetencyRecord.objects.filter(pk__in=record_ids)
    lock_people(of_records.values_list("learner", flat=True))
    list(of_records.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return _found(record_ids)


def _check_all(records: Sequence[CompetencyRecord], assessment: Assessment) -> None:
    check_pending(records)
    check_training_date(records, assessed_on=assessment.assessed_on)
    check_no_record(records, standing=_records_of_pairs(records).filter(revocation__isnull=True))


def _method(assessment: Assessment) -> AssessmentMethod | None:
    """Return the chosen method, None where none was chosen.

    Raises:
        NotAssessable: it is not in use any more.
    """
    if assessment.method_id is None:
        return None
    method = AssessmentMethod.objects.filter(pk=assessment.method_id, is_active=True).first()
    if method is None:
        message = _("This method is not offered any more. Choose another one.")
        raise NotAssessable.of_fields({"method": [message]})
    return method


def _store(proof: Sequence[File]) -> tuple[StoredFile | None, str]:
    """Store the proof, and return it with the name under which it was sent; None and "" where there is no proof."""
    if not proof:
        return None, ""
    with received(proof) as document:
        return store(document=document, site=site_identity()), document.name


def _records_of_pairs(records: Sequence[CompetencyRecord]) -> QuerySet[TrainingRecord]:
    """Return the records of the same workers from the same sessions."""
    pairs = Q(*(Q(session=record.session_id, learner=record.learner_id) for record in records), _connector=Q.OR)
    return TrainingRecord.objects.filter(pairs)


def _make_records(
    records: Sequence[CompetencyRecord], *, stored: StoredFile | None, by: User, now: datetime
) -> list[TrainingRecord]:
    """Write a PASSED record for each sign-off, and return them in the same order."""
    replaced = {
        (each.session_id, each.learner_id): each.pk
        for each in _records_of_pairs(records).filter(superseded_by__isnull=True)  # they are revoked: it was checked
    }
    return TrainingRecord.objects.bulk_create(
        TrainingRecord(
            learner_id=record.learner_id,
            course_id=record.course_id,
            course_version_id=record.course_version_id,
            completion_date=record.training_date,
            expiry_date=expiry_date(record.training_date, validity_months=record.course_version.validity_months),
            result=TrainingRecord.Result.PASSED,
            session_id=record.session_id,
            evidence_file_key=stored.key if stored else record.evidence_file_key,
            evidence_hash=stored.sha256 if stored else record.evidence_hash,
            supersedes_id=replaced.get((record.session_id, record.learner_id)),
            course_title=record.course_version.title,
            trainer_name=record.taught_by,
            company_name=record.company_name,
            role_title=record.role_title,
            created_at=now,
            created_by=by,
        )
        for record in records
    )


def _link(made: Sequence[TrainingRecord], *, stored: StoredFile, name: str, by: User, now: datetime) -> None:
    """Write an upload of the file for each of these records."""
    EvidenceUpload.objects.bulk_create(
        EvidenceUpload(
            record=record,
            **asdict(stored),
            original_name=name,
            uploaded_by=by,
            uploaded_at=now,
        )
        for record in made
    )


def _judge_anew(records: Sequence[CompetencyRecord], *, now: datetime) -> None:
    """Bring the answers of these workers up to date (C6), of a single course if only one is concerned."""
    courses = {record.course_id for record in records}
    recalculate(
        learner_ids={record.learner_id for record in records},
        course_id=courses.pop() if len(courses) == 1 else None,
        today=timezone.localdate(now),
        now=now,
    )
