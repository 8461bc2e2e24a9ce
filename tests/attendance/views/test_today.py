"""Today: counts are links to exactly their rows, stale answers are not cleared, trainers see own sessions."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.pages.today import board, own_board
from learners.models import Learner
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off, passed
from tests.factories.learners import HASH, KEY, LearnerFactory
from tests.factories.training import SessionFactory, TrainerFactory, VenueFactory, scheduled_session
from tests.html import ALERT, HEALTH, text_of, texts
from training.models import Session, Trainer

pytestmark = pytest.mark.django_db


def at(hour: int, *, day: int = 0) -> datetime:
    """That hour of the site's today, or of a day from today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(hour=hour) + timedelta(days=day)


def open_today(client: Client):
    return client.get(reverse("attendance:today"))


def numbers(page: str) -> dict[str, int]:
    """Return the big numbers of the page by the address they link to."""
    found = re.findall(r'<a href="([^"]+)"><b>(?:<svg.*?</svg>)?(\d+)</b>', page, flags=re.DOTALL)
    return {address: int(number) for address, number in found}


# Counts and their rows


def test_c4_every_number_links_to_exactly_its_rows(as_supervisor: Client):
    one_of_each(timezone.localdate())
    SessionFactory()
    SessionFactory(trainer=None)
    scheduled_session()

    counted = numbers(open_today(as_supervisor).content.decode())

    assert counted == {
        "/workers/?status=not-cleared": 4,
        "/workers/?status=expiring": 1,
        "/verify/": 1,
        "/sessions/?show=draft": 2,
    }
    for address, number in counted.items():
        assert as_supervisor.get(address).context["page"].paginator.count == number, address


def test_c4_the_share_of_cleared_workers_links_to_them(as_supervisor: Client):
    one_of_each(timezone.localdate())

    response = open_today(as_supervisor)

    assert text_of(response, HEALTH) == "Site health 55% 5 of 9 active workers cleared to work"
    assert as_supervisor.get("/workers/?status=cleared").context["page"].paginator.count == 5


def test_the_share_is_never_rounded_up_to_everybody(supervisor):
    today = timezone.localdate()
    LearnerFactory.create_batch(2)
    shares = board(user=supervisor, today=today, now=timezone.now(), warning_days=60)
    assert shares.cleared_percent == 100  # of somebody: an empty site has no share

    red = LearnerFactory()
    asked_of(red)
    judge(red, on=today)
    Learner.objects.bulk_create(
        [
            Learner(
                badge_id=f"B-{number}",
                first_name="An",
                last_name="Other",
                start_date=today,
                role_assigned_at=today,
                company=red.company,
                role=red.role,
            )
            for number in range(250)
        ]
    )

    assert board(user=supervisor, today=today, now=timezone.now(), warning_days=60).cleared_percent == 99


def test_a_site_where_nobody_is_active_says_so_instead_of_dividing_by_nobody(as_supervisor: Client):
    LearnerFactory(status=Learner.Status.INACTIVE)

    page = open_today(as_supervisor)

    assert text_of(page, HEALTH) == "Site health – No active workers"
    assert "Everybody on site is cleared." not in text_of(page)


def test_the_sessions_to_finalize_and_of_today_link_to_exactly_their_rows(as_supervisor: Client):
    scheduled_session(start_time=at(9, day=-1))
    scheduled_session(start_time=at(9, day=-3))
    scheduled_session(start_time=at(9, day=1))
    scheduled_session(start_time=at(0))
    SessionFactory(start_time=at(23), end_time=at(23) + timedelta(minutes=30))
    SessionFactory(start_time=at(9), status=Session.Status.CANCELLED, cancellation_reason="Storm")

    response = open_today(as_supervisor)
    shown = response.context["board"]
    today = timezone.localdate().isoformat()

    rows = as_supervisor.get("/sessions/?show=to-finalize").context["page"]
    assert shown.to_finalize == rows.paginator.count
    assert {line.session.pk for line in shown.to_finalize_rows} == {session.pk for session in rows}
    address = f"/sessions/?show=all&first={today}&last={today}"
    assert address.replace("&", "&amp;") in response.content.decode()
    rows = as_supervisor.get(address).context["page"]
    assert {line.session.pk for line in shown.todays_sessions} == {session.pk for session in rows}
    assert len(shown.todays_sessions) == 3


