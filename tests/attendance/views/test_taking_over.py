"""The pages that lead through taking over from an old register (I11)."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.models import RegisterComparison, RegisterSample, TakeOver
from learners.models import TrainingRecord
from tests.factories.imports import checked_as, workbook
from tests.factories.learners import LearnerFactory, RegisterImportFactory, TrainingRecordFactory
from tests.factories.training import CourseFactory, CourseVersionFactory
from tests.html import texts
from training.models import Job
from training.services.job_runs import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

DONE = date(2025, 5, 14)


def url(name: str = "taking_over", *args: Any) -> str:
    return reverse(f"attendance:{name}", args=args)


def work() -> None:
    for job in Job.objects.filter(state__in=Job.OPEN):
        run(job.pk)


@pytest.fixture
def record() -> TrainingRecord:
    version = CourseVersionFactory(course=CourseFactory(code="HSE-001"), title="Fire Safety", validity_months=24)
    made: TrainingRecord = TrainingRecordFactory(
        learner=LearnerFactory(badge_id="10001", first_name="Jana", last_name="Weiss"),
        course=version.course,
        course_version=version,
        completion_date=DONE,
        expiry_date=date(2027, 5, 14),
        register_import=RegisterImportFactory(),
    )
    return made


def test_i11_the_page_leads_in_order_and_says_that_a_real_take_over_waits_for_the_seal(as_supervisor: Client) -> None:
    page = as_supervisor.get(url())
    words = [each.split(". ")[1] for each in texts(page, "//ol[@class='take-over-steps']//b")]
    assert words == [
        "Seal, anchors and backup",
        "Companies",
        "Roles and areas",
        "Courses",
        "Requirements",
        "Workers",
        "Trainers",
        "Records of the old register",
        "Weeks in parallel",
        "Sample against the originals",
        "Cut-over day",
    ]
    assert "A real take-over waits for that" in page.text
    (first, *_others) = page.context["way"].steps
    assert first.kind == "bad"
    assert "Sign a trial report" not in page.text


def test_i11_an_import_is_only_compared_and_its_differences_explained(
    as_supervisor: Client, supervisor: User, record: TrainingRecord
) -> None:
    file = workbook(("Badge", "HSE-001"), ("10001", date(2025, 5, 15)), name="Training matrix")
    one = checked_as(file, "records", by=supervisor, answer="completed_on")
    assert "Compare only" in as_supervisor.get(url("import", one.pk)).text
    as_supervisor.post(url("import_compare", one.pk), {"holds_everybody": "on"})
    work()
    comparison = RegisterComparison.objects.get()
    assert (comparison.different, comparison.holds_everybody) == (1, True)
    assert url("comparison", comparison.pk) in as_supervisor.get(url("import", one.pk)).text
    page = as_supervisor.get(url("comparison", comparison.pk), {"what": "different"})
    assert "15 May 2025" in page.text
    said = {"what": "different", "course": record.course_id}
    refused = as_supervisor.post(url("comparison_explain", comparison.pk), {**said, "reason": " "})
    assert refused.status_code == 422
    as_supervisor.post(url("comparison_explain", comparison.pk), {**said, "reason": "A slip in the workbook"})
    assert "A slip in the workbook" in as_supervisor.get(url("comparison", comparison.pk)).text


def test_i11_from_the_sample_to_the_signature_and_back(
    as_supervisor: Client, as_superuser: Client, as_auditor: Client, supervisor: User, record: TrainingRecord
) -> None:
    file = workbook(("Badge", "HSE-001"), ("10001", DONE), name="Training matrix")
    one = checked_as(file, "records", by=supervisor, answer="completed_on")
    as_supervisor.post(url("import_compare", one.pk))
    work()
    refused = as_supervisor.post(url("taking_over_sample"), {"size": "0"})
    assert refused.status_code == 422
    as_supervisor.post(url("taking_over_sample"), {"size": "80"})
    (sampled,) = RegisterSample.objects.get().records.all()
    wrong = as_supervisor.post(
        url("taking_over_check", sampled.pk),
        {"found": "wrong", "note": " "},
        headers={"HX-Request": "true", "HX-Target": "sample"},
    )
    assert wrong.status_code == 422
    assert "Say what is wrong" in wrong.text
    as_supervisor.post(url("taking_over_check", sampled.pk), {"found": "wrong", "note": "Card says 15 May"})
    assert "Card says 15 May" in as_supervisor.get(url("taking_over_sample")).text

    today = timezone.localdate().isoformat()
    unread = as_superuser.post(url("taking_over_sign"), {"cut_over_on": today})
    assert unread.status_code == 422
    assert "Sign a trial report" in as_superuser.get(url("taking_over_sign")).text
    as_superuser.post(url("taking_over_sign"), {"cut_over_on": today, "is_read": "on"})
    report = TakeOver.objects.get()
    page = as_auditor.get(url())
    assert f"Trial report {report.pk}" in page.text
    pdf = as_auditor.get(url("take_over_report", report.pk))
    assert pdf.content.startswith(b"%PDF")
    assert f"take-over-{report.pk}.pdf" in pdf["Content-Disposition"]
    again = as_superuser.post(url("taking_over_sign"), {"cut_over_on": today, "is_read": "on"})
    assert again.status_code == 409
    as_superuser.post(url("take_over_withdraw", report.pk), {"reason": "Wrong workbook"})
    assert "Wrong workbook" in unescape(as_auditor.get(url()).text)


def test_i11_the_pages_take_as_many_queries_for_three_rows_as_for_one(
    as_supervisor: Client, record: TrainingRecord, django_assert_num_queries: Any
) -> None:
    as_supervisor.post(url("taking_over_sample"), {"size": "1"})
    with django_assert_num_queries(7):
        as_supervisor.get(url("taking_over_sample"))
    with django_assert_num_queries(23):
        as_supervisor.get(url())
    for _another in range(2):
        TrainingRecordFactory(
            course=record.course, course_version=record.course_version, register_import=record.register_import
        )
    as_supervisor.post(url("taking_over_sample"), {"size": "80"})
    with django_assert_num_queries(7):
        as_supervisor.get(url("taking_over_sample"))
    with django_assert_num_queries(23):
        as_supervisor.get(url())
