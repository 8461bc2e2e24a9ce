"""A small demo site, loaded once: it must be what the services would have made."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, F, Min, Q
from django.test import TestCase
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from attendance.models import SessionAttendee
from config.demo.load import is_loaded, load
from config.demo.logins import told_logins
from config.demo.progress import LoadingProgress
from config.demo.workbooks.writing import write_workbooks
from learners.evidence.store import check_stored
from learners.models import (
    CompetencyRecord,
    ComplianceItem,
    EvidenceUpload,
    Learner,
    LearnerArea,
    LearnerHoursLog,
    LearnerPeriod,
    LearnerProgression,
    Revocation,
    TrainingRecord,
)
from learners.selectors.progression import in_progress_on
from tests.factories.learners import LearnerFactory
from tests.integrity import check_integrity
from training.models import ClassAttendanceSession, Session, TrainingClass
from training.selectors.classes import captures_missing
from training.services.classes import Synced, sync_sessions

NOW = datetime(2026, 10, 22, 8, 20, tzinfo=UTC)
TODAY = timezone.localdate(NOW)
WORKERS = 60


pytestmark = pytest.mark.django_db

Data = list[list[tuple[Any, ...]]]


def load_site() -> None:
    load(seed=1, workers=WORKERS, now=NOW, progress=LoadingProgress(io.StringIO()))


@pytest.fixture(scope="module", autouse=True)
def first_load(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Data]:
    """Load the site, take it back, and load it again for the tests of this module; return the data of the first."""
    with django_db_blocker.unblock():
        with all_taken_back():
            load_site()
            first = business_data()
        with all_taken_back():
            load_site()
            yield first


@contextmanager
def all_taken_back() -> Iterator[None]:
    """A transaction like that of a test, in which durable ones are allowed."""
    atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]  # unknown to django-stubs
    try:
        yield
    finally:
        TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]  # the same


def business_data() -> Data:
    """Return what people see of the site, without keys, hashes and times of loading."""
    columns = {
        Learner: (
            *("badge_id", "first_name", "last_name", "status", "start_date", "end_date", "role_assigned_at"),
            *("company__name", "role__code", "supervisor__badge_id", "compliance_status", "compliance_holds_until"),
        ),
        LearnerArea: ("learner__badge_id", "area__name", "assigned_at"),
        LearnerPeriod: ("learner__badge_id", "role__code", "company__name", "status", "valid_from", "valid_to"),
        Session: (
            *("course__code", "trainer__last_name", "venue__name", "start_time", "end_time", "status", "version"),
            *("finalized_at", "finalized_by__username", "cancellation_reason"),
        ),
        SessionAttendee: (
            *("session__start_time", "session__course__code", "line", "learner__badge_id", "status", "is_present"),
            *("has_passed", "remarks", "marked_at", "marked_by__username", "company__name", "role__code"),
        ),
        TrainingRecord: (
            *("learner__badge_id", "course__code", "completion_date", "expiry_date", "result", "provider__name"),
            *("session__start_time", "trainer_name", "company_name", "role_title", "created_at"),
        ),
        CompetencyRecord: ("learner__badge_id", "course__code", "status", "assessed_on", "method__name", "remarks"),
        Revocation: ("record__learner__badge_id", "record__course__code", "reason", "revoked_at"),
        ComplianceItem: ("learner__badge_id", "course__code", "status", "due_date", "expiry_date", "holds_until"),
        EvidenceUpload: ("uploaded_at", "pages", "session__start_time", "record__learner__badge_id"),
        User: ("username", "first_name", "last_name", "is_superuser"),
        TrainingClass: (
            *("client__name", "course__code", "agent__last_name", "venue__name", "status", "start_date", "end_date"),
            *("stop_date", "schedule", "course_hours", "created_at"),
        ),
        LearnerProgression: (
            *("learner__badge_id", "course__code", "status", "start_date", "completion_date", "hours_trained"),
            *("hours_present", "training_class__start_date"),
        ),
        LearnerHoursLog: (
            *("learner__badge_id", "log_date", "hours_trained", "hours_present", "session__status", "created_at"),
            "created_by__username",
        ),
    }
    return [sorted(model._default_manager.values_list(*names), key=repr) for model, names in columns.items()]


def test_everything_holds_together() -> None:
    check_integrity(today=TODAY, now=NOW)


def test_every_file_is_stored_with_its_hash() -> None:
    files = set(EvidenceUpload.objects.values_list("key", "sha256"))

    assert len(files) > 100
    for key, sha256 in files:
        check_stored(key=key, sha256=sha256)
    assert not TrainingRecord.objects.exclude(evidence_file_key__in=[key for key, _ in files]).exists()


def test_external_records_have_proof_and_provider() -> None:
    external = TrainingRecord.objects.filter(session=None)

    assert external.exists()
    assert not external.filter(Q(provider=None) | Q(evidence_uploads=None)).exists()


def test_today_has_sessions_in_every_state() -> None:
    today = Session.objects.filter(start_time__date=TODAY).annotate(
        listed=Count("attendees"), marked=Count("attendees", filter=Q(attendees__marked_at__isnull=False))
    )
    scheduled = today.filter(status=Session.Status.SCHEDULED)
    with_sheet = ~Q(attendance_file_key="")

    assert today.filter(status=Session.Status.COMPLETED, finalized_at__lt=NOW).exists()
    assert today.filter(status=Session.Status.CANCELLED).exists()
    assert scheduled.filter(with_sheet, end_time__lt=NOW, marked=F("listed")).exists()  # ready to finalize
    assert scheduled.filter(end_time__lt=NOW, attendance_file_key="").exists()  # no sheet
    assert scheduled.filter(start_time__lt=NOW, end_time__gt=NOW, marked__gt=0, marked__lt=F("listed")).exists()
    assert scheduled.filter(start_time__gt=NOW, marked=0).exists()
    assert scheduled.filter(listed__gt=F("venue__capacity")).exists()
    assert Session.objects.filter(status=Session.Status.DRAFT, venue=None).exists()
    assert Session.objects.filter(status=Session.Status.SCHEDULED, start_time__gt=NOW + timedelta(days=3)).exists()


def test_only_what_is_left_to_today_waits_for_finalize() -> None:
    before_today = Session.objects.filter(start_time__date__lt=TODAY)

    assert not before_today.filter(status=Session.Status.SCHEDULED).exists()
    assert before_today.filter(status=Session.Status.COMPLETED).count() > 100


def test_its_workbooks_are_the_same_each_time(tmp_path: Path) -> None:
    first, second = (write_workbooks(tmp_path / name, now=NOW) for name in ("first", "second"))

    assert [book.kind for book in first] == [
        *("companies", "roles", "areas", "courses", "requirements", "venues", "trainers", "workers", "records"),
        *("records", "sessions", "marks", "classes", "hours"),
    ]
    assert [book.path.read_bytes() for book in first] == [book.path.read_bytes() for book in second]


def test_s9_references_carry_the_year_in_which_a_session_was_planned() -> None:
    oldest = Session.objects.filter(status=Session.Status.COMPLETED).earliest("start_time")

    assert oldest.start_time is not None
    assert oldest.created_at < oldest.start_time
    assert oldest.reference.startswith(f"S-{oldest.created_at.year}-")


def test_r3_records_name_employer_and_role_of_their_day() -> None:
    """Who changed since has records with the former role or employer, as the dated history says (C8)."""
    periods = LearnerPeriod.objects.filter(valid_to__isnull=False)
    assert periods.exists()
    for learner_id, first, last, role, company in periods.values_list(
        "learner_id", "valid_from", "valid_to", "role__title", "company__name"
    ):
        records = TrainingRecord.objects.filter(
            learner_id=learner_id, completion_date__gte=first, completion_date__lt=last
        )
        assert set(records.values_list("role_title", "company_name")) <= {(role, company)}


def test_c8_the_history_of_workers_begins_when_they_came() -> None:
    first = dict(LearnerPeriod.objects.order_by("-valid_from").values_list("learner", "valid_from"))

    assert all(first[learner.pk] == learner.start_date for learner in Learner.objects.all())
    gone = LearnerPeriod.objects.filter(learner__status=Learner.Status.INACTIVE, valid_to=None)
    assert gone.exists()
    for period in gone:
        end_date = Learner.objects.get(pk=period.learner_id).end_date
        assert end_date is not None
        assert period.valid_from == end_date + timedelta(days=1)


def test_sign_offs_are_given_refused_and_owed() -> None:
    statuses = set(CompetencyRecord.objects.values_list("status", flat=True))

    assert CompetencyRecord.Status.COMPETENT in statuses
    for sign_off in CompetencyRecord.objects.filter(status=CompetencyRecord.Status.COMPETENT):
        assert sign_off.training_record is not None
        assert sign_off.training_record.completion_date == sign_off.training_date


def test_r2_some_records_are_revoked_with_a_reason() -> None:
    assert Revocation.objects.count() >= 3
    assert not Revocation.objects.filter(reason="").exists()


def test_40_classes_have_two_years_of_captures() -> None:
    classes = TrainingClass.objects.all()
    missing = captures_missing(User.objects.get(username="supervisor"), today=TODAY)

    assert classes.count() == 40
    assert set(classes.values_list("status", flat=True)) == {"draft", "active", "stopped"}
    captured = ClassAttendanceSession.objects.filter(status="captured").aggregate(Min("session_date"))
    assert TODAY - captured["session_date__min"] > timedelta(days=600)
    assert 0 < missing.count() <= 4
    for each in ClassAttendanceSession.objects.filter(status="captured").select_related("training_class"):
        present = in_progress_on(each.training_class_id, each.session_date).values_list("pk", flat=True)
        logged = each.hours.filter(reversal_of=None, reversal=None).values_list("progression", flat=True)
        assert sorted(present) == sorted(logged), "as capturing it would have logged"
    for class_id in classes.exclude(status="draft").values_list("pk", flat=True):
        assert sync_sessions(class_id=class_id, now=NOW) == Synced(), "as its schedule has them"


def test_the_logins_work_and_their_passwords_are_told() -> None:
    logins = told_logins()

    assert [kind for _, _, kind in logins] == ["HSE supervisor", "trainer", "auditor", "administrator"]
    for username, password, _ in logins:
        assert User.objects.get(username=username).check_password(password)


def test_a_changed_password_is_set_back_so_that_what_is_told_works() -> None:
    auditor = User.objects.get(username="auditor")
    auditor.set_password("something else entirely")
    auditor.save()

    told = {username: password for username, password, _ in told_logins()}

    auditor.refresh_from_db()
    assert auditor.check_password(told["auditor"])


def test_o2_the_demo_knows_its_own_site_whoever_was_added_to_it() -> None:
    with connection.cursor() as cursor:  # here the load is in the same transaction, which remembers its context
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
    LearnerFactory(badge_id="REAL-1")

    assert is_loaded()


def test_the_same_seed_gives_the_same_site(first_load: Data) -> None:
    assert business_data() == first_load
