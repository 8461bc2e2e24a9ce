"""Calendars of trainers and venues for programs that know their secret address (X4)."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from lxml import html as markup
from structlog.testing import capture_logs

from attendance.services.capture import mark_exception
from config.attempts import LIMITS, CountedBy
from config.models import IdempotentAnswer
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import TrainerFactory, UserFactory, VenueFactory, active_class, scheduled_session
from tests.fixtures import client_of
from tests.html import source_of, text_of, texts
from training.core.groups import TRAINERS
from training.core.refusals import NotPermitted
from training.models import CalendarFeed, ClassAttendanceSession, Session, Trainer, TrainingClass, Venue
from training.selectors.feeds import digest_of, open_feed
from training.services.classes import stop_class
from training.services.feeds import NotInUse, end_feed, renew_feed
from training.services.sessions import Plan, cancel_session, edit_session
from training.services.trainers import edit_trainer

pytestmark = pytest.mark.django_db

SOON = timedelta(days=3)


def address_in(response: Any) -> str:
    """Return the address that the page shows."""
    (address,) = markup.document_fromstring(response.content.decode()).xpath('//input[@id="shown-once"]/@value')
    return str(address)


def calendar_of(address: str, **headers: str) -> Any:
    parts = urlsplit(address)
    return Client().get(f"{parts.path}?{parts.query}", headers=headers)


def events_of(secret: str) -> dict[str, Any]:
    """Return the events of a calendar by the beginning of their names, as a calendar program reads them."""
    response = Client().get(reverse("calendar_feed", query={"key": secret}))
    assert response.status_code == 200
    events = Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["UID"]).partition("@")[0]: event for event in events}


def made(owner: Trainer | Venue, by: User) -> str:
    return renew_feed(owner=owner, by=by, now=timezone.now())[1]


def soon(**fields: Any) -> Session:
    start = (timezone.now() + SOON).replace(hour=8, minute=0, second=0, microsecond=0)
    return scheduled_session(start_time=start, end_time=start + timedelta(hours=4), **fields)


# The address


def test_x4_an_address_is_shown_once_and_only_its_hash_is_kept(as_supervisor: Client, trainer: Trainer):
    url = reverse("training:trainer_feed_renew", args=[trainer.pk])
    assert "Make the address" in text_of(as_supervisor.get(url), '//main//form[@method="post"]//button')

    response = as_supervisor.post(url, {"form_key": "k" * 22})
    address = address_in(response)

    secret = parse_qs(urlsplit(address).query)["key"][0]
    assert len(secret) >= 43
    feed = CalendarFeed.objects.get()
    assert (feed.digest, feed.trainer) == (hashlib.sha256(secret.encode()).hexdigest(), trainer)
    assert calendar_of(address).status_code == 200
    again = as_supervisor.get(reverse("training:trainer", args=[trainer.pk]))
    assert secret not in source_of(again)
    assert "made on" in text_of(again, '//section[@id="calendar"]')
    assert not _stored_anywhere(secret)


def _stored_anywhere(secret: str) -> list[str]:
    """Return the tables in which a text stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"""SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s""", [f"%{secret}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    bodies = b"".join(bytes(row.body) for row in IdempotentAnswer.objects.all())
    return found + (["an answer that is kept"] if secret.encode() in bodies else [])


def test_x4_the_form_sent_twice_makes_one_address_and_shows_no_second_one(as_supervisor: Client, trainer: Trainer):
    url = reverse("training:trainer_feed_renew", args=[trainer.pk])
    first = as_supervisor.post(url, {"form_key": "k" * 22})

    second = as_supervisor.post(url, {"form_key": "k" * 22})

    assert CalendarFeed.objects.count() == 1
    assert (first.status_code, second.status_code) == (200, 302)


def test_x4_renewing_asks_first_and_ends_the_old_address(as_supervisor: Client, trainer: Trainer, supervisor: User):
    old = made(trainer, supervisor)
    url = reverse("training:trainer_feed_renew", args=[trainer.pk])

    question = as_supervisor.get(url)
    assert "With a new one the old one stops working" in source_of(question)
    assert Client().get(reverse("calendar_feed", query={"key": old})).status_code == 200, "a question changes nothing"
    address = address_in(as_supervisor.post(url))

    assert Client().get(reverse("calendar_feed", query={"key": old})).status_code == 404
    assert calendar_of(address).status_code == 200
    ended = CalendarFeed.objects.get(digest=digest_of(old))
    assert ended.ended_by == supervisor


def test_x4_it_is_switched_off_after_a_question(as_supervisor: Client, supervisor: User):
    venue = VenueFactory()
    secret = made(venue, supervisor)
    url = reverse("training:venue_feed_end", args=[venue.pk])
    assert "stops working" in source_of(as_supervisor.get(url))

    as_supervisor.post(url)

    assert Client().get(reverse("calendar_feed", query={"key": secret})).status_code == 404
    assert open_feed(venue_id=venue.pk) is None


def test_x4_a_trainer_makes_the_own_one_and_no_other(as_trainer: Client, trainer: Trainer, trainer_user: User):
    assert "There is none yet." in text_of(as_trainer.get(reverse("training:calendar")), '//section[@id="calendar"]')
    address = address_in(as_trainer.post(reverse("training:trainer_feed_renew", args=[trainer.pk])))
    assert calendar_of(address).status_code == 200

    other, venue = TrainerFactory(), VenueFactory()
    for owner in (other, venue):
        with pytest.raises(NotPermitted):
            renew_feed(owner=owner, by=trainer_user, now=timezone.now())
        with pytest.raises(NotPermitted):
            end_feed(owner=owner, by=trainer_user, now=timezone.now())
    assert as_trainer.post(reverse("training:trainer_feed_renew", args=[other.pk])).status_code == 403
    assert as_trainer.get(reverse("training:venue_feed_renew", args=[venue.pk])).status_code == 403


def test_x4_it_is_dead_with_its_trainer_and_with_the_login(trainer: Trainer, supervisor: User):
    secret = made(trainer, supervisor)
    address = reverse("calendar_feed", query={"key": secret})
    assert Client().get(address).status_code == 200

    edit_trainer(trainer_id=trainer.pk, facts={"is_active": False}, by=supervisor)
    assert Client().get(address).status_code == 404
    with pytest.raises(NotInUse):
        renew_feed(owner=trainer, by=supervisor, now=timezone.now())
    edit_trainer(trainer_id=trainer.pk, facts={"is_active": True}, by=supervisor)
    assert Client().get(address).status_code == 200

    User.objects.filter(trainer=trainer).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_x4_without_a_login_of_its_own_it_hangs_on_who_made_it(supervisor: User):
    trainer, venue = TrainerFactory(user=None), VenueFactory()
    secrets = [made(trainer, supervisor), made(venue, supervisor)]
    User.objects.filter(pk=supervisor.pk).update(is_active=False)

    for secret in secrets:
        assert Client().get(reverse("calendar_feed", query={"key": secret})).status_code == 404


def test_x4_one_address_at_a_time_even_past_the_service(trainer: Trainer, supervisor: User):
    made(trainer, supervisor)
    now = timezone.now()
    with pytest.raises(IntegrityError, match="feed_one_per_trainer"), transaction.atomic():
        CalendarFeed.objects.create(trainer=trainer, digest="0" * 64, created_at=now, created_by=supervisor)


@pytest.mark.parametrize("key", ["", "x", "k" * 5000, "\0", "ÿ" * 43, "0" * 64])
def test_x4_what_is_no_secret_opens_nothing(key: str, trainer: Trainer, supervisor: User):
    made(trainer, supervisor)
    assert Client().get("/calendars/feed.ics", {"key": key}).status_code == 404


def test_x4_the_hash_is_no_secret(trainer: Trainer, supervisor: User):
    made(trainer, supervisor)
    digest = CalendarFeed.objects.get().digest
    assert Client().get("/calendars/feed.ics", {"key": digest}).status_code == 404


def test_x4_guessing_is_slowed_and_the_right_address_costs_nothing(trainer: Trainer, supervisor: User):
    secret = made(trainer, supervisor)
    free = LIMITS[CountedBy.FEED_FROM_ADDRESS].free
    for _number in range(free + 5):
        assert Client().get("/calendars/feed.ics", {"key": secret}).status_code == 200
    for _number in range(free):
        assert Client().get("/calendars/feed.ics", {"key": "wrong"}).status_code == 404

    slowed = Client().get("/calendars/feed.ics", {"key": "wrong"})

    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) > 0


