"""S10: nothing e-mails anybody; what is to be known stands on the pages."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.utils import timezone

from attendance.services.finalize import finalize_session
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.training import scheduled_session
from training.services.sessions import cancel_session


def test_s10_cancelling_and_finalizing_mail_nobody(mailoutbox: list[EmailMessage], supervisor: User) -> None:
    now = timezone.now()
    ready, _ = session_ready_to_finalize(start_time=now - timedelta(days=1))
    cancelled = scheduled_session(trainer__email="trainer@example.com", start_time=now + timedelta(days=1))

    finalize_session(session_id=ready.pk, by=supervisor, now=now)
    cancel_session(session_id=cancelled.pk, reason="The yard is closed", by=supervisor, now=now)

    assert mailoutbox == []
