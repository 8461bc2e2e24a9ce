"""The example client of the documentation does the main job against a live server."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from docs.api_client import ProblemError, SiteProof
from learners.models import TrainingRecord
from tests.factories import files
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    LearnerFactory,
    LearnerProgressionFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    active_class,
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("evidence_dir")
def test_the_example_client_does_the_main_job(
    live_server: LiveServer, token_of: Callable[[User], str], supervisor: User, tmp_path: Path
):
    version, trainer, venue = CourseVersionFactory(status="PUBLISHED"), TrainerFactory(), VenueFactory()
    TrainerQualificationFactory(trainer=trainer, course=version.course)
    LearnerFactory.create_batch(3)
    site = SiteProof(live_server.url, token_of(supervisor))
    start = timezone.now() - timedelta(hours=3)
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(files.pdf())

    session_id = site.create_draft(course_id=version.course_id)["id"]
    site.schedule(
        session_id,
        trainer_id=trainer.pk,
        venue_id=venue.pk,
        start_time=start,
        end_time=start + timedelta(hours=2),
    )
    people = [each["learnerId"] for each in site.suggestions(session_id)]
    assert site.add_attendees(session_id, people)["added"] == 3
    site.mark(session_id, [{"learnerId": each, "isPresent": True, "hasPassed": True} for each in people])
    with pytest.raises(ProblemError) as refused:
        site.finalize(session_id)
    assert refused.value.status == 400
    site.upload_sheet(session_id, sheet)
    assert "finalize" in site.session(session_id)["allowedActions"]

    finalized = site.finalize(session_id)

    assert (finalized["trainingRecords"], finalized["passed"]) == (3, 3)
    assert TrainingRecord.objects.filter(session=session_id).count() == 3
    assert site.session(session_id)["status"] == "COMPLETED"
    assert site.compliance(people[0])["cleared"] is True


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("evidence_dir")
def test_the_example_client_enters_what_others_taught_signs_off_and_captures(
    live_server: LiveServer, token_of: Callable[[User], str], supervisor: User, tmp_path: Path
):
    """R1, V1, H2"""
    site = SiteProof(live_server.url, token_of(supervisor))
    day = date(2026, 3, 2)
    owed = CompetencyRecordFactory(training_date=day)
    late = LearnerProgressionFactory(training_class=active_class(start_date=day), start_date=day)
    certificate = tmp_path / "certificate.pdf"
    certificate.write_bytes(files.pdf())

    entered = site.record_external(
        certificate,
        learner_id=owed.learner_id,
        course_id=CourseVersionFactory(status="PUBLISHED").course_id,
        provider_id=CompanyFactory().pk,
        completion_date=day,
        expiry_date=None,
    )
    (pending,) = site.pending_sign_offs()
    signed = site.sign_off(pending["id"], method_id=AssessmentMethodFactory().pk, assessed_on=day)
    captured = site.capture(late.training_class_id, day, {late.learner_id: 2.5})

    assert (entered["completionDate"], entered["expiryDate"]) == ("2026-03-02", None)
    assert (signed["status"], TrainingRecord.objects.count()) == ("COMPETENT", 2)
    assert (captured["learners"], captured["hoursPresent"]) == (1, 2.5)