def test_x4_the_secret_is_in_no_log(as_supervisor: Client, trainer: Trainer, capfd: pytest.CaptureFixture[str]):
    with capture_logs() as lines:
        address = address_in(as_supervisor.post(reverse("training:trainer_feed_renew", args=[trainer.pk])))
        secret = parse_qs(urlsplit(address).query)["key"][0]
        calendar_of(address)
        Client().get("/calendars/feed.ics", {"key": secret + "x"})
    out, err = capfd.readouterr()
    assert any("/calendars/feed.ics" in str(line) for line in lines), "the requests are logged"
    assert secret not in str(lines) + out + err


# What a program is told


def test_x4_a_program_keeps_it_and_asks_whether_it_is_still_good(trainer: Trainer, supervisor: User):
    address = reverse("calendar_feed", query={"key": made(trainer, supervisor)})
    session = soon(trainer=trainer)
    first = Client().get(address)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "private, no-cache"

    same = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["Cache-Control"]) == (304, b"", "private, no-cache")
    cancel_session(session_id=session.pk, reason="Storm", by=supervisor, now=timezone.now())
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert Client().head(address).status_code == 200
    assert Client().post(address).status_code == 405


def test_x4_a_session_stands_in_the_calendars_of_its_trainer_and_its_venue(trainer: Trainer, supervisor: User):
    session = soon(trainer=trainer)
    worker = SessionAttendeeFactory(session=session).learner
    scheduled_session()
    assert session.venue
    assert session.course_version
    of_trainer, of_venue = made(trainer, supervisor), made(session.venue, supervisor)

    for secret in (of_trainer, of_venue):
        (event,) = events_of(secret).values()
        assert event["DTSTART"].dt == session.start_time
        assert event["DTEND"].dt == session.end_time
        assert str(event["SUMMARY"]).startswith(f"{session.course.code} {session.course_version.title}")
        assert str(event["LOCATION"]).startswith(session.venue.name)
        assert str(event["DESCRIPTION"]) == session.reference
        assert event["STATUS"] == "CONFIRMED"
        assert str(event["URL"]).endswith(reverse("attendance:session", args=[session.pk]))
        assert worker.last_name not in event.to_ical().decode()
    names = [str(event["SUMMARY"]) for event in events_of(of_venue).values()]
    assert names[0].endswith(f"({trainer})")


