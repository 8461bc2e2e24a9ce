"""The list of workers and the profile of one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learners.models import Learner, TrainingRecord
from learners.services.records import revoke_record
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off, passed
from tests.factories.learners import (
    HASH,
    KEY,
    AreaFactory,
    AreaRequirementFactory,
    EvidenceUploadFactory,
    LearnerAreaFactory,
    LearnerFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, UserFactory, VenueFactory, scheduled_session
from tests.html import fragment, source_of, text_of, texts
from training.models import Session

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def open_list(client: Client, address: str = "", **headers: str):
    return client.get(reverse("attendance:workers") + address, headers=headers)


def open_profile(client: Client, learner: Learner, address: str = "", **headers: str):
    return client.get(reverse("attendance:worker", args=[learner.pk]) + address, headers=headers)


def record_of(learner: Learner, session: Session, **fields) -> TrainingRecord:
    """Return what finalize makes of somebody present, with the upload behind it."""
    record: TrainingRecord = TrainingRecordFactory(
        learner=learner,
        course_version=session.course_version,
        session=session,
        provider=None,
        trainer_name="Pierre Moreau",
        **fields,
    )
    return record


# The list


def test_the_list_names_workers_with_verdict_and_reason(as_supervisor: Client):
    expired = one_of_each(TODAY())["expired"]

    page = open_list(as_supervisor)

    address = reverse("attendance:worker", args=[expired.pk])
    (row,) = texts(page, f'//tbody/tr[th/a[@href="{address}"]]')
    assert row.startswith(f"Not cleared {expired.name} {expired.badge_id} {expired.role} ")
    assert row.endswith(" 30 d ago")


@pytest.mark.parametrize("group", ["not-cleared", "due", "expiring", "to-verify", "cleared"])
def test_c4_the_strip_above_the_list_counts_exactly_the_rows_behind_it(as_supervisor: Client, group: str):
    one_of_each(TODAY())

    response = open_list(as_supervisor, f"?status={group}")

    counts = {each.value: count for each, count in response.context["counts"]}
    assert counts[group] == response.context["page"].paginator.count == len(response.context["rows"])


def test_filters_and_search_work_from_the_address_alone(as_supervisor: Client):
    company = CompanyFactory()
    wanted = LearnerFactory(first_name="Łukasz", last_name="Wiśniewski", company=company)
    LearnerFactory(first_name="Łukasz", last_name="Nowak")
    LearnerFactory(company=company)

    response = open_list(as_supervisor, f"?q=wisniewski+lukasz&company={company.pk}")

    assert [row.learner for row in response.context["rows"]] == [wanted]


@pytest.mark.parametrize(
    "address",
    [
        "?status=x",
        "?company=x",
        "?company=99999999999999999999",
        "?q=%00",
        "?page=x",
        "?page=99",
        "?area=-1",
        "?person=X",
    ],
)
def test_a_filter_that_means_nothing_is_no_error(as_supervisor: Client, address: str):
    LearnerFactory()

    assert open_list(as_supervisor, address).status_code == 200


def test_nothing_found_is_said_with_a_way_back(as_supervisor: Client):
    LearnerFactory()

    page = source_of(open_list(as_supervisor, "?q=nobody"))

    assert "No worker matches." in page
    assert f'href="{reverse("attendance:workers")}"' in page


def test_swapping_the_list_equals_reloading_it(as_supervisor: Client):
    one_of_each(TODAY())

    whole = open_list(as_supervisor, "?q=worker").content.decode()
    swapped = open_list(as_supervisor, "?q=worker", **{"HX-Request": "true", "HX-Target": "workers"}).content.decode()

    assert swapped.startswith('<section class="stack-v" id="workers"')
    for part in ("workers", "verdict-counts"):
        assert fragment(swapped, part) == fragment(whole, part)


def test_long_lists_have_pages(as_supervisor: Client):
    LearnerFactory.create_batch(51, company=CompanyFactory(), role=LearnerFactory().role)

    second = open_list(as_supervisor, "?page=2")

    assert len(second.context["rows"]) == 2
    assert text_of(second, '//nav[@class="pages"]/span[1]') == "51–52 of 52"


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_the_same_queries_however_many_rows(as_supervisor: Client, size: int):
    for _number in range(size):
        one_of_each(TODAY())

    with CaptureQueriesContext(connection) as queries:
        open_list(as_supervisor)

    assert len(queries) == 13


# Who may


def test_trainers_open_neither_the_list_nor_a_profile(as_trainer: Client):
    learner = LearnerFactory()

    assert open_list(as_trainer).status_code == 403
    assert open_profile(as_trainer, learner).status_code == 403


def test_auditors_read_the_profile_and_are_offered_nothing_to_change(as_auditor: Client, as_supervisor: Client):
    learner = LearnerFactory()
    session = scheduled_session(start_time=timezone.now() + timedelta(days=3))
    asked(learner, session)

    assert open_profile(as_auditor, learner).status_code == 200
    add = reverse("attendance:session_add", args=[session.pk])
    assert add not in source_of(open_profile(as_auditor, learner))
    assert add in source_of(open_profile(as_supervisor, learner))


def asked(learner: Learner, session: Session) -> None:
    """Ask the session's course of the worker, who has no record of it."""
    LearnerAreaFactory(learner=learner, area=AreaRequirementFactory(course=session.course).area)
    judge(learner, on=TODAY())