# Panels


def test_not_cleared_names_who_has_been_so_the_longest_first(supervisor):
    today = timezone.localdate()
    for name, days in (("recent", 3), ("long ago", 80), ("between", 40)):
        worker = LearnerFactory(first_name=name)
        passed(worker, asked_of(worker), expiry=today - timedelta(days=days))
        passed(worker, asked_of(worker), expiry=today - timedelta(days=1))
        judge(worker, on=today)

    rows = board(user=supervisor, today=today, now=timezone.now(), warning_days=60).not_cleared_rows

    assert [line.row.learner.first_name for line in rows] == ["long ago", "between", "recent"]
    assert [reason.text for reason in rows[0].row.reasons] == ["80 d ago", "1 d ago"]


def test_expiring_soon_names_the_next_expiry_first(supervisor):
    today = timezone.localdate()
    for name, days in (("in a month", 30), ("tomorrow", 1), ("out of the window", 61), ("last of the window", 60)):
        worker = LearnerFactory(first_name=name)
        passed(worker, asked_of(worker), expiry=today + timedelta(days=days))
        passed(worker, asked_of(worker), expiry=None)
        judge(worker, on=today)

    rows = board(user=supervisor, today=today, now=timezone.now(), warning_days=60).expiring_rows

    assert [line.row.learner.first_name for line in rows] == ["tomorrow", "in a month", "last of the window"]
    assert [line.row.next_expiry and line.row.next_expiry.text for line in rows[:1]] == ["1 d left"]


def test_v1_the_oldest_sign_off_stands_first(as_supervisor: Client):
    worker = LearnerFactory(first_name="Selma", last_name="Çelik")
    record = owes_sign_off(worker, asked_of(worker, title="Forklift licence"))

    (line,) = open_today(as_supervisor).context["board"].to_verify_rows

    assert line.record == record
    assert line.record.title == "Forklift licence"
    assert line.waiting_days == (timezone.localdate() - record.training_date).days


def test_drafts_say_what_blocks_them(supervisor):
    empty = SessionFactory(trainer=None, venue=None, start_time=None, end_time=None)
    unqualified = SessionFactory()

    drafts = board(user=supervisor, today=timezone.localdate(), now=timezone.now(), warning_days=60).draft_rows
    told = {line.session.pk: line.state.word for line in drafts}

    assert told == {empty.pk: "No trainer, venue, time", unqualified.pk: "Trainer not qualified"}


def test_f1_sessions_to_finalize_say_what_is_missing(supervisor):
    sheet_missing = scheduled_session(start_time=at(8, day=-1))
    half_marked = scheduled_session(start_time=at(8, day=-2), attendance_file_key=KEY, attendance_file_hash=HASH)
    SessionAttendeeFactory(session=half_marked, present=True)
    SessionAttendeeFactory(session=half_marked)
    ready = scheduled_session(start_time=at(8, day=-3), attendance_file_key=KEY, attendance_file_hash=HASH)
    SessionAttendeeFactory(session=ready, present=True)

    rows = board(user=supervisor, today=timezone.localdate(), now=timezone.now(), warning_days=60).to_finalize_rows
    told = {line.session.pk: line.state.word for line in rows}

    assert told == {
        ready.pk: "Ready to finalize",
        half_marked.pk: "Attendance 1/2",
        sheet_missing.pk: "Sheet missing",
    }


def test_s7_a_session_over_capacity_is_marked_in_the_list_of_the_day(as_supervisor: Client):
    session = scheduled_session(
        start_time=at(23), end_time=at(23) + timedelta(minutes=30), venue=VenueFactory(capacity=1)
    )
    SessionAttendeeFactory.create_batch(2, session=session)

    (line,) = open_today(as_supervisor).context["board"].todays_sessions

    assert line.is_over_capacity
    assert line.seats.listed == 2


