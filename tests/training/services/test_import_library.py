"""Companies, venues, courses, trainers and classes of an import (I1, I5, I6)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainingClassFactory,
    VenueFactory,
)
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD
from training.core.permissions import Permission, may
from training.core.refusals import Invalid, NotPermitted
from training.models import Company, Course, CourseVersion, Trainer, TrainerQualification, TrainingClass, Venue
from training.services.companies import create_company
from training.services.imports.classes import CLASS_ROWS
from training.services.imports.contract import LEAVE_OUT, NewThing, service_of
from training.services.imports.courses import COURSE_ROWS
from training.services.imports.places import COMPANY_ROWS, VENUE_ROWS
from training.services.imports.trainers import TRAINER_ROWS

pytestmark = pytest.mark.django_db


def events(model: str) -> int:
    return int(apps.get_model("training", f"{model}Event").objects.count())


# Companies and venues


def test_a_company_is_written_with_what_the_service_for_one_makes_of_it(supervisor: User):
    rows = rows_of({"name": "Halloran Mechanical", "code": "HAL"}, {"name": "3M", "is_active": "no"})
    checked = bring_in(COMPANY_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new"]
    assert checked[0].after == {"name": "Halloran Mechanical", "code": "HAL", "class_code_prefix": "HAL"}
    first, second = (Company.objects.get(pk=row.key or 0) for row in checked)
    assert (first.code, first.class_code_prefix, first.is_active) == ("HAL", "HAL", True)
    assert (second.code, second.class_code_prefix, second.is_active) == (None, "MXX", False)
    assert (first.created_by, first.updated_by, first.created_at) == (supervisor, supervisor, NOW)
    by_hand = create_company(facts={"name": "Other 3M"}, by=supervisor)
    assert (by_hand.code, by_hand.class_code_prefix) == (None, "OTH")


def test_a_company_changes_in_what_the_row_says_and_keeps_the_rest(supervisor: User):
    company = CompanyFactory(name="Halloran", code="HAL", class_code_prefix="XYZ")
    rows = rows_of({"name": "HALLORAN ", "code": "HM", "class_code_prefix": "", "is_active": "no"})
    checked = bring_in(COMPANY_ROWS, rows, terms_of(supervisor))[0]
    assert (checked.outcome, checked.key, checked.identity) == ("changed", company.pk, "Halloran")
    assert checked.before == {"code": "HAL", "is_active": True}
    assert checked.after == {"code": "HM", "is_active": False}
    company.refresh_from_db()
    assert (company.name, company.code, company.class_code_prefix, company.is_active) == (
        "Halloran",
        "HM",
        "XYZ",
        False,
    )
    before = events("Company")
    assert outcomes(bring_in(COMPANY_ROWS, rows, terms_of(supervisor))) == ["same"]
    assert events("Company") == before


def test_what_a_company_may_not_be_is_refused_all_at_once(supervisor: User):
    CompanyFactory(name="Taken", code="TAK")
    rows = rows_of(
        {"name": "", "code": "AB"},
        {"name": "Short code", "code": "X"},
        {"name": "Prefix", "class_code_prefix": "ab1"},
        {"name": "Code of another", "code": "TAK"},
        {"name": "First of two", "code": "TWO"},
        {"name": "Second of two", "code": "TWO"},
        {"name": "Twice", "code": "T1"},
        {"name": "twice", "code": "T2"},
        {"name": "x" * 151},
        {"name": "Good", "code": "GO"},
        {"name": "Good", "code": "GO"},
    )
    checked = bring_in(COMPANY_ROWS, rows, terms_of(supervisor))
    twice = ["name: Two rows are about this and say different things. Leave one."]
    assert sentences(checked) == [
        ["name: This field cannot be blank."],
        ["code: Ensure this value has at least 2 characters (it has 1)."],
        ["class_code_prefix: Enter exactly three letters A–Z."],
        ["code: Company with this Code already exists."],
        [],
        ["code: Company with this Code already exists."],
        twice,
        twice,
        ["name: Ensure this value has at most 150 characters (it has 151)."],
        [],
        ["name: Another row says the same."],
    ]
    assert set(Company.objects.values_list("name", flat=True)) == {"Taken", "First of two", "Good"}


def test_venues_are_written_changed_and_refused(supervisor: User):
    there = VenueFactory(name="Room 1", capacity=12, location="Gate 2")
    rows = rows_of(
        {"name": "Room 1", "capacity": 14},
        {"name": "Fire ground", "location": "Behind the tank farm"},
        {"name": "X"},
        {"name": "Hall", "capacity": 501},
        {"name": "Cupboard", "capacity": 0},
    )
    checked = bring_in(VENUE_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["changed", "new", "refused", "refused", "refused"]
    assert sentences(checked)[2:] == [
        ["name: Ensure this value has at least 3 characters (it has 1)."],
        ["capacity: Ensure this value is less than or equal to 500."],
        ["capacity: Ensure this value is greater than or equal to 1."],
    ]
    there.refresh_from_db()
    assert (there.capacity, there.location) == (14, "Gate 2")
    made = Venue.objects.get(name="Fire ground")
    assert (made.capacity, made.location, made.is_active) == (20, "Behind the tank farm", True)
    assert outcomes(check(VENUE_ROWS, rows[:2], terms_of(supervisor))) == ["same", "same"]


# Courses


def course(title: str = "Fire safety", **others: Any) -> dict[str, Any]:
    return {"code": "HSE-001", "title": title, "duration_minutes": 240, **others}


def test_a_course_comes_with_its_first_version_published(supervisor: User):
    row = course(
        validity_months=24, category="Basics", delivery_method="PRACTICAL", provider_type="GENERIC_EXTERNAL",
        minimum_score=70, requires_verification="yes",
    )  # fmt: skip
    checked = bring_in(COURSE_ROWS, rows_of(row), terms_of(supervisor))[0]
    assert (checked.outcome, checked.identity) == ("new", "HSE-001")
    assert checked.after == {**row, "requires_verification": True}
    made = CourseVersion.objects.select_related("course").get()
    assert (made.course.pk, made.course.code, made.number, made.status) == (checked.key, "HSE-001", 1, "PUBLISHED")
    assert (made.title, made.category, made.duration_minutes, made.validity_months) == (
        "Fire safety",
        "Basics",
        240,
        24,
    )
    assert (made.delivery_method, made.provider_type) == ("PRACTICAL", "GENERIC_EXTERNAL")
    assert (made.minimum_score, made.requires_verification, made.created_by) == (70, True, supervisor)
    before = events("Course"), events("CourseVersion")
    assert outcomes(bring_in(COURSE_ROWS, rows_of(row), terms_of(supervisor))) == ["same"]
    assert (events("Course"), events("CourseVersion")) == before


def test_a_course_that_comes_without_a_code_is_given_one_only_when_it_is_written(supervisor: User):
    CourseFactory(code="CRS-001")
    rows = rows_of(course("First aid", code=""), course("Lifting", code=""))
    shown = check(COURSE_ROWS, rows, terms_of(supervisor))
    assert [row.identity for row in shown] == ["First aid", "Lifting"]
    assert "code" not in shown[0].after
    bring_in(COURSE_ROWS, rows, terms_of(supervisor))
    codes = dict(CourseVersion.objects.values_list("title", "course__code"))
    assert codes == {"First aid": "CRS-002", "Lifting": "CRS-003"}
    again = check(COURSE_ROWS, rows, terms_of(supervisor))
    assert [(row.outcome, row.identity) for row in again] == [("same", "CRS-002"), ("same", "CRS-003")]
    bring_in(COURSE_ROWS, rows_of(course("Diving", code="")), terms_of(supervisor, code_prefix="dv"))
    assert Course.objects.filter(code="DV-001").exists()


def test_s12_the_next_version_is_published_only_where_somebody_says_what_changed(supervisor: User):
    version = CourseVersionFactory(
        title="Fire safety", duration_minutes=240, course__code="HSE-001", status="PUBLISHED"
    )
    rows = rows_of(course(duration_minutes=300))
    refused = bring_in(COURSE_ROWS, rows, terms_of(supervisor))
    assert (outcomes(refused), refused[0].before, refused[0].after) == (
        ["refused"],
        {"duration_minutes": 240},
        {"duration_minutes": 300},
    )
    assert sentences(refused)[0][0].startswith(
        "duration_minutes: The published version says otherwise. Say what changed"
    )
    assert CourseVersion.objects.count() == 1

    told = rows_of(course(duration_minutes=300, change_log="One hour of practice more"))
    checked = bring_in(COURSE_ROWS, told, terms_of(supervisor))[0]
    assert (checked.outcome, checked.before, checked.after) == (
        "changed",
        {"duration_minutes": 240},
        {"duration_minutes": 300},
    )
    versions = CourseVersion.objects.order_by("number").values_list(
        "number", "status", "duration_minutes", "change_log"
    )
    assert list(versions) == [(1, "ARCHIVED", 240, ""), (2, "PUBLISHED", 300, "One hour of practice more")]
    version.refresh_from_db()
    assert version.updated_by == supervisor
    assert outcomes(check(COURSE_ROWS, told, terms_of(supervisor))) == ["same"]

    for_all = terms_of(supervisor, change_log="Syllabus of 2026")
    bring_in(COURSE_ROWS, rows_of(course(validity_months=12)), for_all)
    newest = CourseVersion.objects.get(status="PUBLISHED")
    assert (newest.number, newest.duration_minutes, newest.validity_months) == (3, 240, 12)
    assert newest.change_log == "Syllabus of 2026"


def test_a_course_without_a_published_version_gets_it_from_the_row(supervisor: User):
    draft = CourseVersionFactory(course__code="HSE-001", title="Old draft", status="DRAFT")
    checked = bring_in(COURSE_ROWS, rows_of(course()), terms_of(supervisor))[0]
    assert (checked.outcome, checked.key) == ("changed", draft.course_id)
    assert checked.before == {"title": "", "duration_minutes": ""}
    versions = CourseVersion.objects.order_by("number").values_list("number", "status", "title")
    assert list(versions) == [(1, "DRAFT", "Old draft"), (2, "PUBLISHED", "Fire safety")]


def test_prerequisites_may_stand_in_other_rows(supervisor: User):
    there = CourseVersionFactory(course__code="HSE-009", title="Safety basics", status="PUBLISHED").course
    rows = rows_of(
        course("Lifting", code="HSE-002", prerequisites=["HSE-003", "safety basics"]),
        course("Slinging", code="hse-003", prerequisites=["HSE-009"]),
    )
    checked = bring_in(COURSE_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new"]
    asked = {
        version.course.code: {each.code for each in version.prerequisites.all()}
        for version in CourseVersion.objects.select_related("course")
    }
    assert asked == {"HSE-002": {"HSE-003", "HSE-009"}, "HSE-003": {"HSE-009"}, "HSE-009": set()}
    assert there.code == "HSE-009"
    assert outcomes(check(COURSE_ROWS, rows, terms_of(supervisor))) == ["same", "same"]


@pytest.mark.parametrize("part", [1, 10], ids=["in parts", "in one part"])
def test_p4_prerequisites_that_lead_back_are_refused_however_they_come_in(supervisor: User, part: int):
    rows = rows_of(
        course("Lifting", code="HSE-002", prerequisites=["HSE-003"]),
        course("Slinging", code="HSE-003", prerequisites=["HSE-002"]),
        course("Diving", code="HSE-004", prerequisites=["HSE-004"]),
        course("Welding", code="HSE-005", prerequisites=["Nothing of the kind"]),
        course("Painting", code="HSE-006"),
    )
    checked = check(COURSE_ROWS, rows, terms_of(supervisor), part=part)
    assert outcomes(checked) == ["refused", "refused", "refused", "refused", "new"]
    said = [each[0] for each in sentences(checked)[:4]]
    assert said[0].startswith("prerequisites: HSE-003 itself requires this course: HSE-003 → HSE-002.")
    assert said[1].startswith("prerequisites: HSE-002 itself requires this course: HSE-002 → HSE-003.")
    assert said[2] == "prerequisites: A course cannot be its own prerequisite. Remove HSE-004."
    assert said[3] == "prerequisites: Nothing is known by this name."


def test_what_a_course_may_not_be_is_refused_all_at_once(supervisor: User):
    CourseFactory(code="HSE-008", deleted_at=NOW)
    for code in ("HSE-010", "HSE-011"):
        CourseVersionFactory(course__code=code, title="Two of a title", status="PUBLISHED")
    rows = rows_of(
        course(code="FIRE1"),
        course("Al", code="HSE-002"),
        course("Deleted", code="HSE-008"),
        course("Two of a title", code=""),
        course("No time", code="HSE-004", duration_minutes=None),
        course("Too long", code="HSE-005", duration_minutes=10_001, validity_months=121, minimum_score=101),
        course("Twice", code="HSE-006"),
        course("Twice over", code="hse-006"),
        course("", code=""),
    )
    said = sentences(bring_in(COURSE_ROWS, rows, terms_of(supervisor)))
    twice = ["code: Two rows are about this course and say different things. Leave one."]
    assert said == [
        ["code: Use two to four letters, a dash and three digits."],
        ["title: Ensure this value has at least 3 characters (it has 2)."],
        ["code: Course with this Code already exists."],
        ["title: Several courses have this title. Give the code."],
        ["duration_minutes: This field cannot be blank."],
        [
            "duration_minutes: Ensure this value is less than or equal to 10000.",
            "validity_months: Ensure this value is less than or equal to 120.",
            "minimum_score: Ensure this value is less than or equal to 100.",
        ],
        twice,
        twice,
        ["title: This field cannot be blank."],
    ]
    assert not Course.objects.filter(code__startswith="HSE-00").exclude(code="HSE-008").exists()


# Trainers


def trainer(**others: Any) -> dict[str, Any]:
    return {"first_name": "Marta", "last_name": "Lindqvist", **others}


def test_a_trainer_comes_with_what_they_may_teach(supervisor: User):
    company = CompanyFactory(name="Nordwind")
    for code in ("HSE-001", "HSE-002", "HSE-003"):
        CourseFactory(code=code)
    rows = rows_of(
        trainer(
            kind="EXTERNAL", company="Nordwind", email="m@example.com", phone="1", may_teach=["HSE-001", "HSE-002"],
            certificate_number="T-1", valid_from=date(2025, 1, 1), valid_until=date(2027, 1, 1),
        ),
        trainer(may_teach=["HSE-003"], valid_until=FOR_GOOD),
        trainer(first_name="Ali", last_name="Yilmaz"),
    )  # fmt: skip
    checked = bring_in(TRAINER_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new", "new"]
    made = Trainer.objects.get(first_name="Marta")
    assert [row.key for row in checked[:2]] == [made.pk, made.pk]
    assert (made.kind, made.company, made.email, made.phone) == ("EXTERNAL", company, "m@example.com", "1")
    facts = ("course__code", "certificate_number", "valid_from", "valid_until")
    assert list(made.qualifications.order_by("course__code").values_list(*facts)) == [
        ("HSE-001", "T-1", date(2025, 1, 1), date(2027, 1, 1)),
        ("HSE-002", "T-1", date(2025, 1, 1), date(2027, 1, 1)),
        ("HSE-003", "", None, None),
    ]
    before = events("Trainer"), events("TrainerQualification")
    assert outcomes(bring_in(TRAINER_ROWS, rows, terms_of(supervisor))) == ["same"] * 3
    assert (events("Trainer"), events("TrainerQualification")) == before


def test_a_trainer_changes_and_may_teach_more_never_less(supervisor: User):
    there = TrainerFactory(first_name="Marta", last_name="Lindqvist", phone="1")
    old, kept, new = (CourseFactory(code=f"HSE-00{number}") for number in (1, 2, 3))
    for each in (old, kept):
        TrainerQualification.objects.create(trainer=there, course=each, certificate_number="T-0")
    rows = rows_of(trainer(phone="2", may_teach=["HSE-001", "HSE-003"], certificate_number="T-1"))
    checked = bring_in(TRAINER_ROWS, rows, terms_of(supervisor))[0]
    assert (checked.outcome, checked.key) == ("changed", there.pk)
    assert checked.before == {"phone": "1", "may_teach": "HSE-001", "certificate_number": "T-0"}
    assert checked.after == {"phone": "2", "may_teach": "HSE-001, HSE-003", "certificate_number": "T-1"}
    there.refresh_from_db()
    assert there.phone == "2"
    numbers = dict(there.qualifications.values_list("course", "certificate_number"))
    assert numbers == {old.pk: "T-1", kept.pk: "T-0", new.pk: "T-1"}


def test_what_a_trainer_may_not_be_is_refused_all_at_once(supervisor: User):
    CourseFactory(code="HSE-001")
    TrainerFactory(first_name="Two", last_name="People", email="one@example.com")
    TrainerFactory(first_name="Two", last_name="People", email="other@example.com")
    rows = rows_of(
        trainer(kind="EXTERNAL"),
        {"first_name": "M", "last_name": "Lindqvist"},
        {"first_name": "Only"},
        {"first_name": "Bad", "last_name": "Dates", "may_teach": ["HSE-001"], "valid_from": date(2026, 1, 1),
         "valid_until": date(2025, 1, 1)},
        {"first_name": "No", "last_name": "Course", "certificate_number": "T-1"},
        {"first_name": "Two", "last_name": "People"},
        {"first_name": "Two", "last_name": "People", "email": "other@example.com", "phone": "7"},
        {"first_name": "Says", "last_name": "Twice", "phone": "1"},
        {"first_name": "Says", "last_name": "Twice", "phone": "2"},
        {"first_name": "No", "last_name": "Such", "company": "Nobody"},
    )  # fmt: skip
    checked = bring_in(TRAINER_ROWS, rows, terms_of(supervisor))
    twice = ["phone: Two rows are about this trainer and say different things. Leave one, or make both the same."]
    assert sentences(checked) == [
        ["kind: An external trainer needs a company."],
        ["first_name: Ensure this value has at least 2 characters (it has 1)."],
        ["last_name: This field cannot be blank."],
        ["valid_until: A qualification cannot end before it begins."],
        ["certificate_number: Say for which courses this holds."],
        ["last_name: Several trainers have this name. Give the e-mail address too."],
        [],
        twice,
        [*twice, "last_name: The first row of this trainer is refused."],
        ["company: Nothing is known by this name."],
    ]
    assert outcomes(checked)[6] == "changed"
    assert Trainer.objects.count() == 2


def test_whose_first_row_is_refused_is_not_half_brought_in(supervisor: User):
    CourseFactory(code="HSE-001")
    rows = rows_of(trainer(email="no address"), trainer(may_teach=["HSE-001"]))
    checked = bring_in(TRAINER_ROWS, rows, terms_of(supervisor))
    assert sentences(checked) == [
        ["email: Enter a valid email address."],
        ["last_name: The first row of this trainer is refused."],
    ]
    assert not Trainer.objects.exists()


# Classes


def test_k2_classes_keep_their_codes_and_new_codes_go_on_past_them(supervisor: User):
    CompanyFactory(name="Kudos GmbH", class_code_prefix="KUD")
    CourseFactory(code="HSE-001"), VenueFactory(name="Hall 1")
    agent = TrainerFactory(first_name="Marta", last_name="Lindqvist")
    highest = number_of_next_code() + 500
    rows = rows_of(
        {"class_code": "KUD021916-1", "client": "Kudos GmbH", "class_type": "SKILL", "course": "HSE-001",
         "agent": "Marta Lindqvist", "venue": "Hall 1", "start_date": date(2026, 3, 2), "end_date": date(2026, 4, 27),
         "course_hours": Decimal("40.5")},
        {"client": "Kudos GmbH"},
        {"class_code": f"ABC{highest}"},
        {"client": "Kudos GmbH"},
    )  # fmt: skip
    checked = bring_in(CLASS_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new"] * 4
    assert [row.identity for row in checked] == [
        "KUD021916-1",
        f"KUD{highest + 1}",
        f"ABC{highest}",
        f"KUD{highest + 2}",
    ]
    made = TrainingClass.objects.get(pk=checked[0].key or 0)
    assert (made.client_id, made.agent, made.status, made.class_type) == (made.client_id, agent, "draft", "SKILL")
    assert (made.start_date, made.end_date, made.course_hours) == (date(2026, 3, 2), date(2026, 4, 27), Decimal("40.5"))
    assert (made.created_by, made.version) == (supervisor, 1)
    before = events("TrainingClass")
    again = bring_in(CLASS_ROWS, rows, terms_of(supervisor))
    assert (outcomes(again), events("TrainingClass")) == (["same"] * 4, before)
    assert [row.key for row in again] == [row.key for row in checked]


def number_of_next_code() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value('class_code_seq') + 1, 1001)")
        return int(cursor.fetchone()[0])


def test_k2_what_is_refused_in_a_class_is_said_as_the_command_says_it(supervisor: User):
    TrainingClassFactory(class_code="TAKEN-1", class_type="OLD")
    rows = rows_of(
        {"class_code": "TAKEN-1", "class_type": "NEW"},
        {"class_code": "TWICE-1"},
        {"class_code": "TWICE-1", "class_type": "X"},
        {"class_code": "x" * 51},
        {"class_code": "A\n1"},
        {"class_type": "SKILL"},
        {
            "class_code": "LATE-1",
            "start_date": date(2026, 3, 2),
            "end_date": date(2026, 3, 1),
            "course_hours": Decimal(0),
        },
        {"class_code": "HIDDEN-1", "class_type": "A\x07"},
        {"class_code": "NOBODY-1", "client": "Nobody"},
        {"class_code": "OUT-1", "client": "Left out"},
    )
    checked = bring_in(CLASS_ROWS, rows, terms_of(supervisor, things={Thing.COMPANY: {"Left out": LEAVE_OUT}}))
    twice = ["class_code: The code TWICE-1 stands in more than one row."]
    hidden = ["class_code: A class code has at most 50 characters, none of them hidden, such as a line break."]
    assert sentences(checked) == [
        ["class_code: There is a class with the code TAKEN-1 already."],
        twice,
        twice,
        hidden,
        hidden,
        ["class_code: Without a code the row needs a client, to be given a new one."],
        [
            "end_date: The last day cannot be before the first day.",
            "course_hours: Course hours are more than 0, with at most one decimal.",
        ],
        ["class_type: it holds characters that cannot be seen, such as a line break."],
        ["client: Nothing is known by this name."],
        ["client: Left out, as was answered."],
    ]
    assert TrainingClass.objects.count() == 1


# All of them

MANY: dict[str, tuple[Any, Callable[[int], dict[str, Any]], dict[str, Any]]] = {
    "companies": (COMPANY_ROWS, lambda n: {"name": f"Company {n}", "code": f"C{n}"}, {"is_active": "no"}),
    "venues": (VENUE_ROWS, lambda n: {"name": f"Room {n}"}, {"capacity": 7}),
    "courses": (
        COURSE_ROWS,
        lambda n: {
            "code": f"AA{chr(65 + n // 900)}-{n % 900:03}",
            "title": f"Course {n}",
            "duration_minutes": 60,
            "prerequisites": ["HSE-900"],
        },
        {"validity_months": 12, "change_log": "A year"},
    ),
    "trainers": (
        TRAINER_ROWS,
        lambda n: {"first_name": "Marta", "last_name": f"Lindqvist {n}", "may_teach": ["HSE-900"]},
        {"phone": "1", "certificate_number": "T-1"},
    ),
    "classes": (CLASS_ROWS, lambda n: {"client": "Kudos GmbH", "class_type": f"SKILL {n}"}, {}),
}


@pytest.mark.parametrize("kind", MANY)
def test_i1_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User, kind: str):
    CompanyFactory(name="Kudos GmbH"), CourseFactory(code="HSE-900")
    service, row, change = MANY[kind]
    assert service_of(kind) is service
    assert may(supervisor, Permission.KEEP_LIBRARY)  # asked once
    counts, done = [], 0
    for many in (1, 30, 3_000):
        new = rows_of(*[row(number) for number in range(done, done + many)])
        changed = rows_of(*[{**row(number), **change} for number in range(done, done + many)])
        done += many
        for rows, expected in ((new, "new"), (changed, "changed" if change else "same")):
            terms = terms_of(supervisor)
            with CaptureQueriesContext(connection) as queries:
                checked = bring_in(service, rows, terms)
            assert set(outcomes(checked)) == {expected}
            counts.append(len(queries))
    assert counts == counts[:2] * 3
    assert max(counts) <= 40


@pytest.mark.parametrize("kind", MANY)
def test_whoever_may_not_keep_it_writes_nothing(supervisor: User, auditor: User, kind: str):
    CompanyFactory(name="Kudos GmbH"), CourseFactory(code="HSE-900")
    service, row, _change = MANY[kind]
    checked = check(service, rows_of(row(1)), terms_of(supervisor))
    with pytest.raises(NotPermitted):
        service.write(checked, terms_of(auditor), tell=lambda done: None)


def test_a_company_that_comes_with_the_import_can_be_a_trainers(supervisor: User):
    things: Any = {Thing.COMPANY: {"Nordwind": NewThing(Thing.COMPANY, "Nordwind")}}
    rows = rows_of(trainer(kind="EXTERNAL", company="Nordwind"))
    shown = check(TRAINER_ROWS, rows, terms_of(supervisor, things=things))
    assert outcomes(shown) == ["new"]
    CompanyFactory(name="Nordwind")
    done = bring_in(TRAINER_ROWS, rows, terms_of(supervisor))
    assert (done[0].outcome, done[0].after) == (shown[0].outcome, shown[0].after)


def test_a_prerequisite_that_is_left_behind_stops_the_others(supervisor: User):
    rows = rows_of(course("Lifting", code="HSE-002", prerequisites=["HSE-003"]), course("Slinging", code="HSE-003"))
    checked = check(COURSE_ROWS, rows, terms_of(supervisor))
    with pytest.raises(Invalid, match="hse-003"):
        COURSE_ROWS.write(checked[:1], terms_of(supervisor), tell=lambda done: None)
