"""A repeat for those who were absent or failed, and have not passed since (S8)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.models import SessionAttendee
from attendance.services.attendees import NobodyToRepeat, plan_repeat
from attendance.services.finalize import finalize_session
from learners.models import Learner, TrainingRecord
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import RevocationFactory, TrainingRecordFactory
from training.core.refusals import NotPermitted
from training.models import Session, Trainer

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def finalized(by: User, size: int = 4, **fields: Any) -> tuple[Session, list[SessionAttendee]]:
    """Return a finalized session: the first passed, the second failed, the others were absent."""
    session, rows = session_ready_to_finalize(
        size=size, start_time=START, end_time=START + timedelta(hours=4), **fields
    )
    SessionAttendee.objects.filter(pk=rows[1].pk).update(has_passed=False)
    SessionAttendee.objects.filter(pk__in=[row.pk for row in rows[2:]]).update(is_present=False)
    finalize_session(session_id=session.pk, by=by, now=NOW)
    session.refresh_from_db()
    return session, rows


def people(draft: Session) -> list[Learner]:
    return [row.learner for row in draft.attendees.select_related("learner").order_by("line")]


def test_s8_a_repeat_has_course_trainer_venue_and_those_who_were_absent_or_failed(supervisor: User):
    session, rows = finalized(supervisor)
    draft = plan_repeat(session_id=session.pk, by=supervisor, now=NOW)
    assert (draft.status, draft.course, draft.trainer, draft.venue, draft.start_time) == (
        "DRAFT",
        session.course,
        session.trainer,
        session.venue,
        None,
    )
    assert people(draft) == [row.learner for row in rows[1:]]
    assert not draft.attendees.exclude(marked_at=None).exists()


def test_s8_who_has_passed_since_is_left_out_and_an_old_or_expired_pass_does_not_count(supervisor: User):
    session, rows = finalized(supervisor, size=6)
    passed = {"course_version": session.course_version, "course": session.course, "result": "PASSED"}
    later, earlier = NOW + timedelta(days=3), date(2025, 1, 1)
    TrainingRecordFactory(learner=rows[2].learner, completion_date=later.date(), expiry_date=None, **passed)
    TrainingRecordFactory(
        learner=rows[3].learner, completion_date=earlier, expiry_date=date(2026, 1, 1), created_at=later, **passed
    )
    TrainingRecordFactory(
        learner=rows[4].learner, completion_date=earlier, expiry_date=None, created_at=NOW - timedelta(days=9), **passed
    )
    Learner.objects.filter(pk=rows[5].learner_id).update(status="BLACKLISTED")
    draft = plan_repeat(session_id=session.pk, by=supervisor, now=later)
    assert people(draft) == [rows[1].learner, rows[3].learner, rows[4].learner]


def test_f9_a_result_that_was_put_right_counts_as_it_is_now(supervisor: User):
    session, rows = finalized(supervisor)
    for record in TrainingRecord.objects.filter(session=session):
        RevocationFactory(record=record)
        other = "FAILED" if record.result == "PASSED" else "PASSED"
        TrainingRecordFactory(
            learner=record.learner,
            session=session,
            course=session.course,
            course_version=session.course_version,
            result=other,
            completion_date=record.completion_date,
            expiry_date=None,
            supersedes=record,
        )
    draft = plan_repeat(session_id=session.pk, by=supervisor, now=NOW)
    assert people(draft) == [row.learner for row in (rows[0], *rows[2:])]


def test_s8_where_everybody_has_passed_there_is_nobody_to_repeat_for(supervisor: User):
    session, _rows = session_ready_to_finalize(start_time=START, end_time=START + timedelta(hours=4))
    for _state in ("ready", "finalized"):
        with pytest.raises(NobodyToRepeat):
            plan_repeat(session_id=session.pk, by=supervisor, now=NOW)
        if _state == "ready":
            finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert Session.objects.count() == 1


def test_trainers_and_auditors_plan_no_repeat(supervisor: User, auditor: User, trainer_user: User, trainer: Trainer):
    session, _rows = finalized(supervisor, trainer=trainer)
    for user in (auditor, trainer_user):
        with pytest.raises(NotPermitted):
            plan_repeat(session_id=session.pk, by=user, now=NOW)


def test_the_page_offers_it_after_finalize_and_leads_to_the_draft(
    as_supervisor: Client, as_auditor: Client, supervisor: User
):
    session, _rows = finalized(supervisor)
    page = reverse("attendance:session", args=[session.pk])
    assert "Plan a repeat for 3 workers" in as_supervisor.get(page).text
    assert "Plan a repeat" not in as_auditor.get(page).text
    shown = as_supervisor.post(reverse("attendance:session_repeat", args=[session.pk]), follow=True)
    assert "This is the repeat." in shown.text
    assert Session.objects.get(status="DRAFT").attendees.count() == 3
