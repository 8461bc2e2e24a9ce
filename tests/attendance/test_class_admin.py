"""Admin of class meetings: read-only, and voided with a reason."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.models import CaptureVoid
from attendance.services.capture import capture_session
from tests.attendance.services.test_capture import NOW
from tests.factories.learners import LearnerProgressionFactory
from training.models import ClassAttendanceSession

pytestmark = pytest.mark.django_db

MEETING = "admin:training_classattendancesession"


@pytest.fixture
def meeting(superuser: User) -> ClassAttendanceSession:
    """A captured meeting."""
    class_id = LearnerProgressionFactory().training_class_id
    return capture_session(class_id=class_id, session_date=date(2026, 3, 2), by=superuser, now=NOW).session


def test_h4_a_capture_is_voided_with_a_reason(as_superuser: Client, superuser: User, meeting: ClassAttendanceSession):
    change, void = (reverse(f"{MEETING}_{page}", args=[meeting.pk]) for page in ("change", "void"))
    assert void in as_superuser.get(change).content.decode()
    assert as_superuser.post(void, {"reason": " "}).status_code == 422
    assert not CaptureVoid.objects.exists()
    assert as_superuser.post(void, {"reason": "Wrong day"}).status_code == 302
    made = CaptureVoid.objects.get()
    assert (made.class_session_id, made.reason, made.voided_by) == (meeting.pk, "Wrong day", superuser)
    page = as_superuser.get(change).content.decode()
    assert "Wrong day" in page
    assert void not in page
    assert as_superuser.post(void, {"reason": "Again"}).status_code == 409


def test_h3_a_meeting_is_read_only(as_superuser: Client, meeting: ClassAttendanceSession):
    response = as_superuser.post(reverse(f"{MEETING}_change", args=[meeting.pk]), {"status": "pending"})
    assert response.status_code == 403
    meeting.refresh_from_db()
    assert meeting.status == "captured"
