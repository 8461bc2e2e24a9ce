"""Past meetings of an import: whose hours, what is refused, whole meetings, and undoing (I1, I5, I6, I8, H2 to H4)."""

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.models import CaptureVoid
from attendance.services.capture import WrongPresence, capture_session, mark_exception, void_capture
from attendance.services.imports.kinds.hours import HourRows
from learners.models import Learner, LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.selectors.programmes import Programmes
from learners.selectors.progression import hours_differences, in_progress_on
from learners.services.merging import merge_workers
from learners.services.progression import complete, hold, resume
from tests.bringing_in import bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import TrainingClassFactory, active_class
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow
from training.core.permissions import roles_of
from training.core.refusals import NotPermitted, ReasonMissing, Refusal
from training.models import ClassAttendanceSession, Import, ImportedRow, TrainingClass
from training.services.classes import stop_class
from training.services.imports.contract import LEAVE_OUT, ImportTerms, UndoneRow, WrittenRow

pytestmark = pytest.mark.django_db
SERVICE = HourRows()
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MONDAY, NEXT_MONDAY, COMING_MONDAY = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 23)


@pytest.fixture
def training_class() -> TrainingClass:
    return active_class()


def terms(by: User, *classes: TrainingClass, **others: Any) -> ImportTerms:
    things = {**others.pop("things", {}), Thing.CLASS: {str(each): each.pk for each in classes}}
    return terms_of(by, things=things, **{"now": NOW, **others})


def row(training_class: TrainingClass, badge: str | None = "10001", hours: Any = "4", **others: Any) -> dict[str, Any]:
    return {
        "class_code": str(training_class),
        "session_date": MONDAY,
        "badge_id": badge,
        "hours_present": None if hours is None else Decimal(hours),
        **others,
    }


def in_class(training_class: TrainingClass, *badges: str) -> list[LearnerProgression]:
    return [LearnerProgressionFactory(training_class=training_class, learner__badge_id=badge) for badge in badges]


def meeting(training_class: TrainingClass, day: date = MONDAY) -> ClassAttendanceSession:
    return training_class.sessions.get(session_date=day)


def logged() -> list[tuple[Any, ...]]:
    rows = LearnerHoursLog.objects.order_by("pk")
    return list(rows.values_list("learner__badge_id", "log_date", "hours_trained", "hours_present", "source"))


def as_imported(rows: list[CheckedRow], by: User) -> list[WrittenRow]:
    """Keep what the rows wrote as an import that is done does."""
    times = {"started_by": by, "started_at": NOW, "changed_at": NOW, "done_by": by, "done_at": NOW}
    of = Import.objects.create(kind="hours", title="hours.xlsx", state="DONE", **times)
    written = [each for each in rows if each.outcome in {"new", "changed"}]
    for each in written:
        ImportedRow.objects.create(
            of=of,
            sheet=0,
            row=each.draft.number,
            act="new",
            table=SERVICE.table,
            key=each.key or 0,
            identity=each.identity,
        )
    return [
        WrittenRow(
            sheet=0, row=each.draft.number, key=each.key or 0, identity=each.identity, before={}, after=each.after
        )
        for each in written
    ]


def undo(rows: list[WrittenRow], by: User) -> list[tuple[str, str]]:
    undone: list[UndoneRow] = list(SERVICE.undo(rows, reason="Wrong file", by=by, now=NOW))
    return [(each.act.value, each.why) for each in undone]


# What is recorded