# Freshness


def test_c7_the_page_says_when_compliance_was_last_brought_up_to_date(as_supervisor: Client):
    judge(LearnerFactory(), on=timezone.localdate())

    page = open_today(as_supervisor)

    assert "Compliance was last brought up to date on" in page.content.decode()
    assert page.context["board"].freshness.stale == 0
    assert texts(page, ALERT) == []


def test_c7_stale_answers_are_warned_of_and_not_cleared(as_supervisor: Client):
    one_of_each(timezone.localdate())

    page = open_today(as_supervisor)

    assert page.context["board"].freshness.stale == 1
    assert text_of(page, ALERT).startswith("The compliance of 1 worker is out of date and counts as not cleared.")


# The site's day


def test_the_day_is_the_sites_and_not_utc(supervisor):
    berlin = ZoneInfo("Europe/Berlin")
    after_midnight = datetime(2026, 7, 2, 0, 30, tzinfo=berlin)  # still 1 July in UTC
    session = scheduled_session(start_time=after_midnight)

    def sessions_of(day: datetime):
        found = board(user=supervisor, today=day.date(), now=day, warning_days=60).todays_sessions
        return [line.session for line in found]

    assert sessions_of(datetime(2026, 7, 2, 12, tzinfo=berlin)) == [session]
    assert sessions_of(datetime(2026, 7, 1, 12, tzinfo=berlin)) == []


# Who sees what


def test_a_trainer_sees_own_sessions_and_nobody_elses(as_trainer: Client, trainer: Trainer):
    own = scheduled_session(trainer=trainer, start_time=at(23), end_time=at(23) + timedelta(minutes=30))
    scheduled_session(trainer=TrainerFactory(), start_time=at(23), end_time=at(23) + timedelta(minutes=30))
    one_of_each(timezone.localdate())

    response = open_today(as_trainer)

    assert [line.session for line in response.context["board"].todays_sessions] == [own]
    assert "Not cleared" not in response.content.decode()
    assert "/workers/" not in response.content.decode()


def test_a_trainer_is_told_what_to_mark_and_what_to_upload(trainer: Trainer, trainer_user: User):
    upload = scheduled_session(trainer=trainer, start_time=at(8, day=-1))
    mark = scheduled_session(
        trainer=trainer, start_time=at(8, day=-2), attendance_file_key=KEY, attendance_file_hash=HASH
    )
    SessionAttendeeFactory(session=mark, present=True)
    SessionAttendeeFactory(session=mark)
    done = scheduled_session(
        trainer=trainer, start_time=at(8, day=-3), attendance_file_key=KEY, attendance_file_hash=HASH
    )
    SessionAttendeeFactory(session=done, present=True)
    coming = scheduled_session(trainer=trainer, start_time=at(8, day=3))
    scheduled_session(trainer=trainer, start_time=at(8, day=9))

    own = own_board(user=trainer_user, today=timezone.localdate(), now=timezone.now())

    assert [line.session for line in own.unfinished] == [mark, upload]
    assert [line.session for line in own.coming] == [coming]


def test_an_auditor_reads_today_and_is_offered_no_planning(as_auditor: Client, as_supervisor: Client):
    address = reverse("training:session_new")
    LearnerFactory()

    assert address not in open_today(as_auditor).content.decode()
    assert address in open_today(as_supervisor).content.decode()


def test_a_stranger_signs_in_first(db):
    assert open_today(Client()).status_code == 302


@pytest.mark.parametrize("size", [1, 3])
def test_today_costs_the_same_queries_however_many_rows(as_supervisor: Client, size: int):
    for _number in range(size):
        one_of_each(timezone.localdate())
        SessionFactory()
        SessionAttendeeFactory(session=scheduled_session(start_time=at(8, day=-1 - _number)))
        SessionAttendeeFactory(session=scheduled_session(start_time=at(23), end_time=at(23) + timedelta(minutes=30)))

    with CaptureQueriesContext(connection) as queries:
        open_today(as_supervisor)

    assert len(queries) == 23
