"""I12: waiting rows that are filed twice at once, by a second click or in a second window, become one record each.

The race has a control that runs it with the locks off, and shows that the test would notice.
"""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from attendance.models import FilingRow
from attendance.services import filing
from attendance.services.filing import Filed, file_rows, paste_rows
from attendance.services.filing_files import drop_proofs, stored_proof
from learners.models import EvidenceUpload, TrainingRecord
from learners.services import external_records
from learners.services.external_records import ClaimChecker
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory, UserFactory
from training.core.groups import SUPERVISORS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

BADGES = ["10012", "10013", "10014"]
DAY = date(2025, 5, 14)


@pytest.fixture
def by() -> User:
    """A supervisor whose rows wait, each with its file."""
    user: User = UserFactory(groups=[SUPERVISORS])
    CourseVersionFactory(course=CourseFactory(code="HSE-001"), validity_months=24)
    for badge in BADGES:
        LearnerFactory(badge_id=badge)
    text = "Badge\tCourse\tCompleted on\n" + "\n".join(f"{badge}\tHSE-001\t{DAY:%d.%m.%Y}" for badge in BADGES)
    paste_rows(text=text, provider_id=CompanyFactory().pk, by=user, now=timezone.now())
    sent = [files.upload(files.pdf(text=f"Certificate of {badge}"), f"{badge}.pdf") for badge in BADGES]
    drop_proofs(files=sent, by=user, now=timezone.now())
    assert FilingRow.objects.exclude(proof=None).count() == len(BADGES)
    return user


def filed_twice(by: User, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """File all rows twice at once; both have found them ready, and stored a file, before one of them writes."""
    monkeypatch.setattr(filing, "stored_proof", everybody_first(stored_proof, 2))
    return all_at_once([lambda: file_rows(by=by, now=timezone.now())] * 2)


def test_i12_rows_that_are_filed_twice_at_once_become_one_record_each(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = filed_twice(by, monkeypatch)

    assert all(isinstance(answer, Filed) for answer in answers), answers
    assert sorted((len(each.records), each.refused) for each in answers) == [(0, 0), (len(BADGES), 0)]
    records = TrainingRecord.objects.order_by("learner__badge_id")
    assert list(records.values_list("learner__badge_id", "course__code", "completion_date", "created_by")) == [
        (badge, "HSE-001", DAY, by.pk) for badge in BADGES
    ]
    of_rows = {row.record_id: row.proof for row in FilingRow.objects.select_related("proof")}
    uploads = EvidenceUpload.objects.select_related("record")
    assert of_rows.keys() == {record.pk for record in records}
    assert sorted((each.record_id, each.original_name, each.sha256) for each in uploads) == sorted(
        (key, proof.name, proof.sha256) for key, proof in of_rows.items() if proof is not None
    )
    assert sorted(each.original_name for each in uploads) == [f"{badge}.pdf" for badge in BADGES]


def test_i12_control_without_locks_each_row_becomes_two_records(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **how: rows)
    monkeypatch.setattr(external_records, "lock_people", lambda learner_ids: None)
    monkeypatch.setattr(external_records, "ClaimChecker", everybody_first(ClaimChecker, 2))

    filed_twice(by, monkeypatch)

    assert TrainingRecord.objects.count() == 2 * len(BADGES)