def test_h2_a_meeting_is_recorded_with_the_hours_of_its_rows(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001", "10002")
    rows = rows_of(
        row(training_class, hours_trained=Decimal(4)), row(training_class, "10002", "2.5", notes=" Left early ")
    )
    checked = bring_in(SERVICE, rows, terms(supervisor, training_class))
    stored = meeting(training_class)
    assert outcomes(checked) == ["new", "new"]
    assert [(each.key, each.identity) for each in checked] == [
        (stored.pk, f"{training_class} 2026-03-02 1000{each}") for each in (1, 2)
    ]
    assert checked[1].after == {"hours_trained": 4, "hours_present": Decimal("2.5"), "notes": "Left early"}
    assert (stored.status, stored.notes, stored.captured_by, stored.captured_at) == ("captured", None, supervisor, NOW)
    assert logged() == [
        ("10001", MONDAY, 4, 4, "attendance"),
        ("10002", MONDAY, 4, Decimal("2.5"), "attendance"),
    ]
    log = LearnerHoursLog.objects.get(learner__badge_id="10002")
    assert (log.notes, log.created_by, log.created_at, log.session) == ("Left early", supervisor, NOW, stored)
    assert LearnerProgression.objects.get(learner__badge_id="10002").hours_absent == Decimal("1.5")
    assert list(hours_differences()) == []


def test_h3_a_meeting_that_was_not_held_has_its_reason_and_no_hours(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001")
    rows = rows_of(
        row(training_class, None, None, status="client_cancelled", notes="Storm"),
        row(training_class, "10001", None, status="client_cancelled"),
        row(training_class, None, None, status="agent_absent", session_date=COMING_MONDAY),
    )
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class))) == ["new", "left out", "new"]
    assert (meeting(training_class).status, meeting(training_class).notes) == ("client_cancelled", "Storm")
    assert meeting(training_class, COMING_MONDAY).status == "agent_absent"
    assert logged() == []
    again = bring_in(SERVICE, rows, terms(supervisor, training_class))
    assert outcomes(again) == ["same", "left out", "same"]


def test_a_programme_is_started_as_the_row_says(training_class: TrainingClass, supervisor: User):
    LearnerFactory(badge_id="10001")
    rows = rows_of(
        row(training_class, started_on=MONDAY),
        row(training_class, session_date=NEXT_MONDAY, hours="3"),
    )
    checked = bring_in(SERVICE, rows, terms(supervisor, training_class))
    assert outcomes(checked) == ["new", "new"]
    assert (checked[0].worker, checked[0].after["started_on"]) == (Learner.objects.get().pk, MONDAY)
    programme = LearnerProgression.objects.get()
    assert (programme.start_date, programme.status, programme.course) == (MONDAY, "in_progress", training_class.course)
    assert [programme.hours_trained, programme.hours_present] == [8, 7]
    step = ProgressionEvent.objects.get()
    assert (step.kind, step.effective_date, step.created_by, step.created_at) == ("started", MONDAY, supervisor, NOW)
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class))) == ["same", "same"]
    assert ProgressionEvent.objects.count() == 1


def test_the_same_file_again_writes_nothing(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001", "10002")
    rows = rows_of(row(training_class), row(training_class, "10002", "0"))
    bring_in(SERVICE, rows, terms(supervisor, training_class))
    again = bring_in(SERVICE, rows, terms(supervisor, training_class, now=NOW + timedelta(days=9)))
    assert (outcomes(again), len(logged())) == (["same", "same"], 2)
    assert [(each.before, each.after) for each in again] == [({}, {}), ({}, {})]


def test_l2_hours_of_a_merged_badge_are_those_of_the_survivor(
    training_class: TrainingClass, supervisor: User, superuser: User
):
    (programme,) = in_class(training_class, "10001")
    survivor = LearnerFactory(badge_id="10002")
    merge_workers(duplicate_id=programme.learner_id, survivor_id=survivor.pk, reason="Twice", by=superuser, now=NOW)
    rows = rows_of(row(training_class, "10002"))
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class))) == ["new"]
    assert outcomes(check(SERVICE, rows_of(row(training_class)), terms(supervisor, training_class))) == ["same"]


# Whole meetings


def test_a_meeting_is_recorded_with_everybody_or_not_at_all(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001", "10002")
    rows = rows_of(row(training_class))
    text = (
        "Somebody else was in progress in this class on that day, and stands in no row of this meeting. Add a row, or "
        "say for all rows whether those were present."
    )
    assert sentences(bring_in(SERVICE, rows, terms(supervisor, training_class))) == [[f"session_date: {text}"]]
    assert meeting(training_class).status == "pending"
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class, unnamed="absent"))) == ["new"]
    assert logged() == [("10001", MONDAY, 4, 4, "attendance"), ("10002", MONDAY, 4, 0, "attendance")]


def test_who_stands_in_no_row_can_be_taken_as_present(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001", "10002")
    rows = rows_of(row(training_class, hours="1"))
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class, unnamed="present"))) == ["new"]
    assert logged() == [("10001", MONDAY, 4, 1, "attendance"), ("10002", MONDAY, 4, 4, "attendance")]