def test_x4_drafts_and_what_is_far_away_are_in_no_calendar(trainer: Trainer, supervisor: User):
    soon(trainer=trainer, status="DRAFT")
    for days in (-90, 500):
        start = timezone.now() + timedelta(days=days)
        scheduled_session(trainer=trainer, start_time=start, end_time=start + timedelta(hours=1))

    assert events_of(made(trainer, supervisor)) == {}


def test_x4_a_change_arrives_under_the_same_name_with_a_higher_number(trainer: Trainer, supervisor: User):
    session = soon(trainer=trainer)
    secret = made(trainer, supervisor)
    (before,) = events_of(secret).values()
    assert session.start_time
    start = session.start_time + timedelta(hours=1)

    edit_session(session_id=session.pk, changes=Plan(start_time=start), by=supervisor, now=timezone.now())

    (after,) = events_of(secret).values()
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART"].dt == start
    assert after["DTSTAMP"].dt >= before["DTSTAMP"].dt


def test_x4_a_cancellation_arrives_as_one_and_without_its_reason(trainer: Trainer, supervisor: User):
    session = soon(trainer=trainer)
    secret = made(trainer, supervisor)
    (before,) = events_of(secret).values()

    cancel_session(session_id=session.pk, reason="Ada Canary is ill", by=supervisor, now=timezone.now())

    (after,) = events_of(secret).values()
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert str(after["SUMMARY"]).startswith("Cancelled: ")
    assert "Canary" not in after.to_ical().decode()


def test_x4_what_was_given_to_another_trainer_is_cancelled_in_the_old_calendar(trainer: Trainer, supervisor: User):
    session = soon(trainer=trainer)
    other = TrainerFactory(user=UserFactory(groups=[TRAINERS]))
    _qualify(other, session)
    old, new = made(trainer, supervisor), made(other, supervisor)
    (before,) = events_of(old).values()
    assert events_of(new) == {}

    edit_session(session_id=session.pk, changes=Plan(trainer_id=other.pk), by=supervisor, now=timezone.now())

    (left,), (got,) = events_of(old).values(), events_of(new).values()
    assert (left["UID"], left["STATUS"], left["DTSTART"].dt) == (before["UID"], "CANCELLED", session.start_time)
    assert int(left["SEQUENCE"]) > int(before["SEQUENCE"])
    assert got["STATUS"] == "CONFIRMED"


def _qualify(trainer: Trainer, session: Session) -> None:
    trainer.qualifications.create(course=session.course)


# Classes


@pytest.fixture
def training_class(trainer: Trainer, supervisor: User) -> TrainingClass:
    """A class of `trainer` that meets every Monday for some weeks around today."""
    today = timezone.localdate()
    return active_class(
        agent=trainer,
        venue=VenueFactory(),
        start_date=today - timedelta(days=14),
        end_date=today + timedelta(days=28),
    )


