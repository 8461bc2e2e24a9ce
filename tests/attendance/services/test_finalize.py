"""F1 to F8, R3 and the invariants that finalize keeps."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from attendance.models import SessionAttendee
from attendance.pages.finalize import finalize_preview
from attendance.pages.register import register
from attendance.policies.finalize import (
    AlreadyFinalized,
    ChangedSinceAsked,
    NobodyPresent,
    NotScheduled,
    NotStarted,
    SheetMissing,
    TwoOutcomes,
)
from attendance.selectors.finalize import list_facts
from attendance.services import finalize
from attendance.services.finalize import FinalizeResult, finalize_session
from learners.models import CompetencyRecord, ComplianceItem, ComplianceStatus, Learner, TrainingRecord
from learners.services.compliance import recalculate
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import (
    HASH,
    KEY,
    EvidenceUploadFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory, SessionFactory, scheduled_session
from training.core.permissions import name_of
from training.core.refusals import NotPermitted
from training.models import Session

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def ready(**fields: Any) -> tuple[Session, list[SessionAttendee]]:
    return session_ready_to_finalize(**{"start_time": START, "end_time": START + timedelta(hours=4), **fields})


def mark(attendee: SessionAttendee, **fields: Any) -> None:
    SessionAttendee.objects.filter(pk=attendee.pk).update(**fields)


def row_of(thing: Model) -> dict[str, Any]:
    return type(thing)._default_manager.filter(pk=thing.pk).values().get()


# F1: what is refused, in this order


def check_refused(
    session: Session, by: User, refusal: type[Exception], *, words: str | None = None, now: datetime = NOW
) -> None:
    """The refusal says `words`, if given, and nothing is written."""
    before = row_of(session), list(session.attendees.order_by("pk").values())
    with pytest.raises(refusal, match=words):
        finalize_session(session_id=session.pk, by=by, now=now)
    assert (row_of(session), list(session.attendees.order_by("pk").values())) == before
    assert not CompetencyRecord.objects.exists()


def test_f1_finalized_already_names_who_and_when(supervisor: User, superuser: User) -> None:
    session, _ = ready()
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    with pytest.raises(AlreadyFinalized) as refused:
        finalize_session(session_id=session.pk, by=superuser, now=NOW + timedelta(hours=1))
    assert refused.value.status == 409
    assert refused.value.message == (
        f"This session was finalized already, by {supervisor.get_full_name()} on 2 Mar 2026 at 16:00."
    )
    assert TrainingRecord.objects.count() == 2


def test_f1_cancelled_or_still_a_draft(supervisor: User) -> None:
    cancelled, _ = ready(status=Session.Status.CANCELLED, cancellation_reason="Storm")
    check_refused(cancelled, supervisor, NotScheduled, words="is cancelled")
    draft = SessionFactory(start_time=START)
    check_refused(draft, supervisor, NotScheduled, words="still a draft")
    assert NotScheduled.status == 409


def test_f1_evidence_missing(supervisor: User) -> None:
    session = scheduled_session(start_time=START)
    SessionAttendeeFactory(session=session, present=True)
    check_refused(session, supervisor, SheetMissing, words="^Evidence missing")
    assert SheetMissing.status == 400


@pytest.mark.parametrize("upload", [None, {"key": "sha256/cd/other.pdf"}, {"sha256": "cd" * 32}])
def test_f1_a_link_without_a_verified_upload_is_no_evidence(supervisor: User, upload: dict[str, str] | None) -> None:
    session = scheduled_session(start_time=START, attendance_file_key=KEY, attendance_file_hash=HASH)
    SessionAttendeeFactory(session=session, present=True)
    EvidenceUploadFactory(session=scheduled_session())
    if upload:
        EvidenceUploadFactory(session=session, **upload)
    check_refused(session, supervisor, SheetMissing, words="^Evidence missing")


def test_f1_not_yet_started(supervisor: User) -> None:
    session, _ = ready()
    check_refused(session, supervisor, NotStarted, words="not started yet", now=START - timedelta(seconds=1))
    finalize_session(session_id=session.pk, by=supervisor, now=START)


def test_f1_nobody_marked_present(supervisor: User) -> None:
    session, attendees = ready(size=1)
    mark(attendees[0], is_present=False)
    check_refused(
        session, supervisor, NobodyPresent, words=r"^Nobody is marked present\. Cancel the session instead\.$"
    )


def test_f1_the_first_reason_in_order_is_told(supervisor: User) -> None:
    later = START - timedelta(days=1)
    bare = scheduled_session(start_time=START)
    check_refused(bare, supervisor, SheetMissing, now=later)
    Session.objects.filter(pk=bare.pk).update(status="CANCELLED", cancellation_reason="Storm")
    check_refused(bare, supervisor, NotScheduled, now=later)
    listless, _ = ready(learners=[])
    check_refused(listless, supervisor, NotStarted, now=later)
    check_refused(listless, supervisor, NobodyPresent)


def test_f1_trainers_and_auditors_never_finalize(trainer_user: User, auditor: User, trainer: Any) -> None:
    session, _ = ready(trainer=trainer)
    check_refused(session, trainer_user, NotPermitted, words="may not")
    check_refused(session, auditor, NotPermitted, words="may not")


# F2 and R3: the records


def test_f2_passed_and_failed_records_with_everything_an_auditor_asks(supervisor: User) -> None:
    session, (passed, failed, absent) = ready(size=3)
    mark(failed, has_passed=False, remarks="Left at 10:40")
    mark(absent, is_present=False)

    result = finalize_session(session_id=session.pk, by=supervisor, now=NOW)

    assert result == FinalizeResult(finalized_at=NOW, training_records=2, passed=1, failed=1, competency_records=0)
    assert session.trainer is not None
    assert session.course_version is not None
    common = {
        "course_id": session.course_id,
        "course_version_id": session.course_version_id,
        "session_id": session.pk,
        "completion_date": date(2026, 3, 2),
        "provider_id": None,
        "register_import_id": None,
        "extract_id": None,
        "is_calculated": False,
        "supersedes_id": None,
        "evidence_file_key": KEY,
        "evidence_hash": HASH,
        "course_title": session.course_version.title,
        "trainer_name": str(session.trainer),
        "created_at": NOW,
        "created_by_id": supervisor.pk,
    }
    people = [
        {
            "learner_id": attendee.learner_id,
            "company_name": attendee.learner.company.name,
            "role_title": attendee.learner.role.title,
        }
        for attendee in (passed, failed)
    ]
    records = list(TrainingRecord.objects.order_by("pk").values())
    assert [{name: value for name, value in record.items() if name != "id"} for record in records] == [
        {**common, **people[0], "result": "PASSED", "expiry_date": date(2027, 3, 2), "comments": ""},
        {**common, **people[1], "result": "FAILED", "expiry_date": None, "comments": "Left at 10:40"},
    ]


def test_f2_a_pass_that_needs_a_sign_off_waits_for_it_and_a_fail_is_recorded(supervisor: User) -> None:
    version = CourseVersionFactory(requires_verification=True)
    session, (passed, failed) = ready(course_version=version)
    mark(failed, has_passed=False)

    result = finalize_session(session_id=session.pk, by=supervisor, now=NOW)

    assert (result.training_records, result.passed, result.failed, result.competency_records) == (1, 0, 1, 1)
    record = TrainingRecord.objects.get()
    assert (record.learner_id, record.result) == (failed.learner_id, "FAILED")
    competency = CompetencyRecord.objects.values().get()
    assert competency == {
        "id": competency["id"],
        "learner_id": passed.learner_id,
        "course_id": session.course_id,
        "course_version_id": version.pk,
        "session_id": session.pk,
        "attempt": 1,
        "training_date": date(2026, 3, 2),
        "trainer_name": str(session.trainer),
        "company_name": passed.learner.company.name,
        "role_title": passed.learner.role.title,
        "status": "PENDING_VERIFICATION",
        "assessed_by_id": None,
        "assessed_on": None,
        "assessed_at": None,
        "method_id": None,
        "remarks": "",
        "evidence_file_key": KEY,
        "evidence_hash": HASH,
        "training_record_id": None,
        "revoked_at": None,
        "created_at": NOW,
        "created_by_id": supervisor.pk,
    }


@pytest.mark.parametrize(
    ("end_time", "now", "months", "dates"),
    [
        pytest.param(
            datetime(2026, 1, 31, 15, 0, tzinfo=UTC),
            datetime(2026, 2, 10, 9, 0, tzinfo=UTC),
            1,
            (date(2026, 1, 31), date(2026, 2, 28)),
            id="31 January + 1 month is the last day of February",
        ),
        pytest.param(
            datetime(2028, 2, 29, 15, 0, tzinfo=UTC),
            datetime(2028, 3, 1, 9, 0, tzinfo=UTC),
            12,
            (date(2028, 2, 29), date(2029, 2, 28)),
            id="29 February + 12 months",
        ),
        pytest.param(
            datetime(2026, 3, 2, 23, 30, tzinfo=UTC),
            datetime(2026, 3, 5, 9, 0, tzinfo=UTC),
            0,
            (date(2026, 3, 3), None),
            id="ended after midnight on the site; permanent",
        ),
        pytest.param(
            datetime(2026, 3, 4, 15, 0, tzinfo=UTC),
            datetime(2026, 3, 2, 22, 30, tzinfo=UTC),
            12,
            (date(2026, 3, 2), date(2027, 3, 2)),
            id="finalized before it ended",
        ),
    ],
)
def test_f2_completion_and_expiry_dates(
    supervisor: User, end_time: datetime, now: datetime, months: int, dates: tuple[date, date | None]
) -> None:
    version = CourseVersionFactory(validity_months=months)
    session, _ = ready(
        size=1, course_version=version, start_time=min(end_time, now) - timedelta(hours=4), end_time=end_time
    )
    finalize_session(session_id=session.pk, by=supervisor, now=now)
    record = TrainingRecord.objects.get()
    assert (record.completion_date, record.expiry_date) == dates


def test_r3_a_late_finalize_tells_employer_and_role_of_the_day(supervisor: User) -> None:
    session, (attendee,) = ready(size=1)
    company, role = attendee.learner.company.name, attendee.learner.role.title
    Learner.objects.filter(pk=attendee.learner_id).update(company=CompanyFactory(), role=RoleFactory())
    finalize_session(session_id=session.pk, by=supervisor, now=NOW + timedelta(days=9))
    record = TrainingRecord.objects.get()
    assert (record.company_name, record.role_title) == (company, role)


def test_l1_a_blocked_worker_who_was_present_gets_the_record(supervisor: User) -> None:
    session, (attendee,) = ready(size=1)
    Learner.objects.filter(pk=attendee.learner_id).update(status=Learner.Status.BLACKLISTED)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert TrainingRecord.objects.get().learner_id == attendee.learner_id


def test_s12_the_pinned_version_decides_not_the_one_published_since(supervisor: User) -> None:
    session, _ = ready(size=1)
    assert session.course_version is not None
    type(session.course_version).objects.filter(pk=session.course_version.pk).update(status="ARCHIVED")
    CourseVersionFactory(course=session.course, number=2, validity_months=1, requires_verification=True)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert TrainingRecord.objects.get().expiry_date == date(2027, 3, 2)


# F3: the session, its list, compliance, the audit entry


def test_f3_the_list_is_closed_and_the_session_completed(supervisor: User) -> None:
    session, (present, failed, absent) = ready(size=3)
    unmarked = SessionAttendeeFactory(session=session)
    mark(failed, has_passed=False)
    mark(absent, is_present=False)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    session.refresh_from_db()
    assert (session.status, session.finalized_at, session.finalized_by, session.updated_by) == (
        "COMPLETED",
        NOW,
        supervisor,
        supervisor,
    )
    statuses = dict(session.attendees.values_list("pk", "status"))
    assert statuses == {
        present.pk: "ATTENDED",
        failed.pk: "ATTENDED",
        absent.pk: "NO_SHOW",
        unmarked.pk: "NO_SHOW",
    }


def test_f3_the_workers_turn_green_at_once(supervisor: User) -> None:
    session, (passed, failed) = ready()
    mark(failed, has_passed=False)
    for attendee in (passed, failed):
        RoleRequirementFactory(role=attendee.learner.role, course=session.course)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    statuses = dict(Learner.objects.values_list("pk", "compliance_status"))
    assert statuses == {
        passed.learner_id: ComplianceStatus.COMPLIANT,
        failed.learner_id: ComplianceStatus.NON_COMPLIANT,
    }
    proof = ComplianceItem.objects.get(learner=passed.learner_id)
    assert proof.proof == TrainingRecord.objects.get(learner=passed.learner_id)
    assert ComplianceItem.objects.get(learner=failed.learner_id).proof is None


def test_f3_a_pass_that_is_to_be_verified_is_flagged_and_stays_red(supervisor: User) -> None:
    session, (attendee,) = ready(size=1, course_version=CourseVersionFactory(requires_verification=True))
    RoleRequirementFactory(role=attendee.learner.role, course=session.course)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    item = ComplianceItem.objects.get()
    assert (item.status, item.awaiting_verification) == (ComplianceStatus.NON_COMPLIANT, True)


def test_f3_the_audit_entry_names_who_finalized(supervisor: User) -> None:
    session, _ = ready()
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    event = apps.get_model("training.SessionEvent").objects.filter(pgh_obj=session).latest("pgh_id")
    assert (event.pgh_label, event.status, event.finalized_at) == ("update", "COMPLETED", NOW)
    named = {"user": supervisor.pk, "username": supervisor.username, "name": name_of(supervisor)}
    assert event.pgh_context.metadata == named
    for model in (TrainingRecord, SessionAttendee):
        events = apps.get_model(f"{model._meta.label}Event").objects.filter(pgh_context=event.pgh_context)
        assert events.count() == 2


@pytest.mark.parametrize("statement", ["learners_trainingrecord", "session_attendees", '"sessions"'])
def test_f3_all_of_it_or_none_of_it(supervisor: User, statement: str) -> None:
    """Whatever statement fails, nothing stays."""
    session, _ = ready()
    before = row_of(session), list(session.attendees.order_by("pk").values())

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if statement in sql and sql.lstrip().startswith(("INSERT", "UPDATE", "SELECT set_config")):
            raise RuntimeError(statement)
        return result

    with connection.execute_wrapper(fail), pytest.raises(RuntimeError, match=statement):
        finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert (row_of(session), list(session.attendees.order_by("pk").values())) == before
    assert not TrainingRecord.objects.exists()


def test_f4_a_second_call_makes_nothing(supervisor: User) -> None:
    session, _ = ready()
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    for _ in range(3):
        with pytest.raises(AlreadyFinalized):
            finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert TrainingRecord.objects.count() == 2


# F8: the number of queries


@pytest.mark.parametrize("size", [1, 2, 3, 200])
@pytest.mark.parametrize(("requires_verification", "statements"), [(False, 14), (True, 15)])
def test_f8_the_number_of_queries_does_not_depend_on_the_number_of_attendees(
    supervisor: User, size: int, requires_verification: bool, statements: int
) -> None:
    version = CourseVersionFactory(requires_verification=requires_verification)
    role, company = RoleFactory(), CompanyFactory()
    RoleRequirementFactory(role=role, course=version.course)
    learners = LearnerFactory.create_batch(size, role=role, company=company)
    session, attendees = ready(course_version=version, learners=learners)
    mark(attendees[0], has_passed=False)
    recalculate(learner_ids=[learner.pk for learner in learners], today=date(2026, 3, 1), now=NOW)
    supervisor = User.objects.get(pk=supervisor.pk)  # whose groups are not yet known, as in a request
    with CaptureQueriesContext(connection) as queries:
        finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert len(queries) == statements  # two of them the savepoint that stands for the transaction in this test


# Invariants 3 and 4, by the database alone


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sessions SET status = 'COMPLETED' WHERE id = %s",
        "UPDATE sessions SET finalized_at = now() WHERE id = %s",
        "UPDATE sessions SET status = 'COMPLETED', finalized_at = now(), finalized_by_id = updated_by_id WHERE id = %s",
    ],
)
def test_invariant_3_completed_means_finalized_with_evidence(supervisor: User, sql: str) -> None:
    session = scheduled_session(start_time=START, updated_by=supervisor)
    with pytest.raises(Exception, match=r"session_(completed_means_finalized|finalized_has_evidence)"):  # noqa: SIM117
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [session.pk])


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        ("learners_trainingrecord", "record_one_per_session_and_learner"),
        ("learners_competencyrecord", "competency_one_per_attempt"),
    ],
)
def test_invariant_4_one_record_per_session_and_learner(supervisor: User, table: str, constraint: str) -> None:
    version = CourseVersionFactory(requires_verification=table == "learners_competencyrecord")
    session, _ = ready(size=1, course_version=version)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = %s"
            " AND column_name <> 'id'",
            [table],
        )
        (columns,) = cursor.fetchone()
        with pytest.raises(Exception, match=constraint), transaction.atomic():
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}")


# L2, invariant 4: one person on two lines


def on_two_lines(**version: Any) -> tuple[Session, SessionAttendee, SessionAttendee]:
    """Return a session with two lines of one person, whose badges were merged after both were put on the list."""
    course_version = CourseVersionFactory(**version)
    session, (old, new, _other) = ready(size=3, course_version=course_version, course=course_version.course)
    Learner.objects.filter(pk=old.learner_id).update(merged_into=new.learner_id, status="INACTIVE")
    return session, old, new


@pytest.mark.parametrize("needs_sign_off", [False, True])
def test_l2_a_person_on_two_lines_gets_one_record_and_is_told_of(supervisor: User, needs_sign_off: bool) -> None:
    session, old, new = on_two_lines(requires_verification=needs_sign_off)
    preview = finalize_preview(session, now=NOW)
    assert preview.second_lines_sentence == "1 worker stands on two lines under two badges, and gets one record."

    result = finalize_session(session_id=session.pk, by=supervisor, now=NOW)

    made: Any = CompetencyRecord if needs_sign_off else TrainingRecord
    assert made.objects.filter(learner=new.learner).exists()
    assert not made.objects.filter(learner=old.learner).exists()
    assert made.objects.count() == 2
    assert (preview.outcome.training_records, preview.outcome.competency_records, result.second_lines) == (
        result.training_records,
        result.competency_records,
        1,
    )
    assert result.training_records + result.competency_records == 2
    session.refresh_from_db()
    words = [row.outcome.word for row in register(session, now=NOW, warning_days=60) if row.outcome]
    assert words[0] == "On another line"


def test_l2_the_line_on_which_the_person_was_present_counts(supervisor: User) -> None:
    session, old, new = on_two_lines()
    mark(new, is_present=False)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    assert TrainingRecord.objects.filter(learner=old.learner).exists()
    assert not TrainingRecord.objects.filter(learner=new.learner).exists()


def test_l2_a_person_who_passed_on_one_line_only_is_settled_first(supervisor: User) -> None:
    session, old, _new = on_two_lines()
    mark(old, has_passed=False)
    check_refused(session, supervisor, TwoOutcomes, words="under two badges, passed on one and not passed on the other")
    assert "under two badges" in finalize_preview(session, now=NOW).blocker
    mark(old, is_present=False)
    assert finalize_session(session_id=session.pk, by=supervisor, now=NOW).training_records == 2


@pytest.mark.parametrize("needs_sign_off", [False, True])
def test_l2_badges_that_are_merged_while_finalize_runs_are_asked_about(
    supervisor: User, monkeypatch: pytest.MonkeyPatch, needs_sign_off: bool
) -> None:
    """The lock on the session does not hold a merge up: what was counted and what is written must be the same."""
    version = CourseVersionFactory(requires_verification=needs_sign_off)
    session, (old, new, _other) = ready(size=3, course_version=version, course=version.course)

    def counted(*arguments: Any) -> Any:
        facts = list_facts(*arguments)
        Learner.objects.filter(pk=old.learner_id).update(merged_into=new.learner_id, status="INACTIVE")
        return facts

    monkeypatch.setattr(finalize, "list_facts", counted)
    with pytest.raises(ChangedSinceAsked, match="merged or separated"):
        finalize_session(session_id=session.pk, by=supervisor, now=NOW)

    monkeypatch.undo()
    assert not TrainingRecord.objects.exists()
    assert not CompetencyRecord.objects.exists()
    session.refresh_from_db()
    assert session.status == Session.Status.SCHEDULED
    Learner.objects.filter(pk=old.learner_id).update(merged_into=new.learner_id, status="INACTIVE")
    assert finalize_session(session_id=session.pk, by=supervisor, now=NOW).second_lines == 1
