"""Training given elsewhere, recorded by hand with its certificate (R1): one, or many at once (I12)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.evidence.incoming import received
from learners.evidence.store import StoredFile, store
from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.policies.records import check_external_dates
from learners.selectors.employment import careers_of
from learners.selectors.learners import person_of, rows_of_people
from learners.services.compliance import recalculate
from learners.services.locks import lock_people
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import Conflict, Invalid, NotFound, Refusal
from training.core.transactions import acting
from training.core.words import day, moment
from training.models import Company, CourseVersion
from training.selectors.courses import published_versions
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


@dataclass(frozen=True)
class Claim:
    """What a certificate says about a worker, before it is a record."""

    learner_id: int
    training: ExternalTraining


@dataclass(frozen=True)
class ProvenClaim:
    """A claim with its proof, which is stored already; `name` is that of the file, as the person has named it."""

    claim: Claim
    stored: StoredFile
    name: str


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
    claim = Claim(learner_id, training)
    ClaimChecker([claim], today=timezone.localdate(now)).check(claim)
    with received(files) as document:
        stored = store(document=document, site=site_identity())
    # Outermost, so that no caller can have a transaction open while the store is asked.
    with acting(by, outermost=True):
        (written,) = write_claims(claims=[ProvenClaim(claim, stored, document.name)], by=by, now=now)
        if isinstance(written, Refusal):
            raise written
    return written


def write_claims(*, claims: Sequence[ProvenClaim], by: User, now: datetime) -> list[TrainingRecord | Refusal]:
    """Write records of training that was given elsewhere, in the transaction of the caller. Compliance follows (C6).

    The number of statements does not grow with the claims. Of two that say the same the second is refused.

    Returns:
        for each claim its record, or why there is none: what `record_external` raises about worker, course, provider
        and days.

    Raises:
        NotPermitted: the person may not do this.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    assert connection.in_atomic_block, "record and proof belong together"  # noqa: S101  # programming error
    today = timezone.localdate(now)
    learner_ids = {each.claim.learner_id for each in claims}
    lock_people(learner_ids)
    checker = ClaimChecker([each.claim for each in claims], today=today)
    careers = careers_of(learner_ids)
    results: list[TrainingRecord | Refusal] = []
    records: list[tuple[TrainingRecord, ProvenClaim]] = []
    for proven in claims:
        try:
            version, provider = checker.check(proven.claim)
        except Refusal as refusal:
            results.append(refusal)
            continue
        employment = careers[proven.claim.learner_id].on(proven.claim.training["completion_date"])
        record = _record(proven, version, provider, by=by, now=now, **employment._asdict())
        checker.add(proven.claim, record)
        results.append(record)
        records.append((record, proven))
    TrainingRecord.objects.bulk_create(record for record, _proven in records)
    EvidenceUpload.objects.bulk_create(
        EvidenceUpload(
            record=record, **asdict(proven.stored), original_name=proven.name, uploaded_by=by, uploaded_at=now
        )
        for record, proven in records
    )
    courses = {record.course_id for record, _proven in records}
    concerned = {record.learner_id for record, _proven in records}
    recalculate(
        learner_ids=concerned, course_id=next(iter(courses)) if len(courses) == 1 else None, today=today, now=now
    )
    return results


class ClaimChecker:
    """Tells of claims whether they can become records. What they name is read once, in five queries.

    Args:
        today: the site's date.
    """

    def __init__(self, claims: Sequence[Claim], *, today: date) -> None:
        trainings = [each.training for each in claims]
        learner_ids = {each.learner_id for each in claims}
        self._today = today
        self._learners = Learner.objects.select_related("merged_into").in_bulk(learner_ids)
        self._versions = published_versions({each["course_id"] for each in trainings})
        providers = Company.objects.filter(pk__in={each["provider_id"] for each in trainings}, is_active=True)
        self._providers = {each.pk: each for each in providers}
        self._there = self._recorded(claims)

    def check(self, claim: Claim) -> tuple[CourseVersion, Company]:
        """Return the version and the provider for the record of a claim.

        Raises:
            NotFound, IsMerged, RecordedAlready, NotOffered, CompletionAhead, ExpiryTooEarly, ExpiryOfFailed: as
                `record_external`.
        """
        training, learner = claim.training, self._learners.get(claim.learner_id)
        if learner is None:
            raise NotFound(_("There is no such worker."))
        if learner.merged_into is not None:
            raise IsMerged(
                _("Badge %(badge)s was merged into %(survivor)s. Enter the record there.")
                % {"badge": learner.badge_id, "survivor": learner.merged_into}
            )
        version = self._versions.get(training["course_id"])
        if version is None or version.course.deleted_at is not None:
            raise NotOffered.of_fields(
                {"course": [_("This course has no published version. Choose another, or publish it.")]}
            )
        provider = self._providers.get(training["provider_id"])
        if provider is None:
            raise NotOffered.of_fields(
                {"provider": [_("This company is not offered any more. Choose another provider.")]}
            )
        check_external_dates(
            training["completion_date"], training["expiry_date"], result=training["result"], today=self._today
        )
        self._check_is_new(claim)
        return version, provider

    def add(self, claim: Claim, record: TrainingRecord) -> None:
        """Refuse from now on what says the same as a claim that becomes a record."""
        self._there[_same(claim)] = record

    def _check_is_new(self, claim: Claim) -> None:
        """Refuse a second record of the same course, provider and day: it would be the same form, sent again.

        Raises:
            RecordedAlready: there is one that is not revoked.
        """
        found = self._there.get(_same(claim))
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

    @staticmethod
    def _recorded(claims: Sequence[Claim]) -> dict[tuple[int, int, int, date], TrainingRecord]:
        """Return what is recorded of the people of these claims and is not revoked."""
        records = TrainingRecord.objects.filter(
            rows_of_people({each.learner_id for each in claims}),
            course__in={each.training["course_id"] for each in claims},
            completion_date__in={each.training["completion_date"] for each in claims},
            provider__isnull=False,
            revocation__isnull=True,
        )
        found = records.annotate(person=person_of()).select_related("created_by").order_by("-pk")
        return {(each.person, each.course_id, each.provider_id or 0, each.completion_date): each for each in found}


def _same(claim: Claim) -> tuple[int, int, int, date]:
    """Return what two claims have in common that say the same."""
    training = claim.training
    return claim.learner_id, training["course_id"], training["provider_id"], training["completion_date"]


def _record(
    proven: ProvenClaim,
    version: CourseVersion,
    provider: Company,
    *,
    company_name: str,
    role_title: str,
    by: User,
    now: datetime,
) -> TrainingRecord:
    training = proven.claim.training
    return TrainingRecord(
        learner_id=proven.claim.learner_id,
        course_id=version.course_id,
        course_version=version,
        completion_date=training["completion_date"],
        expiry_date=training["expiry_date"],
        result=training["result"],
        provider=provider,
        evidence_file_key=proven.stored.key,
        evidence_hash=proven.stored.sha256,
        comments=training["comments"].strip(),
        course_title=version.title,
        company_name=company_name,
        role_title=role_title,
        created_at=now,
        created_by=by,
    )
