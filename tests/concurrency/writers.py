"""One call of each service that writes, for tests that hold what it needs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from attendance.models import ListAct
from attendance.policies.corrections import Result, Seen
from attendance.services.attendees import add_attendees
from attendance.services.capture import capture_session
from attendance.services.corrections import correct_record
from attendance.services.evidence import upload_evidence
from attendance.services.filing import paste_rows
from attendance.services.filing_files import drop_proofs
from attendance.services.finalize import finalize_session
from attendance.services.imports.agreeing import agree_columns
from attendance.services.imports.checking import check_import
from attendance.services.imports.comparing import compare_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.dropping import drop_import
from attendance.services.imports.filing import open_filed
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.undoing import preview_undo, undo_import
from attendance.services.list_acts import undo_act
from attendance.services.marking import Mark, save_marks
from attendance.services.taking_over import draw_sample
from config.services.invitations import invite_login
from config.services.users import disable_login
from learners.evidence.reads import log_download
from learners.policies.sign_offs import Assessment, Status
from learners.services.by_badge import put_learner
from learners.services.certificates import add_certificate
from learners.services.competency import sign_off
from learners.services.compliance import recalculate_everyone
from learners.services.courses import delete_course
from learners.services.external_records import ExternalTraining, record_external
from learners.services.hours import enter_hours, rebuild_sums
from learners.services.learners import edit_learner
from learners.services.merging import merge_workers
from learners.services.methods import create_method
from learners.services.preview import try_out
from learners.services.progression import hold
from learners.services.reassignment import give_role
from learners.services.records import revoke_record
from learners.services.registers import decide_standing
from learners.services.requirements import save_requirement
from learners.services.statuses import set_status
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.imports import HEAD, agreed, checked, checked_as, read, workbook
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RegisterRecordFactory,
    RoleFactory,
    TrainingRecordFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.models import Import, Job
from training.services.class_files import read_rows
from training.services.class_import import import_classes
from training.services.classes import stop_class
from training.services.companies import create_company
from training.services.courses import create_course
from training.services.feeds import renew_feed
from training.services.jobs import cancel
from training.services.packs_made import note_pack
from training.services.sessions import cancel_session
from training.services.trainers import create_trainer
from training.services.venues import edit_venue

NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)
TODAY = date(2026, 4, 27)
Call = Callable[[], Any]
PASTED = "Badge\tName\tCourse\tCompleted\tExpires\n10012\tJana Weiß\tHSE-001\t14.05.2025\t13.05.2027"


def marking(by: User) -> Call:
    row = SessionAttendeeFactory()
    mark = Mark(row.learner_id, is_present=True, has_passed=True)
    return lambda: save_marks(session_id=row.session_id, marks=[mark], by=by, now=NOW)


def finalizing(by: User) -> Call:
    session, _rows = session_ready_to_finalize()
    return lambda: finalize_session(session_id=session.pk, by=by, now=NOW)


def capturing(by: User) -> Call:
    progression = LearnerProgressionFactory()
    day = progression.training_class.sessions.order_by("session_date")[0].session_date
    return lambda: capture_session(class_id=progression.training_class_id, session_date=day, by=by, now=NOW)


def correcting(by: User) -> Call:
    session, rows = session_ready_to_finalize()
    finalize_session(session_id=session.pk, by=by, now=NOW)
    record = session.records.get(learner=rows[0].learner)
    return lambda: correct_record(
        session_id=session.pk,
        learner_id=record.learner_id,
        result=Result.FAILED,
        seen=Seen(record_id=record.pk),
        reason="Left at noon",
        by=by,
        now=NOW,
    )


def adding(by: User) -> Call:
    session, learner = scheduled_session(), LearnerFactory()
    return lambda: add_attendees(session_id=session.pk, learner_ids=[learner.pk], by=by, now=NOW)


def undoing(by: User) -> Call:
    session = scheduled_session()
    assert session.start_time is not None
    learners, earlier = LearnerFactory.create_batch(2), session.start_time - timedelta(hours=1)
    add_attendees(session_id=session.pk, learner_ids=[each.pk for each in learners], by=by, now=earlier)
    act = ListAct.objects.get()
    return lambda: undo_act(session_id=session.pk, act_id=act.pk, by=by, now=earlier)


def uploading(by: User) -> Call:
    session = scheduled_session()
    return lambda: upload_evidence(session_id=session.pk, files=[files.upload(files.pdf())], by=by, now=NOW)


def signing_off(by: User) -> Call:
    record, method = CompetencyRecordFactory(), AssessmentMethodFactory()
    found = Assessment(result=Status.COMPETENT, method_id=method.pk, assessed_on=TODAY)
    return lambda: sign_off(record_ids=[record.pk], assessment=found, by=by, now=NOW)


def recalculating(by: User) -> Call:
    LearnerFactory()
    return lambda: list(recalculate_everyone(today=TODAY, now=NOW))


def recording(by: User) -> Call:
    learner, version, provider = LearnerFactory(), CourseVersionFactory(), CompanyFactory()
    training = ExternalTraining(
        course_id=version.course_id,
        provider_id=provider.pk,
        completion_date=TODAY,
        expiry_date=None,
        result="PASSED",
        comments="",
    )
    return lambda: record_external(
        learner_id=learner.pk, training=training, files=[files.upload(files.pdf())], by=by, now=NOW
    )


def entering_hours(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: enter_hours(
        tracking_id=progression.pk, hours_trained=1, hours_present=1, log_date=TODAY, by=by, now=NOW
    )


def rebuilding(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: rebuild_sums(tracking_ids=[progression.pk])


def merging(by: User) -> Call:
    one, other = LearnerFactory(), LearnerFactory()
    return lambda: merge_workers(duplicate_id=one.pk, survivor_id=other.pk, reason="Lost", by=by, now=NOW)


def requiring(by: User) -> Call:
    role, course = RoleFactory(), CourseFactory()
    return lambda: save_requirement(
        asker=role, course_id=course.pk, requirement_type="PRE_MOB", starts_on=TODAY, by=by, now=NOW
    )


def holding(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: hold(tracking_id=progression.pk, effective_date=TODAY, by=by, now=NOW)


def of_worker(change: Callable[..., Any], **facts: Any) -> Callable[[User], Call]:
    def made(by: User) -> Call:
        learner = LearnerFactory()
        return lambda: change(learner_id=learner.pk, by=by, now=NOW, **facts)

    return made


def giving_role(by: User) -> Call:
    learner, role = LearnerFactory(), RoleFactory()
    return lambda: give_role(learner_ids=[learner.pk], role_id=role.pk, assigned_at=TODAY, by=by, now=NOW)


def revoking(by: User) -> Call:
    record = TrainingRecordFactory()
    return lambda: revoke_record(record_id=record.pk, reason="Wrong person", by=by, now=NOW)


def deleting_course(by: User) -> Call:
    course = CourseFactory()
    return lambda: delete_course(course_id=course.pk, by=by, now=NOW)


def downloading(by: User) -> Call:
    upload = EvidenceUploadFactory(session=scheduled_session())
    return lambda: log_download(upload=upload, learner=None, by=by, now=NOW)


def trying_out(by: User) -> Call:
    change = requiring(by)
    return lambda: try_out(change, today=TODAY)


def stopping(by: User) -> Call:
    training_class = active_class()
    return lambda: stop_class(class_id=training_class.pk, stop_date=date(2026, 4, 20), by=by, now=NOW)


def cancelling(by: User) -> Call:
    session = scheduled_session()
    return lambda: cancel_session(session_id=session.pk, reason="Storm", by=by, now=NOW)


def editing_venue(by: User) -> Call:
    venue = VenueFactory()
    return lambda: edit_venue(venue_id=venue.pk, facts={"capacity": 30}, by=by)


def stopping_a_job(by: User) -> Call:
    job = Job.objects.create(kind="test", title="Pack", query="", asked_by=by, asked_at=NOW)
    return lambda: cancel(job_id=job.pk, by=by, now=NOW)


def deciding_register(by: User) -> Call:
    of = RegisterRecordFactory().register_import
    return lambda: decide_standing(
        register_import_id=of.pk, counts=False, counts_until=None, reason="Nobody finds the folders", by=by, now=NOW
    )


def certifying(by: User) -> Call:
    record = RegisterRecordFactory()
    return lambda: add_certificate(record_id=record.pk, files=[files.upload(files.pdf())], by=by, now=NOW)


def putting_by_badge(by: User) -> Call:
    learner = LearnerFactory()
    return lambda: put_learner(badge=learner.badge_id, facts={"first_name": "Olha"}, by=by, now=NOW)


def offering_calendar(by: User) -> Call:
    venue = VenueFactory()
    return lambda: renew_feed(owner=venue, by=by, now=NOW)


def sampling(by: User) -> Call:
    RegisterRecordFactory()
    return lambda: draw_sample(by=by, now=NOW)


def pasting(by: User) -> Call:
    return lambda: paste_rows(text=PASTED, provider_id=None, by=by, now=NOW)


def dropping_proofs(by: User) -> Call:
    return lambda: drop_proofs(files=[files.upload(files.pdf())], by=by, now=NOW)


# The steps of an import


def a_crew() -> SimpleUploadedFile:
    company, role = CompanyFactory(name="Nordwind"), RoleFactory(title="Welder")
    return workbook(HEAD, ("10012", "Ada", "Novak", company.name, role.title, TODAY))


def sending(by: User) -> Call:
    crew = a_crew()

    def call() -> Any:
        crew.seek(0)
        return start_import(files=[crew], by=by, now=NOW)

    return call


def reading(by: User) -> Call:
    one = start_import(files=[a_crew()], by=by, now=NOW)
    return lambda: read_import(import_id=one.pk, by=by, now=NOW)


def agreeing(by: User) -> Call:
    one = read(a_crew(), by=by)
    guess = one.outline["sheets"][0]["guesses"]["workers"]
    layout = {"0": {"layout": guess["layout"], "columns": guess["columns"]}}
    return lambda: agree_columns(
        import_id=one.pk, kind="workers", layout=layout, sender="", seen=one.changed_at, by=by, now=NOW
    )


def staging(by: User) -> Call:
    one = agreed(read(a_crew(), by=by), "workers", by=by)
    return lambda: stage_import(import_id=one.pk, by=by, now=NOW)


def checking(by: User) -> Call:
    one = checked(a_crew(), "workers", by=by)
    return lambda: check_import(import_id=one.pk, by=by, now=NOW)


def comparing(by: User) -> Call:
    learner, course = LearnerFactory(), CourseFactory(code="HSE-001")
    matrix = workbook(("Badge", course.code), (learner.badge_id, date(2025, 5, 14)))
    one = checked_as(matrix, "records", by=by, answer="completed_on")
    return lambda: compare_import(import_id=one.pk, holds_everybody=False, by=by, now=NOW)


def bringing_in(by: User) -> Call:
    one = checked(a_crew(), "workers", by=by)
    return lambda: do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=NOW)


def undoing_import(by: User) -> Call:
    bringing_in(by)()
    one = Import.objects.get()
    seen = preview_undo(import_id=one.pk, by=by, now=NOW).fingerprint
    return lambda: undo_import(import_id=one.pk, reason="The wrong crew", fingerprint=seen, by=by, now=NOW)


def taking_file(by: User) -> Call:
    bringing_in(by)()
    one = Import.objects.get()

    def call() -> None:
        _, file = open_filed(import_id=one.pk, number=1, by=by, now=NOW)
        file.close()

    return call


def dropping_import(by: User) -> Call:
    one = read(a_crew(), by=by)
    return lambda: drop_import(import_id=one.pk, by=by, now=NOW)


def inviting(by: User) -> Call:
    user = UserFactory()
    return lambda: invite_login(user_id=user.pk, by=by, now=NOW)


def cutting_off(by: User) -> Call:
    user = UserFactory()
    return lambda: disable_login(user_id=user.pk, by=by, now=NOW)


WRITERS: dict[str, Callable[[User], Call]] = {
    "attendance.services.attendees": adding,
    "attendance.services.capture": capturing,
    "attendance.services.corrections": correcting,
    "attendance.services.evidence": uploading,
    "attendance.services.filing": pasting,
    "attendance.services.filing_files": dropping_proofs,
    "attendance.services.finalize": finalizing,
    "attendance.services.imports.agreeing": agreeing,
    "attendance.services.imports.checking": checking,
    "attendance.services.imports.comparing": comparing,
    "attendance.services.imports.doing": bringing_in,
    "attendance.services.imports.dropping": dropping_import,
    "attendance.services.imports.filing": taking_file,
    "attendance.services.imports.reading": reading,
    "attendance.services.imports.receiving": sending,
    "attendance.services.imports.staging": staging,
    "attendance.services.imports.undoing": undoing_import,
    "attendance.services.list_acts": undoing,
    "attendance.services.marking": marking,
    "attendance.services.taking_over": sampling,
    "config.services.invitations": inviting,
    "config.services.users": cutting_off,
    "learners.services.by_badge": putting_by_badge,
    "learners.services.certificates": certifying,
    "learners.services.competency": signing_off,
    "learners.services.compliance": recalculating,
    "learners.services.courses": deleting_course,
    "learners.evidence.reads": downloading,
    "learners.services.external_records": recording,
    "learners.services.hours": entering_hours,
    "learners.services.learners": of_worker(edit_learner, facts={"first_name": "Olha"}),
    "learners.services.merging": merging,
    "learners.services.methods": lambda by: lambda: create_method(facts={"name": "Interview"}, by=by),
    "learners.services.preview": trying_out,
    "learners.services.progression": holding,
    "learners.services.reassignment": giving_role,
    "learners.services.records": revoking,
    "learners.services.registers": deciding_register,
    "learners.services.requirements": requiring,
    "learners.services.statuses": of_worker(set_status, status="BLACKLISTED", reason="Alcohol"),
    "training.services.class_import": lambda by: (
        lambda: import_classes(rows=read_rows(b"class_code\nABA1001\n"), today=TODAY)
    ),
    "training.services.classes": stopping,
    "training.services.companies": lambda by: lambda: create_company(facts={"name": "Abacus"}, by=by),
    "training.services.courses": lambda by: lambda: create_course(code="HSE-999", by=by),
    "training.services.feeds": offering_calendar,
    "training.services.jobs": stopping_a_job,
    "training.services.packs_made": lambda by: (
        lambda: note_pack(subject="All", files_sha256="ab" * 32, files=3, records=1, revocations=0, by=by, now=NOW)
    ),
    "training.services.sessions": cancelling,
    "training.services.trainers": lambda by: (
        lambda: create_trainer(facts={"first_name": "Grace", "last_name": "Hopper"}, by=by)
    ),
    "training.services.venues": editing_venue,
}
# These open no transaction: they are pieces of others, or ask the store.
PIECES = {
    "attendance.services.filing_matches",
    "attendance.services.imports.ahead",
    "attendance.services.imports.steps",
    "attendance.services.imports.working",  # as job_runs
    "attendance.services.sheet_reading",
    "learners.services.effective",
    "learners.services.identity",
    "learners.services.locks",
    "training.services.class_codes",
    "training.services.class_files",
    "training.services.job_kinds",
    "training.services.job_runs",  # what the worker does: it tries again by itself
    "training.services.library_rows",
    "training.services.names",
    "training.services.periodic_runs",  # as job_runs
}