# The verdict


@pytest.mark.parametrize(
    ("state", "word", "kind"),
    [
        ("cleared", "Cleared", "ok"),
        ("due", "Cleared", "ok"),
        ("expired", "Not cleared", "bad"),
        ("stale", "Out of date", "bad"),
        ("blocked", "Blocked", "bad"),
        ("not active", "Not active", "none"),
    ],
)
def test_l1_c7_the_banner_says_the_verdict(as_supervisor: Client, state: str, word: str, kind: str):
    worker = one_of_each(TODAY())[state]

    page = source_of(open_profile(as_supervisor, worker))

    assert f'<section class="verdict {kind}"' in page
    assert f"<b>{word}</b>" in page


def test_the_banner_names_what_the_worker_must_not_be_assigned_to(as_supervisor: Client):
    learner = LearnerFactory()
    passed(learner, asked_of(learner, title="Work at height"), expiry=TODAY() - timedelta(days=30))
    asked_of(learner, title="Rigging level 2")
    passed(learner, asked_of(learner, title="Site induction"), expiry=None)
    judge(learner, on=TODAY())

    profile = open_profile(as_supervisor, learner)

    assert "2 of 3 requirements fail" in source_of(profile)
    assert "<b>Work at height</b> expired 30 d ago" in source_of(profile)
    assert "<b>Rigging level 2</b> no record" in source_of(profile)
    assert profile.context["profile"].counts == {"bad": 2, "warn": 0, "wait": 0, "ok": 1}


# Requirements


def test_c5_requirements_stand_worst_first_with_the_winning_and_the_losing_rules(as_supervisor: Client):
    learner = LearnerFactory(role__title="Rigger")
    valid = asked_of(learner, title="Valid one")
    passed(learner, valid, expiry=TODAY() + timedelta(days=300))
    missing = asked_of(learner, title="Missing one")
    unit = AreaFactory(name="Unit 3")
    AreaRequirementFactory(area=unit, course=missing.course, requirement_type="POST_MOB", grace_period_days=30)
    LearnerAreaFactory(learner=learner, area=unit)
    judge(learner, on=TODAY())

    response = open_profile(as_supervisor, learner)

    first, second = [each.line for each in response.context["profile"].requirements]
    assert (first.course_title, second.course_title) == ("Missing one", "Valid one")
    assert (first.rule.source, first.rule.asks) == ("Rigger role", "before site access")
    assert [rule.source for rule in first.other_rules] == ["Area Unit 3"]
    assert "within 30 days, by 31 Jan 2025" in source_of(response)


def test_c3_a_pending_sign_off_is_shown_beside_the_status(as_supervisor: Client):
    learner = LearnerFactory()
    owes_sign_off(learner, asked_of(learner))
    judge(learner, on=TODAY())

    response = open_profile(as_supervisor, learner)

    assert response.context["profile"].counts == {"bad": 1, "warn": 0, "wait": 1, "ok": 0}
    assert 'aria-label="To verify"' in source_of(response)


def test_p4_a_missing_course_offers_the_next_session_with_a_free_seat(as_supervisor: Client):
    learner = LearnerFactory()
    full = scheduled_session(start_time=timezone.now() + timedelta(days=2), venue=VenueFactory(capacity=1))
    SessionAttendeeFactory(session=full)
    free = scheduled_session(
        start_time=timezone.now() + timedelta(days=5), course_version=full.course_version, course=full.course
    )
    scheduled_session(start_time=timezone.now() - timedelta(days=5), course_version=full.course_version)
    asked(learner, full)

    (requirement,) = open_profile(as_supervisor, learner).context["profile"].requirements

    assert requirement.next_session.session == free
    assert not requirement.next_session.is_booked


