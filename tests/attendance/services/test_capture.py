"""Capturing a class meeting, exceptions and voids (H2 to H4)."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.models import CaptureVoid
from attendance.services import capture as services
from attendance.services.capture import Presence, capture_session, mark_exception, void_capture
from learners.models import Learner, LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import MeetingWasNotHeld, WrongHours
from learners.policies.hours import HoursStay
from learners.selectors.progression import in_progress_on
from learners.services.hours import enter_hours, void_hours
from learners.services.progression import complete, hold, resume
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import TrainerFactory, TrainingClassFactory, active_class
from training.core.refusals import Conflict, NotFound, NotPermitted, ReasonMissing
from training.models import ClassAttendanceSession, Trainer, TrainingClass
from training.policies.meetings import CannotCapture, MeetingIsLocked
from training.services.classes import stop_class

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MONDAY, NEXT_MONDAY, COMING_MONDAY = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 23)

pytestmark = pytest.mark.django_db


@pytest.fixture
def training_class() -> TrainingClass:
    return active_class()


@pytest.fixture
def progression(training_class: TrainingClass) -> LearnerProgression:
    progression: LearnerProgression = LearnerProgressionFactory(training_class=training_class)
    return progression


def sums(progression: LearnerProgression) -> tuple[Any, ...]:
    progression.refresh_from_db()
    return progression.hours_trained, progression.hours_present, progression.hours_absent


def meeting(training_class: TrainingClass, day: date = MONDAY) -> ClassAttendanceSession:
    return training_class.sessions.get(session_date=day)


def test_h2_everybody_has_full_hours_unless_said_otherwise(training_class: TrainingClass, supervisor: User):
    full, part, none = LearnerProgressionFactory.create_batch(3, training_class=training_class)
    captured = capture_session(
        class_id=training_class.pk,
        session_date=MONDAY,
        presences=[Presence(part.learner_id, "2.5"), Presence(none.learner_id, 0)],
        notes=" Projector broken ",
        by=supervisor,
        now=NOW,
    )
    assert (captured.learners, captured.hours_trained, captured.hours_present) == (3, Decimal(12), Decimal("6.5"))
    assert [sums(each) for each in (full, part, none)] == [
        (Decimal(4), Decimal(4), Decimal(0)),
        (Decimal(4), Decimal("2.5"), Decimal("1.5")),
        (Decimal(4), Decimal(0), Decimal(4)),
    ]
    stored = meeting(training_class)
    assert (stored.status, stored.notes, stored.captured_by, stored.captured_at) == (
        "captured",
        "Projector broken",
        supervisor,
        NOW,
    )
    row = LearnerHoursLog.objects.get(learner=part.learner_id)
    assert (row.source, row.session, row.log_date, row.created_by) == ("attendance", stored, MONDAY, supervisor)
    assert (row.training_class, row.course) == (training_class, training_class.course)


@pytest.mark.parametrize("size", [1, 3])
def test_h2_the_number_of_queries_does_not_depend_on_the_number_of_learners(
    training_class: TrainingClass, supervisor: User, size: int, django_assert_num_queries: Any
):
    LearnerProgressionFactory.create_batch(size, training_class=training_class)
    supervisor = User.objects.get(pk=supervisor.pk)
    with django_assert_num_queries(8):
        capture_session(class_id=training_class.pk, session_date=MONDAY, by=supervisor, now=NOW)


@pytest.mark.parametrize("hours", [-0.5, 4.5, 0.25, "many", "NaN", Decimal("1.1")])
def test_h2_a_refused_row_saves_nothing(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, hours: Any
):
    other = LearnerProgressionFactory(training_class=training_class)
    rows = [Presence(other.learner_id, 2), Presence(progression.learner_id, hours)]
    with pytest.raises(services.WrongPresence, match="Nothing was saved") as refused:
        capture_session(class_id=training_class.pk, session_date=MONDAY, presences=rows, by=supervisor, now=NOW)
    assert list(refused.value.errors) == [str(progression.learner_id)]
    assert not LearnerHoursLog.objects.exists()
    assert meeting(training_class).status == "pending"


def test_h2_nobody_is_named_twice_or_from_elsewhere(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    stranger = LearnerProgressionFactory()
    for rows in ([Presence(progression.learner_id, 1)] * 2, [Presence(stranger.learner_id, 1)]):
        with pytest.raises(services.WrongPresence):
            capture_session(class_id=training_class.pk, session_date=MONDAY, presences=rows, by=supervisor, now=NOW)


def test_h2_a_meeting_of_nobody_is_not_captured(training_class: TrainingClass, supervisor: User):
    with pytest.raises(services.NobodyInProgress):
        capture_session(class_id=training_class.pk, session_date=MONDAY, by=supervisor, now=NOW)


def test_h2_who_is_captured_follows_the_effective_dates(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    """Everything is entered on 18 March, and captured afterwards: what counts is the day of the meeting."""
    late = LearnerProgressionFactory(training_class=training_class, start_date=date(2026, 3, 9))
    held, done = LearnerProgressionFactory.create_batch(2, training_class=training_class)
    who: dict[str, Any] = {"by": supervisor, "now": NOW}
    hold(tracking_id=held.pk, effective_date=date(2026, 3, 9), **who)
    resume(tracking_id=held.pk, effective_date=date(2026, 3, 16), **who)
    complete(tracking_id=done.pk, effective_date=date(2026, 3, 9), **who)
    for day in (2, 9, 16):
        capture_session(class_id=training_class.pk, session_date=date(2026, 3, day), **who)
    logged = {
        each: [*each.hours.order_by("log_date").values_list("log_date__day", flat=True)]
        for each in (progression, late, held, done)
    }
    assert logged == {progression: [2, 9, 16], late: [9, 16], held: [2, 16], done: [2, 9]}


def test_h3_a_captured_or_excepted_meeting_is_locked(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    who: dict[str, Any] = {"class_id": training_class.pk, "by": supervisor, "now": NOW}
    capture_session(session_date=MONDAY, **who)
    mark_exception(session_date=NEXT_MONDAY, status="agent_absent", **who)
    for day, words in ((MONDAY, "were recorded by Maria Haddad"), (NEXT_MONDAY, "trainer absent")):
        with pytest.raises(MeetingIsLocked, match=words) as refused:
            capture_session(session_date=day, **who)
        assert refused.value.conflict is not None
        assert refused.value.conflict["session_id"] == meeting(training_class, day).pk
        with pytest.raises(MeetingIsLocked):
            mark_exception(session_date=day, status="client_cancelled", **who)
    assert sums(progression) == (4, 4, 0)


@pytest.mark.parametrize("status", ["client_cancelled", "agent_absent"])
def test_h3_an_exception_logs_no_hours_and_may_lie_ahead(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, status: str
):
    mark_exception(
        class_id=training_class.pk, session_date=COMING_MONDAY, status=status, notes="Storm", by=supervisor, now=NOW
    )
    stored = meeting(training_class, COMING_MONDAY)
    assert (stored.status, stored.notes, stored.captured_by) == (status, "Storm", supervisor)
    assert sums(progression) == (0, 0, 0)


@pytest.mark.parametrize("status", ["client_cancelled", "agent_absent"])
def test_h3_an_excepted_meeting_takes_no_hours_by_hand(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, superuser: User, status: str
):
    where: dict[str, Any] = {"class_id": training_class.pk, "session_date": MONDAY}
    mark_exception(**where, status=status, by=supervisor, now=NOW)
    with pytest.raises(MeetingWasNotHeld, match="has no hours"):
        progression.add_hours(4, 4, session_id=meeting(training_class).pk)
    assert sums(progression) == (0, 0, 0)
    void_capture(**where, reason="It was held", by=superuser, now=NOW)
    assert progression.add_hours(4, 4, session_id=meeting(training_class).pk)


def test_h3_a_meeting_with_hours_by_hand_is_no_exception_until_they_are_voided(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, superuser: User
):
    what: dict[str, Any] = {"class_id": training_class.pk, "session_date": MONDAY, "status": "agent_absent"}
    progression.add_hours(4, 4, session_id=meeting(training_class).pk)
    with pytest.raises(services.HoursAreLogged, match="Hours were entered by hand for the meeting of 2 Mar 2026"):
        mark_exception(**what, by=supervisor, now=NOW)
    assert meeting(training_class).status == "pending"
    void_hours(log_id=LearnerHoursLog.objects.get().pk, reason="Wrong day", by=superuser, now=NOW)
    assert mark_exception(**what, by=supervisor, now=NOW).status == "agent_absent"
    assert sums(progression) == (0, 0, 0)


def test_h4_hours_of_a_capture_are_voided_with_all_of_it(
    training_class: TrainingClass, progression: LearnerProgression, superuser: User
):
    capture_session(class_id=training_class.pk, session_date=MONDAY, by=superuser, now=NOW)
    with pytest.raises(HoursStay, match="Take the meeting's entry back"):
        void_hours(log_id=LearnerHoursLog.objects.get().pk, reason="Wrong", by=superuser, now=NOW)
    assert sums(progression) == (4, 4, 0)


@pytest.mark.parametrize("status", ["captured", "pending", "sick"])
def test_h3_only_two_things_are_exceptions(training_class: TrainingClass, supervisor: User, status: str):
    with pytest.raises(services.NoSuchException):
        mark_exception(class_id=training_class.pk, session_date=MONDAY, status=status, by=supervisor, now=NOW)


@pytest.mark.parametrize(
    ("day", "refusal", "words"),
    [
        (COMING_MONDAY, CannotCapture, "23 Mar 2026 is in the future"),
        (date(2026, 3, 3), services.NotScheduledThen, "does not meet on 3 Mar 2026. Choose"),
        (date(2026, 4, 6), services.NotScheduledThen, "does not meet on 6 Apr 2026: Easter Monday"),
    ],
)
def test_h3_no_capture_of_a_future_or_unscheduled_date(
    training_class: TrainingClass,
    progression: LearnerProgression,
    supervisor: User,
    day: date,
    refusal: type[Exception],
    words: str,
):
    with pytest.raises(refusal, match=words):
        capture_session(class_id=training_class.pk, session_date=day, by=supervisor, now=NOW)


def test_h3_no_capture_of_a_draft(supervisor: User):
    with pytest.raises(services.NotScheduledThen, match="draft"):
        capture_session(class_id=TrainingClassFactory().pk, session_date=MONDAY, by=supervisor, now=NOW)


def test_h3_no_capture_after_the_stop_date_and_still_before_it(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    stop_class(class_id=training_class.pk, stop_date=date(2026, 3, 9), by=supervisor, now=NOW)
    with pytest.raises(services.NotScheduledThen, match="it stopped on 9 Mar 2026"):
        capture_session(class_id=training_class.pk, session_date=date(2026, 3, 16), by=supervisor, now=NOW)
    capture_session(class_id=training_class.pk, session_date=NEXT_MONDAY, by=supervisor, now=NOW)
    assert sums(progression) == (4, 4, 0)


def test_h3_a_class_that_is_not_there_is_not_found(supervisor: User):
    with pytest.raises(NotFound):
        capture_session(class_id=0, session_date=MONDAY, by=supervisor, now=NOW)


def test_h4_a_void_reverses_the_hours_and_the_meeting_is_pending_again(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, superuser: User
):
    where: dict[str, Any] = {"class_id": training_class.pk, "session_date": MONDAY}
    half = [Presence(progression.learner_id, 2)]
    capture_session(**where, presences=half, by=supervisor, now=NOW)
    progression.add_hours(1, 1, session_id=meeting(training_class).pk)
    void = void_capture(**where, reason=" Wrong date ", by=superuser, now=NOW)
    assert (void.voided_status, void.reason, void.voided_by) == ("captured", "Wrong date", superuser)
    stored = meeting(training_class)
    assert (stored.status, stored.notes, stored.captured_by, stored.captured_at) == ("pending", None, None, None)
    assert sums(progression) == (1, 1, 0)  # the hour entered by hand stays
    assert LearnerHoursLog.objects.count() == 3
    capture_session(**where, by=supervisor, now=NOW)
    assert sums(progression) == (5, 5, 0)
    void_capture(**where, reason="Again", by=superuser, now=NOW)
    assert sums(progression) == (1, 1, 0)
    assert CaptureVoid.objects.count() == 2


def test_h4_an_exception_is_voided_too(training_class: TrainingClass, supervisor: User, superuser: User):
    where: dict[str, Any] = {"class_id": training_class.pk, "session_date": COMING_MONDAY}
    mark_exception(**where, status="client_cancelled", by=supervisor, now=NOW)
    void_capture(**where, reason="They come after all", by=superuser, now=NOW)
    assert meeting(training_class, COMING_MONDAY).status == "pending"


def test_h4_a_void_needs_a_reason_and_something_to_void(training_class: TrainingClass, superuser: User):
    where: dict[str, Any] = {"class_id": training_class.pk, "session_date": MONDAY}
    with pytest.raises(ReasonMissing) as refused:
        void_capture(**where, reason=" ", by=superuser, now=NOW)
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(Conflict, match="so there is nothing to take back"):
        void_capture(**where, reason="Wrong date", by=superuser, now=NOW)


def test_h4_only_a_superuser_voids(training_class: TrainingClass, supervisor: User, trainer_user: User):
    for user in (supervisor, trainer_user):
        with pytest.raises(NotPermitted):
            void_capture(class_id=training_class.pk, session_date=MONDAY, reason="x", by=user, now=NOW)


def test_h1_a_voided_meeting_off_the_schedule_stays_until_somebody_says_what_happened(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, superuser: User
):
    where: dict[str, Any] = {"class_id": training_class.pk, "session_date": date(2026, 3, 16)}
    capture_session(**where, by=supervisor, now=NOW)
    void_capture(**where, reason="Wrong class", by=superuser, now=NOW)
    stop_class(class_id=training_class.pk, stop_date=date(2026, 3, 2), by=supervisor, now=NOW)
    assert [*training_class.sessions.values_list("session_date", flat=True)] == [MONDAY, date(2026, 3, 16)]


def test_h3_a_trainer_captures_own_classes_only(trainer: Trainer, trainer_user: User, auditor: User):
    own, others = active_class(agent=trainer), active_class(agent=TrainerFactory())
    for each in (own, others):
        LearnerProgressionFactory(training_class=each)
    assert capture_session(class_id=own.pk, session_date=MONDAY, by=trainer_user, now=NOW).learners == 1
    mark_exception(class_id=own.pk, session_date=NEXT_MONDAY, status="agent_absent", by=trainer_user, now=NOW)
    for user, day in ((trainer_user, MONDAY), (trainer_user, date(2026, 3, 3)), (auditor, MONDAY)):
        with pytest.raises(NotPermitted):
            capture_session(class_id=others.pk, session_date=day, by=user, now=NOW)


# Who has left, and who has two badges


def test_l3_whoever_has_left_has_no_hours_from_the_day_after_the_last_day(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    left = LearnerProgressionFactory(training_class=training_class)
    Learner.objects.filter(pk=left.learner_id).update(end_date=MONDAY)
    for day in (MONDAY, NEXT_MONDAY):
        capture_session(class_id=training_class.pk, session_date=day, by=supervisor, now=NOW)
    assert [sums(each) for each in (progression, left)] == [(Decimal(8), Decimal(8), 0), (Decimal(4), Decimal(4), 0)]
    assert [each.pk for each in in_progress_on(training_class.pk, NEXT_MONDAY)] == [progression.pk]


def test_l3_hours_named_for_somebody_who_has_left_are_refused(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User
):
    left = LearnerProgressionFactory(training_class=training_class)
    Learner.objects.filter(pk=left.learner_id).update(end_date=MONDAY)
    rows = [Presence(left.learner_id, 4)]
    with pytest.raises(services.WrongPresence, match="or no longer active by then"):
        capture_session(class_id=training_class.pk, session_date=NEXT_MONDAY, presences=rows, by=supervisor, now=NOW)
    assert not LearnerHoursLog.objects.exists()


@pytest.mark.parametrize("by_hand", [True, False])
def test_l3_no_hours_are_entered_by_hand_after_the_last_day(
    training_class: TrainingClass, progression: LearnerProgression, supervisor: User, by_hand: bool
):
    Learner.objects.filter(pk=progression.learner_id).update(end_date=MONDAY)
    progression.refresh_from_db()
    words = r"last day was 2 Mar 2026\. No hours are recorded after it"
    for day in (MONDAY, NEXT_MONDAY):
        is_late = day == NEXT_MONDAY
        with pytest.raises(WrongHours, match=words) if is_late else nullcontext():
            if by_hand:
                enter_hours(
                    tracking_id=progression.pk, hours_trained=2, hours_present=2, log_date=day, by=supervisor, now=NOW
                )
            else:
                progression.add_hours(2, 2, log_date=day)
    assert sums(progression) == (Decimal(2), Decimal(2), 0)


@pytest.mark.parametrize("survivor_is_in_it", [True, False])
def test_l2_a_person_with_two_badges_has_the_hours_of_a_meeting_once(
    training_class: TrainingClass, supervisor: User, survivor_is_in_it: bool
):
    old, new = LearnerProgressionFactory.create_batch(2, training_class=training_class)
    last = NEXT_MONDAY if survivor_is_in_it else MONDAY
    complete(tracking_id=new.pk, effective_date=last, by=supervisor, now=NOW)
    Learner.objects.filter(pk=old.learner_id).update(merged_into=new.learner_id, status="INACTIVE")

    captured = capture_session(class_id=training_class.pk, session_date=NEXT_MONDAY, by=supervisor, now=NOW)

    counted = LearnerHoursLog.objects.values_list("learner", flat=True)
    assert list(counted) == [new.learner_id if survivor_is_in_it else old.learner_id]
    assert captured.learners == 1