def meetings(training_class: TrainingClass) -> list[date]:
    rows = ClassAttendanceSession.objects.filter(training_class=training_class)
    return list(rows.order_by("session_date").values_list("session_date", flat=True))


def test_x4_meetings_of_classes_have_their_times(training_class: TrainingClass, trainer: Trainer, supervisor: User):
    days = meetings(training_class)
    assert days, "the class meets"
    assert training_class.venue
    assert training_class.client
    assert training_class.class_code

    for secret in (made(trainer, supervisor), made(training_class.venue, supervisor)):
        events = events_of(secret)
        assert [f"class-{training_class.pk}-{day}" for day in days] == sorted(events)
        for day in days:
            event = events[f"class-{training_class.pk}-{day}"]
            assert timezone.localtime(event["DTSTART"].dt).date() == day
            assert isinstance(event["DTSTART"].dt, datetime)
            assert training_class.class_code in str(event["SUMMARY"])
            assert str(event["DESCRIPTION"]) == training_class.client.name


def test_x4_a_meeting_that_is_not_held_is_cancelled(training_class: TrainingClass, trainer: Trainer, supervisor: User):
    secret = made(trainer, supervisor)
    day = meetings(training_class)[-1]
    name = f"class-{training_class.pk}-{day}"
    before = events_of(secret)[name]

    mark_exception(
        class_id=training_class.pk,
        session_date=day,
        status=ClassAttendanceSession.Status.CLIENT_CANCELLED,
        by=supervisor,
        now=timezone.now(),
    )

    after = events_of(secret)[name]
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_x4_meetings_after_a_stop_are_cancelled(training_class: TrainingClass, trainer: Trainer, supervisor: User):
    secret = made(trainer, supervisor)
    before, today = events_of(secret), timezone.localdate()

    stop_class(class_id=training_class.pk, stop_date=today, by=supervisor, now=timezone.now())

    after = events_of(secret)
    assert after.keys() == before.keys()
    for day in meetings(training_class) or [today]:
        event = after.get(f"class-{training_class.pk}-{day}")
        if event is not None:
            assert event["STATUS"] == ("CANCELLED" if day > today else "CONFIRMED"), day
    later = [name for name in before if name.rpartition(f"class-{training_class.pk}-")[2] > str(today)]
    assert later, "some meetings were to come"
    assert {str(after[name]["STATUS"]) for name in later} == {"CANCELLED"}
    assert all(int(after[name]["SEQUENCE"]) > int(before[name]["SEQUENCE"]) for name in later)


def test_x4_a_meeting_whose_day_was_lost_is_cancelled(
    training_class: TrainingClass, trainer: Trainer, supervisor: User
):
    secret = made(trainer, supervisor)
    day = meetings(training_class)[-1]
    name = f"class-{training_class.pk}-{day}"
    before = events_of(secret)[name]
    ClassAttendanceSession.objects.filter(training_class=training_class, session_date=day).delete()

    after = events_of(secret)[name]

    assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_x4_a_class_that_was_given_away_is_cancelled_in_the_old_calendar(
    training_class: TrainingClass, trainer: Trainer, supervisor: User
):
    secret, today = made(trainer, supervisor), timezone.localdate()
    before = events_of(secret)
    TrainingClass.objects.filter(pk=training_class.pk).update(agent=TrainerFactory(), version=9)

    after = events_of(secret)

    later = [name for name in before if name.rpartition(f"class-{training_class.pk}-")[2] > str(today)]
    assert later
    assert {str(after[name]["STATUS"]) for name in later} == {"CANCELLED"}


def test_x4_the_queries_of_sessions_do_not_depend_on_their_number(trainer: Trainer, supervisor: User):
    address = reverse("calendar_feed", query={"key": made(trainer, supervisor)})
    client = Client()
    counts = []
    for _number in range(2):
        start = timezone.now() + timedelta(days=2, hours=5 * _number)
        for place in range(1 + 2 * _number):
            begin = start + timedelta(days=place + 3)
            scheduled_session(trainer=trainer, start_time=begin, end_time=begin + timedelta(hours=1))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_x4_the_menu_leads_trainers_to_their_calendar(as_trainer: Client, as_supervisor: Client, trainer: Trainer):
    link = f'//a[@href="{reverse("training:calendar")}"]'
    assert texts(as_trainer.get("/sessions/"), link) == ["Calendar"]
    assert texts(as_supervisor.get("/sessions/"), link) == []
    assert client_of(UserFactory()).get(reverse("training:calendar")).status_code == 403
