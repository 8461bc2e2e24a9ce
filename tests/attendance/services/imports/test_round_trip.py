"""What goes out comes in again as the same: every export of a kind of imports, on sites made at random (X2)."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from attendance.pages.import_rows import group_lines
from attendance.pages.imports import likeliest_kind
from attendance.services.capture import Presence, capture_session
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.choices import lacking
from attendance.services.imports.staging import stage_import
from learners.models import Area, Learner, Role
from learners.services.records import revoke_record
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.imports import agreed, read
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RegisterRecordFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    TrainingClassFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.core.imports.registry import kinds
from training.core.list_files import FileFormat
from training.models import (
    ClassAttendanceSession,
    Course,
    CoursePrerequisite,
    CourseVersion,
    Import,
    Session,
    Trainer,
    TrainingClass,
)
from training.papers.lists import ListExport, ask_list, lists

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

NASTY = (
    "=1+1",
    "+49 Gerüste",
    "-Nord",
    "@Süd",
    "'t Hooft & Zn.",
    "'=quoted",
    "Müller; Söhne",
    "Ögünç İnşaat",
    "a, b",
    '"x"',
    "شركة النور",
    "Łukasz",
    "O’Neill",
    "00417",
    "1.2E+05",
    "TRUE",
    "3/4",
    "Total",
    "Line one\nline two",
    "#N/A",
)
EXPORTS = [each for each in lists().values() if each.of_kind]
OF_ONE = {
    "qualifications": ("trainer", Trainer),
    "role-requirements": ("role", Role),
    "area-requirements": ("area", Area),
    "session-list": ("session", Session),
    "class-hours": ("class", TrainingClass),
    "worker-records": ("worker", Learner),
}
EVERYTHING = dict.fromkeys(("companies", "courses", "sessions", "trainers", "venues", "classes"), "show=all")


def named(rng: random.Random, what: str, number: int) -> str:
    """Return a name that nothing else has, often one that files make trouble with."""
    return f"{rng.choice(NASTY)} {what} {number}" if rng.random() < 0.7 else f"{what} {number} {rng.choice(NASTY)}"


def make_site(seed: int, *, by: User) -> None:
    """Make a small site with something of every kind, in every state."""
    rng = random.Random(seed)  # noqa: S311  # no secret
    companies = [CompanyFactory(name=named(rng, "Company", n)[:100], is_active=n != 3) for n in range(4)]
    companies[0].code = "N-1"
    companies[0].save()
    roles = [RoleFactory(title=named(rng, "Role", n)[:90], description=rng.choice(["", *NASTY])) for n in range(3)]
    areas = [AreaFactory(name=named(rng, "Area", n)[:90]) for n in range(2)]
    areas += [AreaFactory(name="Inside", parent=around) for around in areas]  # two of a name
    AreaFactory(name="Deep", parent=areas[3])
    versions = [
        CourseVersionFactory(
            title=named(rng, "Course", n)[:90],
            category=rng.choice(["", "Basics", "=Lifting"]),
            duration_minutes=rng.choice([15, 60, 90, 480, 10_000]),
            validity_months=rng.choice([0, 6, 24, 120]),
            delivery_method=rng.choice(CourseVersion.DeliveryMethod.values),
            provider_type=rng.choice(CourseVersion.ProviderType.values),
            requires_verification=rng.random() < 0.5,
        )
        for n in range(4)
    ]
    CoursePrerequisite.objects.create(course_version=versions[1], course=versions[0].course)
    CourseVersionFactory(course=CourseFactory(), status=CourseVersion.Status.DRAFT, title="Only a draft")
    CourseFactory()  # without any version
    gone = CourseFactory()
    Course.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    trainers = [TrainerFactory(first_name="Jean-Luc", last_name=f"Moreau {n}") for n in range(2)]
    trainers.append(
        TrainerFactory(last_name="'t Hooft", kind=Trainer.Kind.EXTERNAL, company=companies[1], is_active=False)
    )
    for trainer in trainers[:2]:
        for version in versions[:3]:
            TrainerQualificationFactory(
                trainer=trainer,
                course=version.course,
                certificate_number=rng.choice(["", "T-1", "00012", "1.5E+03"]),
                valid_until=rng.choice([None, date(2031, 12, 31)]),
            )
    venues = [VenueFactory(name=named(rng, "Venue", n)[:90], location=rng.choice(["", *NASTY])[:90]) for n in range(2)]
    workers = [
        LearnerFactory(
            badge_id=rng.choice(["{:05d}", "PB-{}", "{}E05", "=A{}", "B {}"]).format(n + 1),
            first_name=rng.choice(["Jana", "Łukasz", "سامي", "=Ana", ""]),
            last_name=rng.choice(["Weiß", "de la Cruz", "O’Neill", "Ng", "+Peter"]),
            company=rng.choice(companies),
            role=rng.choice(roles),
            email=rng.choice(["", "a@example.com"]),
            phone=rng.choice(["", "+49 30 123", "0030 123"]),
            start_date=rng.choice([date(2025, 1, 1), date(2026, 1, 5)]),
            end_date=rng.choice([None, date(2031, 1, 5)]),
        )
        for n in range(6)
    ]
    workers[1].supervisor = workers[0]
    workers[1].save()
    Learner.objects.filter(pk=workers[2].pk).update(status=Learner.Status.INACTIVE)
    for worker in workers[:3]:
        LearnerAreaFactory(learner=worker, area=rng.choice(areas))
    LearnerAreaFactory(learner=workers[3], area=areas[2])
    RoleRequirementFactory(role=roles[0], course=versions[0].course)
    AreaRequirementFactory(area=areas[1], course=versions[1].course)
    AreaRequirementFactory(area=areas[3], course=versions[1].course)
    for n in range(6):
        version = rng.choice(versions)
        provider = rng.choice(companies[:3])
        made = TrainingRecordFactory(
            learner=workers[n % 6],
            course=version.course,
            course_version=version,
            provider=provider,
            completion_date=date(2026, 1, 1) + timedelta(days=n),
            comments=rng.choice(["", *NASTY]),
        )
        if n == 0:
            revoke_record(record_id=made.pk, reason="Wrong person", by=by, now=timezone.now())
    RegisterRecordFactory(learner=workers[4])
    planned = scheduled_session(course_version=versions[0], trainer=trainers[0], venue=venues[0])
    SessionFactory(course=versions[1].course, trainer=None, venue=None, start_time=None, end_time=None)
    SessionAttendeeFactory(session=planned, learner=workers[0])
    SessionAttendeeFactory(session=planned, learner=workers[1], present=True, remarks="'=Left early")
    held = active_class(client=companies[0], course=versions[0].course, agent=trainers[0], venue=venues[1])
    TrainingClassFactory(class_code=None, client=companies[1], course=versions[1].course, agent=None)
    LearnerProgressionFactory(learner=workers[0], training_class=held, course=held.course, start_date=held.start_date)
    meetings = list(held.sessions.order_by("session_date")[:2])
    capture_session(
        class_id=held.pk,
        session_date=meetings[0].session_date,
        presences=[Presence(workers[0].pk, Decimal("2.5"))],
        by=by,
        now=timezone.now(),
    )
    ClassAttendanceSession.objects.filter(pk=meetings[1].pk).update(
        status=ClassAttendanceSession.Status.CLIENT_CANCELLED, captured_by=by, captured_at=timezone.now()
    )


def queries_of(exported: ListExport) -> Iterator[str]:
    """Yield what is asked for of an export: all of it, or of each thing that it is of."""
    if exported.name in OF_ONE:
        name, model = OF_ONE[exported.name]
        for key in model.objects.order_by("pk").values_list("pk", flat=True):  # type: ignore[attr-defined]
            yield f"{name}={key}"
    else:
        yield EVERYTHING.get(exported.name, "")


def came_back(exported: ListExport, query: str, ending: FileFormat, *, by: User) -> Import | None:
    """Export a list and bring it to its check again; None where there is nothing in it."""
    asked = ask_list(exported, QueryDict(f"{query}&format={ending}"), by=by, now=timezone.now())
    made = asked.make(tell=lambda done, total: None)
    with made.file as file:
        one = read(SimpleUploadedFile(made.name, file.read()), by=by)
    if not any(sheet["data_rows"] for sheet in one.outline["sheets"]):
        assert not asked.found.total
        return None
    if asked.found.total > 1:
        assert likeliest_kind(one) == exported.of_kind, exported.name
    one = agreed(one, exported.of_kind, by=by, sender="X2")
    choices = {each.name: "no" for each in lacking(one)}
    one = answer_questions(
        import_id=one.pk, answers={"choices": choices}, seen=one.changed_at, by=by, now=timezone.now()
    )
    is_clear = stage_import(import_id=one.pk, by=by, now=timezone.now())
    one.refresh_from_db()
    if not is_clear:  # texts such as 3E05 are asked about in every file, for a spreadsheet may have made them
        kept = {each["key"]: "keep" for each in one.questions["columns"] if each["kind"] == "scientific"}
        one = answer_questions(
            import_id=one.pk, answers={"columns": kept}, seen=one.changed_at, by=by, now=timezone.now()
        )
        is_clear = stage_import(import_id=one.pk, by=by, now=timezone.now())
        one.refresh_from_db()
    unknown = [text for texts in one.questions["things"].values() for text in texts if text["key"] is None]
    assert is_clear, (exported.name, query, one.questions["columns"], unknown)
    one = check_import(import_id=one.pk, by=by, now=timezone.now())
    assert one.counts["rows"] == asked.found.total, (exported.name, query, one.counts)
    return one


def test_x2_every_kind_has_an_export() -> None:
    assert {each.of_kind for each in EXPORTS} == {kind.name for kind in kinds()}


def test_x2_what_is_exported_is_the_same_when_it_is_imported(superuser: User, long: bool) -> None:
    for seed in range(20) if long else (18,):
        make_site(seed, by=superuser)
        told = []
        rows = 0
        for exported in EXPORTS:
            for query in queries_of(exported):
                for ending in FileFormat:
                    one = came_back(exported, query, ending, by=superuser)
                    if one is not None and set(one.counts) != {"rows", "same"}:
                        why = [(group.sentence, group.cells, group.values) for group in group_lines(one)]
                        others = list(one.rows.exclude(outcome="same").values_list("identity", "before", "after")[:3])
                        told.append((seed, exported.name, query, ending, one.counts, why, others))
                    rows += one.counts["rows"] if one is not None else 0
        assert told == []
        assert rows > 100  # the site is not empty
