"""Training given elsewhere, recorded by hand with its certificate (R1)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.evidence.incoming import Document, received
from learners.evidence.store import StoredFile, store
from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.policies.records import check_external_dates
from learners.selectors.employment import employment_on
from learners.selectors.learners import ids_of_person
from learners.services.compliance import recalculate
from learners.services.learners import lock_learner
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import Conflict, Invalid, check_found
from training.core.transactions import acting
from training.core.words import day, moment
from training.models import Company, CourseVersion
from training.selectors.courses import published_version
from training.selectors.site import site_identity


class ExternalTraining(TypedDict):
    """What the certificate says.

    `expiry_date` is its last valid day, which may lie in the past; None if it does not expire. `result` is FAILED where
    somebody else has tested a worker who did not pass: that grants nothing and takes nothing away (C2).
    """

    course_id: int
    provider_id: int
    completion_date: date
    expiry_date: date | None
    result: str
    comments: str


class NotOffered(Invalid):
    """The course has no published version, or the provider is unknown or inactive (400); `errors` names the field."""


class IsMerged(Conflict):
    """The worker was merged into another one, for whom the record has to be entered (409)."""


class RecordedAlready(Conflict):
    """The person has an unrevoked record of this course, provider and day (409); the sentence says since when."""


def record_external(
    *, learner_id: int, training: ExternalTraining, files: Sequence[File], by: User, now: datetime
) -> TrainingRecord:
    """Write a record of training that was given elsewhere, and bring compliance up to date (R1, C6).

    First the proof is checked, hashed, stored and read back (E1, E2); then record and proof are written in one short
    transaction. If the same form is sent again, it is refused, because the record is there.

    Args:
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF (E7).

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such worker.
        IsMerged, RecordedAlready: 409.
        NotOffered, CompletionAhead, ExpiryTooEarly, ExpiryOfFailed: 400; `errors` names the field.
        NothingSent, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the files cannot be used.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: the site cannot take the files at the moment.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    learner = check_found(Learner.objects.filter(pk=learner_id).first(), _("There is no such worker."))
    today = timezone.localdate(now)
    _check(learner, training, today=today)
    with received(files) as document:
        stored = store(document=document, site=site_identity())
    # Outermost, so that no caller can have a transaction open while the store is asked.
    with acting(by, outermost=True):
        learner = lock_learner(learner_id=learner_id)
        version, provider = _check(learner, training, today=today)
        record = _write_record(learner, version, provider, training, stored=stored, by=by, now=now)
        _write_proof(record, stored=stored, document=document, by=by, now=now)
        recalculate(learner_ids=[learner.pk], course_id=version.course_id, today=today, now=now)
    return record


def _check(learner: Learner, training: ExternalTraining, *, today: date) -> tuple[CourseVersion, Company]:
    """Return the version and the provider for the record.

    Raises:
        IsMerged, RecordedAlready, NotOffered, CompletionAhead, ExpiryTooEarly, ExpiryOfFailed: as `record_external`.
    """
    if learner.merged_into is not None:
        raise IsMerged(
            _("Badge %(badge)s was merged into %(survivor)s. Enter the record there.")
            % {"badge": learner.badge_id, "survivor": learner.merged_into}
        )
    version = published_version(training["course_id"])
    if version is None or version.course.deleted_at is not None:
        raise NotOffered.of_fields(
            {"course": [_("This course has no published version. Choose another, or publish it.")]}
        )
    provider = Company.objects.filter(pk=training["provider_id"], is_active=True).first()
    if provider is None:
        raise NotOffered.of_fields({"provider": [_("This company is not offered any more. Choose another provider.")]})
    check_external_dates(training["completion_date"], training["expiry_date"], result=training["result"], today=today)
    _check_is_new(learner, training)
    return version, provider


def _check_is_new(learner: Learner, training: ExternalTraining) -> None:
    """Refuse a second record of the same course, provider and day: it would be the same form, sent again.

    Raises:
        RecordedAlready: there is one that is not revoked.
    """
    same = TrainingRecord.objects.filter(
        learner__in=ids_of_person(learner),
        course=training["course_id"],
        provider=training["provider_id"],
        completion_date=training["completion_date"],
        revocation__isnull=True,
    )
    found = same.select_related("created_by").first()
    if found is not None:
        raise RecordedAlready(
            _(
                "%(course)s of %(day)s was recorded already, by %(who)s on %(when)s. "
                "If that record is wrong, have an administrator revoke it first."
            )
            % {
                "course": found.course_title,
                "day": day(found.completion_date),
                "who": name_of(found.created_by),
                "when": moment(found.created_at),
            }
        )


def _write_record(
    learner: Learner,
    version: CourseVersion,
    provider: Company,
    training: ExternalTraining,
    *,
    stored: StoredFile,
    by: User,
    now: datetime,
) -> TrainingRecord:
    return TrainingRecord.objects.create(
        learner=learner,
        course_id=version.course_id,
        course_version=version,
        completion_date=training["completion_date"],
        expiry_date=training["expiry_date"],
        result=training["result"],
        provider=provider,
        evidence_file_key=stored.key,
        evidence_hash=stored.sha256,
        comments=training["comments"].strip(),
        course_title=version.title,
        created_at=now,
        created_by=by,
        **employment_on(learner, training["completion_date"])._asdict(),
    )


def _write_proof(record: TrainingRecord, *, stored: StoredFile, document: Document, by: User, now: datetime) -> None:
    EvidenceUpload.objects.create(
        record=record,
        **asdict(stored),
        original_name=document.name,
        uploaded_by=by,
        uploaded_at=now,
    )