@pytest.mark.parametrize("part", [None, 1])
def test_one_wrong_row_keeps_its_meeting_back_and_no_other(
    training_class: TrainingClass, supervisor: User, part: int | None
):
    in_class(training_class, "10001", "10002")
    rows = rows_of(
        row(training_class),
        row(training_class, "10002", "9"),
        row(training_class, session_date=NEXT_MONDAY),
        row(training_class, "10002", session_date=NEXT_MONDAY),
    )
    checked = check(SERVICE, rows, terms(supervisor, training_class, unnamed="present"), part=part)
    assert outcomes(checked) == ["refused", "refused", "new", "new"]
    assert sentences(checked)[:2] == [
        ["session_date: Another row of this meeting cannot be brought in, and a meeting is recorded as a whole."],
        ["hours_present: Enter hours from 0 to 4, in steps of 0.5."],
    ]


@pytest.mark.parametrize("part", [None, 1])
def test_rows_that_hang_on_a_start_that_is_refused_are_refused(
    training_class: TrainingClass, supervisor: User, part: int | None
):
    LearnerFactory(badge_id="10001")
    in_class(training_class, "10002")
    rows = rows_of(
        row(training_class, started_on=MONDAY),
        row(training_class, "10002", "9"),
        row(training_class, session_date=NEXT_MONDAY),
        row(training_class, "10002", session_date=NEXT_MONDAY),
    )
    checked = check(SERVICE, rows, terms(supervisor, training_class), part=part)
    assert outcomes(checked) == ["refused"] * 4
    assert sentences(checked)[2:] == [
        ["badge_id: The row that starts the worker in the class cannot be brought in."],
        ["session_date: Another row of this meeting cannot be brought in, and a meeting is recorded as a whole."],
    ]


def test_held_and_not_held_are_no_answer(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001")
    rows = rows_of(row(training_class), row(training_class, None, None, status="client_cancelled"))
    text = "session_date: Other rows say of this meeting whether it was held, differently."
    assert sentences(check(SERVICE, rows, terms(supervisor, training_class))) == [[text], [text]]
    rows = rows_of(*(row(training_class, None, None, status=each) for each in ("client_cancelled", "agent_absent")))
    text = "status: Two rows say of this meeting for two reasons that it was not held. Leave one."
    assert sentences(check(SERVICE, rows, terms(supervisor, training_class))) == [[text], [text]]


# What is refused


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"class_code": "XXX1"}, "class_code: Nothing is known by this name."),
        ({"class_code": None}, "class_code: There is no class of this code."),
        ({"session_date": None}, "session_date: Enter the day of the meeting."),
        (
            {"session_date": date(2026, 3, 3)},
            "session_date: The class does not meet on 3 Mar 2026. Choose one of its days.",
        ),
        (
            {"session_date": COMING_MONDAY},
            "session_date: 23 Mar 2026 is in the future. Hours are recorded on the day or later.",
        ),
        ({"badge_id": "99999"}, "badge_id: There is no such worker. Bring the workers in first."),
        ({"badge_id": None}, "badge_id: Enter the badge, or name and employer."),
        ({"hours_present": None}, "hours_present: Enter the hours present."),
        ({"hours_present": Decimal("4.5")}, "hours_present: Enter hours from 0 to 4, in steps of 0.5."),
        ({"hours_present": Decimal("1.25")}, "hours_present: Enter hours from 0 to 4, in steps of 0.5."),
        ({"hours_trained": Decimal(5)}, "hours_trained: The meeting lasts 4 hours by the schedule of its class."),
        ({"status": "agent_absent"}, "hours_present: A meeting that was not held has no hours."),
        (
            {"badge_id": "10002"},
            "badge_id: Not in progress in this class on that day, or no longer active by then.",
        ),
        (
            {"badge_id": "10002", "started_on": NEXT_MONDAY},
            "badge_id: Not in progress in this class on that day, or no longer active by then.",
        ),
        (
            {"badge_id": "10002", "started_on": date(2026, 2, 1)},
            "started_on: The class runs from 2 Mar 2026 to 27 Apr 2026. Enter one of its days.",
        ),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_the_words_of_the_service(
    training_class: TrainingClass, supervisor: User, others: dict[str, Any], said: str
):
    in_class(training_class, "10001")
    LearnerFactory(badge_id="10002")
    checked = check(SERVICE, rows_of({**row(training_class), **others}), terms(supervisor, training_class))
    assert sentences(checked) == [[said]]


