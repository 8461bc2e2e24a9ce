from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories.training import SessionFactory, scheduled_session
from tests.fixtures import client_of
from training.models import Session, Trainer


def sheet_url(session: Session) -> str:
    return reverse("attendance:session_sheet", args=[session.pk])


def test_a_supervisor_gets_the_pdf_in_the_browser(as_supervisor: Client) -> None:
    session = scheduled_session(version=3)

    response = as_supervisor.get(sheet_url(session))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{session.reference}-v3.pdf"'
    assert response.content.startswith(b"%PDF-")


def test_a_trainer_prints_own_sessions_only(as_trainer: Client, trainer: Trainer) -> None:
    assert as_trainer.get(sheet_url(scheduled_session(trainer=trainer))).status_code == 200
    assert as_trainer.get(sheet_url(scheduled_session())).status_code == 403


def test_an_auditor_may_print(as_auditor: Client) -> None:
    assert as_auditor.get(sheet_url(scheduled_session())).status_code == 200


def test_a_login_without_a_role_and_a_stranger_are_turned_away(db: None) -> None:
    session = scheduled_session()

    assert client_of(User.objects.create_user("nobody")).get(sheet_url(session)).status_code == 403
    assert Client().get(sheet_url(session)).status_code == 302


def test_there_is_no_sheet_of_a_deleted_draft(as_supervisor: Client) -> None:
    session = SessionFactory(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert as_supervisor.get(sheet_url(session)).status_code == 404


def test_the_sheet_is_only_read(as_supervisor: Client) -> None:
    assert as_supervisor.post(sheet_url(scheduled_session())).status_code == 405
