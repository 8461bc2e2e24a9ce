"""Users, courses, people who teach, places and sessions for tests."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group, User
from factory.django import DjangoModelFactory

from training.core.groups import SUPERVISORS
from training.models import Company, Course, CourseVersion, Session, Trainer, TrainerQualification, TrainingClass, Venue
from training.policies.schedules import Frequency, Interval, Schedule
from training.services.classes import activate_class

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday


class UserFactory(DjangoModelFactory):
    """A login; `groups=["HSE supervisor"]` puts it into groups of the permission table."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = "Maria"
    last_name = factory.Sequence(lambda n: f"Haddad{n}")

    @factory.post_generation
    def groups(self: Any, create: bool, names: list[str] | None, **kwargs: Any) -> None:
        if create and names:
            self.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")


class CourseFactory(DjangoModelFactory):
    """A course without a version; see `PublishedCourseFactory`."""

    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"{'QXZVWJKYFN'[n // 10_000 % 10]}{'QXZVWJKYFN'[n // 1000 % 10]}-{n % 1000:03d}")


class CourseVersionFactory(DjangoModelFactory):
    """The published version 1 of a new course, valid for 12 months, without a practical sign-off."""

    class Meta:
        model = CourseVersion

    course = factory.SubFactory(CourseFactory)
    number = 1
    title = "Working at height"
    duration_minutes = 240
    validity_months = 12
    status = CourseVersion.Status.PUBLISHED


class TrainerFactory(DjangoModelFactory):
    class Meta:
        model = Trainer

    first_name = "Pierre"
    last_name = factory.Sequence(lambda n: f"Moreau{n}")


class TrainerQualificationFactory(DjangoModelFactory):
    class Meta:
        model = TrainerQualification

    trainer = factory.SubFactory(TrainerFactory)
    course = factory.SubFactory(CourseFactory)


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"Training room {n}")
    capacity = 20


class SessionFactory(DjangoModelFactory):
    """A draft with everything but a version: `course_version` is pinned by scheduling.

    Each further session starts a day later than the one before, so that none overlap by accident.
    """

    class Meta:
        model = Session

    course = factory.LazyAttribute(lambda session: CourseVersionFactory().course)
    trainer = factory.SubFactory(TrainerFactory)
    venue = factory.SubFactory(VenueFactory)
    start_time = factory.Sequence(lambda n: MORNING + timedelta(days=n))
    end_time = factory.LazyAttribute(lambda session: session.start_time and session.start_time + timedelta(hours=4))

    class Params:
        scheduled = factory.Trait(
            course_version=factory.SubFactory(CourseVersionFactory),
            course=factory.SelfAttribute("course_version.course"),
            status=Session.Status.SCHEDULED,
        )


def scheduled_session(**fields: Any) -> Session:
    """Return a scheduled session whose trainer is qualified for its course."""
    session: Session = SessionFactory(scheduled=True, **fields)
    if session.trainer is not None:
        TrainerQualification.objects.get_or_create(trainer=session.trainer, course=session.course)
    return session


MONDAYS = Schedule(Frequency.WEEKLY, {1: (Interval(time(8), time(12)),)})  # four hours each


class TrainingClassFactory(DjangoModelFactory):
    """A draft without a code, that meets on Mondays from 2 March to 27 April 2026; see `active_class`."""

    class Meta:
        model = TrainingClass

    client = factory.SubFactory(CompanyFactory)
    course = factory.LazyAttribute(lambda _class: CourseVersionFactory().course)
    agent = factory.SubFactory(TrainerFactory)
    start_date = date(2026, 3, 2)
    end_date = date(2026, 4, 27)
    schedule = factory.LazyFunction(MONDAYS.as_json)


def active_class(**fields: Any) -> TrainingClass:
    """Return an active class with a code and its meetings; `schedule` may be a `Schedule`."""
    if "schedule" in fields:
        fields["schedule"] = fields["schedule"].as_json()
    draft = TrainingClassFactory(**fields)
    return activate_class(class_id=draft.pk, by=UserFactory(groups=[SUPERVISORS]), now=MORNING)
