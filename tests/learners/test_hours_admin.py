"""Admin of the log of hours: read-only, and hours entered wrong by hand are voided with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from learners.models import LearnerHoursLog
from tests.factories.learners import LearnerProgressionFactory

pytestmark = pytest.mark.django_db


def test_invariant_6_hours_entered_wrong_are_voided_with_a_reason(as_superuser: Client, superuser: User):
    progression = LearnerProgressionFactory()
    progression.add_hours(40, 40, log_date=date(2026, 3, 2))
    row = LearnerHoursLog.objects.get()
    change, void = (reverse(f"admin:learners_learnerhourslog_{page}", args=[row.pk]) for page in ("change", "void"))
    assert void in as_superuser.get(change).content.decode()
    assert as_superuser.post(void, {"reason": " "}).status_code == 422
    assert as_superuser.post(void, {"reason": "Four, not forty"}).status_code == 302
    reversal = LearnerHoursLog.objects.get(reversal_of=row)
    assert (reversal.hours_trained, reversal.notes, reversal.created_by) == (Decimal(-40), "Four, not forty", superuser)
    progression.refresh_from_db()
    assert progression.hours_trained == 0
    assert void not in as_superuser.get(change).content.decode()
    assert as_superuser.post(void, {"reason": "Again"}).status_code == 409