def test_l1_nobody_is_started_who_is_blocked_or_in_another_programme(training_class: TrainingClass, supervisor: User):
    blocked = LearnerFactory(badge_id="10001", status="BLACKLISTED")
    other = LearnerProgressionFactory(learner__badge_id="10002")
    rows = rows_of(*(row(training_class, badge, started_on=MONDAY) for badge in ("10001", "10002")))
    checked = check(SERVICE, rows, terms(supervisor, training_class))
    assert sentences(checked) == [
        [f"badge_id: {blocked} is blocked."],
        [
            f"badge_id: The worker is in progress in {other.training_class}. Nobody is in two programmes: put that one "
            "on hold first."
        ],
    ]


def test_nobody_is_started_twice(training_class: TrainingClass, supervisor: User):
    LearnerFactory(badge_id="10001")
    other = active_class()
    rows = rows_of(
        row(training_class, started_on=MONDAY),
        row(training_class, started_on=NEXT_MONDAY, session_date=NEXT_MONDAY),
        row(other, started_on=MONDAY),
    )
    assert sentences(check(SERVICE, rows, terms(supervisor, training_class, other))) == [
        [],
        ["started_on: Another row says that the worker is in the class since another day."],
        [
            f"badge_id: The worker is in progress in {training_class}. Nobody is in two programmes: put that one on "
            "hold first."
        ],
    ]


def test_h3_drafts_and_stopped_classes_say_so(supervisor: User):
    draft, stopped = TrainingClassFactory(), active_class()
    stop_class(class_id=stopped.pk, stop_date=MONDAY, by=supervisor, now=NOW)
    rows = rows_of(row(draft), row(stopped, session_date=NEXT_MONDAY))
    in_class(stopped, "10001")
    assert sentences(check(SERVICE, rows, terms(supervisor, draft, stopped))) == [
        ["session_date: This class is a draft and does not meet yet. Activate it first."],
        ["session_date: The class does not meet on 9 Mar 2026: it stopped on 2 Mar 2026."],
    ]


