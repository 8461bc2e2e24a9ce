"""The audit trail in words: who, when, what before and after, from where."""

from datetime import UTC, datetime, timedelta

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learners.models import EvidenceRead
from tests.factories.learners import EvidenceUploadFactory, LearnerFactory
from tests.factories.training import CompanyFactory, SessionFactory, TrainerFactory, UserFactory, VenueFactory
from training.core.audit_context import as_person
from training.core.trail import Change, Entry, Source, trail
from training.models import Session, Trainer, Venue

pytestmark = pytest.mark.django_db


def of(thing, **fields) -> Source:
    return Source(model=type(thing), ids=(thing.pk,), **fields)


def past(table: str, *, days: int) -> None:
    """Let the events of a table so far be from some days ago; as the owner, with the triggers asleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET pgh_created_at = pgh_created_at - %s * interval '1 day'", [days])
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_change_says_what_was_before_and_after():
    venue = VenueFactory(name="Room A", capacity=20)
    venue.capacity = 25
    venue.is_active = False
    venue.save()

    changed, added = trail([of(venue)]).entries

    assert added.title == "Venue added"
    assert Change("Name", "", "Room A") in added.changes
    assert changed.title == "Venue changed"
    assert changed.changes == [Change("Capacity", "20", "25"), Change("Active", "yes", "no")]


def test_a_change_of_bookkeeping_alone_is_not_told():
    venue = VenueFactory()
    venue.updated_by = UserFactory()
    venue.save()

    assert [entry.action for entry in trail([of(venue)]).entries] == ["insert"]


def test_references_choices_days_and_times_are_told_in_words():
    session = SessionFactory(trainer=TrainerFactory(first_name="Ana", last_name="Moreau"))
    session.trainer = TrainerFactory(first_name="Bo", last_name="Osei")
    session.status = Session.Status.CANCELLED
    session.cancellation_reason = "Storm"
    session.start_time = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    session.end_time = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    session.save()

    told = {change.label: (change.before, change.after) for change in trail([of(session)]).entries[0].changes}

    assert told["Trainer"] == ("Ana Moreau", "Bo Osei")
    assert told["Status"] == ("Draft", "Cancelled")
    assert told["Reason for cancelling"] == ("–", "Storm")
    assert told["Start"][1] == "1 Jul 2026 08:30"


def test_what_was_removed_is_still_told_and_so_is_a_reference_to_it():
    company = CompanyFactory(name="Gone Ltd")
    trainer = TrainerFactory(company=company)
    company_id, trainer_id = company.pk, trainer.pk
    trainer.delete()
    company.delete()

    removed, _added = trail([Source(model=Trainer, ids=[trainer_id])]).entries

    assert removed.title == "Trainer removed"
    assert Change("Company", "", f"no. {company_id} (removed since)") in removed.changes


def test_bulk_changes_are_told_row_by_row():
    venues = VenueFactory.create_batch(3, capacity=10)
    Venue.objects.filter(pk__in=[venue.pk for venue in venues]).update(capacity=12)

    entries = trail([Source(model=Venue, ids=[venue.pk for venue in venues])]).entries

    assert [entry.action for entry in entries] == ["update"] * 3 + ["insert"] * 3
    assert all(entry.changes == [Change("Capacity", "10", "12")] for entry in entries[:3])


def test_the_person_the_door_and_the_address_are_told(supervisor):
    with pghistory.context(user=supervisor.pk, url="/sessions/4/", door="page", ip="10.0.0.7"):
        venue = VenueFactory()

    (entry,) = trail([of(venue)]).entries

    assert entry.who == supervisor.get_full_name()
    assert (entry.door, entry.path, entry.address) == ("page", "/sessions/4/", "10.0.0.7")


def test_a_command_is_told_as_such():
    with pghistory.context(command="demo"):
        venue = VenueFactory()

    (entry,) = trail([of(venue)]).entries

    assert (entry.who, entry.door) == ("System", "command demo")


def test_plain_sql_is_told_as_a_change_in_the_database():
    venue = VenueFactory(capacity=20)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE training_venue SET capacity = 7 WHERE id = %s", [venue.pk])

    entry = trail([of(venue)]).entries[0]

    assert (entry.who, entry.door, entry.changes) == ("System", "database", [Change("Capacity", "20", "7")])


def test_a_user_who_is_gone_is_told_by_number():
    with pghistory.context(user=987654):
        venue = VenueFactory()

    assert trail([of(venue)]).entries[0].who == "no. 987654 (removed since)"


def test_a_login_that_is_renamed_later_keeps_its_name_in_the_past():
    person = UserFactory(first_name="Frida", last_name="Keller")
    past("training_loginevent", days=3)
    with as_person(person):
        venue = VenueFactory()
    with pghistory.context(user=person.pk):  # as events were before names stood in them
        venue.capacity += 1
        venue.save()
    past("training_venueevent", days=2)
    session = SessionFactory(created_by=person)
    upload = EvidenceUploadFactory(session=session)
    EvidenceRead.objects.create(
        upload=upload, kind="DOWNLOAD", read_by=person, read_at=timezone.now() - timedelta(days=2)
    )
    person.last_name = "Osei"
    person.save()

    reads = Source(model=EvidenceRead, ids=[upload.pk], by="upload", at="read_at", who="read_by")
    told = [entry.who for entry in trail([of(venue), reads]).entries]

    assert told == ["Frida Keller"] * 3


def test_e3_who_opened_evidence_stands_among_the_changes():
    learner, reader = LearnerFactory(), UserFactory(first_name="Frida", last_name="Keller")
    upload = EvidenceUploadFactory(session=SessionFactory(), original_name="sheet.pdf")
    at = datetime(2040, 1, 1, tzinfo=UTC)
    EvidenceRead.objects.create(upload=upload, learner=learner, kind="DOWNLOAD", read_by=reader, read_at=at)
    reads = Source(
        model=EvidenceRead,
        ids=[learner.pk],
        by="learner",
        subject="upload",
        fields=("kind",),
        at="read_at",
        who="read_by",
    )

    read, *others = trail([of(learner), reads]).entries

    assert (read.at, read.who, read.title) == (at, "Frida Keller", "Evidence read sheet.pdf")
    assert read.changes == [Change("Kind", "", "Downloaded")]
    assert [entry.action for entry in others] == ["insert"]


def test_pages_follow_each_other_without_gap_or_repetition():
    venue, company = VenueFactory(capacity=1), CompanyFactory()
    for capacity in range(2, 8):
        venue.capacity = capacity
        venue.save()
        company.name = f"Name {capacity}"
        company.save()
    sources = [of(venue), of(company)]
    whole = trail(sources).entries

    found: list[Entry] = []
    after = ""
    while True:
        page = trail(sources, after=after, size=3)
        found += page.entries
        after = page.following
        if not after:
            break

    assert len(whole) == 14
    assert found == whole


@pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00~0~1", "2026-01-01T00:00:00+00:00~a~1", "~~", "\0"])
def test_a_cursor_that_nobody_was_given_starts_from_the_newest_line(cursor):
    venue = VenueFactory()

    assert len(trail([of(venue)], after=cursor).entries) == 1


def test_nothing_selected_is_an_empty_trail():
    assert trail([Source(model=Venue, ids=[])]).entries == []


@pytest.mark.parametrize("lines", [1, 3])
def test_a_page_costs_the_same_queries_however_many_lines(lines):
    sessions = SessionFactory.create_batch(lines)

    with CaptureQueriesContext(connection) as queries:
        entries = trail([Source(model=Session, ids=[session.pk for session in sessions])]).entries

    assert len(entries) == lines
    assert len(queries) == 4  # the lines; courses, trainers and venues by name
