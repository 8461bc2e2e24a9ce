"""Admin of workers, of what is asked of them, and of legal rows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import (
    EvidenceUpload,
    Learner,
    LearnerArea,
    LearnerPeriod,
    Revocation,
    Role,
    TrainingRecord,
)
from learners.selectors.learners import find_by_badge
from learners.services.merging import merge_workers
from tests.admin_forms import filled_in, messages_of, new_row, one_query_per_choice
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RevocationFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory, scheduled_session
from training.core.words import day
from training.models import Course

pytestmark = pytest.mark.django_db

LEARNER = "admin:learners_learner"
ROLE = "admin:learners_role"
AREA = "admin:learners_area"
RECORD = "admin:learners_trainingrecord"


def change(client: Client, name: str, row: Model, **typed: Any) -> Any:
    address = reverse(f"{name}_change", args=[row.pk])
    with one_query_per_choice():
        return client.post(address, filled_in(client, address, **typed))


def status_of(learner: Learner) -> str:
    learner.refresh_from_db()
    return learner.compliance_status


# Workers


def test_c6_a_new_worker_has_an_answer_at_once(as_superuser: Client, superuser: User):
    asked = RoleRequirementFactory()
    address = reverse(f"{LEARNER}_add")
    typed = {
        "badge_id": " 10231 ",
        "first_name": "Nguyễn",
        "last_name": "O'Brien",
        "company": CompanyFactory().pk,
        "role": asked.role.pk,
        "start_date": "2026-01-05",
    }

    as_superuser.post(address, filled_in(as_superuser, address, **typed))

    learner = Learner.objects.get()
    assert (learner.badge_id, learner.name, learner.created_by) == ("10231", "Nguyễn O'Brien", superuser)
    assert (learner.role_assigned_at, learner.compliance_status) == (date(2026, 1, 5), "NON_COMPLIANT")
    assert learner.items.get().course == asked.course


def test_c6_a_new_role_changes_the_answer_at_once(as_superuser: Client):
    learner, asked = LearnerFactory(), RoleRequirementFactory()

    change(as_superuser, LEARNER, learner, role=asked.role.pk)

    assert status_of(learner) == "NON_COMPLIANT"
    assert learner.role_assigned_at > date(2025, 1, 1)


def test_c6_an_area_changes_the_answer_at_once(as_superuser: Client):
    learner, asked = LearnerFactory(), AreaRequirementFactory()
    inside = AreaFactory(parent=asked.area)

    change(as_superuser, LEARNER, learner, **new_row("area_links", 0, area=inside.pk, assigned_at="2026-01-05"))
    assert status_of(learner) == "NON_COMPLIANT"
    assert learner.area_links.get().assigned_at == date(2026, 1, 5)

    change(as_superuser, LEARNER, learner, **{"area_links-0-DELETE": "on"})
    assert status_of(learner) == "COMPLIANT"
    assert not LearnerArea.objects.exists()


def test_l2_a_merge_is_one_link_away_and_in_the_history(as_superuser: Client, superuser: User):
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    page = as_superuser.get(reverse("admin:learners_learner_change", args=[survivor.pk])).content.decode()
    assert reverse("learners:worker_merge", args=[survivor.pk]) in page
    merge_workers(
        duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Lost card", by=superuser, now=timezone.now()
    )
    page = as_superuser.get(reverse("admin:learners_learner_change", args=[duplicate.pk])).content.decode()
    assert reverse("learners:worker_unmerge", args=[duplicate.pk]) in page
    for learner in (survivor, duplicate):
        history = as_superuser.get(reverse("admin:learners_learner_history", args=[learner.pk]))
        assert "Lost card" in history.content.decode()


def test_l3_a_badge_changed_in_admin_still_finds_the_worker(as_superuser: Client):
    learner = LearnerFactory(badge_id="OLD-1")
    change(as_superuser, LEARNER, learner, badge_id="NEW-1")
    assert find_by_badge("OLD-1") == learner


def test_c8_a_change_of_status_has_dated_history(as_superuser: Client):
    learner = LearnerFactory()

    change(as_superuser, LEARNER, learner, status="BLACKLISTED", status_reason="Fight on the site")

    periods = LearnerPeriod.objects.filter(learner=learner).order_by("valid_from")
    assert [period.status for period in periods] == ["ACTIVE", "BLACKLISTED"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"badge_id": "AB-1"}, "This badge belongs to"),
        ({"status": "BLACKLISTED"}, "Say why the status changes."),
        ({"badge_id": "12"}, "at least 3 characters"),
        ({"first_name": "", "last_name": ""}, "Enter a first or a last name; one character is enough."),
        ({"end_date": "2024-12-31"}, "The end date cannot be before the start date."),
        ({"start_date": "31.31.2026"}, "Enter a valid date."),
        ({"company": "999999"}, "Select a valid choice."),
        ({"role": "abc"}, "Select a valid choice."),
        ({"status": "GONE"}, "Select a valid choice."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"first_name": "\0"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_saved(as_superuser: Client, typed: dict[str, str], sentence: str):
    LearnerFactory(badge_id="ab-1")
    learner = LearnerFactory(badge_id="10500")

    response = change(as_superuser, LEARNER, learner, phone="555", **typed)

    assert response.status_code == 200
    assert sentence in messages_of(response)
    assert Learner.objects.get(pk=learner.pk).phone == ""


def test_nobody_supervises_themselves(as_superuser: Client):
    learner = LearnerFactory()

    response = change(as_superuser, LEARNER, learner, supervisor=learner.pk)

    assert "A worker cannot be their own supervisor." in messages_of(response)


def test_what_the_service_refuses_stays_typed_in_every_row(as_superuser: Client):
    """The area is gone by the time the service looks; the name that was typed beside it is still there."""
    learner, area = LearnerFactory(first_name="Oksana"), AreaFactory()
    address = reverse(f"{LEARNER}_change", args=[learner.pk])
    row = new_row("area_links", 0, area=area.pk, assigned_at="")

    response = as_superuser.post(address, filled_in(as_superuser, address, first_name="Oxana", **row))

    assert response.status_code == 200
    assert 'value="Oxana"' in response.content.decode()
    assert Learner.objects.get().first_name == "Oksana"


def test_compliance_is_shown_and_never_typed(as_superuser: Client):
    learner = LearnerFactory()

    change(as_superuser, LEARNER, learner, compliance_status="NON_COMPLIANT", merged_into=LearnerFactory().pk)

    learner.refresh_from_db()
    assert (learner.compliance_status, learner.merged_into) == ("COMPLIANT", None)


@pytest.mark.parametrize("term", ["muller", "MÜLLER jürgen", "jur mull", "10231"])
def test_p2_workers_are_found_without_accents_in_any_order(as_superuser: Client, term: str):
    found = LearnerFactory(first_name="Jürgen", last_name="Müller", badge_id="10231")
    LearnerFactory()

    assert list(as_superuser.get(reverse(f"{LEARNER}_changelist"), {"q": term}).context["cl"].result_list) == [found]
    of = {"app_label": "learners", "model_name": "learner", "field_name": "supervisor", "term": term}
    suggested = as_superuser.get(reverse("admin:autocomplete"), of).json()["results"]
    assert [each["id"] for each in suggested] == [str(found.pk)]


# Roles, areas, courses


@pytest.mark.parametrize("kind", ["role", "area"])
def test_c6_requirements_are_shown_and_changed_where_who_turns_is_shown_first(as_superuser: Client, kind: str):
    asked: Any = RoleRequirementFactory() if kind == "role" else AreaRequirementFactory()
    asker = getattr(asked, kind)
    pages = (
        reverse(f"learners:{kind}_requirement_new", args=[asker.pk]),
        reverse(f"learners:{kind}_requirement", args=[asker.pk, asked.course_id]),
        reverse(f"learners:{kind}_requirement_remove", args=[asker.pk, asked.course_id]),
    )
    row = new_row("requirements", 0, course=CourseFactory().pk, requirement_type="PRE_MOB", starts_on="2020-01-01")

    page = as_superuser.get(reverse(f"admin:learners_{kind}_change", args=[asker.pk])).content.decode()
    change(as_superuser, f"admin:learners_{kind}", asker, **row, **{"requirements-0-DELETE": "on"})

    assert asked.course.code in page
    assert all(f'href="{address}"' in page for address in pages)
    assert "requirements-0" not in page
    assert list(asker.requirements.all()) == [asked]


def test_c6_an_area_is_renamed_here_and_moved_where_who_turns_is_shown_first(as_superuser: Client):
    outer, area = AreaRequirementFactory().area, AreaFactory()
    learner = LearnerAreaFactory(area=area).learner

    address = reverse(f"{AREA}_change", args=[area.pk])
    page = as_superuser.get(address).content.decode()
    as_superuser.post(address, filled_in(as_superuser, address, name="Tank farm", parent=outer.pk))

    assert f'href="{reverse("learners:area_edit", args=[area.pk])}"' in page
    area.refresh_from_db()
    assert (area.name, area.parent) == ("Tank farm", None)
    assert status_of(learner) == "COMPLIANT"


def test_a_role_in_use_is_not_deleted(as_superuser: Client):
    role = LearnerFactory().role

    response = as_superuser.post(reverse(f"{ROLE}_remove", args=[role.pk]))

    assert response.status_code == 409
    assert "1 worker has it" in response.content.decode()
    assert Role.objects.filter(pk=role.pk).exists()


def test_an_unused_role_is_deleted_with_what_it_asks_for(as_superuser: Client):
    role = RoleRequirementFactory().role

    response = as_superuser.post(reverse(f"{ROLE}_remove", args=[role.pk]))

    assert response["Location"] == reverse(f"{ROLE}_changelist")
    assert not Role.objects.filter(pk=role.pk).exists()


def test_an_area_with_workers_or_areas_in_it_is_not_deleted(as_superuser: Client):
    outer = AreaFactory()
    used = LearnerAreaFactory(area=AreaFactory(parent=outer)).area

    for area, reason in ((outer, f"{used} is part of it"), (used, "1 worker works there")):
        response = as_superuser.post(reverse(f"{AREA}_remove", args=[area.pk]))
        assert response.status_code == 409
        assert reason in response.content.decode()


def test_a_course_is_added_and_its_code_never_changes(as_superuser: Client, superuser: User):
    as_superuser.post(reverse("admin:training_course_add"), {"code": "HSE-001"})

    course = Course.objects.get()
    assert (course.code, course.created_by) == ("HSE-001", superuser)
    address = reverse("admin:training_course_change", args=[course.pk])
    assert as_superuser.post(address, {"code": "HSE-002"}).status_code == 403


def test_a_course_code_of_the_wrong_form_is_a_sentence(as_superuser: Client):
    response = as_superuser.post(reverse("admin:training_course_add"), {"code": "hse1"})

    assert "Use two to four letters, a dash and three digits." in messages_of(response)


def test_a_course_that_is_required_or_booked_is_not_deleted(as_superuser: Client):
    required, booked = RoleRequirementFactory().course, scheduled_session().course

    for course, reason in ((required, "it is required by"), (booked, "Cancel that session first.")):
        response = as_superuser.post(reverse("admin:training_course_remove", args=[course.pk]))
        assert response.status_code == 409
        assert reason in response.content.decode()
    assert not Course.objects.filter(deleted_at__isnull=False).exists()


def test_an_unused_course_is_deleted_softly_and_suggested_nowhere(as_superuser: Client):
    course = CourseVersionFactory(course__code="HSE-777").course

    as_superuser.post(reverse("admin:training_course_remove", args=[course.pk]))

    course.refresh_from_db()
    assert course.deleted_at is not None
    of = {"app_label": "training", "model_name": "session", "field_name": "course", "term": "HSE-777"}
    assert as_superuser.get(reverse("admin:autocomplete"), of).json()["results"] == []


# Legal rows


def test_r2_f6_revoking_needs_a_reason_and_compliance_follows_at_once(as_superuser: Client, superuser: User):
    asked = RoleRequirementFactory()
    learner = LearnerFactory(role=asked.role)
    version = CourseVersionFactory(course=asked.course)
    record = TrainingRecordFactory(learner=learner, course_version=version, expiry_date=date(2999, 1, 1))
    address = reverse(f"{RECORD}_revoke", args=[record.pk])
    assert address in as_superuser.get(reverse(f"{RECORD}_change", args=[record.pk])).content.decode()

    for blank in ("", "   "):
        response = as_superuser.post(address, {"reason": blank})
        assert response.status_code == 422
        assert "Enter the reason." in response.content.decode()
    assert not Revocation.objects.exists()

    assert as_superuser.post(address, {"reason": "Wrong person"}).status_code == 302
    revocation = Revocation.objects.get()
    assert (revocation.record, revocation.reason, revocation.revoked_by) == (record, "Wrong person", superuser)
    assert status_of(learner) == "NON_COMPLIANT"


def test_v2_a_sign_off_is_revoked_and_not_twice(as_superuser: Client):
    sign_off = CompetencyRecordFactory()
    address = reverse("admin:learners_competencyrecord_revoke", args=[sign_off.pk])
    change = reverse("admin:learners_competencyrecord_change", args=[sign_off.pk])
    assert address in as_superuser.get(change).content.decode()

    assert as_superuser.post(address, {"reason": "Wrong person"}).status_code == 302
    assert Revocation.objects.get().competency_record == sign_off
    assert address not in as_superuser.get(change).content.decode()
    assert as_superuser.post(address, {"reason": "Again"}).status_code == 409


def test_r2_a_revoked_record_stays_visible_and_is_not_revoked_twice(as_superuser: Client):
    record = RevocationFactory(reason="Wrong person").record
    address = reverse(f"{RECORD}_revoke", args=[record.pk])

    page = as_superuser.get(reverse(f"{RECORD}_change", args=[record.pk])).content.decode()
    assert "Wrong person" in page
    assert address not in page
    response = as_superuser.post(address, {"reason": "Again"})
    assert response.status_code == 409
    assert "This record was revoked already" in response.content.decode()


@pytest.mark.parametrize(
    "make",
    [
        TrainingRecordFactory,
        RevocationFactory,
        lambda: EvidenceUploadFactory(record=TrainingRecordFactory()),
        lambda: LearnerPeriod.objects.get(learner=LearnerFactory()),
    ],
    ids=["record", "revocation", "upload", "period"],
)
def test_legal_rows_are_read_only(as_superuser: Client, make: Any):
    row = make()
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    before = type(row).objects.filter(pk=row.pk).values().get()

    page = as_superuser.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
    assert 'name="_save"' not in page
    assert as_superuser.get(reverse(f"{name}_add")).status_code == 403
    for address in (
        reverse(f"{name}_add"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_delete", args=[row.pk]),
    ):
        assert as_superuser.post(address, {"reason": "forged", "post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_the_page_of_a_record_does_not_grow_with_its_uploads(as_superuser: Client, django_assert_num_queries: Any):
    record = TrainingRecordFactory()
    EvidenceUploadFactory.create_batch(3, record=record)

    page = as_superuser.get(reverse(f"{RECORD}_change", args=[record.pk])).content.decode()

    assert page.count("sheet.pdf") == EvidenceUpload.objects.count() == 3
    assert TrainingRecord.objects.count() == 1


def test_the_list_of_records_says_what_each_is_worth_and_no_icon_reads_as_bad(as_superuser: Client):
    today = timezone.localdate()
    passed, expired = (
        TrainingRecordFactory(expiry_date=None),
        TrainingRecordFactory(completion_date=today - timedelta(days=800), expiry_date=today - timedelta(days=1)),
    )
    failed = TrainingRecordFactory(result="FAILED", expiry_date=None)
    revoked = RevocationFactory().record

    page = as_superuser.get(reverse(f"{RECORD}_changelist"))

    state = page.context["cl"].model_admin.state
    assert [state(record) for record in (passed, expired, failed)] == ["valid", "expired", "not passed"]
    assert state(revoked) == f"revoked on {day(revoked.revocation.revoked_on)}"
    assert state(revoked) in page.text
    assert "icon-no" not in page.text
