"""Workers, what is asked of them and what they have, for tests."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from learners.models import (
    Area,
    AreaRequirement,
    AssessmentMethod,
    CompetencyRecord,
    EvidenceUpload,
    Learner,
    LearnerArea,
    LearnerProgression,
    RegisterExtract,
    RegisterImport,
    RegisterStanding,
    Revocation,
    Role,
    RoleRequirement,
    TrainingRecord,
)
from tests.factories.training import (
    MORNING,
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    UserFactory,
    active_class,
    scheduled_session,
)

HASH = "ab" * 32
KEY = f"sha256/ab/{HASH}.pdf"


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role

    code = factory.Sequence(lambda n: f"ROLE-{n}")
    title = factory.Sequence(lambda n: f"Rigger {n}")


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    name = factory.Sequence(lambda n: f"Unit {n}")


class RoleRequirementFactory(DjangoModelFactory):
    """Asked before site access, since long ago."""

    class Meta:
        model = RoleRequirement

    role = factory.SubFactory(RoleFactory)
    course = factory.SubFactory(CourseFactory)
    requirement_type = "PRE_MOB"
    starts_on = date(2020, 1, 1)


class AreaRequirementFactory(DjangoModelFactory):
    class Meta:
        model = AreaRequirement

    area = factory.SubFactory(AreaFactory)
    course = factory.SubFactory(CourseFactory)
    requirement_type = "PRE_MOB"
    starts_on = date(2020, 1, 1)


class LearnerFactory(DjangoModelFactory):
    """An active worker, on the site since 1 January 2025."""

    class Meta:
        model = Learner

    badge_id = factory.Sequence(lambda n: f"{30_000 + n}")  # above those that tests name
    first_name = "Oksana"
    last_name = factory.Sequence(lambda n: f"Kovalenko{n}")
    start_date = date(2025, 1, 1)
    company = factory.SubFactory(CompanyFactory)
    role = factory.SubFactory(RoleFactory)
    role_assigned_at = date(2025, 1, 1)


class LearnerAreaFactory(DjangoModelFactory):
    class Meta:
        model = LearnerArea

    learner = factory.SubFactory(LearnerFactory)
    area = factory.SubFactory(AreaFactory)
    assigned_at = date(2025, 1, 1)


class TrainingRecordFactory(DjangoModelFactory):
    """A passed external record of a new course, valid through 1 March 2027."""

    class Meta:
        model = TrainingRecord

    learner = factory.SubFactory(LearnerFactory)
    course_version = factory.SubFactory(CourseVersionFactory)
    course = factory.SelfAttribute("course_version.course")
    completion_date = date(2026, 3, 1)
    expiry_date = date(2027, 3, 1)
    result = TrainingRecord.Result.PASSED
    provider = factory.SubFactory(CompanyFactory)
    evidence_file_key = KEY
    evidence_hash = HASH
    course_title = factory.SelfAttribute("course_version.title")
    trainer_name = factory.LazyAttribute(
        lambda made: str(made.session.trainer) if getattr(made, "session", None) else ""
    )
    company_name = factory.SelfAttribute("learner.company.name")
    role_title = factory.SelfAttribute("learner.role.title")
    created_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    created_by = factory.SubFactory(UserFactory)


class RegisterImportFactory(DjangoModelFactory):
    """An old register that was brought in, about whose records nothing is decided yet."""

    class Meta:
        model = RegisterImport

    register = factory.Sequence(lambda n: f"Matrix of {2000 + n}")
    brought_by = factory.SubFactory(UserFactory)
    brought_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class RegisterStandingFactory(DjangoModelFactory):
    """Records of the register count for a year."""

    class Meta:
        model = RegisterStanding

    register_import = factory.SubFactory(RegisterImportFactory)
    counts = True
    counts_until = factory.LazyAttribute(lambda made: date(2027, 3, 1) if made.counts else None)
    reason = "Kept carefully for years"
    decided_by = factory.SubFactory(UserFactory)
    decided_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    decided_on = factory.LazyAttribute(lambda made: made.decided_at.date())


class RegisterExtractFactory(DjangoModelFactory):
    class Meta:
        model = RegisterExtract

    register_import = factory.SubFactory(RegisterImportFactory)
    sheet = "Matrix"
    row = factory.Sequence(lambda n: n + 2)
    content = factory.LazyAttribute(lambda made: f'{{"sheet":"{made.sheet}","row":{made.row},"cells":[]}}')
    sha256 = factory.LazyAttribute(lambda made: hashlib.sha256(made.content.encode()).hexdigest())


class RegisterRecordFactory(TrainingRecordFactory):
    """A record of an old register without a certificate, about which nothing is decided yet."""

    register_import = factory.SubFactory(RegisterImportFactory)
    extract = factory.SubFactory(RegisterExtractFactory, register_import=factory.SelfAttribute("..register_import"))
    evidence_file_key = factory.LazyAttribute(lambda made: f"extract/{made.extract.pk}.json")
    evidence_hash = factory.SelfAttribute("extract.sha256")


class RevocationFactory(DjangoModelFactory):
    class Meta:
        model = Revocation

    record = factory.SubFactory(TrainingRecordFactory)
    reason = "Wrong person"
    revoked_at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    revoked_on = date(2026, 3, 2)
    revoked_by = factory.SubFactory(UserFactory)


class CompetencyRecordFactory(DjangoModelFactory):
    """Theory of 2 March 2026 that waits for its practical sign-off."""

    class Meta:
        model = CompetencyRecord

    session = factory.LazyFunction(scheduled_session)
    learner = factory.SubFactory(LearnerFactory)
    course_version = factory.SelfAttribute("session.course_version")
    course = factory.SelfAttribute("course_version.course")
    training_date = date(2026, 3, 2)
    trainer_name = factory.LazyAttribute(lambda record: str(record.session.trainer))
    company_name = factory.SelfAttribute("learner.company.name")
    role_title = factory.SelfAttribute("learner.role.title")
    evidence_file_key = KEY
    evidence_hash = HASH
    created_at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    created_by = factory.SubFactory(UserFactory)


class AssessmentMethodFactory(DjangoModelFactory):
    class Meta:
        model = AssessmentMethod

    name = factory.Sequence(lambda n: f"Observation on the job {n}")


class EvidenceUploadFactory(DjangoModelFactory):
    """The row of a stored file, without the file; name a `session` or a `record`."""

    class Meta:
        model = EvidenceUpload

    key = KEY
    sha256 = HASH
    size = 1000
    content_type = "application/pdf"
    original_name = "sheet.pdf"
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


class LearnerProgressionFactory(DjangoModelFactory):
    """A worker in progress in an active class since its first day, as `start_progressions` would write it."""

    class Meta:
        model = LearnerProgression
        skip_postgeneration_save = True

    training_class = factory.LazyFunction(active_class)
    learner = factory.SubFactory(LearnerFactory)
    course = factory.SelfAttribute("training_class.course")
    start_date = factory.SelfAttribute("training_class.start_date")

    @factory.post_generation
    def steps(self: Any, create: bool, extracted: None, **kwargs: Any) -> None:
        self.steps.create(kind="started", effective_date=self.start_date, created_by=UserFactory(), created_at=MORNING)