def test_h3_what_is_recorded_with_other_hours_or_excepted_is_locked(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001")
    where: dict[str, Any] = {"class_id": training_class.pk, "by": supervisor, "now": NOW}
    capture_session(session_date=MONDAY, **where)
    mark_exception(session_date=NEXT_MONDAY, status="agent_absent", **where)
    rows = rows_of(
        row(training_class),
        row(training_class, None, None, status="client_cancelled", session_date=NEXT_MONDAY),
        row(training_class, hours="2", session_date=NEXT_MONDAY),
    )
    checked = check(SERVICE, rows, terms(supervisor, training_class))
    assert outcomes(checked) == ["same", "refused", "refused"]
    assert all("An administrator can take that back." in said[0] for said in sentences(checked)[1:])
    other = check(SERVICE, rows_of(row(training_class, hours="2")), terms(supervisor, training_class))
    assert "The hours of 2 Mar 2026 were recorded by" in sentences(other)[0][0]


def test_h3_a_meeting_with_hours_by_hand_is_no_exception(training_class: TrainingClass, supervisor: User):
    (programme,) = in_class(training_class, "10001")
    programme.add_hours(4, 4, session_id=meeting(training_class).pk)
    rows = rows_of(row(training_class, None, None, status="agent_absent"))
    assert (
        "Hours were entered by hand for the meeting of 2 Mar 2026"
        in sentences(check(SERVICE, rows, terms(supervisor, training_class)))[0][0]
    )


def test_two_rows_about_one_worker_and_meeting(training_class: TrainingClass, supervisor: User):
    in_class(training_class, "10001")
    same = rows_of(row(training_class), row(training_class, hours="4.0"))
    assert outcomes(check(SERVICE, same, terms(supervisor, training_class))) == ["new", "left out"]
    other = check(
        SERVICE, rows_of(row(training_class), row(training_class, hours="1")), terms(supervisor, training_class)
    )
    text = "badge_id: Two rows are about this worker and this meeting and say different things. Leave one."
    assert sentences(other) == [[text], [text]]


def test_a_class_that_is_to_be_left_out_leaves_the_row_out(training_class: TrainingClass, supervisor: User):
    things = terms_of(supervisor, now=NOW, things={Thing.CLASS: {str(training_class): LEAVE_OUT}})
    assert outcomes(check(SERVICE, rows_of(row(training_class)), things)) == ["left out"]


def test_only_who_may_record_hours_brings_them_in(training_class: TrainingClass, supervisor: User, auditor: User):
    in_class(training_class, "10001")
    checked = check(SERVICE, rows_of(row(training_class)), terms(supervisor, training_class))
    with pytest.raises(NotPermitted):
        SERVICE.write(checked, terms(auditor, training_class), tell=lambda done: None)
    with pytest.raises(NotPermitted):
        SERVICE.undo([], reason="Wrong", by=supervisor, now=NOW)
    assert logged() == []


def test_whoever_left_the_class_since_the_check_is_named_and_nothing_is_written(
    training_class: TrainingClass, supervisor: User
):
    (programme,) = in_class(training_class, "10001")
    checked = check(SERVICE, rows_of(row(training_class)), terms(supervisor, training_class))
    hold(tracking_id=programme.pk, effective_date=MONDAY, by=supervisor, now=NOW)
    LearnerProgressionFactory(training_class=training_class)
    with pytest.raises(WrongPresence, match="Not in progress in this class on that day"):
        SERVICE.write(checked, terms(supervisor, training_class), tell=lambda done: None)
    assert (logged(), meeting(training_class).status) == ([], "pending")


# Undoing


def test_i8_h4_meetings_are_taken_back(training_class: TrainingClass, supervisor: User, superuser: User):
    in_class(training_class, "10001", "10002")
    rows = rows_of(
        row(training_class),
        row(training_class, "10002", "1"),
        row(training_class, None, None, status="agent_absent", session_date=NEXT_MONDAY),
    )
    checked = bring_in(SERVICE, rows, terms(supervisor, training_class))
    written = as_imported(checked, supervisor)
    with pytest.raises(ReasonMissing):
        SERVICE.undo(written, reason=" ", by=superuser, now=NOW)
    assert undo(written, superuser) == [("voided", "")] * 3
    assert [meeting(training_class, day).status for day in (MONDAY, NEXT_MONDAY)] == ["pending", "pending"]
    assert {each.hours_trained + each.hours_present for each in LearnerProgression.objects.all()} == {0}
    assert set(CaptureVoid.objects.values_list("reason", "voided_by")) == {("Wrong file", superuser.pk)}
    assert (LearnerHoursLog.objects.count(), list(hours_differences())) == (4, [])
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, training_class))) == ["new"] * 3


def test_i8_what_was_taken_back_or_recorded_anew_since_is_left(
    training_class: TrainingClass, supervisor: User, superuser: User
):
    in_class(training_class, "10001")
    rows = rows_of(row(training_class), row(training_class, session_date=NEXT_MONDAY))
    written = as_imported(bring_in(SERVICE, rows, terms(supervisor, training_class)), supervisor)
    for day in (MONDAY, NEXT_MONDAY):
        void_capture(class_id=training_class.pk, session_date=day, reason="Wrong", by=superuser, now=NOW)
    capture_session(class_id=training_class.pk, session_date=NEXT_MONDAY, by=supervisor, now=NOW + timedelta(seconds=1))
    assert undo(written, superuser) == [
        ("left", "It was taken back already."),
        ("left", "It was taken back and recorded anew since."),
    ]
    assert meeting(training_class, NEXT_MONDAY).status == "captured"


# As many as there are


def test_f8_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User, superuser: User):
    roles_of(supervisor), roles_of(superuser)  # read once for each login
    company, role = (each := LearnerFactory()).company, each.role
    counts = {}
    for count in (1, 30, 3_000):
        training_class = active_class()
        people = Learner.objects.bulk_create(
            Learner(
                badge_id=f"{count}-{number}",
                first_name="A",
                last_name="B",
                company=company,
                role=role,
                role_assigned_at=MONDAY,
                start_date=MONDAY,
            )
            for number in range(count)
        )
        rows = rows_of(*(row(training_class, person.badge_id, started_on=MONDAY) for person in people))
        agreed = terms(supervisor, training_class)
        with CaptureQueriesContext(connection) as writing:
            checked = bring_in(SERVICE, rows, agreed)
        assert set(outcomes(checked)) == {"new"}
        written = as_imported(checked[:1], supervisor)
        with CaptureQueriesContext(connection) as undoing:
            assert undo(written, superuser) == [("voided", "")]
        counts[count] = (len(writing), len(undoing))
    assert len(set(counts.values())) == 1, counts


