"""Planning one session after another: every refusal names the field and the reason, and changes nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.factories.training import (
    MORNING,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from training.core.refusals import NotFound, NotPermitted, ReasonMissing, Refusal, Stale
from training.models import CourseVersion, Session, Trainer, Venue
from training.policies import sessions as policies
from training.services.sessions import (
    Plan,
    cancel_session,
    create_draft,
    create_scheduled,
    delete_draft,
    edit_session,
    schedule_session,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)


@pytest.fixture
def version() -> CourseVersion:
    return CourseVersionFactory(course__code="HSE-001", title="Fire safety")


@pytest.fixture
def qualified(version: CourseVersion) -> Trainer:
    trainer: Trainer = TrainerQualificationFactory(
        course=version.course, trainer__first_name="John", trainer__last_name="Smith"
    ).trainer
    return trainer


@pytest.fixture
def room() -> Venue:
    return VenueFactory(name="Room B")


@pytest.fixture
def draft(version: CourseVersion, qualified: Trainer, room: Venue) -> Session:
    """A draft that lacks nothing."""
    return SessionFactory(course=version.course, trainer=qualified, venue=room, start_time=MORNING, end_time=NOON)


def stored(session: Session) -> dict[str, Any]:
    return dict(Session.objects.values().get(pk=session.pk))


def refused(refusal: type[Refusal], service: Any, **arguments: Any) -> Refusal:
    """Return the refusal of a service that must refuse and leave every session as it was."""
    before = list(Session.objects.order_by("pk").values())
    with pytest.raises(refusal) as caught:
        service(**arguments)
    assert list(Session.objects.order_by("pk").values()) == before
    return caught.value


# Drafts


def test_s1_a_draft_needs_only_a_course(version: CourseVersion, supervisor: User):
    session = create_draft(course_id=version.course_id, by=supervisor, now=NOW)

    row = stored(session)
    assert row["status"] == "DRAFT"
    assert row["created_by_id"] == row["updated_by_id"] == supervisor.pk
    assert (row["course_version_id"], row["trainer_id"], row["venue_id"], row["start_time"], row["end_time"]) == (
        None,
        None,
        None,
        None,
        None,
    )


def test_s1_drafts_may_overlap(draft: Session, supervisor: User):
    twin = create_draft(
        course_id=draft.course_id,
        trainer_id=draft.trainer_id,
        venue_id=draft.venue_id,
        start_time=draft.start_time,
        end_time=draft.end_time,
        by=supervisor,
        now=NOW,
    )
    assert twin.status == "DRAFT"


def test_s1_a_draft_of_a_course_without_published_version_is_fine(supervisor: User):
    assert create_draft(course_id=CourseFactory().pk, by=supervisor, now=NOW).pk


@pytest.mark.parametrize("end", [MORNING, MORNING - timedelta(minutes=1)])
def test_s2_end_must_be_after_start_even_in_a_draft(version: CourseVersion, supervisor: User, end: datetime):
    refusal = refused(
        policies.NotPlannable,
        create_draft,
        course_id=version.course_id,
        start_time=MORNING,
        end_time=end,
        by=supervisor,
        now=NOW,
    )
    assert refusal.errors == {"end_time": ["End time must be after start time."]}


@pytest.mark.parametrize("year", [1, 206, 9999])
def test_a_year_that_is_a_slip_of_the_keyboard_is_refused(version: CourseVersion, supervisor: User, year: int):
    refusal = refused(
        policies.NotPlannable,
        create_draft,
        course_id=version.course_id,
        start_time=MORNING.replace(year=year),
        by=supervisor,
        now=NOW,
    )
    assert list(refusal.errors) == ["start_time"]


@pytest.mark.parametrize("field", ["course", "trainer", "venue"])
def test_what_does_not_exist_is_refused_by_field(version: CourseVersion, supervisor: User, field: str):
    plan = {"course_id": version.course_id, f"{field}_id": 0}
    refusal = refused(policies.NotPlannable, create_draft, **plan, by=supervisor, now=NOW)
    assert list(refusal.errors) == [field]


def test_a_deleted_course_is_not_planned(supervisor: User):
    course = CourseFactory(deleted_at=NOW)
    refusal = refused(policies.NotPlannable, create_draft, course_id=course.pk, by=supervisor, now=NOW)
    assert list(refusal.errors) == ["course"]


def test_inactive_trainers_and_venues_are_offered_nowhere_new(version: CourseVersion, supervisor: User):
    refusal = refused(
        policies.NotPlannable,
        create_draft,
        course_id=version.course_id,
        trainer_id=TrainerFactory(is_active=False).pk,
        venue_id=VenueFactory(is_active=False).pk,
        by=supervisor,
        now=NOW,
    )
    assert set(refusal.errors) == {"trainer", "venue"}


# Scheduling


def test_s2_scheduling_pins_the_published_version(draft: Session, version: CourseVersion, supervisor: User):
    session = schedule_session(session_id=draft.pk, by=supervisor, now=NOW)

    row = stored(session)
    assert row["status"] == "SCHEDULED"
    assert row["course_version_id"] == version.pk
    assert row["version"] == draft.version + 1
    assert row["updated_at"] == NOW


def test_s2_a_field_left_out_keeps_the_drafts_value(draft: Session, supervisor: User):
    other_room = VenueFactory()
    schedule_session(session_id=draft.pk, changes=Plan(venue_id=other_room.pk), by=supervisor, now=NOW)

    row = stored(draft)
    assert (row["trainer_id"], row["venue_id"], row["start_time"]) == (draft.trainer_id, other_room.pk, MORNING)


def test_s2_what_is_missing_is_named_field_by_field(version: CourseVersion, supervisor: User):
    draft = create_draft(course_id=version.course_id, by=supervisor, now=NOW)
    refusal = refused(policies.NotPlannable, schedule_session, session_id=draft.pk, by=supervisor, now=NOW)
    assert refusal.status == 400
    assert refusal.errors == {
        "trainer": ["Choose a trainer."],
        "venue": ["Choose a venue."],
        "start_time": ["Enter the day and the start time."],
        "end_time": ["Enter the end time."],
    }


def test_s2_needs_a_published_version(draft: Session, version: CourseVersion, supervisor: User):
    CourseVersion.objects.filter(pk=version.pk).update(status="ARCHIVED")
    refusal = refused(policies.NotPlannable, schedule_session, session_id=draft.pk, by=supervisor, now=NOW)
    assert refusal.errors == {"course": ["HSE-001 has no published version. Publish one, or choose another course."]}


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "sentence"),
    [
        (None, None, None),
        (date(2026, 3, 2), date(2026, 3, 2), None),
        (date(2026, 3, 3), None, "John Smith is qualified for HSE-001 only from 3 Mar 2026, not yet on 2 Mar 2026."),
        (None, date(2026, 3, 1), "John Smith was qualified for HSE-001 through 1 Mar 2026, no longer on 2 Mar 2026."),
    ],
)
def test_s2_the_trainer_is_qualified_on_that_date(
    draft: Session,
    qualified: Trainer,
    supervisor: User,
    valid_from: date | None,
    valid_until: date | None,
    sentence: str | None,
):
    qualified.qualifications.update(valid_from=valid_from, valid_until=valid_until)
    if sentence is None:
        assert schedule_session(session_id=draft.pk, by=supervisor, now=NOW).trainer == qualified
        assert stored(draft)["status"] == "SCHEDULED"
        return
    refusal = refused(policies.NotPlannable, schedule_session, session_id=draft.pk, by=supervisor, now=NOW)
    assert refusal.errors == {"trainer": [sentence]}


def test_s2_the_date_is_the_sites_not_utc(draft: Session, qualified: Trainer, supervisor: User):
    """00:30 on 3 March in Berlin is still 2 March in UTC."""
    qualified.qualifications.update(valid_from=date(2026, 3, 3))
    start = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    schedule_session(
        session_id=draft.pk,
        changes=Plan(start_time=start, end_time=start + timedelta(hours=1)),
        by=supervisor,
        now=NOW,
    )
    row = stored(draft)
    assert (row["status"], row["start_time"], row["trainer_id"]) == ("SCHEDULED", start, qualified.pk)


def test_s2_an_unqualified_trainer_is_refused(draft: Session, supervisor: User):
    refusal = refused(
        policies.NotPlannable,
        schedule_session,
        session_id=draft.pk,
        changes=Plan(trainer_id=TrainerFactory(first_name="Ana", last_name="Silva").pk),
        by=supervisor,
        now=NOW,
    )
    assert refusal.errors == {"trainer": ["Ana Silva is not qualified for HSE-001. Choose another trainer."]}


def test_s2_conflict_names_the_other_session_and_its_time(draft: Session, supervisor: User):
    other = scheduled_session(
        course_version__course__code="WAH-101", venue=draft.venue, start_time=MORNING + timedelta(hours=1)
    )
    refusal = refused(policies.Booked, schedule_session, session_id=draft.pk, by=supervisor, now=NOW)

    sentence = f"Room B is taken by {other.reference} WAH-101 on Mon 2 Mar 2026, 10:00–14:00."
    assert refusal.status == 409
    assert refusal.errors == {"venue": [sentence]}
    assert str(refusal) == sentence
    assert refusal.conflict == {
        "kind": "VENUE",
        "session_id": other.pk,
        "start_time": other.start_time,
        "end_time": other.end_time,
    }


def test_s2_trainer_and_venue_conflicts_are_both_told(draft: Session, supervisor: User):
    scheduled_session(trainer=draft.trainer, venue=draft.venue, start_time=MORNING)
    refusal = refused(policies.Booked, schedule_session, session_id=draft.pk, by=supervisor, now=NOW)
    assert list(refusal.errors) == ["trainer", "venue"]
    assert refusal.errors["trainer"][0].startswith("John Smith already teaches S-")
    assert refusal.conflict
    assert refusal.conflict["kind"] == "TRAINER"


@pytest.mark.parametrize("hours", [-4, 4])
def test_s2_back_to_back_is_allowed(draft: Session, supervisor: User, hours: int):
    scheduled_session(trainer=draft.trainer, venue=draft.venue, start_time=MORNING + timedelta(hours=hours))
    assert schedule_session(session_id=draft.pk, by=supervisor, now=NOW).status == "SCHEDULED"


def test_s2_cancelled_sessions_and_drafts_block_nobody(draft: Session, supervisor: User):
    """S4 and S8: a draft on the same slot is a warning only, and cancelling frees the slot."""
    SessionFactory(trainer=draft.trainer, venue=draft.venue, start_time=MORNING)
    SessionFactory(
        trainer=draft.trainer, venue=draft.venue, start_time=MORNING, status="CANCELLED", cancellation_reason="Storm"
    )
    assert schedule_session(session_id=draft.pk, by=supervisor, now=NOW).status == "SCHEDULED"


def test_s2_a_time_in_the_past_is_allowed(draft: Session, supervisor: User):
    schedule_session(session_id=draft.pk, by=supervisor, now=MORNING + timedelta(days=30))
    row = stored(draft)
    assert (row["status"], row["start_time"]) == ("SCHEDULED", MORNING)


def test_s2_planned_and_booked_in_one_step(draft: Session, version: CourseVersion, supervisor: User):
    session = create_scheduled(
        course_id=draft.course_id,
        trainer_id=draft.trainer_id,
        venue_id=draft.venue_id,
        start_time=MORNING,
        end_time=NOON,
        by=supervisor,
        now=NOW,
    )
    row = stored(session)
    assert (row["status"], row["course_version_id"], row["version"]) == ("SCHEDULED", version.pk, 1)


def test_s2_planned_and_booked_in_one_step_leaves_no_draft_when_refused(draft: Session, supervisor: User):
    refused(
        policies.NotPlannable,
        create_scheduled,
        course_id=draft.course_id,
        trainer_id=None,
        venue_id=draft.venue_id,
        start_time=MORNING,
        end_time=NOON,
        by=supervisor,
        now=NOW,
    )


# Editing


def test_s3_any_field_of_a_draft_can_be_edited_and_emptied(draft: Session, supervisor: User):
    other = CourseVersionFactory().course
    edit_session(
        session_id=draft.pk,
        changes=Plan(course_id=other.pk, trainer_id=None, end_time=None),
        by=supervisor,
        now=NOW,
        version=draft.version,
    )
    row = stored(draft)
    assert (row["course_id"], row["trainer_id"], row["end_time"]) == (other.pk, None, None)
    assert (row["version"], row["updated_by_id"], row["updated_at"]) == (draft.version + 1, supervisor.pk, NOW)


def test_s3_an_edit_that_changes_nothing_writes_nothing(draft: Session, supervisor: User):
    before = stored(draft)
    edit_session(session_id=draft.pk, changes=Plan(venue_id=draft.venue_id), by=supervisor, now=NOW)
    assert stored(draft) == before


def test_s3_a_scheduled_one_runs_s2_again(draft: Session, supervisor: User):
    session = schedule_session(session_id=draft.pk, by=supervisor, now=NOW)
    other = scheduled_session(venue=session.venue, start_time=MORNING + timedelta(days=1))

    moved = Plan(start_time=other.start_time, end_time=other.end_time)
    assert refused(policies.Booked, edit_session, session_id=session.pk, changes=moved, by=supervisor, now=NOW)
    emptied = Plan(venue_id=None)
    refusal = refused(
        policies.NotPlannable, edit_session, session_id=session.pk, changes=emptied, by=supervisor, now=NOW
    )
    assert refusal.errors == {"venue": ["Choose a venue."]}


def test_s3_an_own_booking_is_no_conflict(draft: Session, supervisor: User):
    session = schedule_session(session_id=draft.pk, by=supervisor, now=NOW)
    edit_session(session_id=session.pk, changes=Plan(end_time=NOON + timedelta(hours=1)), by=supervisor, now=NOW)
    assert stored(session)["end_time"] == NOON + timedelta(hours=1)


def test_s3_an_inactive_trainer_stays_where_already_booked(draft: Session, qualified: Trainer, supervisor: User):
    session = schedule_session(session_id=draft.pk, by=supervisor, now=NOW)
    Trainer.objects.filter(pk=qualified.pk).update(is_active=False)
    other = VenueFactory()
    edit_session(session_id=session.pk, changes=Plan(venue_id=other.pk), by=supervisor, now=NOW)
    row = stored(session)
    assert (row["trainer_id"], row["venue_id"], row["status"]) == (qualified.pk, other.pk, "SCHEDULED")


def test_s12_a_scheduled_session_keeps_its_version_unless_the_course_changes(
    draft: Session, version: CourseVersion, qualified: Trainer, supervisor: User
):
    session = schedule_session(session_id=draft.pk, by=supervisor, now=NOW)
    CourseVersion.objects.filter(pk=version.pk).update(status="ARCHIVED")
    CourseVersionFactory(course=version.course, number=2)
    edit_session(session_id=session.pk, changes=Plan(venue_id=VenueFactory().pk), by=supervisor, now=NOW)
    assert stored(session)["course_version_id"] == version.pk

    other = CourseVersionFactory()
    TrainerQualificationFactory(trainer=qualified, course=other.course)
    edit_session(session_id=session.pk, changes=Plan(course_id=other.course_id), by=supervisor, now=NOW)
    assert stored(session)["course_version_id"] == other.pk


def test_s3_a_version_that_someone_else_has_changed_is_refused(draft: Session, supervisor: User, superuser: User):
    edit_session(session_id=draft.pk, changes=Plan(venue_id=None), by=superuser, now=NOW, version=draft.version)
    refusal = refused(
        Stale,
        edit_session,
        session_id=draft.pk,
        changes=Plan(trainer_id=None),
        by=supervisor,
        now=NOW,
        version=draft.version,
    )
    assert refusal.status == 409
    assert refusal.conflict == {
        "kind": "VERSION",
        "session_id": draft.pk,
        "theirs": draft.version + 1,
        "yours": draft.version,
    }
    assert superuser.get_full_name() in str(refusal)
    assert "20 Feb 2026 10:00" in str(refusal)


def finalized() -> Session:
    session = scheduled_session(attendance_file_key="k", attendance_file_hash="0" * 64)
    by = session.created_by or User.objects.create(username="finalizer")
    Session.objects.filter(pk=session.pk).update(status="COMPLETED", finalized_at=NOW, finalized_by=by)
    return session


def cancelled() -> Session:
    return SessionFactory(status="CANCELLED", cancellation_reason="Storm")


@pytest.mark.parametrize("over", [finalized, cancelled])
def test_s3_s9_completed_and_cancelled_sessions_refuse_every_step(over: Any, supervisor: User):
    session = over()
    who: dict[str, Any] = {"session_id": session.pk, "by": supervisor, "now": NOW}

    edited = refused(policies.NotInThisState, edit_session, changes=Plan(venue_id=None), **who)
    assert edited.status == 409
    assert edited.conflict == {
        "kind": "STATE",
        "session_id": session.pk,
        "theirs": Session.objects.get(pk=session.pk).status,
    }
    refused(policies.NotInThisState, schedule_session, **who)
    refused(policies.NotInThisState, cancel_session, reason="Why not", **who)
    refused(policies.NotInThisState, delete_draft, **who)


def test_s9_a_scheduled_session_is_not_scheduled_again(supervisor: User):
    refused(policies.NotInThisState, schedule_session, session_id=scheduled_session().pk, by=supervisor, now=NOW)


# S11: once there is a mark or evidence


MARK_OR_EVIDENCE = [
    {"first_marked_at": NOW},
    {"attendance_file_key": "k", "attendance_file_hash": "0" * 64},
]


@pytest.mark.parametrize("proof", MARK_OR_EVIDENCE)
def test_s11_the_course_is_fixed(draft: Session, supervisor: User, proof: dict[str, Any]):
    Session.objects.filter(pk=draft.pk).update(**proof)
    refusal = refused(
        policies.CourseIsFixed,
        edit_session,
        session_id=draft.pk,
        changes=Plan(course_id=CourseVersionFactory().course_id),
        reason="Wrong course",
        by=supervisor,
        now=NOW,
    )
    assert refusal.status == 409
    assert list(refusal.errors) == ["course"]


@pytest.mark.parametrize("proof", MARK_OR_EVIDENCE)
@pytest.mark.parametrize("service", [edit_session, schedule_session])
@pytest.mark.parametrize(
    "change", [{"trainer_id": None}, {"venue_id": None}, {"start_time": MORNING - timedelta(hours=1)}]
)
def test_s11_moving_it_needs_a_reason(
    draft: Session, supervisor: User, proof: dict[str, Any], service: Any, change: dict[str, Any]
):
    Session.objects.filter(pk=draft.pk).update(**proof)
    refusal = refused(
        ReasonMissing,
        service,
        session_id=draft.pk,
        changes=change,
        reason="  ",
        by=supervisor,
        now=NOW,
    )
    assert list(refusal.errors) == ["reason"]


@pytest.mark.parametrize("proof", MARK_OR_EVIDENCE)
def test_s11_with_a_reason_it_moves_and_the_reason_is_kept(draft: Session, supervisor: User, proof: dict[str, Any]):
    Session.objects.filter(pk=draft.pk).update(**proof)
    edit_session(session_id=draft.pk, changes=Plan(venue_id=None), reason=" Leak in room B ", by=supervisor, now=NOW)
    assert stored(draft)["change_reason"] == "Leak in room B"


def test_s11_filling_in_what_was_empty_needs_no_reason(draft: Session, room: Venue, supervisor: User):
    Session.objects.filter(pk=draft.pk).update(first_marked_at=NOW, venue_id=None)
    schedule_session(session_id=draft.pk, changes=Plan(venue_id=room.pk), by=supervisor, now=NOW)
    row = stored(draft)
    assert (row["venue_id"], row["status"], row["change_reason"]) == (room.pk, "SCHEDULED", "")


# Cancelling and deleting


@pytest.mark.parametrize("make", [SessionFactory, scheduled_session])
def test_s8_cancelling_frees_the_slot(make: Any, supervisor: User):
    session = make()
    cancel_session(session_id=session.pk, reason=" Storm ", by=supervisor, now=NOW)

    row = stored(session)
    assert (row["status"], row["cancellation_reason"], row["updated_at"]) == ("CANCELLED", "Storm", NOW)
    other = scheduled_session(trainer=session.trainer, venue=session.venue, start_time=session.start_time)
    assert stored(other)["status"] == "SCHEDULED"


@pytest.mark.parametrize("reason", ["", " \n\t"])
def test_s8_cancelling_needs_a_reason(supervisor: User, reason: str):
    refusal = refused(
        ReasonMissing,
        cancel_session,
        session_id=scheduled_session().pk,
        reason=reason,
        by=supervisor,
        now=NOW,
    )
    assert list(refusal.errors) == ["reason"]


def test_s8_a_deleted_draft_stays_in_the_database_and_is_found_by_nobody(draft: Session, supervisor: User):
    delete_draft(session_id=draft.pk, by=supervisor, now=NOW)

    assert stored(draft)["deleted_at"] == NOW
    with pytest.raises(NotFound):
        edit_session(session_id=draft.pk, changes=Plan(venue_id=None), by=supervisor, now=NOW)


def test_s8_only_drafts_are_deleted(supervisor: User):
    refused(policies.NotInThisState, delete_draft, session_id=scheduled_session().pk, by=supervisor, now=NOW)


def test_a_session_that_never_was_is_not_found(supervisor: User):
    with pytest.raises(NotFound) as caught:
        cancel_session(session_id=0, reason="Storm", by=supervisor, now=NOW)
    assert caught.value.status == 404


@pytest.mark.parametrize("who", ["auditor", "trainer_user"])
def test_only_who_plans_may_plan(draft: Session, who: str, request: pytest.FixtureRequest):
    by = request.getfixturevalue(who)
    refused(NotPermitted, create_draft, course_id=draft.course_id, by=by, now=NOW)
    for service, arguments in (
        (edit_session, {"changes": Plan(venue_id=None)}),
        (schedule_session, {}),
        (cancel_session, {"reason": "Storm"}),
        (delete_draft, {}),
    ):
        refused(NotPermitted, service, session_id=draft.pk, by=by, now=NOW, **arguments)
