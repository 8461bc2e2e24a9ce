"""What the pages of the library read, with the same queries for one row and for three."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    TrainingClassFactory,
    UserFactory,
    VenueFactory,
    scheduled_session,
)
from training.core.groups import TRAINERS
from training.core.refusals import NotFound
from training.core.trail import Change
from training.models import Company, Course, CoursePrerequisite, CourseVersion, Session, Trainer, Venue
from training.pages.library import library_counts
from training.pages.library_courses import (
    ShownCourses,
    compared,
    count_courses,
    course_lines,
    courses_mentioning,
    get_course,
    get_version,
    line_of,
    publication,
)
from training.pages.library_lists import InUse, coming_sessions, count_by_use, mentioning
from training.pages.library_places import (
    classes_of,
    companies_with_use,
    get_company,
    get_venue,
    venues_with_bookings,
)
from training.pages.library_trainers import (
    bookings_of,
    get_qualification,
    get_trainer,
    logins_for,
    qualification_lines,
    relying_on,
    trainer_lines,
    unqualified_for,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
Queries = DjangoAssertNumQueries


def version_of(course: Course, number: int, status: str, **fields: Any) -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(course=course, number=number, status=status, **fields)
    return version


def test_the_index_counts_what_is_in_use():
    CourseFactory(deleted_at=NOW)
    for make in (CourseFactory, TrainerFactory, VenueFactory, CompanyFactory):
        make()
    for make in (TrainerFactory, VenueFactory, CompanyFactory):
        make(is_active=False)
    assert library_counts() == {"courses": 1, "trainers": 1, "venues": 1, "companies": 1}


# Courses


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_courses_takes_two_queries(rows: int, django_assert_num_queries: Queries):
    for _each in range(rows):
        course = CourseFactory()
        version_of(course, 1, "ARCHIVED")
        version_of(course, 2, "PUBLISHED", validity_months=0)
        version_of(course, 3, "DRAFT")
    with django_assert_num_queries(2):
        lines = course_lines(courses_mentioning(""))
    assert len(lines) == rows
    line = lines[0]
    assert line.version is not None
    assert line.draft is not None
    assert (line.version.number, line.draft.number, line.count, line.is_offered) == (2, 3, 3, True)
    assert line.validity == "permanent"


def test_the_strip_of_courses_counts_what_its_lists_hold(django_assert_num_queries: Queries):
    revised = CourseFactory(code="AA-001")
    version_of(revised, 1, "PUBLISHED")
    version_of(revised, 2, "DRAFT")
    version_of(CourseFactory(code="AA-002"), 1, "DRAFT")
    version_of(CourseFactory(code="AA-003"), 1, "ARCHIVED")
    version_of(CourseFactory(code="AA-004", deleted_at=NOW), 1, "PUBLISHED")
    CourseFactory(code="AA-005")
    expected = {
        ShownCourses.ALL: ["AA-001", "AA-002", "AA-003", "AA-005"],
        ShownCourses.OFFERED: ["AA-001"],
        ShownCourses.DRAFT: ["AA-001", "AA-002"],
        ShownCourses.NOT_OFFERED: ["AA-002", "AA-003", "AA-005"],
        ShownCourses.DELETED: ["AA-004"],
    }
    found = courses_mentioning("")
    with django_assert_num_queries(1):
        counts = count_courses(found)
    assert {shown: [str(each) for each in found.filter(shown.condition)] for shown in ShownCourses} == expected
    assert counts == {shown: len(codes) for shown, codes in expected.items()}


def test_a_course_is_found_by_code_and_by_any_title_it_had():
    course = CourseFactory(code="WAH-001")
    version_of(course, 1, "ARCHIVED", title="Ladders and scaffolds")
    version_of(course, 2, "PUBLISHED", title="Working at height")
    version_of(CourseFactory(code="CSE-001"), 1, "PUBLISHED", title="Confined space")
    for text in ("wah", "ladders WAH", "height"):
        assert list(courses_mentioning(text)) == [course]
    assert not courses_mentioning("wah space").exists()


@pytest.mark.parametrize("versions", [1, 3])
def test_versions_side_by_side_take_four_queries(versions: int, django_assert_num_queries: Queries):
    course = CourseFactory()
    for number in range(1, versions + 1):
        CoursePrerequisite.objects.create(course_version=version_of(course, number, "ARCHIVED"), course=CourseFactory())
    with django_assert_num_queries(4):
        comparison = compared(get_course(course.pk))
    assert [column.version.number for column in comparison.columns] == list(range(versions, 0, -1))


def test_s12_side_by_side_marks_what_differs_and_counts_the_sessions_that_pin_it():
    course = CourseFactory()
    old = version_of(course, 1, "PUBLISHED", validity_months=12)
    first = CourseFactory(code="AA-001")
    new = version_of(course, 2, "DRAFT", validity_months=1, requires_verification=True, change_log="New law")
    CoursePrerequisite.objects.create(course_version=new, course=first)
    scheduled_session(course_version=old, course=course)
    SessionFactory(course=course)
    comparison = compared(get_course(course.pk))
    assert [(column.planned, column.held) for column in comparison.columns] == [(0, 0), (1, 0)]
    marked = {label: [cell.text for cell in cells] for label, cells in comparison.rows if cells[0].differs}
    assert marked == {
        "Validity": ["1 month", "12 months"],
        "Practical sign-off": ["required", "not required"],
        "Prerequisites": ["AA-001", "–"],
    }
    assert not any(cells[1].differs for _label, cells in comparison.rows)
    assert dict(comparison.rows)["What changed"][0].text == "New law"


def test_s12_publishing_is_told_before_it_is_done():
    course = CourseFactory()
    old = version_of(course, 1, "PUBLISHED", validity_months=12)
    new = version_of(course, 2, "DRAFT", validity_months=24)
    scheduled_session(course_version=old, course=course)
    SessionFactory(course=course)
    SessionFactory(course=course, deleted_at=NOW)
    told = publication(get_version(new.pk))
    assert (told.before, told.planned, told.drafts) == (old, 1, 1)
    assert told.changes == [Change("Validity", "12 months", "24 months")]
    first = version_of(CourseFactory(), 1, "DRAFT")
    assert publication(get_version(first.pk)).before is None


def test_a_course_without_versions_is_a_line_too():
    line = line_of(get_course(CourseFactory().pk))
    assert (line.version, line.draft, line.count, line.is_offered, line.validity) == (None, None, 0, False, "–")
    assert compared(get_course(line.course.pk)).rows == []


# Trainers


@pytest.mark.parametrize("rows", [1, 3])
def test_s6_the_list_of_trainers_takes_three_queries(rows: int, django_assert_num_queries: Queries):
    for _each in range(rows):
        trainer = TrainerFactory()
        TrainerQualificationFactory(trainer=trainer)
        TrainerQualificationFactory(trainer=trainer, valid_until=TODAY)
        TrainerQualificationFactory(trainer=trainer, valid_until=TODAY - timedelta(days=1))
        TrainerQualificationFactory(trainer=trainer, valid_from=TODAY + timedelta(days=1))
        TrainerQualificationFactory(trainer=trainer, course__deleted_at=NOW)
    with django_assert_num_queries(3):
        lines = trainer_lines(Trainer.objects.select_related("company"), today=TODAY)
    assert [(line.valid, line.lapsed, line.booked_minutes) for line in lines] == [(2, 2, 0)] * rows


def test_s6_the_load_of_this_week_stands_in_the_list():
    session = scheduled_session(start_time=NOW + timedelta(hours=1), end_time=NOW + timedelta(hours=3))
    assert session.trainer is not None
    (line,) = trainer_lines([session.trainer], today=TODAY)
    assert line.booked_minutes == 120


def test_qualifications_say_what_they_are_today(django_assert_num_queries: Queries):
    trainer = TrainerFactory()
    for number, (begins, ends) in enumerate([(None, None), (None, 0), (None, -1), (1, None), (None, 61), (None, 60)]):
        TrainerQualificationFactory(
            trainer=trainer,
            course__code=f"AA-00{number}",
            valid_from=begins and TODAY + timedelta(days=begins),
            valid_until=None if ends is None else TODAY + timedelta(days=ends),
        )
    with django_assert_num_queries(1):
        lines = qualification_lines(trainer, coming=[], today=TODAY, warning_days=60)
    assert [line.word for line in lines] == ["Valid", "Ending", "Expired", "Not yet", "Valid", "Ending"]


def test_s3_sessions_rely_on_a_qualification_and_are_named_when_it_is_gone():
    session = scheduled_session(start_time=NOW + timedelta(days=20))
    assert session.trainer is not None
    scheduled_session(trainer=session.trainer, start_time=NOW - timedelta(days=2))
    later = scheduled_session(
        trainer=session.trainer, course_version=session.course_version, start_time=NOW + timedelta(days=40)
    )
    held = session.trainer.qualifications.get(course=session.course)
    coming = bookings_of(session.trainer, now=NOW)
    assert coming == [session, later]
    assert relying_on(held, coming) == [session, later]
    assert unqualified_for(session.trainer, coming) == []

    held.valid_until = TODAY + timedelta(days=30)
    held.save()
    assert relying_on(held, coming) == [session]
    assert unqualified_for(session.trainer, coming) == [later]

    held.delete()
    assert unqualified_for(session.trainer, coming) == [session, later]


def test_logins_are_offered_to_one_trainer_each(trainer: Trainer, supervisor: User):
    free = UserFactory(groups=[TRAINERS])
    UserFactory(groups=[TRAINERS], is_active=False)
    assert list(logins_for(None)) == [free]
    assert set(logins_for(trainer)) == {free, trainer.user}


# Venues and companies


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_venues_and_companies_take_one_query_each(rows: int, django_assert_num_queries: Queries):
    for each in range(rows):
        venue = VenueFactory()
        scheduled_session(venue=venue, start_time=NOW + timedelta(days=each))
        scheduled_session(venue=venue, start_time=NOW - timedelta(days=each + 1))
        SessionFactory(venue=venue)
        company = CompanyFactory()
        TrainerFactory(company=company)
        TrainerFactory(company=company, is_active=False)
        TrainingClassFactory(client=company)
        TrainingClassFactory(client=company)
    employers = Company.objects.filter(pk__in=Trainer.objects.values("company"))
    with django_assert_num_queries(2):
        venues: list[Any] = list(venues_with_bookings(Venue.objects.all(), now=NOW))
        companies: list[Any] = list(companies_with_use(employers))
    assert [each.coming for each in venues] == [1] * rows
    assert [(each.trainer_count, each.class_count) for each in companies] == [(1, 0)] * rows
    assert classes_of(employers[0]).count() == 2


def test_lists_are_narrowed_by_use_and_by_words(django_assert_num_queries: Queries):
    room = VenueFactory(name="Room B", location="North gate")
    VenueFactory(name="Room C", is_active=False)
    found = mentioning(Venue.objects.all(), "room", "name", "location")
    with django_assert_num_queries(1):
        assert count_by_use(found) == {InUse.ACTIVE: 1, InUse.INACTIVE: 1, InUse.ALL: 2}
    assert list(found.filter(InUse.ACTIVE.condition)) == [room]
    assert list(mentioning(found, "gate room", "name", "location")) == [room]


@pytest.mark.parametrize("rows", [1, 3])
def test_coming_sessions_take_one_query(rows: int, django_assert_num_queries: Queries):
    venue = VenueFactory()
    for _each in range(rows):
        scheduled_session(venue=venue)
    SessionFactory(venue=venue)
    now = Session.objects.earliest("start_time").start_time
    assert now is not None
    with django_assert_num_queries(1):
        names = [
            (str(each.course), str(each.trainer), getattr(each, "title", None))
            for each in coming_sessions(venue_id=venue.pk, now=now)
        ]
    assert len(names) == rows


def test_what_is_not_there_is_said():
    for get, refusal in (
        (get_course, NotFound),
        (get_version, NotFound),
        (get_trainer, NotFound),
        (get_qualification, NotFound),
        (get_venue, NotFound),
        (get_company, NotFound),
    ):
        with pytest.raises(refusal):
            get(0)