BADGES = ["10001", "10002", "10003"]
ROW = st.fixed_dictionaries(
    {
        "badge_id": st.sampled_from([*BADGES, None]),
        "session_date": st.sampled_from([MONDAY, MONDAY, NEXT_MONDAY]),
        "hours_present": st.sampled_from([None, Decimal(4), Decimal("2.5"), Decimal(9)]),
        "status": st.sampled_from([None, None, None, "agent_absent"]),
        "started_on": st.sampled_from([None, MONDAY, NEXT_MONDAY]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=7), part=st.integers(1, 7), unnamed=st.sampled_from([None, "absent"]))
def test_checking_and_doing_agree_and_the_same_again_is_the_same(
    supervisor: User, rows: list[dict[str, Any]], part: int, unnamed: str | None
):
    LearnerProgression.objects.filter(status="in_progress").update(status="on_hold")
    training_class = active_class()
    for badge in BADGES:
        learner = Learner.objects.filter(badge_id=badge).first() or LearnerFactory(badge_id=badge)
        if badge == "10001":
            LearnerProgressionFactory(training_class=training_class, learner=learner)
    agreed = terms(supervisor, training_class, class_code=training_class.pk, unnamed=unnamed)
    drafts = rows_of(*rows)
    shown = check(SERVICE, drafts, agreed, part=part)
    done = bring_in(SERVICE, drafts, agreed)
    assert [told(each) for each in shown] == [told(each) for each in done]
    logs = LearnerHoursLog.objects.filter(training_class=training_class)
    said = {
        (each.identity.split()[-1], each.draft.values["session_date"]): each.draft.values["hours_present"]
        for each in done
        if each.outcome == "new" and "hours_present" in each.after
    }
    stored = {
        (badge, day): hours for badge, day, hours in logs.values_list("learner__badge_id", "log_date", "hours_present")
    }
    assert stored == said if unnamed is None else {**stored, **said} == stored
    count, written = logs.count(), [each.draft for each in done if each.outcome in {"new", "same"}]
    assert set(outcomes(bring_in(SERVICE, written, agreed))) <= {"same"}
    assert logs.count() == count
    assert list(hours_differences()) == []


def told(row: CheckedRow) -> tuple[Any, ...]:
    row.found = {}
    said = asdict(row)
    return row.outcome, row.identity, said["before"], said["after"], {str(each) for each in row.problems}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from([hold, resume, complete]), st.integers(0, 16)), max_size=4))
def test_h2_who_is_in_progress_is_who_a_capture_logs(superuser: User, steps: list[tuple[Any, int]]):
    """The one question is asked in SQL for one meeting and in Python for many; both answer alike."""
    training_class = active_class()
    programmes = in_class(training_class, *(f"{training_class.pk}-{number}" for number in range(3)))
    Learner.objects.filter(pk=programmes[1].learner_id).update(end_date=NEXT_MONDAY)
    for step, days in steps:
        with suppress(Refusal):  # an order of steps that is refused is a shorter one
            step(tracking_id=programmes[0].pk, effective_date=MONDAY + timedelta(days=days), by=superuser, now=NOW)
    known = Programmes([training_class.pk])
    for day in (MONDAY + timedelta(days=each) for each in range(20)):
        expected = {each.pk for each in in_progress_on(training_class.pk, day)}
        assert {each.tracking_id for each in known.in_progress_on(training_class.pk, day).values()} == expected


def test_l2_h2_a_person_with_two_badges_is_there_once_with_the_surviving_one(
    training_class: TrainingClass, superuser: User
):
    duplicate, survivor = in_class(training_class, "10001", "10002")
    hold(tracking_id=duplicate.pk, effective_date=NEXT_MONDAY, by=superuser, now=NOW)
    merge_workers(
        duplicate_id=duplicate.learner_id, survivor_id=survivor.learner_id, reason="Twice", by=superuser, now=NOW
    )
    found = Programmes([training_class.pk]).in_progress_on(training_class.pk, MONDAY)
    assert [each.tracking_id for each in found.values()] == [survivor.pk]
    assert [each.pk for each in in_progress_on(training_class.pk, MONDAY)] == [survivor.pk]
