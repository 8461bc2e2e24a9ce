"""The grid's rows: order of lines, R3, L1, P5, and what finalize made of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.pages.register import register
from learners.models import ComplianceItem, Learner
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import MORNING, CompanyFactory, scheduled_session
from training.models import Session

NOW = MORNING - timedelta(hours=1)

pytestmark = pytest.mark.django_db


def rows_of(session: Session, **kwargs):
    return register(session, now=NOW, warning_days=60, **kwargs)


def test_rows_keep_the_order_of_the_sheet_and_say_how_each_stands_with_the_course():
    session = scheduled_session(start_time=MORNING)
    first = SessionAttendeeFactory(session=session, learner=LearnerFactory(last_name="Zz"))
    second = SessionAttendeeFactory(session=session, learner=LearnerFactory(last_name="Aa"))
    ComplianceItem.objects.create(
        learner=first.learner,
        course=session.course,
        requirement_type="PRE_MOB",
        status="NON_COMPLIANT",
        key_date=NOW.date(),
        awaiting_verification=True,
        updated_at=timezone.now(),
    )
    one, two = rows_of(session)
    assert (one.attendee, one.standing.word, one.awaiting_verification) == (first, "Missing", True)
    assert (two.attendee, two.standing.word, two.awaiting_verification) == (second, "Optional", False)
    assert [row.attendee for row in rows_of(session, after_line=1)] == [second]
    assert [row.attendee for row in rows_of(session, learner_ids=[first.learner_id])] == [first]


def test_r3_employer_and_role_are_those_of_the_mark():
    session = scheduled_session(start_time=MORNING)
    marked = SessionAttendeeFactory(session=session, present=True)
    unmarked = SessionAttendeeFactory(session=session)
    then = (marked.company.name, marked.role.title)
    company, role = CompanyFactory(), RoleFactory()
    Learner.objects.update(company=company, role=role)
    one, two = rows_of(session)
    assert (one.company, one.role) == then
    assert (two.attendee, two.company, two.role) == (unmarked, company.name, role.title)


@pytest.mark.parametrize(("status", "word"), [("BLACKLISTED", "Blocked"), ("INACTIVE", "Not active")])
def test_l1_the_grid_says_in_red_who_is_not_active(status: str, word: str):
    row = SessionAttendeeFactory()
    Learner.objects.filter(pk=row.learner_id).update(status=status)
    (shown,) = rows_of(row.session)
    assert shown.alert is not None
    assert tuple(shown.alert) == ("bad", word)


def test_p5_a_row_offers_removal_only_before_the_start_and_while_unmarked():
    session = scheduled_session(start_time=MORNING)
    SessionAttendeeFactory(session=session, present=True)
    SessionAttendeeFactory(session=session)
    assert [row.can_remove for row in rows_of(session)] == [False, True]
    assert [row.can_remove for row in register(session, now=MORNING, warning_days=60)] == [False, False]


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number(size: int):
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(size, session=session, present=True)
    session = Session.objects.get(pk=session.pk)
    with CaptureQueriesContext(connection) as queries:
        assert len(rows_of(session)) == size
    assert len(queries) == 5