def test_p4_who_is_booked_already_is_not_offered_another_seat(as_supervisor: Client):
    learner = LearnerFactory()
    sooner = scheduled_session(start_time=timezone.now() + timedelta(days=2))
    booked = scheduled_session(
        start_time=timezone.now() + timedelta(days=9), course_version=sooner.course_version, course=sooner.course
    )
    SessionAttendeeFactory(session=booked, learner=learner)
    asked(learner, sooner)

    (requirement,) = open_profile(as_supervisor, learner).context["profile"].requirements

    assert (requirement.next_session.session, requirement.next_session.is_booked) == (booked, True)


def test_adding_from_the_profile_puts_the_worker_on_the_list(as_supervisor: Client):
    learner = LearnerFactory()
    session = scheduled_session(start_time=timezone.now() + timedelta(days=3))
    asked(learner, session)
    assert f'name="learner" value="{learner.pk}"' in source_of(open_profile(as_supervisor, learner))

    response = as_supervisor.post(reverse("attendance:session_add", args=[session.pk]), {"learner": learner.pk})

    assert response.status_code == 302
    assert list(session.attendees.values_list("learner", flat=True)) == [learner.pk]


def test_l1_blocked_workers_are_offered_no_session(as_supervisor: Client):
    learner = LearnerFactory(status=Learner.Status.BLACKLISTED)
    asked(learner, scheduled_session(start_time=timezone.now() + timedelta(days=3)))

    page = source_of(open_profile(as_supervisor, learner))

    assert "/add/" not in page
    assert "Plan one" not in page


# Records and the sheet behind them


def test_records_are_newest_first_with_failed_and_revoked_ones(as_supervisor: Client, superuser):
    learner = LearnerFactory()
    session = scheduled_session()
    SessionAttendeeFactory(session=session, learner=learner, present=True)
    failed = record_of(learner, session, result="FAILED", expiry_date=None, completion_date=date(2026, 3, 2))
    revoked = TrainingRecordFactory(learner=learner, completion_date=date(2026, 1, 5))
    revoke_record(record_id=revoked.pk, reason="Wrong <b>person</b>", by=superuser, now=timezone.now())

    response = open_profile(as_supervisor, learner)

    assert [each.record for each in response.context["profile"].records] == [failed, revoked]
    assert [each.line for each in response.context["profile"].records] == [1, None]
    assert "Wrong &lt;b&gt;person&lt;/b&gt;" in source_of(response)
    assert f"Revoked by {superuser.get_full_name()}" in source_of(response)
    assert 'class="revoked' in source_of(response)


def test_e3_the_sheet_says_on_which_line_the_worker_signs_who_uploaded_it_and_its_hash(as_supervisor: Client):
    learner = LearnerFactory()
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(6, session=session)
    SessionAttendeeFactory(session=session, learner=learner, present=True)
    record = record_of(learner, session)
    EvidenceUploadFactory(
        session=session,
        pages=2,
        uploaded_by=UserFactory(first_name="Frida", last_name="Keller"),
        uploaded_at=datetime(2026, 3, 2, 13, 0, tzinfo=UTC),
    )

    page = source_of(open_profile(as_supervisor, learner))

    assert "Line 7 of 7" in page
    assert session.reference in page
    assert "2 Mar 2026 14:00 by Frida Keller" in page
    assert "abab abab abab … abab abab" in page
    for number in (1, 2):
        assert reverse("attendance:record_evidence_page", args=[record.pk, number]) in page
    assert reverse("attendance:record_evidence", args=[record.pk]) in page
    assert reverse("attendance:record_evidence_check", args=[record.pk]) in page


