"""One check over everything that must be true at any time: run it after whatever went wrong."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from attendance.models import SessionAttendee
from learners.models import BadgePeriod, CompetencyRecord, EvidenceUpload, Learner, LearnerHoursLog, TrainingRecord
from learners.selectors.progression import hours_differences
from learners.services.compliance import recalculate
from training.models import ClassAttendanceSession, Session


def check_integrity(*, today: date, now: datetime) -> None:
    """Records and sign-offs ⇔ attendance and evidence of finalized sessions; stored answers ⇔ rules; constraints.

    Sums ⇔ log of hours; captured meetings ⇔ their rows in the log.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for session in Session.objects.all():
        _check_session(session)
    _check_people()
    _check_compliance(Learner.objects.all(), today=today, now=now)
    _check_hours()


def check_integrity_of(session: Session, *, today: date, now: datetime) -> None:
    """The same of one session and the people on its list: for each of many rounds, before one check of everything."""
    _check_session(Session.objects.get(pk=session.pk))
    _check_compliance(Learner.objects.filter(attendances__session=session), today=today, now=now)


def _check_session(session: Session) -> None:
    """Finalize made what the list says; whatever came later replaces a revoked row or says why (F9)."""
    attendees = SessionAttendee.objects.filter(session=session)
    every = TrainingRecord.objects.filter(session=session, competency_record=None)
    by_finalize = Q(created_at=session.finalized_at)
    records = every.filter(by_finalize)
    sign_offs = CompetencyRecord.objects.filter(by_finalize, session=session, attempt=1)
    made = sorted([*records.values_list("learner_id", flat=True), *sign_offs.values_list("learner_id", flat=True)])
    if not session.is_finalized:
        assert session.status != Session.Status.COMPLETED
        assert not every.exists()
        assert not CompetencyRecord.objects.filter(session=session).exists()
        assert not attendees.exclude(status=SessionAttendee.Status.REGISTERED).exists()
        return
    assert session.status == Session.Status.COMPLETED
    present = attendees.filter(is_present=True)
    assert made == sorted(present.values_list("learner_id", flat=True))
    assert not present.exclude(status=SessionAttendee.Status.ATTENDED).exists()
    assert not attendees.filter(is_present=False).exclude(status=SessionAttendee.Status.NO_SHOW).exists()
    evidence = {"evidence_file_key": session.attendance_file_key, "evidence_hash": session.attendance_file_hash}
    assert not every.exclude(**evidence).exists()
    assert not every.exclude(by_finalize).filter(comments="").exists()
    assert not sign_offs.exclude(**evidence).exists()
    _check_contents(session, records, sign_offs)
    assert EvidenceUpload.objects.filter(
        session=session, key=session.attendance_file_key, sha256=session.attendance_file_hash
    ).exists()


def _check_contents(session: Session, records: QuerySet[TrainingRecord], sign_offs: QuerySet[CompetencyRecord]) -> None:
    """Every record says what its session and its line say: nobody's trainer, course, result or remarks were lost."""
    version = session.course_version
    assert version is not None
    taught = {"course": session.course, "course_version": version, "trainer_name": str(session.trainer)}
    by = {"created_by": session.finalized_by}
    assert not records.exclude(course_title=version.title, **taught, **by).exists()
    assert not sign_offs.exclude(**taught, **by).exists()
    lines = {
        line.learner_id: (line.has_passed, line.remarks, line.company.name, line.role.title)
        for line in SessionAttendee.objects.filter(session=session, is_present=True).select_related("company", "role")
        if line.company and line.role
    }
    for record in records:
        passed = record.result == TrainingRecord.Result.PASSED
        assert (passed, record.comments, record.company_name, record.role_title) == lines[record.learner_id]
    for each in sign_offs:
        assert (True, each.company_name, each.role_title) == (*lines[each.learner_id][:1], *lines[each.learner_id][2:])


def _check_people() -> None:
    """Everybody has the badge of the one period that has not ended; merges are one step deep, and not active."""
    open_periods = (
        BadgePeriod.objects.standing().filter(valid_to=None).order_by("learner").values_list("learner", "badge_id")
    )
    assert list(open_periods) == list(Learner.objects.order_by("pk").values_list("pk", "badge_id"))
    merged = Learner.objects.filter(merged_into__isnull=False)
    assert not merged.exclude(status=Learner.Status.INACTIVE, merged_into__merged_into=None).exists()


def _check_compliance(learners: QuerySet[Learner], *, today: date, now: datetime) -> None:
    """Judging everybody who has an answer changes nothing."""
    judged = learners.filter(compliance_updated_at__isnull=False).order_by("pk")
    answers = judged.values_list(
        "pk", "compliance_status", "compliance_holds_until", "not_cleared_since", "next_expiry"
    )
    with transaction.atomic():
        before = list(answers)
        assert recalculate(learner_ids=[pk for pk, *_ in before], today=today, now=now) == 0
        assert list(answers) == before
        transaction.set_rollback(True)


def _check_hours() -> None:
    assert not hours_differences()
    captured = ClassAttendanceSession.objects.filter(status=ClassAttendanceSession.Status.CAPTURED)
    standing = LearnerHoursLog.objects.filter(
        source=LearnerHoursLog.Source.ATTENDANCE, session__isnull=False, reversal_of=None, reversal=None
    )
    assert set(standing.values_list("session", flat=True)) == set(captured.values_list("pk", flat=True))
    assert not standing.order_by().values("session", "progression").annotate(rows=Count("pk")).filter(rows__gt=1)
