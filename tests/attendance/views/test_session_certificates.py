"""All certificates of a session in one PDF, which a job makes: whose, in which order, for whom."""

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.services.finalize import finalize_session
from learners.models import TrainingRecord
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import RevocationFactory
from tests.jobs import run_waiting
from training.models import Job, Session, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


def finalized(by: User, size: int = 4, **fields: Any) -> tuple[Session, list[SessionAttendee]]:
    """Return a finalized session of yesterday whose last worker failed."""
    start = timezone.now() - timedelta(days=1)
    session, rows = session_ready_to_finalize(
        size=size, start_time=start, end_time=start + timedelta(hours=2), **fields
    )
    SessionAttendee.objects.filter(pk=rows[-1].pk).update(has_passed=False)
    finalize_session(session_id=session.pk, by=by, now=timezone.now())
    session.refresh_from_db()
    return session, rows


def address(session: Session) -> str:
    return reverse("attendance:session_certificates", args=[session.pk])


def pages_of(client: Client, session: Session) -> list[str]:
    """Ask for the certificates, let the worker make them, and return the text of each page."""
    asked = client.post(address(session))
    assert asked.status_code == 302, asked.content
    run_waiting()
    file = client.get(f"{asked['Location']}file/")
    assert file["Content-Type"] == "application/pdf"
    assert f'filename="{session.reference}-certificates.pdf"' in file["Content-Disposition"]
    document = pypdfium2.PdfDocument(file.getvalue())
    return [page.get_textpage().get_text_bounded() for page in document]


def test_who_passed_has_a_page_in_the_order_of_the_list(as_supervisor: Client, supervisor: User):
    session, rows = finalized(supervisor)
    RevocationFactory(record=TrainingRecord.objects.get(learner=rows[0].learner))

    pages = pages_of(as_supervisor, session)

    assert len(pages) == 2
    for page, row in zip(pages, rows[1:3], strict=True):
        record = TrainingRecord.objects.get(learner=row.learner)
        for text in (row.learner.name, f"Record {record.pk}", session.reference, row.role.title if row.role else ""):
            assert text in page


def test_a_trainer_gets_those_of_own_sessions_without_roles(
    as_trainer: Client, supervisor: User, trainer: Trainer, as_auditor: Client
):
    session, rows = finalized(supervisor, trainer=trainer)
    pages = pages_of(as_trainer, session)
    assert len(pages) == 3
    assert rows[0].role is not None
    assert rows[0].role.title not in pages[0]
    other, _rows = finalized(supervisor)
    assert as_trainer.post(address(other)).status_code == 404
    assert len(pages_of(as_auditor, other)) == 3


def test_where_nobody_passed_it_is_said_at_once(as_supervisor: Client, supervisor: User):
    session, _rows = finalized(supervisor, size=1)
    response = as_supervisor.post(address(session))
    assert response.status_code == 409
    assert "Nobody has a certificate of this session" in response.text
    assert not Job.objects.exists()


def test_a_get_makes_nothing_and_shows_the_session(as_supervisor: Client, supervisor: User):
    session, _rows = finalized(supervisor)
    page = reverse("attendance:session", args=[session.pk])
    assert as_supervisor.get(address(session))["Location"] == page
    assert "All certificates (PDF)" in as_supervisor.get(page).text
    assert not Job.objects.exists()
