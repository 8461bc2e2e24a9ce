"""Asking for audit packs: who may, what is asked for, what is refused at once, and taking what was made."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import EvidenceRead, Learner
from tests.attendance.papers.test_pack import external_record, text_of
from tests.factories.compliance import asked_of, judge
from tests.factories.learners import LearnerFactory, RevocationFactory
from tests.jobs import run_waiting
from training.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


def address(learner: Learner, **query: str) -> str:
    return reverse("attendance:worker_pack", args=[learner.pk], query=query)


def taken(client: Client, address: str) -> Any:
    """Ask for a pack, let the worker make it, and take it."""
    asked = client.post(address)
    assert asked.status_code == 302, asked.content
    run_waiting()
    return client.get(f"{asked['Location']}file/")


def names_in(response: Any) -> list[str]:
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        return [name.split("/", 1)[1] for name in archive.namelist()]


@pytest.fixture
def learner(evidence_dir: Path) -> Learner:
    """A worker with one external record and its proof in the store."""
    learner: Learner = LearnerFactory(badge_id="11156")
    external_record(evidence_dir, learner, b"proof", expiry_date=None)
    return learner


def test_an_auditor_gets_the_pack_as_a_file(as_auditor: Client, auditor: User, learner: Learner):
    response = taken(as_auditor, address(learner))

    assert response["Content-Type"] == "application/zip"
    today = timezone.localdate()
    assert response["Content-Disposition"] == f'attachment; filename="audit-pack-11156-{today:%Y-%m-%d}.zip"'
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    proof = ["key.pem", "SHA256SUMS", "verify.html", "checkpoint.txt"]
    assert [name.split("/")[0] for name in names_in(response)] == ["evidence", "summary.pdf", *proof]
    assert EvidenceRead.objects.get().read_by == auditor


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_get_makes_nothing_and_shows_the_profile(as_auditor: Client, learner: Learner, method: str):
    response = getattr(as_auditor, method)(address(learner, on="2026-02-01"))

    assert response["Location"] == reverse("attendance:worker", args=[learner.pk], query={"on": "2026-02-01"})
    assert not Job.objects.exists()
    assert not EvidenceRead.objects.exists()


def test_c8_a_day_is_asked_for_in_the_address(as_auditor: Client, learner: Learner):
    response = taken(as_auditor, address(learner, on="2026-02-01"))

    assert 'filename="audit-pack-11156-2026-02-01.zip"' in response["Content-Disposition"]
    assert [name for name in names_in(response) if name.startswith("evidence")] == []


@pytest.mark.parametrize("on", ["2026-02-30", "yesterday", "9999-01-01"])
def test_c8_what_is_no_day_in_the_past_is_refused(as_auditor: Client, learner: Learner, on: str):
    assert as_auditor.post(address(learner, on=on)).status_code == 422
    assert not Job.objects.exists()


def test_l2_the_pack_of_a_merged_badge_is_the_survivors(as_auditor: Client, learner: Learner):
    merged = LearnerFactory(status="INACTIVE", merged_into=learner)

    response = taken(as_auditor, address(merged))

    assert names_in(response)
    assert 'filename="audit-pack-11156-' in response["Content-Disposition"]


def test_a_store_that_is_down_is_a_sentence_not_a_broken_file(as_auditor: Client, learner: Learner, evidence_dir: Path):
    evidence_dir.rename(evidence_dir.with_name("unplugged"))

    response = taken(as_auditor, address(learner))

    assert response.status_code == 404
    page = as_auditor.get(reverse("training:job", args=[Job.objects.get().pk])).content.decode()
    assert "The evidence store is not there" in page
    assert not EvidenceRead.objects.exists()


def test_a_worker_who_is_not_there_has_none(as_auditor: Client):
    assert as_auditor.post(reverse("attendance:worker_pack", args=[987])).status_code == 404


def test_the_profile_offers_the_pack_and_a_certificate_for_each_pass(
    as_auditor: Client, learner: Learner, evidence_dir: Path
):
    passed = learner.records.get()
    failed = external_record(evidence_dir, learner, b"failed", result="FAILED", expiry_date=None)
    revoked = RevocationFactory(record=external_record(evidence_dir, learner, b"revoked")).record

    page = as_auditor.get(reverse("attendance:worker", args=[learner.pk])).content.decode()

    assert f'action="{address(learner)}"' in page
    offered = [f"/records/{record.pk}/certificate.pdf" in page for record in (passed, failed, revoked)]
    assert offered == [True, False, False]


# Of the matrix


def summary_of(response: Any) -> str:
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("summary.pdf")]
        return text_of(archive.read(name))


def test_the_matrix_offers_the_pack_of_its_filter(as_auditor: Client, learner: Learner):
    query = {"company": learner.company_id, "q": learner.badge_id}

    page = as_auditor.get(reverse("attendance:matrix", query=query)).content.decode()

    assert reverse("attendance:matrix_pack", query=query).replace("&", "&amp;") in page


def test_the_pack_of_a_filter_has_its_workers_and_says_which(as_auditor: Client, learner: Learner, evidence_dir: Path):
    other = LearnerFactory(first_name="Somebody", last_name="Else")
    external_record(evidence_dir, other, b"of somebody else")
    query = {"company": learner.company_id}

    response = taken(as_auditor, reverse("attendance:matrix_pack", query=query))

    assert f'filename="audit-pack-1-workers-{timezone.localdate():%Y-%m-%d}.zip"' in response["Content-Disposition"]
    summary = summary_of(response)
    assert f"Active workers, Employer: {learner.company.name}" in summary
    assert learner.name in summary
    assert other.name not in summary
    assert EvidenceRead.objects.get().learner == learner


def test_the_pack_of_the_reds_of_a_course_names_it(as_auditor: Client, learner: Learner):
    course = asked_of(learner).course
    judge(learner, on=timezone.localdate())
    LearnerFactory()

    summary = summary_of(taken(as_auditor, reverse("attendance:matrix_pack", query={"red": course.pk})))

    assert f"Active workers, not cleared for {course.code}" in summary
    assert learner.name in summary


def test_c8_the_pack_of_a_filter_is_of_the_day_that_is_asked(as_auditor: Client, learner: Learner):
    response = taken(as_auditor, reverse("attendance:matrix_pack", query={"on": "2026-02-01"}))

    assert "-2026-02-01.zip" in response["Content-Disposition"]
    assert "As of 1 Feb 2026" in summary_of(response)
