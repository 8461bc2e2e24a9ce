"""What the database refuses reaches people in the words of its constraint, with the right status."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import F

from tests.factories.training import CourseVersionFactory, SessionFactory, VenueFactory, scheduled_session
from training.core.refusals import Conflict, Invalid, Refusal, database_refusals
from training.models import Session, Venue

pytestmark = pytest.mark.django_db


def refusal_of(write) -> Refusal:
    with pytest.raises(Refusal) as caught, database_refusals(), transaction.atomic():
        write()
    return caught.value


def test_a_check_constraint_is_bad_input():
    venue = VenueFactory()
    refusal = refusal_of(lambda: Venue.objects.filter(pk=venue.pk).update(capacity=501))
    assert isinstance(refusal, Invalid)
    assert str(refusal) == "A venue holds 1 to 500 people."


def test_a_unique_constraint_is_a_conflict():
    version = CourseVersionFactory()
    refusal = refusal_of(lambda: CourseVersionFactory(course=version.course, number=version.number, status="DRAFT"))
    assert isinstance(refusal, Conflict)
    assert str(refusal) == "This course has a version with that number."


@pytest.mark.parametrize("missing", ["course_version", "trainer", "venue", "start_time", "end_time"])
def test_invariant_1_a_scheduled_session_is_whole(missing: str):
    session = scheduled_session()
    refusal = refusal_of(lambda: Session.objects.filter(pk=session.pk).update(**{missing: None}))
    assert isinstance(refusal, Invalid)
    assert str(refusal) == "A scheduled session needs a course version, trainer, venue, start and end."


def test_invariant_1_a_session_ends_after_it_starts():
    session = scheduled_session()
    refusal = refusal_of(lambda: Session.objects.filter(pk=session.pk).update(end_time=F("start_time")))
    assert isinstance(refusal, Invalid)
    assert str(refusal) == "End time must be after start time."


def test_s5_an_exclusion_constraint_is_a_conflict():
    """A writer who passes by the services still gets a sentence."""
    session = scheduled_session()
    refusal = refusal_of(lambda: scheduled_session(trainer=session.trainer, start_time=session.start_time))
    assert isinstance(refusal, Conflict)
    assert str(refusal) == "The trainer has another session at that time."


def test_s9_a_trigger_speaks_for_itself():
    session = SessionFactory(status="CANCELLED", cancellation_reason="Storm")
    refusal = refusal_of(lambda: Session.objects.filter(pk=session.pk).update(status="DRAFT"))
    assert isinstance(refusal, Conflict)
    assert str(refusal) == "A session cannot become DRAFT this way."


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_s5_a_deadlock_is_a_conflict_that_asks_to_try_again(code: str):
    def lose() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{code}'; END $$")

    assert str(refusal_of(lose)) == "Somebody else changed this at the same moment. Try again."


def test_an_accident_stays_an_accident():
    with pytest.raises(ProgrammingError), database_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


def test_a_constraint_that_no_model_carries_is_a_conflict_that_says_no_more():
    """Such as one that was added by hand: nothing was saved, and whoever runs the site finds its name in the log."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch (n int CONSTRAINT scratch_positive CHECK (n > 0))")
        refusal = refusal_of(lambda: cursor.execute("INSERT INTO scratch VALUES (0)"))
    assert isinstance(refusal, Conflict)
    assert "refuses this" in str(refusal)
    assert "scratch" not in str(refusal)


def test_what_is_gone_meanwhile_is_a_conflict():
    assert isinstance(refusal_of(_insert_prerequisite_of_nobody), Conflict)


def _insert_prerequisite_of_nobody() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("INSERT INTO training_courseprerequisite (course_version_id, course_id) VALUES (0, 0)")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("55P03", 503, "changing this at the moment"),
        ("57014", 503, "took too long"),
        ("57P01", 503, "does not answer"),
        ("25P03", 503, "does not answer"),
        ("53300", 503, "busy"),
        ("22003", 400, "too large"),
    ],
)
def test_what_is_not_done_in_time_is_a_sentence(code: str, status: int, words: str):
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{code}'; END $$")

    refusal = refusal_of(fail)
    assert (refusal.status, refusal.retry_seconds) == (status, 5 if status == 503 else None)
    assert words in str(refusal)
    assert "secret" not in str(refusal)