def test_e3_a_later_upload_of_the_session_is_not_taken_for_the_one_behind_the_record(as_supervisor: Client):
    learner = LearnerFactory()
    session = scheduled_session()
    record_of(learner, session)
    behind = EvidenceUploadFactory(session=session)
    EvidenceUploadFactory(
        session=session, key="sha256/cd/other.pdf", sha256="cd" * 32, uploaded_at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    EvidenceUploadFactory(session=scheduled_session(), uploaded_at=datetime(2026, 6, 1, tzinfo=UTC))

    assert open_profile(as_supervisor, learner).context["profile"].sheet.upload == behind


def test_the_proof_of_the_worst_item_is_open_and_another_record_can_be_chosen(as_supervisor: Client):
    learner = LearnerFactory()
    passed(learner, asked_of(learner), expiry=TODAY() - timedelta(days=3))
    passed(learner, asked_of(learner), expiry=TODAY() + timedelta(days=300))
    judge(learner, on=TODAY())
    expired, valid = learner.records.order_by("expiry_date")

    assert open_profile(as_supervisor, learner).context["profile"].sheet.record == expired
    chosen = open_profile(as_supervisor, learner, f"?record={valid.pk}")
    assert chosen.context["profile"].sheet.record == valid


@pytest.mark.parametrize(
    "address", ["?record=x", "?record=", "?record=0", "?record=99999999999999999999999", "?record=²"]
)
def test_a_record_that_is_not_the_workers_opens_nothing_else(as_supervisor: Client, address: str):
    learner = LearnerFactory()
    own = TrainingRecordFactory(learner=learner)

    response = open_profile(as_supervisor, learner, address)

    assert response.status_code == 200
    assert response.context["profile"].sheet.record == own


def test_somebody_elses_record_is_not_opened_on_this_profile(as_supervisor: Client):
    learner = LearnerFactory()
    other = TrainingRecordFactory()

    assert open_profile(as_supervisor, learner, f"?record={other.pk}").context["profile"].sheet is None


def test_swapping_the_sheet_equals_reloading_the_page(as_supervisor: Client):
    learner = LearnerFactory()
    record = TrainingRecordFactory(learner=learner)
    TrainingRecordFactory(learner=learner)
    address = f"?record={record.pk}"

    whole = source_of(open_profile(as_supervisor, learner, address))
    part = source_of(open_profile(as_supervisor, learner, address, **{"HX-Request": "true", "HX-Target": "sheet"}))

    assert 'id="sheet"' in part
    assert part in whole


def test_practical_sign_offs_are_listed(as_supervisor: Client):
    learner = LearnerFactory()
    owes_sign_off(learner, asked_of(learner, title="Forklift licence"))

    page = source_of(open_profile(as_supervisor, learner))

    assert "Practical sign-offs" in page
    assert "Forklift licence" in page


# Who it is


def test_l2_a_merged_profile_opens_the_survivor(as_supervisor: Client):
    survivor = LearnerFactory()
    merged = LearnerFactory(merged_into=survivor, status=Learner.Status.INACTIVE)

    response = open_profile(as_supervisor, merged)

    assert response["Location"] == reverse("attendance:worker", args=[survivor.pk])


def test_there_is_a_sentence_for_a_worker_who_does_not_exist(as_supervisor: Client):
    response = as_supervisor.get(reverse("attendance:worker", args=[987654]))

    assert response.status_code == 404
    assert "There is no such worker." in source_of(response)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("<script>alert(1)</script>", "O'Brien"),
        ("محمد", "الحداد"),
        ("明", "王"),
        ("", "Sukarno"),
        ("A" * 100, "B" * 100),
    ],
)
def test_names_in_any_script_are_shown_as_they_are(as_supervisor: Client, first: str, last: str):
    learner = LearnerFactory(first_name=first, last_name=last)

    page = open_profile(as_supervisor, learner)

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;" in page.content.decode() or first in page.content.decode()


def test_a_new_worker_has_an_empty_profile_without_error(as_supervisor: Client):
    page = source_of(open_profile(as_supervisor, LearnerFactory()))

    assert "role and areas require no course" in page
    assert "No training has been recorded yet." in page
    assert "No signed sheet yet" in page


@pytest.mark.parametrize("size", [1, 3])
def test_the_profile_costs_the_same_queries_however_many_rows(as_supervisor: Client, size: int):
    learner = LearnerFactory()
    for _number in range(size):
        session = scheduled_session(attendance_file_key=KEY, attendance_file_hash=HASH)
        EvidenceUploadFactory(session=session)
        SessionAttendeeFactory(session=session, learner=learner, present=True)
        record_of(learner, session)
        passed(learner, asked_of(learner), expiry=TODAY() - timedelta(days=3))
        asked_of(learner)
        owes_sign_off(learner, asked_of(learner))
        LearnerAreaFactory(learner=learner)
    judge(learner, on=TODAY())
    record = learner.records.get(session=session)

    with CaptureQueriesContext(connection) as queries:
        open_profile(as_supervisor, learner, f"?record={record.pk}")

    assert len(queries) == 24
