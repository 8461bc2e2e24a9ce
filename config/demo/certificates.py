"""Writes records of training elsewhere, with the certificate behind them (R1)."""

import random
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from config.demo.diary import PlannedCertificate
from config.demo.library import Library
from config.demo.paper import certificate
from config.demo.people import Person
from config.demo.plan import HISTORY_DAYS
from learners.evidence.store import StoredFile
from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.policies.records import expiry_date


def write_certificates(
    rng: random.Random,
    filed: Iterable[tuple[PlannedCertificate, StoredFile]],
    people: list[Person],
    learners: list[Learner],
    library: Library,
    *,
    by: User,
    today: date,
) -> None:
    """Write one record for each holder of a certificate; all of a group share the file."""
    records, uploads = [], []
    for each, stored in filed:
        entered_at = _entered_at(rng, each, today=today)
        version = library.versions[each.course.code]
        for index in each.holders:
            person = people[index]
            record = TrainingRecord(
                learner=learners[index],
                course=version.course,
                course_version=version,
                completion_date=each.day,
                expiry_date=expiry_date(each.day, validity_months=version.validity_months),
                result=TrainingRecord.Result.PASSED,
                provider=library.companies[each.provider],
                evidence_file_key=stored.key,
                evidence_hash=stored.sha256,
                course_title=version.title,
                company_name=person.company_on(each.day),
                role_title=library.roles[person.role_on(each.day)].title,
                created_at=entered_at,
                created_by=by,
            )
            records.append(record)
            uploads.append(
                EvidenceUpload(
                    record=record,
                    **asdict(stored),
                    original_name=f"{_number(each, library)}.pdf",
                    uploaded_by=by,
                    uploaded_at=entered_at,
                )
            )
    TrainingRecord.objects.bulk_create(records, batch_size=2000)
    EvidenceUpload.objects.bulk_create(uploads, batch_size=2000)


def certificate_paper(planned: PlannedCertificate, learners: list[Learner], library: Library) -> tuple[bytes, int]:
    """Return the PDF and its number of pages."""
    content = certificate(
        provider=planned.provider,
        course=f"{planned.course.code} {planned.course.title}",
        number=_number(planned, library),
        on=planned.day,
        holders=[learners[index] for index in planned.holders],
    )
    return content, 1


def _number(planned: PlannedCertificate, library: Library) -> str:
    return f"{library.companies[planned.provider].code}-{planned.course.code}-{planned.day:%Y%m%d}"


def _entered_at(rng: random.Random, planned: PlannedCertificate, *, today: date) -> datetime:
    """Return when it was entered: an old one when SiteProof came to the site, a later one days after the training."""
    day = max(planned.day + timedelta(days=rng.randint(1, 12)), today - timedelta(days=HISTORY_DAYS))
    return datetime.combine(min(day, today), time(7, rng.randint(0, 59)), timezone.get_default_timezone())
