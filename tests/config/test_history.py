"""The history of the whole site, and looks at who did what (N5, N6)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.models import LoggedLook, SignIn
from config.pages.history import NAMED_BY, everything
from learners.models import EvidenceRead
from learners.services.learners import edit_learner
from tests.exported import exported_rows
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import EvidenceUploadFactory, LearnerFactory, TrainingRecordFactory
from tests.factories.training import VenueFactory, scheduled_session
from tests.fixtures import client_of
from training.core.trail import Entry, trail
from training.models import FileDownload

pytestmark = pytest.mark.django_db

HASH = "0" * 64


def titles(client: Client, **query: str) -> list[str]:
    return [entry.title for entry in client.get(reverse("history"), query).context["trail"].entries]


def a_read(by: User, at: datetime) -> EvidenceRead:
    upload = EvidenceUploadFactory(session=scheduled_session())
    read: EvidenceRead = EvidenceRead.objects.create(upload=upload, kind="PREVIEW", read_by=by, read_at=at)
    return read


def test_n5_changes_reads_files_and_sign_ins_stand_in_one_page(as_superuser: Client, supervisor: User):
    now = timezone.now()
    read = a_read(supervisor, now)
    FileDownload.objects.create(
        kind="pack", file_name="pack.zip", sha256=HASH, size=7, taken_by=supervisor, taken_at=now
    )
    SignIn.objects.create(at=now, outcome="refused", username="a password", name="", user_id=supervisor.pk)
    learner = LearnerFactory()

    told = titles(as_superuser)

    assert {
        f"Evidence read {read.upload.original_name}",
        "File download pack.zip",
        "Sign-in refused",
        f"Worker {learner} added",
    } <= set(told)
    assert "a password" not in as_superuser.get(reverse("history")).content.decode()


def test_n5_it_is_filtered_by_person_thing_day_and_kind(as_superuser: Client, superuser: User, supervisor: User):
    learner, other = LearnerFactory(first_name="Ada"), LearnerFactory()
    for each, by in ((learner, supervisor), (other, superuser)):
        edit_learner(learner_id=each.pk, facts={"first_name": "Olha"}, by=by, now=timezone.now())
    long_ago = datetime(2024, 2, 29, 22, 30, tzinfo=UTC)
    read = a_read(supervisor, long_ago)
    learner.refresh_from_db()

    assert titles(as_superuser, person=str(supervisor.pk)) == [
        f"Worker {learner} changed",
        f"Evidence read {read.upload.original_name}",
    ]
    assert f"Worker {learner} added" not in titles(as_superuser, kind="learners.EvidenceRead")
    assert titles(as_superuser, thing=learner.badge_id)[0] == "Worker changed"
    day = timezone.localdate(long_ago)
    assert titles(as_superuser, since=str(day), until=str(day)) == [f"Evidence read {read.upload.original_name}"]
    before = day - timedelta(days=1)
    assert titles(as_superuser, since=str(before), until=str(before)) == []
    assert "no session this reference" in as_superuser.get(reverse("history"), {"thing": "77-12"}).content.decode()
    assert "Enter a valid date" in as_superuser.get(reverse("history"), {"since": "x"}).content.decode()


def test_n5_every_line_comes_once_over_all_pages_and_in_the_file(as_superuser: Client, superuser: User):
    LearnerFactory.create_batch(4)
    VenueFactory.create_batch(3)
    for minutes in range(3):
        a_read(superuser, timezone.now() - timedelta(minutes=minutes))

    seen, after = list[Entry](), ""
    while True:
        page = trail(everything(), after=after, size=5)
        seen += page.entries
        after = page.following
        if not after:
            break

    assert len(seen) > 15
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)
    rows = exported_rows(as_superuser, "history")
    assert sorted(row["What"] for row in rows) == sorted(entry.title for entry in seen)


@pytest.mark.parametrize("things", [1, 3])
def test_n5_the_number_of_queries_does_not_grow_with_the_lines(as_superuser: Client, superuser: User, things: int):
    for _ in range(things):
        record = TrainingRecordFactory()
        SessionAttendeeFactory(learner=record.learner)

    for kind, count in (("learners.TrainingRecord", 11), ("attendance.SessionAttendee", 9)):
        with CaptureQueriesContext(connection) as queries:
            answer = as_superuser.get(reverse("history"), {"kind": kind})
        assert len(answer.context["trail"].entries) == things
        assert len(queries) == count, kind


def test_n5_every_table_is_named_by_a_field_that_it_has():
    known = {source.model._meta.label: source.model for source in everything()}

    assert NAMED_BY.keys() <= known.keys()
    for label, field in NAMED_BY.items():
        known[label]._meta.get_field(field)


# Looks


@pytest.mark.parametrize("path", ["/history/", "/users/", "/admin/config/signin/", "/admin/learners/evidenceread/"])
def test_n6_a_look_is_written_down_for_good_and_stands_in_the_history(
    as_superuser: Client, superuser: User, supervisor: User, path: str
):
    as_superuser.get(path, {"q": "mona"})
    assert client_of(supervisor).get(path).status_code == 403

    assert list(LoggedLook.objects.values_list("by", "path", "query")) == [(superuser.pk, path, "q=mona")]
    assert f"Look {path}" in titles(as_superuser)
    with pytest.raises(IntegrityError), transaction.atomic():
        LoggedLook.objects.update(path="/")
