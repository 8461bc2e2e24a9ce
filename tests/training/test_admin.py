"""Admin of the library and of logins."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.admin_forms import filled_in, messages_of, new_row, one_query_per_choice
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from training.core.trail import Change
from training.models import Company, CourseVersion, Trainer, TrainerQualification
from training.services import names

pytestmark = pytest.mark.django_db

VERSION = "admin:training_courseversion"
SYLLABUS = {
    "title": "First aid",
    "duration_minutes": 90,
    "validity_months": 24,
    "minimum_score": 80,
    "delivery_method": "PRACTICAL",
    "provider_type": "INTERNAL",
}


def draft(**fields: Any) -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(status="DRAFT", **fields)
    return version


def test_a_company_is_added_with_who_did_it(as_superuser: Client, superuser: User):
    as_superuser.post(reverse("admin:training_company_add"), {"name": "Åse & Søn", "is_active": "on"})

    company = Company.objects.get()
    assert (company.name, company.class_code_prefix, company.created_by) == ("Åse & Søn", "ASE", superuser)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Taken"}, "Company with this Name already exists."),
        ({"name": "  "}, "This field is required."),
        ({"name": "New\0"}, "Null characters are not allowed."),
        ({"name": "n" * 151}, "at most 150 characters"),
        ({"name": "New", "code": "1"}, "at least 2 characters"),
        ({"name": "New", "class_code_prefix": "a1"}, "Enter exactly three letters A–Z."),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_saved(as_superuser: Client, typed: dict[str, str], sentence: str):
    CompanyFactory(name="Taken")

    response = as_superuser.post(reverse("admin:training_company_add"), typed)

    assert response.status_code == 200
    assert sentence in messages_of(response)
    assert Company.objects.count() == 1


def test_saving_what_did_not_change_leaves_no_event(as_superuser: Client):
    venue = VenueFactory()
    address = reverse("admin:training_venue_change", args=[venue.pk])

    as_superuser.post(address, filled_in(as_superuser, address))

    assert venue.pgh_event_model.objects.filter(pgh_obj_id=venue.pk, pgh_label="update").count() == 0


def test_what_the_database_alone_refuses_is_a_sentence_too(as_superuser: Client, monkeypatch: pytest.MonkeyPatch):
    """Two people save the same name at the same moment: neither form has seen the other's."""
    CompanyFactory(name="Taken")
    monkeypatch.setattr(Company, "validate_unique", lambda self, exclude=None: None)
    monkeypatch.setattr(names, "things_named", lambda others, typed: {})
    monkeypatch.setattr(names, "near_things", lambda others, typed: {})
    monkeypatch.setattr(Company, "validate_constraints", lambda self, exclude=None: None)

    response = as_superuser.post(reverse("admin:training_company_add"), {"name": "Taken", "code": "TK"})

    assert response.status_code == 200
    assert messages_of(response) == "Company with this Name already exists."
    assert response.context["adminform"].form["code"].value() == "TK"
    assert Company.objects.count() == 1


def test_a_trainer_is_kept_with_qualifications(as_superuser: Client, superuser: User):
    course = CourseFactory()
    trainer = TrainerFactory()
    address = reverse("admin:training_trainer_change", args=[trainer.pk])
    row = new_row("qualifications", 0, course=course.pk, certificate_number="C-1", valid_until="2027-01-31")

    assert as_superuser.post(address, filled_in(as_superuser, address, **row)).status_code == 302

    held = TrainerQualification.objects.get()
    assert (held.trainer, held.course, held.valid_until) == (trainer, course, date(2027, 1, 31))
    assert held.created_by == superuser


def test_the_course_of_a_qualification_is_chosen_once(as_superuser: Client):
    held = TrainerQualificationFactory()
    address = reverse("admin:training_trainer_change", args=[held.trainer.pk])
    typed = {"qualifications-0-course": CourseFactory().pk, "qualifications-0-certificate_number": "C-2"}

    as_superuser.post(address, filled_in(as_superuser, address, **typed))

    now = TrainerQualification.objects.get()
    assert (now.course, now.certificate_number) == (held.course, "C-2")


