"""Django Admin as a whole: who comes in, and what holds for every list and page of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pghistory.models import Event

from attendance.models import (
    CaptureVoid,
    DifferenceExplained,
    FilingPaste,
    FilingProof,
    FilingRow,
    ListAct,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    SessionAttendee,
    TakeOver,
    TakeOverWithdrawal,
)
from config.api_tokens import create_token
from config.models import ApiToken, BackupRun, CompanyAccount, Invitation, LastDay, LoggedLook, SecondFactor, SignIn
from config.services.invitations import invite_login
from learners import models as learners
from tests.factories.attendance import FilingRowFactory, SessionAttendeeFactory
from tests.factories.imports import DoneImportFactory, ImportAliasFactory, ImportFactory
from tests.factories.jobs import JobFactory, PeriodicRunFactory
from tests.factories.learners import (
    HASH,
    KEY,
    AreaFactory,
    AreaRequirementFactory,
    AssessmentMethodFactory,
    EvidenceUploadFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterStandingFactory,
    RevocationFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.taking_over import compared_cell, explained, sample_check, sampled, take_over, withdrawal
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    scheduled_session,
)
from tests.fixtures import client_of
from training import models as training
from training.core.groups import TRAINERS

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
NAUGHTY = ("\0", "'\"><script>alert(1)</script>", "9" * 40, "%", "\\", "مرحبا", "x" * 5000)


def competency_record(**fields: Any) -> learners.CompetencyRecord:
    session = scheduled_session()
    return learners.CompetencyRecord.objects.create(
        **{
            "learner": LearnerFactory(),
            "course": session.course,
            "course_version": session.course_version,
            "session": session,
            "training_date": DAY,
            "company_name": "Company",
            "role_title": "Rigger",
            "evidence_file_key": KEY,
            "evidence_hash": HASH,
            "created_at": AT,
            "created_by": UserFactory(),
            **fields,
        }
    )


def prerequisite() -> training.CoursePrerequisite:
    return training.CoursePrerequisite.objects.create(course_version=CourseVersionFactory(), course=CourseFactory())


def compliance_item() -> learners.ComplianceItem:
    return learners.ComplianceItem.objects.create(
        learner=LearnerFactory(),
        course=CourseFactory(),
        requirement_type="PRE_MOB",
        status="NON_COMPLIANT",
        key_date=DAY,
        expiry_date=DAY,
        updated_at=AT,
    )


def compliance_run() -> learners.ComplianceRun:
    return learners.ComplianceRun.objects.create(started_at=AT, judged_on=DAY, only_due=False, workers=1, changed=0)


def worker_number() -> learners.WorkerNumber:
    return learners.WorkerNumber.objects.create(learner=LearnerFactory(), kind="passport", value=f"{token_hex(6)}-1")


def evidence_read() -> learners.EvidenceRead:
    upload = EvidenceUploadFactory(session=scheduled_session())
    return learners.EvidenceRead.objects.create(
        upload=upload, learner=LearnerFactory(), kind="PREVIEW", read_by=UserFactory(), read_at=AT
    )


def calendar_feed() -> training.CalendarFeed:
    return training.CalendarFeed.objects.create(
        trainer=TrainerFactory(), digest=token_hex(32), created_at=AT, created_by=UserFactory()
    )


def import_file() -> training.ImportFile:
    return training.ImportFile.objects.create(of=ImportFactory(), number=1, name="crew.xlsx", size=7, sha256=HASH)


def imported_row() -> training.ImportedRow:
    return training.ImportedRow.objects.create(
        of=DoneImportFactory(), sheet=0, row=2, act="new", table="training_company", key=1, identity="Nordwind"
    )


def import_headings() -> training.ImportHeadings:
    return training.ImportHeadings.objects.create(
        headings=token_hex(32), kind="workers", agreed_by=UserFactory(), agreed_at=AT
    )


def filing_proof() -> FilingProof:
    return FilingProof.objects.create(owner=UserFactory(), name="card.pdf", problem="It is empty.", dropped_at=AT)


def checkpoint() -> training.LogCheckpoint:
    log = training.Log.objects.create(origin=f"training.example.com/{uuid4()}")
    return training.LogCheckpoint.objects.create(log=log, size=1, note=log.origin)


def pack_made() -> training.PackMade:
    return training.PackMade.objects.create(
        subject="Everybody", files_sha256=HASH, files=3, records=1, revocations=0, made_by=UserFactory(), made_at=AT
    )


def file_download() -> training.FileDownload:
    return training.FileDownload.objects.create(
        job=1, kind="pack", file_name="pack.zip", sha256=HASH, size=7, taken_by=UserFactory(), taken_at=AT
    )


def training_class() -> training.TrainingClass:
    return training.TrainingClass.objects.create(
        client=CompanyFactory(), course=CourseFactory(), agent=TrainerFactory(), start_date=DAY, end_date=DAY
    )


def class_session(**fields: Any) -> training.ClassAttendanceSession:
    return training.ClassAttendanceSession.objects.create(
        training_class=training_class(), session_date=DAY, scheduled_hours=Decimal(4), **fields
    )


def backup_run() -> BackupRun:
    run: BackupRun = BackupRun.objects.create(
        began_at=AT, ended_at=AT, target="/mnt/backup", generation="20260320", files=1, bytes=2, damaged=0
    )
    return run


def api_token() -> ApiToken:
    token, _secret = create_token(
        user=UserFactory(), name="Gate", by=UserFactory(is_superuser=True, is_staff=True), now=AT
    )
    return token


def import_turn() -> learners.ImportTurn:
    one = training.Import.objects.create(title="Crew", started_by=UserFactory(), started_at=AT, changed_at=AT)
    return learners.ImportTurn.objects.create(
        of=one, phase="done", learner=LearnerFactory(), is_active=True, comes=False, before="PENDING", after="COMPLIANT"
    )


def merge() -> learners.Merge:
    return learners.Merge.objects.create(
        kind="MERGED",
        duplicate=LearnerFactory(),
        survivor=LearnerFactory(),
        status_before="ACTIVE",
        reason="One person with two badges",
        effective_on=DAY,
        created_by=UserFactory(),
        created_at=AT,
    )


def capture_void() -> CaptureVoid:
    held = class_session(status="agent_absent", captured_at=AT, captured_by=UserFactory())
    return CaptureVoid.objects.create(
        class_session=held, voided_status="agent_absent", reason="Wrong class", voided_by=UserFactory(), voided_at=AT
    )


def list_act() -> ListAct:
    row = SessionAttendeeFactory()
    return ListAct.objects.create(
        session=row.session,
        kind="PRESENT",
        workers=1,
        learner_ids=[row.learner_id],
        versions=[2],
        done_by=UserFactory(),
        done_at=AT,
    )


def progression() -> learners.LearnerProgression:
    return learners.LearnerProgression.objects.create(
        learner=LearnerFactory(), course=CourseFactory(), training_class=training_class(), start_date=DAY
    )


def progression_event() -> learners.ProgressionEvent:
    return learners.ProgressionEvent.objects.create(
        progression=progression(), kind="started", effective_date=DAY, created_by=UserFactory(), created_at=AT
    )


def hours() -> learners.LearnerHoursLog:
    tracked = progression()
    return learners.LearnerHoursLog.objects.create(
        progression=tracked,
        learner=tracked.learner,
        training_class=tracked.training_class,
        course=tracked.course,
        log_date=DAY,
        hours_trained=Decimal(4),
        hours_present=Decimal(4),
    )


# Every table that Admin lists: how many queries its list takes, and one row of it. Whoever adds a model adds its line.
ROWS: dict[type[Model], tuple[int, Callable[[], Any]]] = {
    training.Company: (5, CompanyFactory),
    training.Course: (5, lambda: CourseVersionFactory().course),
    training.CoursePrerequisite: (5, prerequisite),
    training.CourseVersion: (6, CourseVersionFactory),
    training.Trainer: (6, lambda: TrainerFactory(company=CompanyFactory(), user=UserFactory())),
    training.TrainerQualification: (8, lambda: TrainerQualificationFactory(valid_until=DAY)),
    training.FileDownload: (9, file_download),
    training.Seal: (6, TrainingRecordFactory),
    training.Log: (5, checkpoint),
    training.LogKey: (5, lambda: training.LogKey.objects.create(verifier=f"{uuid4()}+00+AA")),
    training.LogCheckpoint: (5, checkpoint),
    training.LogAnchor: (5, lambda: training.LogAnchor.objects.create(checkpoint=checkpoint(), anchor="dir:/mnt")),
    training.PackMade: (7, pack_made),
    training.Erasure: (
        5,
        lambda: training.Erasure.objects.create(seals=[], rows={}, reason="Retention", erased_by="operator"),
    ),
    training.Job: (8, JobFactory),
    training.PeriodicRun: (8, PeriodicRunFactory),
    training.CalendarFeed: (5, calendar_feed),
    training.Import: (8, ImportFactory),
    training.ImportFile: (5, import_file),
    training.ImportRow: (5, lambda: training.ImportRow.objects.create(of=ImportFactory(), number=1, sheet=0, row=2)),
    training.ImportedRow: (6, imported_row),
    training.ImportAlias: (6, ImportAliasFactory),
    training.ImportHeadings: (6, import_headings),
    training.Venue: (5, VenueFactory),
    training.Session: (10, lambda: SessionAttendeeFactory().session),
    training.TrainingClass: (9, training_class),
    training.ClassAttendanceSession: (7, class_session),
    learners.Area: (6, lambda: AreaFactory(parent=AreaFactory())),
    learners.AreaRequirement: (8, AreaRequirementFactory),
    learners.AssessmentMethod: (5, AssessmentMethodFactory),
    learners.CompetencyRecord: (8, competency_record),
    learners.ComplianceRun: (7, compliance_run),
    learners.ComplianceItem: (8, compliance_item),
    learners.EvidenceRead: (8, evidence_read),
    learners.EvidenceUpload: (8, lambda: EvidenceUploadFactory(session=scheduled_session())),
    learners.Learner: (10, lambda: LearnerAreaFactory().learner),
    learners.LearnerArea: (8, LearnerAreaFactory),
    learners.LearnerHoursLog: (8, hours),
    learners.LearnerProgression: (8, progression),
    learners.Merge: (7, merge),
    learners.ProgressionEvent: (7, progression_event),
    learners.ImportTurn: (5, import_turn),
    learners.RegisterExtract: (5, RegisterExtractFactory),
    learners.RegisterImport: (7, RegisterImportFactory),
    learners.RegisterStanding: (7, RegisterStandingFactory),
    learners.Revocation: (7, RevocationFactory),
    learners.Role: (5, lambda: RoleRequirementFactory().role),
    learners.RoleRequirement: (8, RoleRequirementFactory),
    learners.TrainingRecord: (8, TrainingRecordFactory),
    learners.WorkerNumber: (6, worker_number),
    # Periods are written by triggers, when the thing that they tell of is.
    learners.AreaPeriod: (8, lambda: AreaFactory(parent=AreaFactory())),
    learners.BadgePeriod: (7, LearnerFactory),
    learners.LearnerAreaPeriod: (7, LearnerAreaFactory),
    learners.LearnerPeriod: (8, LearnerFactory),
    learners.RequirementPeriod: (9, RoleRequirementFactory),
    SessionAttendee: (7, lambda: SessionAttendeeFactory(present=True)),
    CaptureVoid: (7, capture_void),
    ListAct: (7, list_act),
    FilingPaste: (7, lambda: FilingRowFactory().paste),
    FilingProof: (7, filing_proof),
    FilingRow: (5, FilingRowFactory),
    RegisterDifference: (5, compared_cell),
    RegisterComparison: (7, lambda: compared_cell().comparison),
    DifferenceExplained: (7, explained),
    RegisterSample: (7, lambda: sampled().sample),
    SampleCheck: (7, sample_check),
    SampledRecord: (5, sampled),
    TakeOver: (7, take_over),
    TakeOverWithdrawal: (7, withdrawal),
    User: (7, UserFactory),
    Group: (5, lambda: Group.objects.create(name=f"Group {Group.objects.count()}")),
    AccessAttempt: (
        6,
        lambda: AccessAttempt.objects.create(username=UserFactory().username, ip_address="::1", failures_since_start=1),
    ),
    SignIn: (8, lambda: SignIn.objects.create(at=AT, outcome="refused", username="a", address="::1")),
    ApiToken: (6, api_token),
    BackupRun: (7, backup_run),
    Invitation: (7, lambda: invite_login(user_id=UserFactory().pk, by=UserFactory(is_superuser=True), now=AT)),
    LoggedLook: (8, lambda: LoggedLook.objects.create(at=AT, by=UserFactory(), path="/users/")),
    LastDay: (5, lambda: LastDay.objects.create(user=UserFactory(), day=DAY)),
    AccessLog: (8, lambda: AccessLog.objects.create(username="a", ip_address="::1")),
}
# What Django's own tables are audited as, and the one row of settings.
TRACKED: dict[type[Model], Callable[[], Any]] = {
    training.Login: UserFactory,
    training.LoginGroup: lambda: Group.objects.create(name=f"Group {Group.objects.count()}"),
    training.Membership: lambda: UserFactory(groups=[TRAINERS]),
    training.LoginPermission: lambda: UserFactory().user_permissions.add(Permission.objects.all()[0]),
    training.GroupPermission: lambda: Group.objects.create(name=f"Group {Group.objects.count()}").permissions.add(
        Permission.objects.all()[0]
    ),
    SecondFactor: lambda: SecondFactor.objects.create(user=UserFactory(), type="totp", data={}),
    CompanyAccount: lambda: CompanyAccount.objects.create(user=UserFactory(), provider="company", uid=token_hex(4)),
    training.Site: lambda: training.Site.objects.update(time_zone=token_hex(4)),
}
LISTED = [model for model in admin.site._registry if not issubclass(model, Event) and model is not training.Site]
EVENTS = [model for model in admin.site._registry if issubclass(model, Event)]


def make(model: type[Model]) -> None:
    """Write one row of a table."""
    (TRACKED[model] if model in TRACKED else ROWS[model][1])()


def url(model: type[Model], page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries_of(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, response.content[:500]
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(as_superuser: Client, model: type[Model]):
    expected, _factory = ROWS[model]
    make(model)
    queries_of(as_superuser, url(model))  # a process asks some things once
    one = queries_of(as_superuser, url(model))
    make(model)
    make(model)
    three = queries_of(as_superuser, url(model))

    assert (len(one), len(three)) == (expected, expected), "\n".join(three)


@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)
def test_a_list_of_events_takes_as_many_queries_for_three_rows_as_for_one(as_superuser: Client, model: Any):
    make(model.pgh_tracked_model)
    one = queries_of(as_superuser, url(model))
    make(model.pgh_tracked_model)
    make(model.pgh_tracked_model)

    assert len(queries_of(as_superuser, url(model))) == len(one) == 7


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_the_pages_of_a_row_open(as_superuser: Client, model: type[Model]):
    make(model)
    row = model._default_manager.order_by("-pk")[0]

    for page in ("change", "history"):
        assert as_superuser.get(url(model, page, row.pk)).status_code == 200, page
    adds = as_superuser.get(url(model, "add")).status_code
    assert adds in {200, 403}


@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)
def test_an_event_can_be_read_and_nothing_else(as_superuser: Client, model: Any):
    make(model.pgh_tracked_model)
    event = model.objects.order_by("-pk")[0]

    assert as_superuser.get(url(model, "change", event.pk)).status_code == 200
    assert as_superuser.post(url(model, "change", event.pk), {"pgh_label": "forged"}).status_code == 403
    assert as_superuser.get(url(model, "add")).status_code == 403
    assert as_superuser.post(url(model, "delete", event.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_nonsense_in_an_address_finds_nothing_and_breaks_nothing(as_superuser: Client, model: type[Model]):
    for text in NAUGHTY:
        assert as_superuser.get(url(model), {"q": text}).status_code == 200, ascii(text)
    for text in NAUGHTY[:3]:
        assert as_superuser.get(url(model), {"p": text, "o": text, "pk": text}).status_code in {200, 302, 400}
        assert as_superuser.get(url(model, "change", text)).status_code in {302, 404}


@pytest.mark.parametrize("app", ["attendance", "learners", "training"])
def test_every_table_of_the_site_is_in_admin(app: str):
    tables = (model for model in apps.get_app_config(app).get_models() if not model._meta.proxy)
    missing = {model.__name__ for model in tables if model not in admin.site._registry}

    assert missing == ({"SealOpening", "SealPending", "LogEntry", "LogTile"} if app == "training" else set())


# Who comes in


def test_admin_sends_strangers_to_the_login_page_of_the_site(client: Client):
    for address in ("/admin/", "/admin/login/", "/admin/training/course/", "/admin/no-such-page/"):
        response = client.get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/login/"), address


def test_admin_is_for_superusers_only(
    as_supervisor: Client, as_auditor: Client, as_trainer: Client, as_superuser: Client
):
    for client in (as_supervisor, as_auditor, as_trainer):
        assert client.get("/admin/").status_code == 403
        assert client.get("/admin/training/course/").status_code == 403
    assert as_superuser.get("/admin/").status_code == 200


def test_being_staff_opens_nothing():
    assert client_of(UserFactory(is_staff=True)).get("/admin/").status_code == 403


def test_a_superuser_who_is_disabled_is_cut_off_at_once(as_superuser: Client, superuser: User):
    User.objects.filter(pk=superuser.pk).update(is_active=False)

    assert as_superuser.get("/admin/").status_code == 302


def test_login_and_password_pages_are_those_of_the_site(as_superuser: Client):
    assert as_superuser.get("/admin/login/")["Location"] == "/admin/"
    assert as_superuser.get("/admin/password_change/")["Location"] == "/password/"
    assert as_superuser.get("/admin/password_change/done/")["Location"] == "/password/done/"


def test_the_site_is_written_by_the_settings_only(as_superuser: Client):
    assert as_superuser.get(url(training.Site, "change", 1)).status_code == 200
    assert as_superuser.post(url(training.Site, "change", 1), {"time_zone": "UTC"}).status_code == 403


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_nothing_is_deleted_by_the_delete_page(as_superuser: Client, model: type[Model]):
    make(model)
    row = model._default_manager.order_by("-pk")[0]

    assert as_superuser.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    picked = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    as_superuser.post(url(model), picked)
    assert model._default_manager.filter(pk=row.pk).exists()
