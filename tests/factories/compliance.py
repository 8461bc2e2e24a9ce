"""Workers with a stored answer, worked out by the real service."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from learners.models import CompetencyRecord, Learner
from learners.services.compliance import recalculate
from tests.factories.learners import HASH, KEY, LearnerFactory, RoleRequirementFactory, TrainingRecordFactory
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from training.models import CourseVersion

LONG_AGO = date(2020, 1, 1)


def judge(*learners: Learner, on: date) -> None:
    """Bring these workers' answers up to date as of that day."""
    with transaction.atomic():
        recalculate(
            learner_ids=[learner.pk for learner in learners],
            today=on,
            now=datetime(on.year, on.month, on.day, 2, 0, tzinfo=UTC),
        )
    for learner in learners:
        learner.refresh_from_db()


def asked_of(learner: Learner, *, grace_days: int | None = None, **version: Any) -> CourseVersion:
    """Ask a new course of the worker's role, before site access or within days of grace from the role's assignment."""
    course_version = CourseVersionFactory(**version)
    RoleRequirementFactory(
        role=learner.role,
        course=course_version.course,
        requirement_type="POST_MOB" if grace_days else "PRE_MOB",
        grace_period_days=grace_days,
    )
    return course_version


def passed(learner: Learner, version: CourseVersion, *, expiry: date | None) -> None:
    """Give the worker a record of the course that is valid through `expiry`, for good if None."""
    completed = min(expiry, date(2026, 1, 1)) if expiry else date(2026, 1, 1)
    TrainingRecordFactory(learner=learner, course_version=version, completion_date=completed, expiry_date=expiry)


def owes_sign_off(learner: Learner, version: CourseVersion) -> CompetencyRecord:
    """Give the worker theory without its practical sign-off."""
    session = scheduled_session(course_version=version, course=version.course)
    record: CompetencyRecord = CompetencyRecord.objects.create(
        learner=learner,
        course=version.course,
        course_version=version,
        session=session,
        training_date=date(2026, 2, 1),
        trainer_name=str(session.trainer),
        company_name=learner.company.name,
        role_title=learner.role.title,
        evidence_file_key=KEY,
        evidence_hash=HASH,
        created_at=datetime(2026, 2, 1, tzinfo=UTC),
        created_by=UserFactory(),
    )
    return record


def one_of_each(today: date) -> dict[str, Learner]:
    """Return workers in every state that pages tell apart, by the name of the state."""
    names = (
        "cleared",
        "nothing asked",
        "expiring",
        "due",
        "expired",
        "missing",
        "overdue",
        "stale",
        "to verify",
        "blocked",
        "not active",
    )
    workers: dict[str, Learner] = {name: LearnerFactory(first_name=name, last_name="Worker") for name in names}

    def days(number: int) -> date:
        return today + timedelta(days=number)

    for name, expiry in (("cleared", days(200)), ("expiring", days(18)), ("expired", days(-30)), ("stale", days(-1))):
        passed(workers[name], asked_of(workers[name]), expiry=expiry)
    for name in ("missing", "blocked", "not active"):
        asked_of(workers[name])
    for name, assigned in (("due", days(-15)), ("overdue", days(-45))):
        workers[name].role_assigned_at = workers[name].start_date = assigned
        workers[name].save()
        asked_of(workers[name], grace_days=30)
    version = asked_of(workers["to verify"])
    passed(workers["to verify"], version, expiry=None)
    owes_sign_off(workers["to verify"], version)
    Learner.objects.filter(pk=workers["blocked"].pk).update(status=Learner.Status.BLACKLISTED)
    Learner.objects.filter(pk=workers["not active"].pk).update(status=Learner.Status.INACTIVE)
    judge(*(worker for name, worker in workers.items() if name != "stale"), on=today)
    judge(workers["stale"], on=days(-5))
    return workers
