"""The library through the API: published courses, trainers with their load, venues, and who and what is free."""

from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from training.core.api.objects import (
    ApiObject,
    ApiQuery,
    ApiRequest,
    ConflictObject,
    Day,
    Key,
    Moment,
    Page,
    Paging,
    Text,
    answers,
    page,
)
from training.core.permissions import Permission, requires
from training.core.refusals import Invalid
from training.models import CourseVersion, Session, Trainer, Venue
from training.pages.trainer_choices import load_label
from training.policies.sessions import Overlap
from training.selectors.availability import booked_minutes, offered_venues, overlapping, qualified_trainers
from training.selectors.classes import MeetingOverlap, meetings_at
from training.selectors.courses import bookable_versions

library = Router(by_alias=True)


class CourseObject(ApiObject):
    id: int
    code: str
    title: str
    version_id: int
    version_number: int
    duration_minutes: int
    validity_months: int
    requires_verification: bool
    minimum_score: int


class TrainerObject(ApiObject):
    id: int
    name: str
    kind: str
    company_name: str | None
    booked_minutes_this_week: int
    label: str


class VenueObject(ApiObject):
    id: int
    name: str
    capacity: int
    location: str | None


class CourseQuery(Paging):
    search: Text = ""


class TrainerQuery(Paging):
    course_id: Key | None = None
    week_of: Day | None = None


class AvailabilityQuery(ApiQuery):
    start_time: Moment
    end_time: Moment
    trainer_id: Key | None = None
    venue_id: Key | None = None
    exclude_session_id: Key | None = None


class Tentative(ApiObject):
    """A draft or a meeting of a class with the same trainer or venue; it warns and never blocks (S4)."""

    kind: str
    session_id: int | None
    class_id: int | None
    start_time: Moment
    end_time: Moment


class Availability(ApiObject):
    """`trainerAvailable` is null if no trainer was asked about, `venueAvailable` if no venue was."""

    trainer_available: bool | None
    venue_available: bool | None
    conflicting_session: ConflictObject | None
    tentative: list[Tentative]


@library.get("/courses", response=answers(Page[CourseObject]))
@requires(Permission.READ_SITE)
def list_courses(request: ApiRequest, query: Query[CourseQuery]) -> dict[str, Any]:
    """Courses with a published version, by code."""
    return page(bookable_versions(search=query.search), query, lambda versions: [_course(each) for each in versions])


@library.get("/resources/trainers", response=answers(Page[TrainerObject]))
@requires(Permission.READ_SITE)
def list_trainers(request: ApiRequest, query: Query[TrainerQuery]) -> dict[str, Any]:
    """Active trainers with their load in the week of a day; if a course is named, only those qualified for it (S6)."""
    on = query.week_of or timezone.localdate()

    def told(trainers: list[Trainer]) -> list[TrainerObject]:
        minutes = booked_minutes(trainer_ids=[trainer.pk for trainer in trainers], week_of=on)
        return [_trainer(trainer, minutes[trainer.pk]) for trainer in trainers]

    return page(qualified_trainers(course_id=query.course_id, on=on).select_related("company"), query, told)


@library.get("/resources/venues", response=answers(Page[VenueObject]))
@requires(Permission.READ_SITE)
def list_venues(request: ApiRequest, query: Query[Paging]) -> dict[str, Any]:
    """Venues in use, by name."""
    return page(offered_venues(), query, lambda venues: [_venue(each) for each in venues])


@library.get("/resources/availability/check", response=answers(Availability))
@requires(Permission.PLAN)
def check_availability(request: ApiRequest, query: Query[AvailabilityQuery]) -> Availability:
    """Whether trainer and venue are free between two times, and which drafts and classes use them then (S4)."""
    if query.end_time <= query.start_time:
        message = _("End time must be after start time.")
        raise Invalid(message, errors={"end_time": [message]})
    held = partial(
        overlapping,
        start=query.start_time,
        end=query.end_time,
        trainer_id=query.trainer_id,
        venue_id=query.venue_id,
        exclude_session_id=query.exclude_session_id,
    )
    taken = held()
    meetings = meetings_at(
        start=query.start_time, end=query.end_time, trainer_id=query.trainer_id, venue_id=query.venue_id
    )
    kinds = {overlap.kind for overlap in taken}
    return Availability(
        trainer_available=None if query.trainer_id is None else Overlap.Kind.TRAINER not in kinds,
        venue_available=None if query.venue_id is None else Overlap.Kind.VENUE not in kinds,
        conflicting_session=_conflict(taken[0]) if taken else None,
        tentative=[
            *(_draft(each) for each in held(statuses=(Session.Status.DRAFT,))),
            *(_meeting(each) for each in meetings),
        ],
    )


def _course(version: CourseVersion) -> CourseObject:
    return CourseObject(
        id=version.course_id,
        code=version.course.code,
        title=version.title,
        version_id=version.pk,
        version_number=version.number,
        duration_minutes=version.duration_minutes,
        validity_months=version.validity_months,
        requires_verification=version.requires_verification,
        minimum_score=version.minimum_score,
    )


def _trainer(trainer: Trainer, minutes: int) -> TrainerObject:
    return TrainerObject(
        id=trainer.pk,
        name=str(trainer),
        kind=trainer.kind,
        company_name=trainer.company.name if trainer.company else None,
        booked_minutes_this_week=minutes,
        label=load_label(trainer, minutes),
    )


def _venue(venue: Venue) -> VenueObject:
    return VenueObject(id=venue.pk, name=venue.name, capacity=venue.capacity, location=venue.location or None)


def _conflict(overlap: Overlap) -> ConflictObject:
    session = overlap.session
    assert session.start_time is not None and session.end_time is not None  # noqa: S101, PT018  # it overlaps
    return ConflictObject(
        kind=overlap.kind,
        session_id=session.pk,
        start_time=timezone.localtime(session.start_time).isoformat(),
        end_time=timezone.localtime(session.end_time).isoformat(),
    )


def _draft(overlap: Overlap) -> Tentative:
    session = overlap.session
    assert session.start_time is not None and session.end_time is not None  # noqa: S101, PT018  # it overlaps
    return Tentative(
        kind=overlap.kind,
        session_id=session.pk,
        class_id=None,
        start_time=session.start_time,
        end_time=session.end_time,
    )


def _meeting(overlap: MeetingOverlap) -> Tentative:
    return Tentative(
        kind=overlap.kind,
        session_id=None,
        class_id=overlap.meeting.training_class_id,
        start_time=overlap.start,
        end_time=overlap.end,
    )