def test_a_qualification_that_ends_before_it_begins_is_refused_with_nothing_saved(as_superuser: Client):
    trainer = TrainerFactory(first_name="Pierre")
    address = reverse("admin:training_trainer_change", args=[trainer.pk])
    row = new_row("qualifications", 0, course=CourseFactory().pk, valid_from="2026-02-01", valid_until="2026-01-31")

    response = as_superuser.post(address, filled_in(as_superuser, address, first_name="Paul", **row))

    assert "A qualification cannot end before it begins." in response.content.decode()
    trainer.refresh_from_db()
    assert trainer.first_name == "Pierre"
    assert not TrainerQualification.objects.exists()


def test_fields_of_other_pages_suggest_only_what_is_in_use(as_superuser: Client):
    TrainerFactory(last_name="Moreau", is_active=False)
    TrainerFactory(last_name="Moreno")
    of = {"app_label": "training", "model_name": "session", "field_name": "trainer", "term": "mor"}

    suggested = as_superuser.get(reverse("admin:autocomplete"), of).json()["results"]

    assert [each["text"] for each in suggested] == ["Pierre Moreno"]
    listed = as_superuser.get(reverse("admin:training_trainer_changelist"), {"q": "mor"}).context["cl"]
    assert listed.result_count == 2


# Versions of courses


def test_a_version_is_added_with_prerequisites_and_the_next_number(as_superuser: Client):
    before, first_aid = CourseVersionFactory(), CourseFactory()
    address = reverse(f"{VERSION}_add")
    row = new_row("prerequisite_links", 0, course=first_aid.pk)

    with one_query_per_choice():
        as_superuser.post(address, filled_in(as_superuser, address, course=before.course_id, **SYLLABUS, **row))

    version = before.course.versions.get(number=2)
    assert (version.title, version.status, version.validity_months) == ("First aid", "DRAFT", 24)
    assert list(version.prerequisites.all()) == [first_aid]


def test_a_draft_is_edited_with_its_prerequisites(as_superuser: Client, superuser: User):
    version, first_aid = draft(), CourseFactory()
    address = reverse(f"{VERSION}_change", args=[version.pk])
    row = new_row("prerequisite_links", 0, course=first_aid.pk)

    as_superuser.post(address, filled_in(as_superuser, address, validity_months=36, **row))
    version.refresh_from_db()
    assert (version.validity_months, version.updated_by) == (36, superuser)
    assert list(version.prerequisites.all()) == [first_aid]

    as_superuser.post(address, filled_in(as_superuser, address, **{"prerequisite_links-0-DELETE": "on"}))
    assert not version.prerequisites.exists()


def test_s12_what_was_published_is_not_edited(as_superuser: Client):
    version = CourseVersionFactory(validity_months=12)
    address = reverse(f"{VERSION}_change", args=[version.pk])

    assert as_superuser.get(address).status_code == 200
    assert as_superuser.post(address, {**SYLLABUS, "validity_months": 99}).status_code == 403

    version.refresh_from_db()
    assert version.validity_months == 12


def test_a_draft_that_was_published_meanwhile_is_refused_in_words(
    as_superuser: Client, monkeypatch: pytest.MonkeyPatch
):
    version = CourseVersionFactory(validity_months=12)
    monkeypatch.setattr("training.admin.courses._is_draft", lambda version: True)
    address = reverse(f"{VERSION}_change", args=[version.pk])
    monkeypatch.setattr("training.admin.courses.CourseVersionAdmin.has_change_permission", lambda *args: True)

    response = as_superuser.post(address, filled_in(as_superuser, address, validity_months=36))

    assert messages_of(response) == "This version was published, so it stays. Make a new version."
    assert response.context["adminform"].form["validity_months"].value() == "36"
    version.refresh_from_db()
    assert version.validity_months == 12


