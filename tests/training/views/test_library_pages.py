"""The pages of the library: lists, forms that keep what was typed, questions that say what will happen."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    TrainingClassFactory,
    VenueFactory,
    scheduled_session,
)
from tests.html import fragment, group
from training.models import Company, Course, CourseVersion, Session, Trainer, TrainerQualification, Venue

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SYLLABUS = {
    "title": "Working at height",
    "category": "Height",
    "duration_minutes": 240,
    "validity_months": 24,
    "minimum_score": 80,
    "delivery_method": "PRACTICAL",
    "provider_type": "INTERNAL",
}


def url(name: str, *args: int) -> str:
    return reverse(f"training:{name}", args=args)


def draft(**fields: Any) -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(status="DRAFT", **fields)
    return version


def coming(**fields: Any) -> Session:
    return scheduled_session(start_time=timezone.now() + timedelta(days=3), **fields)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# The way in


def test_every_page_leads_to_the_library_and_the_library_to_its_sections(as_auditor: Client):
    CourseFactory()
    assert f'href="{url("library")}"' in as_auditor.get("/").content.decode()
    page = as_auditor.get(url("library")).content.decode()
    for section in ("courses", "trainers", "venues", "companies"):
        assert f'href="{url(section)}"' in page
    assert "<b>1</b> in use" in page


@pytest.mark.parametrize("section", ["courses", "trainers", "venues", "companies"])
def test_the_navigation_marks_where_one_is(as_auditor: Client, section: str):
    page = as_auditor.get(url(section)).content.decode()
    assert f'<a href="{url(section)}" aria-current="page">' in page


# Lists


def test_no_page_reads_row_by_row(as_supervisor: Client):
    """Every request fails where a loop fetches related rows; numbers of queries stand with the selectors."""
    trainer, venue, course = TrainerFactory(company=CompanyFactory()), VenueFactory(), CourseFactory()
    for number in range(3):
        version = CourseVersionFactory(course=course, number=number + 1, status="ARCHIVED")
        version.prerequisite_links.create(course=CourseFactory())
        start = timezone.now() + timedelta(days=number + 1)
        scheduled_session(course_version=version, trainer=trainer, venue=venue, start_time=start)
        TrainerQualificationFactory(trainer__company=trainer.company)
        TrainingClassFactory(client=trainer.company)
        TrainerQualificationFactory(trainer=trainer)
        VenueFactory()
    for name in ("courses", "trainers", "venues", "companies"):
        assert as_supervisor.get(url(name)).status_code == 200
    for name, thing in (("course", course), ("trainer", trainer), ("venue", venue), ("company", trainer.company)):
        assert as_supervisor.get(url(name, thing.pk)).status_code == 200


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("courses", "q=aa-001", ["AA-001"]),
        ("courses", "show=deleted", ["AA-009"]),
        ("courses", "show=nonsense", ["AA-001", "AA-002"]),
        ("courses", "page=99", ["AA-001", "AA-002"]),
    ],
)
def test_the_list_of_courses_is_narrowed(as_supervisor: Client, name: str, query: str, found: list[str]):
    for code in ("AA-001", "AA-002"):
        CourseVersionFactory(course__code=code)
    CourseVersionFactory(course__code="AA-009", course__deleted_at=timezone.now())
    lines = as_supervisor.get(f"{url(name)}?{query}").context["lines"]
    assert [line.course.code for line in lines] == found


def test_inactive_ones_are_behind_their_entry_of_the_strip(as_supervisor: Client):
    VenueFactory(name="Room B")
    VenueFactory(name="Old hall", is_active=False)
    assert [str(each) for each in as_supervisor.get(url("venues")).context["lines"]] == ["Room B"]
    response = as_supervisor.get(url("venues"), {"show": "inactive", "q": "hall"})
    assert [str(each) for each in response.context["lines"]] == ["Old hall"]
    assert [count for _entry, count in response.context["counts"]] == [0, 1, 1]


def test_a_search_that_finds_nothing_offers_the_way_back(as_supervisor: Client):
    page = as_supervisor.get(url("companies"), {"q": "zzz"}).content.decode()
    assert "Nothing matches." in page
    assert f'href="{url("companies")}?show=all"' in page


def test_swapping_a_list_equals_reloading_it(as_supervisor: Client):
    CourseVersionFactory()
    page = as_supervisor.get(url("courses"), {"q": "a"}).content.decode()
    part = as_supervisor.get(url("courses"), {"q": "a"}, headers={**HTMX, "HX-Target": "courses"}).content.decode()
    assert "<html" not in part
    for element in ("courses", "courses-counts"):
        assert fragment(part, element) == fragment(page, element)


# Courses and versions


def test_a_course_is_made_published_and_revised(as_supervisor: Client):
    first = CourseVersionFactory(course__code="AA-001").course
    typed = {**SYLLABUS, "code": "wah-001", "prerequisites": [first.pk]}
    response = as_supervisor.post(url("course_new"), typed)
    version = CourseVersion.objects.get(course__code="WAH-001")
    assert response["Location"] == url("course", version.course_id)
    assert (version.status, list(version.prerequisites.all())) == ("DRAFT", [first])

    page = as_supervisor.get(url("version_publish", version.pk)).content.decode()
    assert "The course can be booked from now on." in page
    as_supervisor.post(url("version_publish", version.pk))
    version.refresh_from_db()
    assert version.status == "PUBLISHED"

    form = as_supervisor.get(url("course_version_new", version.course_id)).context["form"]
    assert (form["title"].value(), form["prerequisites"].value()) == ("Working at height", [first.pk])
    assert form.fields["prerequisites"].choices[0][0] == first.pk
    as_supervisor.post(url("course_version_new", version.course_id), {**SYLLABUS, "validity_months": 12})
    newer = version.course.versions.get(number=2)
    assert (newer.validity_months, newer.prerequisites.count()) == (12, 0)
    as_supervisor.post(url("version_edit", newer.pk), {**SYLLABUS, "validity_months": 6, "change_log": "New law"})
    newer.refresh_from_db()
    assert (newer.validity_months, newer.change_log) == (6, "New law")


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("code", "HSE-1", "Use two to four letters, a dash and three digits."),
        ("code", "TOOLONG-1", "Ensure this value has at most 8 characters (it has 9)."),
        ("code", "TAKE-001", "Course with this Code already exists."),
        ("title", "ab", "Ensure this value has at least 3 characters (it has 2)."),
        ("duration_minutes", "14", "Ensure this value is greater than or equal to 15."),
        ("validity_months", "121", "Ensure this value is less than or equal to 120."),
        ("prerequisites", "0", "Select a valid choice. 0 is not one of the available choices."),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field_and_stays(
    as_supervisor: Client, field: str, text: str, sentence: str
):
    CourseFactory(code="TAKE-001")
    response = as_supervisor.post(url("course_new"), {**SYLLABUS, "code": "WAH-001", field: text}, headers=HTMX)
    form = response.context["form"]
    assert response.status_code == 422
    assert sentence in form.errors[field]
    assert form["category"].value() == "Height"
    assert b"<html" not in response.content
    assert Course.objects.count() == 1


def test_a_circle_of_prerequisites_is_told_at_the_field(as_supervisor: Client):
    version = draft(course__code="AA-001")
    other = CourseVersionFactory(course__code="AA-002")
    other.prerequisite_links.create(course=version.course)
    response = as_supervisor.post(url("version_edit", version.pk), {**SYLLABUS, "prerequisites": [other.course_id]})
    assert response.status_code == 422
    assert "AA-002 → AA-001" in response.context["form"].errors["prerequisites"][0]


def test_s12_only_what_was_read_is_published(as_supervisor: Client, as_superuser: Client):
    version = draft(title="Working at height")
    asked = as_supervisor.get(url("version_publish", version.pk)).content.decode()
    seen = {"loaded": group(r'name="loaded" value="([^"]+)"', asked)}
    as_superuser.post(url("version_edit", version.pk), {**SYLLABUS, "title": "Working at any height"})

    refused = as_supervisor.post(url("version_publish", version.pk), seen, headers=HTMX)
    version.refresh_from_db()
    assert (refused.status_code, version.status) == (409, "DRAFT")
    assert "changed this on" in refused.content.decode()

    asked = as_supervisor.get(url("version_publish", version.pk)).content.decode()
    as_supervisor.post(url("version_publish", version.pk), {"loaded": group(r'name="loaded" value="([^"]+)"', asked)})
    version.refresh_from_db()
    assert (version.status, version.title) == ("PUBLISHED", "Working at any height")


def test_s12_publishing_says_what_changes_and_what_stays(as_supervisor: Client):
    old = CourseVersionFactory(validity_months=12)
    new = draft(course=old.course, number=2, validity_months=36)
    coming(course_version=old, course=old.course)
    dialog = as_supervisor.get(url("version_publish", new.pk), headers=HTMX).content.decode()
    assert "<dialog" in dialog
    for words in (
        "<s>12 months</s>",
        "<b>36 months</b>",
        "Version 1 is archived; 1 session already scheduled keeps it.",
        "Expiry dates of records that exist never change.",
    ):
        assert words in dialog
    answer = as_supervisor.post(url("version_publish", new.pk), headers=HTMX)
    assert answer["HX-Redirect"] == url("course", old.course_id)
    assert dict(old.course.versions.values_list("number", "status")) == {1: "ARCHIVED", 2: "PUBLISHED"}


def test_steps_that_a_version_has_behind_it_are_refused(as_supervisor: Client):
    published, unpublished = CourseVersionFactory(), draft()
    for name, version in (
        ("version_edit", published),
        ("version_publish", published),
        ("version_delete", published),
        ("version_archive", unpublished),
    ):
        for method in (as_supervisor.get, as_supervisor.post):
            assert method(url(name, version.pk)).status_code == 409


def test_archiving_and_deleting_ask_first(as_supervisor: Client):
    published = CourseVersionFactory()
    coming(course_version=published, course=published.course)
    waiting = draft(course=published.course, number=2)
    assert (
        b"1 session already scheduled keeps this version."
        in as_supervisor.get(url("version_archive", published.pk)).content
    )
    as_supervisor.post(url("version_archive", published.pk))
    as_supervisor.post(url("version_delete", waiting.pk))
    assert dict(published.course.versions.values_list("number", "status")) == {1: "ARCHIVED"}


def test_a_deleted_course_is_shown_without_steps(as_supervisor: Client):
    version = draft(course__deleted_at=timezone.now())
    page = as_supervisor.get(url("course", version.course_id)).content.decode()
    assert "This course was deleted on" in page
    assert url("version_publish", version.pk) not in page
    assert as_supervisor.get(url("course_version_new", version.course_id)).status_code == 404
    assert as_supervisor.get(url("version_edit", version.pk)).status_code == 404


# Trainers


def test_a_trainer_is_added_with_what_may_be_taught(as_supervisor: Client):
    course = CourseVersionFactory().course
    response = as_supervisor.post(url("trainer_new"), {"first_name": "John", "last_name": "Smith", "kind": "INTERNAL"})
    trainer = Trainer.objects.get()
    assert response["Location"] == url("trainer", trainer.pk)
    typed = {"course": course.pk, "certificate_number": "C-1", "valid_until": "2030-01-31"}
    as_supervisor.post(url("trainer_qualification_new", trainer.pk), typed)
    held = TrainerQualification.objects.get()
    assert (held.trainer, held.course, held.certificate_number) == (trainer, course, "C-1")
    form = as_supervisor.get(url("trainer_qualification_new", trainer.pk)).context["form"]
    assert [key for key, _label in form.fields["course"].choices] == [""]


def test_an_external_trainer_without_company_is_told_so_at_the_company(as_supervisor: Client):
    gone = CompanyFactory(name="Gone", is_active=False)
    typed = {"first_name": "John", "last_name": "Smith", "kind": "EXTERNAL"}
    response = as_supervisor.post(url("trainer_new"), typed)
    assert response.status_code == 422
    assert response.context["form"].errors == {"company": ["An external trainer needs a company."]}
    assert as_supervisor.post(url("trainer_new"), {**typed, "company": gone.pk}).status_code == 422
    assert not Trainer.objects.exists()


def test_the_days_of_a_qualification_are_told_at_the_field(as_supervisor: Client):
    held = TrainerQualificationFactory()
    typed = {"valid_from": "2026-02-01", "valid_until": "2026-01-31"}
    response = as_supervisor.post(url("qualification_edit", held.pk), typed)
    assert response.status_code == 422
    assert response.context["form"].errors == {"valid_until": ["A qualification cannot end before it begins."]}
    response = as_supervisor.post(url("qualification_edit", held.pk), {"valid_until": "0206-01-31"})
    assert response.context["form"].errors == {"valid_until": ["Check the year."]}


def test_removing_a_qualification_names_the_sessions_that_rely_on_it(as_supervisor: Client):
    session = coming()
    assert session.trainer is not None
    held = session.trainer.qualifications.get()
    page = as_supervisor.get(url("qualification_remove", held.pk)).content.decode()
    assert session.reference in page
    response = as_supervisor.post(url("qualification_remove", held.pk))
    assert session.reference in said(response)[1]
    page = as_supervisor.get(url("trainer", session.trainer.pk)).content.decode()
    assert "is booked for 1 coming session without being qualified on its day" in page


def test_shortening_a_qualification_names_the_sessions_beyond_it(as_supervisor: Client):
    session = coming()
    assert session.trainer is not None
    held = session.trainer.qualifications.get()
    today = timezone.localdate().isoformat()
    response = as_supervisor.post(url("qualification_edit", held.pk), {"valid_until": today})
    assert session.reference in said(response)[1]


def test_a_trainer_out_of_use_is_told_what_stays_booked_and_comes_back(as_supervisor: Client):
    session = coming()
    assert session.trainer is not None
    response = as_supervisor.post(url("trainer_deactivate", session.trainer.pk))
    assert session.reference in said(response)[1]
    session.trainer.refresh_from_db()
    assert not session.trainer.is_active
    as_supervisor.post(url("trainer_activate", session.trainer.pk))
    session.trainer.refresh_from_db()
    assert session.trainer.is_active


def test_a_trainer_keeps_a_company_and_a_login_that_are_no_longer_offered(as_supervisor: Client, trainer: Trainer):
    Trainer.objects.filter(pk=trainer.pk).update(company=CompanyFactory(is_active=False), kind="EXTERNAL")
    User.objects.filter(trainer=trainer).update(is_active=False)
    form = as_supervisor.get(url("trainer_edit", trainer.pk)).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    assert as_supervisor.post(url("trainer_edit", trainer.pk), {**typed, "phone": "1"}).status_code == 302
    trainer.refresh_from_db()
    assert (trainer.phone, trainer.company_id, trainer.user_id) == ("1", typed["company"], typed["user"])


# Venues and companies


def test_a_venue_is_added_changed_and_taken_out_of_use(as_supervisor: Client):
    as_supervisor.post(url("venue_new"), {"name": "Room B", "capacity": 12, "location": "North gate"})
    venue = Venue.objects.get()
    wrong = as_supervisor.post(url("venue_edit", venue.pk), {"name": "Room C", "capacity": 501})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["capacity"])
    assert "Edit Room B" in wrong.content.decode()
    assert wrong.context["form"]["name"].value() == "Room C"
    as_supervisor.post(url("venue_edit", venue.pk), {"name": "Room C", "capacity": 25})
    as_supervisor.post(url("venue_deactivate", venue.pk))
    venue.refresh_from_db()
    assert (venue.name, venue.capacity, venue.is_active) == ("Room C", 25, False)
    as_supervisor.post(url("venue_activate", venue.pk))
    assert Venue.objects.get().is_active


def test_a_company_is_added_changed_and_taken_out_of_use(as_supervisor: Client):
    as_supervisor.post(url("company_new"), {"name": "Åse & Søn"})
    company = Company.objects.get()
    assert company.class_code_prefix == "ASE"
    CompanyFactory(name="Taken")
    wrong = as_supervisor.post(
        url("company_edit", company.pk), {"name": "Taken", "code": "x", "class_code_prefix": "K1"}
    )
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"name", "code", "class_code_prefix"}
    as_supervisor.post(url("company_edit", company.pk), {"name": "Kestrel", "class_code_prefix": "KES"})
    as_supervisor.post(url("company_deactivate", company.pk))
    company.refresh_from_db()
    assert (company.name, company.class_code_prefix, company.is_active) == ("Kestrel", "KES", False)
    as_supervisor.post(url("company_activate", company.pk))
    company.refresh_from_db()
    assert company.is_active


# Everybody


def test_an_auditor_reads_the_same_pages_without_buttons(as_auditor: Client):
    session, company = coming(), CompanyFactory()
    assert session.trainer is not None
    assert session.venue is not None
    draft(course=session.course, number=2)
    for name, key in (
        ("course", session.course_id),
        ("trainer", session.trainer.pk),
        ("venue", session.venue.pk),
        ("company", company.pk),
        ("courses", None),
    ):
        page = as_auditor.get(url(name, *([key] if key else [])))
        assert page.status_code == 200
        main = page.content.decode().split("<main")[1]
        for step in ("/new/", "/edit/", "/publish/", "/archive/", "/delete/", "/remove/", "activate/"):
            assert step not in main, f"{name} offers {step}"


def test_pages_tell_who_changed_what(as_supervisor: Client, supervisor: User):
    version, trainer, venue, company = CourseVersionFactory(), TrainerFactory(), VenueFactory(), CompanyFactory()
    as_supervisor.post(url("version_archive", version.pk))
    held = TrainerQualificationFactory(trainer=trainer)
    as_supervisor.post(url("qualification_remove", held.pk))
    as_supervisor.post(url("venue_deactivate", venue.pk))
    as_supervisor.post(url("company_deactivate", company.pk))
    for name, thing, title in (
        ("course", version.course, "Course version 1 changed"),
        ("trainer", trainer, f"Qualification {held.course} removed"),
        ("venue", venue, "Venue changed"),
        ("company", company, "Company changed"),
    ):
        assert url(f"{name}_trail", thing.pk) in as_supervisor.get(url(name, thing.pk)).content.decode()
        entry = as_supervisor.get(url(f"{name}_trail", thing.pk)).context["trail"].entries[0]
        assert (entry.title, entry.who, entry.door) == (title, supervisor.get_full_name(), "page")
        part = as_supervisor.get(url(f"{name}_trail", thing.pk), headers=HTMX).content
        assert b"<html" not in part