def test_publishing_asks_first_and_archives_the_one_before(as_superuser: Client):
    before = CourseVersionFactory()
    version = draft(course=before.course, number=2)
    address = reverse(f"{VERSION}_publish", args=[version.pk])
    page = as_superuser.get(reverse(f"{VERSION}_change", args=[version.pk])).content.decode()
    assert address in page

    assert as_superuser.get(address).status_code == 200
    assert before.course.versions.get(number=1).status == "PUBLISHED"

    assert as_superuser.post(address).status_code == 302
    assert dict(before.course.versions.values_list("number", "status")) == {1: "ARCHIVED", 2: "PUBLISHED"}


def test_publishing_twice_is_refused_in_words(as_superuser: Client):
    version = CourseVersionFactory()

    response = as_superuser.post(reverse(f"{VERSION}_publish", args=[version.pk]))

    assert response.status_code == 409
    assert "This version was published before. Make a new version." in response.content.decode()


def test_archiving_and_deleting_a_draft(as_superuser: Client):
    version = CourseVersionFactory()
    unpublished = draft(course=version.course, number=2)

    as_superuser.post(reverse(f"{VERSION}_archive", args=[version.pk]))
    as_superuser.post(reverse(f"{VERSION}_remove", args=[unpublished.pk]))

    assert dict(version.course.versions.values_list("number", "status")) == {1: "ARCHIVED"}


def test_a_published_version_is_not_deleted(as_superuser: Client):
    version = CourseVersionFactory()

    response = as_superuser.post(reverse(f"{VERSION}_remove", args=[version.pk]))

    assert response.status_code == 409
    assert CourseVersion.objects.filter(pk=version.pk).exists()


# History


def test_history_tells_what_came_through_any_door(as_superuser: Client, superuser: User):
    trainer = TrainerFactory(phone="1")
    Trainer.objects.filter(pk=trainer.pk).update(phone="2")
    address = reverse("admin:training_trainer_change", args=[trainer.pk])
    as_superuser.post(address, filled_in(as_superuser, address, phone="3"))

    page = as_superuser.get(reverse("admin:training_trainer_history", args=[trainer.pk]))

    newest, before = page.context["trail"].entries[:2]
    assert (newest.who, newest.door, newest.changes) == (
        superuser.get_full_name(),
        "Admin",
        [Change("Phone", "2", "3")],
    )
    assert (before.who, before.door, before.changes) == ("System", "database", [Change("Phone", "1", "2")])


def test_the_events_of_a_table_still_know_what_was_deleted(as_superuser: Client, superuser: User):
    held = TrainerQualificationFactory()
    address = reverse("admin:training_trainer_change", args=[held.trainer.pk])
    as_superuser.post(address, filled_in(as_superuser, address, **{"qualifications-0-DELETE": "on"}))

    events = reverse("admin:training_trainerqualificationevent_changelist")
    assert events in as_superuser.get(reverse("admin:training_trainerqualification_changelist")).content.decode()
    found = as_superuser.get(events, {"q": held.pk}).context["cl"].result_list
    told = [(event.pgh_label, event.acting_name) for event in found]
    assert told == [("delete", superuser.username), ("insert", None)]


# Logins


def test_n3_logins_are_changed_on_the_page_of_users_only(as_superuser: Client, superuser: User):
    """Admin shows them. What is changed elsewhere is changed in one way: tests/config/test_users.py."""
    address = reverse("admin:auth_user_change", args=[superuser.pk])

    assert as_superuser.get(address).status_code == 200
    assert as_superuser.post(address, {"username": "other"}).status_code == 403
    assert as_superuser.get(reverse("admin:auth_user_add")).status_code == 403


def test_a_booked_trainer_stays_when_made_inactive(as_superuser: Client):
    trainer = TrainerFactory()
    session = scheduled_session(trainer=trainer)
    address = reverse("admin:training_trainer_change", args=[trainer.pk])
    typed = filled_in(as_superuser, address)
    del typed["is_active"]

    as_superuser.post(address, typed)

    trainer.refresh_from_db()
    session.refresh_from_db()
    assert not trainer.is_active
    assert session.trainer == trainer
