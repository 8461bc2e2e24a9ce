"""Pages of roles, areas and what they ask for: lists, forms, previews before a change is saved, refusals in words."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learners.models import Area, AreaRequirement, Learner, Role, RoleRequirement
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CourseFactory, CourseVersionFactory
from tests.html import TURNS, fragment, group, text_of, texts

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}


def url(name: str, *args: int) -> str:
    return reverse(f"learners:{name}", args=args)


def seen(answer: Any) -> str:
    return group(r'name="seen" value="(\w+)"', answer.content.decode())


def asks(course_id: int, **others: Any) -> dict[str, Any]:
    """Return a typed requirement before site access."""
    facts = {"course": course_id, "requirement_type": "PRE_MOB", "grace_period_days": ""}
    return {**facts, "starts_on": timezone.localdate().isoformat(), **others}


def worker(**facts: Any) -> Learner:
    learner: Learner = LearnerFactory(**facts)
    judge(learner, on=timezone.localdate())
    return learner


# Roles


def test_roles_are_listed_with_those_who_have_them(as_auditor: Client) -> None:
    rigger, cook = RoleFactory(title="Rigger", code="RIG-1"), RoleFactory(title="Cook", code="COOK")
    LearnerFactory.create_batch(2, role=rigger)
    LearnerFactory(role=rigger, status="INACTIVE")
    RoleRequirementFactory(role=rigger)
    page = as_auditor.get(url("roles"))
    assert [(role, role.workers, role.courses) for role in page.context["lines"]] == [(cook, 0, 0), (rigger, 2, 1)]
    assert f'href="/workers/?role={rigger.pk}&amp;person=ACTIVE">2<' in page.content.decode()
    assert "New role" not in text_of(page)
    found = as_auditor.get(url("roles") + "?q=rig", headers={**HX, "HX-Target": "roles"})
    assert list(found.context["lines"]) == [rigger]
    assert fragment(found.content.decode(), "roles") == found_on_page(as_auditor, "roles", "?q=rig")
    assert "No role matches" in text_of(as_auditor.get(url("roles") + "?q=welder"))


def found_on_page(client: Client, name: str, query: str) -> str:
    """Return the part of a whole page that HTMX would have got alone."""
    return fragment(client.get(url(name) + query).content.decode(), name)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_pages_make_the_same_queries_however_many_rows(as_supervisor: Client, count: int) -> None:
    site = AreaFactory()
    role = RoleFactory()
    for _ in range(count):
        RoleRequirementFactory(role=role, course=CourseVersionFactory().course)
        LearnerAreaFactory(area=AreaRequirementFactory(area=AreaFactory(parent=site)).area, learner__role=role)
        AreaRequirementFactory(area=site)
    LearnerFactory.create_batch(count)
    unit = Area.objects.filter(parent=site).first()
    assert unit is not None
    made = []
    for address in (url("roles"), url("role", role.pk), url("areas"), url("area", unit.pk)):
        as_supervisor.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert as_supervisor.get(address).status_code == 200
        made.append(len(queries))
    assert made == [5, 6, 7, 10]


def test_a_role_is_made_and_renamed(as_supervisor: Client) -> None:
    refused = as_supervisor.post(url("role_new"), {"title": "Rigger", "code": "rig"}, headers=HX)
    assert (refused.status_code, "3 to 20 capital letters" in text_of(refused)) == (422, True)
    assert 'value="rig"' in refused.content.decode()
    made = as_supervisor.post(url("role_new"), {"title": "Rigger", "code": "RIG-1", "description": "Lifts."})
    role = Role.objects.get()
    assert made["Location"] == url("role", role.pk)
    as_supervisor.post(url("role_edit", role.pk), {"title": "Crane rigger", "code": "RIG-1"})
    assert Role.objects.get().title == "Crane rigger"
    again = as_supervisor.post(url("role_new"), {"title": "Other", "code": "RIG-1"})
    assert (again.status_code, "already exists" in text_of(again)) == (422, True)


def test_a_role_in_use_says_why_it_cannot_be_deleted_before_and_after_the_click(as_supervisor: Client) -> None:
    learner = LearnerFactory()
    asked = as_supervisor.get(url("role_delete", learner.role_id))
    assert "1 worker has it. Give that worker another role first." in text_of(asked)
    assert "btn danger" not in asked.content.decode()
    refused = as_supervisor.post(url("role_delete", learner.role_id))
    assert (refused.status_code, "1 worker has it" in text_of(refused)) == (409, True)
    attendee = SessionAttendeeFactory(present=True)
    assert attendee.role is not None
    Learner.objects.update(role=learner.role)
    assert "attendance lists name it" in text_of(as_supervisor.get(url("role_delete", attendee.role.pk)))


def test_a_role_of_nobody_is_deleted_after_a_question(as_supervisor: Client) -> None:
    role = RoleFactory()
    asked = as_supervisor.get(url("role_delete", role.pk), headers=HX)
    assert "<dialog" in asked.content.decode()
    assert Role.objects.filter(pk=role.pk).exists()
    assert as_supervisor.post(url("role_delete", role.pk))["Location"] == url("roles")
    assert not Role.objects.filter(pk=role.pk).exists()
    gone = as_supervisor.get(url("role", role.pk))
    assert (gone.status_code, "no such role" in text_of(gone)) == (404, True)


# Requirements


@pytest.mark.parametrize("kind", ["role", "area"])
def test_c6_a_requirement_is_saved_only_after_its_preview(as_supervisor: Client, kind: str) -> None:
    learner = worker()
    area = LearnerAreaFactory(learner=learner).area
    asker = learner.role if kind == "role" else area
    course = CourseVersionFactory(course__code="WAH-001", title="Working at height").course
    address, typed = url(f"{kind}_requirement_new", asker.pk), asks(course.pk)

    for action in ("preview", "save", "all"):  # no button saves what was never shown
        preview = as_supervisor.post(address, {**typed, "action": action}, headers=HX)
        assert preview.status_code == 200
    shown = text_of(preview)
    assert texts(preview, TURNS)[:3] == ["1 turn red", "0 turn yellow", "0 turn green"]
    assert "Cleared → to Not cleared" in shown
    assert learner.last_name in shown
    assert "WAH-001 Missing" in shown
    assert not RoleRequirement.objects.exists()
    assert not AreaRequirement.objects.exists()

    saved = as_supervisor.post(address, {**typed, "action": "save", "seen": seen(preview)}, headers=HX)
    assert saved["HX-Redirect"] == url(kind, asker.pk)
    learner.refresh_from_db()
    assert learner.compliance_status == "NON_COMPLIANT"
    page = text_of(as_supervisor.get(url(kind, asker.pk)))
    assert "The requirement is saved. Turned red: 1, yellow: 0, green: 0." in page
    assert "Working at height WAH-001 before site access" in page

    row = url(f"{kind}_requirement", asker.pk, course.pk)
    assert as_supervisor.get(row).context["form"].initial["requirement_type"] == "PRE_MOB"
    softer = {"requirement_type": "POST_MOB", "grace_period_days": "7", "starts_on": typed["starts_on"]}
    preview = as_supervisor.post(row, {**softer, "action": "preview"})
    assert texts(preview, TURNS)[:3] == ["0 turn red", "1 turn yellow", "0 turn green"]
    as_supervisor.post(row, {**softer, "action": "save", "seen": seen(preview)})
    learner.refresh_from_db()
    assert learner.compliance_status == "PENDING"

    removal = url(f"{kind}_requirement_remove", asker.pk, course.pk)
    preview = as_supervisor.get(removal)
    assert texts(preview, TURNS)[:3] == ["0 turn red", "0 turn yellow", "1 turn green"]
    assert "WAH-001 no longer required" in text_of(preview)
    as_supervisor.post(removal, {"action": "save", "seen": seen(preview)})
    learner.refresh_from_db()
    assert learner.compliance_status == "COMPLIANT"
    gone = as_supervisor.get(removal)
    assert (gone.status_code, "no longer requires this course" in text_of(gone)) == (404, True)


def test_c6_a_preview_that_is_out_of_date_is_said_and_shown_anew(as_supervisor: Client) -> None:
    learner = worker()
    address, typed = url("role_requirement_new", learner.role_id), asks(CourseFactory().pk)
    preview = as_supervisor.post(address, {**typed, "action": "preview"})
    newcomer = worker(role=learner.role)
    refused = as_supervisor.post(address, {**typed, "action": "save", "seen": seen(preview)}, headers=HX)
    assert refused.status_code == 409
    assert "Nothing is saved. Check the preview again." in text_of(refused)
    assert texts(refused, TURNS)[0] == "2 turn red"
    assert newcomer.last_name in text_of(refused)
    assert not RoleRequirement.objects.exists()
    saved = as_supervisor.post(address, {**typed, "action": "save", "seen": seen(refused)})
    assert saved.status_code == 302


def test_what_was_typed_wrong_is_said_at_its_field_and_stays(as_supervisor: Client) -> None:
    requirement = RoleRequirementFactory()
    address = url("role_requirement_new", requirement.role_id)
    for typed, sentence in (
        (asks(requirement.course_id), "Choose a course that is not required yet."),
        (asks(CourseFactory().pk, requirement_type="POST_MOB"), "Enter the number of days, 1 to 365."),
        (
            asks(CourseFactory().pk, requirement_type="POST_MOB", grace_period_days="366"),
            "A grace period has 1 to 365 days.",
        ),
        (asks(CourseFactory().pk, starts_on="20260-01-01"), "Enter a valid date."),
    ):
        refused = as_supervisor.post(address, {**typed, "action": "preview"}, headers=HX)
        assert (refused.status_code, sentence in text_of(refused)) == (422, True), sentence
        assert f'value="{typed["starts_on"]}"' in refused.content.decode()
    assert RoleRequirement.objects.count() == 1


def test_people_beyond_the_limit_are_shown_on_request(as_supervisor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learners.views.previews.MOST_NAMED", 1)
    role = RoleFactory()
    worker(role=role)
    worker(role=role, status="BLACKLISTED")
    worker(role=role)
    address, typed = url("role_requirement_new", role.pk), asks(CourseFactory().pk)
    preview = as_supervisor.post(address, {**typed, "action": "preview"})
    assert (len(preview.context["step"].outcome.people), "Show 1 more" in text_of(preview)) == (1, True)
    assert "Not active or blocked" in text_of(preview)
    everybody = as_supervisor.post(address, {**typed, "action": "all"})
    assert (len(everybody.context["step"].outcome.people), "Show 1 more" in text_of(everybody)) == (2, False)
    assert seen(everybody) == seen(preview)


# Areas


def test_areas_are_a_tree_and_count_everybody_inside_once(as_auditor: Client) -> None:
    site = AreaFactory(name="Refinery")
    tanks, units = AreaFactory(name="Tanks", parent=site), AreaFactory(name="Units", parent=site)
    jetty = AreaFactory(name="Jetty", parent=tanks)
    both = LearnerAreaFactory(area=jetty).learner
    LearnerAreaFactory(area=units, learner=both)
    LearnerAreaFactory(area=units, learner__status="INACTIVE")
    LearnerAreaFactory(area=site)
    AreaRequirementFactory(area=tanks)
    lines = as_auditor.get(url("areas")).context["lines"]
    assert [(line.area.name, line.depth, line.workers, line.courses) for line in lines] == [
        ("Refinery", 0, 2, 0),
        ("Tanks", 1, 1, 1),
        ("Jetty", 2, 1, 0),
        ("Units", 1, 1, 0),
    ]
    found = as_auditor.get(url("areas") + "?q=jet", headers={**HX, "HX-Target": "areas"})
    assert [line.area.name for line in found.context["lines"]] == ["Refinery", "Tanks", "Jetty"]
    assert fragment(found.content.decode(), "areas") == found_on_page(as_auditor, "areas", "?q=jet")


def test_c1_an_area_shows_what_the_areas_around_it_require_and_which(as_auditor: Client) -> None:
    site = AreaFactory(name="Refinery")
    tanks = AreaFactory(name="Tanks", parent=site)
    jetty = AreaFactory(name="Jetty", parent=tanks)
    for area, code in ((site, "HSE-001"), (tanks, "WAH-001"), (jetty, "CSE-001")):
        AreaRequirementFactory(area=area, course__code=code)
    page = as_auditor.get(url("area", jetty.pk))
    assert [line.course.code for line in page.context["lines"]] == ["CSE-001"]
    inherited = page.context["page"].inherited
    assert [(line.course.code, str(line.requirement.area)) for line in inherited] == [
        ("WAH-001", "Tanks"),
        ("HSE-001", "Refinery"),
    ]
    assert "WAH-001 before site access 1 Jan 2020 Tanks" in text_of(page)
    assert [line.area.name for line in as_auditor.get(url("area", site.pk)).context["page"].inside] == [
        "Tanks",
        "Jetty",
    ]


def test_an_area_is_made_renamed_at_once_and_moved_after_a_preview(as_supervisor: Client) -> None:
    site = AreaFactory(name="Refinery")
    AreaRequirementFactory(area=site)
    assert as_supervisor.get(url("area_new") + f"?parent={site.pk}").context["form"].initial["parent"] == site.pk
    as_supervisor.post(url("area_new"), {"name": "Tanks", "parent": site.pk})
    tanks = Area.objects.get(name="Tanks")
    learner = LearnerAreaFactory(area=tanks).learner
    judge(learner, on=timezone.localdate())
    address = url("area_edit", tanks.pk)
    assert as_supervisor.post(address, {"name": "Tank farm", "parent": site.pk})["Location"] == url("area", tanks.pk)

    preview = as_supervisor.post(address, {"name": "Tank farm", "parent": ""}, headers=HX)
    assert texts(preview, TURNS)[:3] == ["0 turn red", "0 turn yellow", "1 turn green"]
    tanks.refresh_from_db()
    assert (tanks.name, tanks.parent) == ("Tank farm", site)
    moved = {"name": "Tank farm", "parent": "", "action": "save", "seen": seen(preview)}
    assert as_supervisor.post(address, moved, headers=HX)["HX-Redirect"] == url("area", tanks.pk)
    tanks.refresh_from_db()
    learner.refresh_from_db()
    assert (tanks.parent, learner.compliance_status) == (None, "COMPLIANT")


def test_another_name_that_turns_somebody_all_the_same_is_shown_first(as_supervisor: Client) -> None:
    """An answer that has run out counts as red until it is judged anew (C7), and a new name judges it anew."""
    area = AreaFactory(name="Tanks")
    learner = LearnerAreaFactory(area=area).learner
    Learner.objects.filter(pk=learner.pk).update(compliance_holds_until=date(2020, 1, 1))
    address, typed = url("area_edit", area.pk), {"name": "Tank farm", "parent": ""}
    shown = as_supervisor.post(address, typed, headers=HX)
    assert (shown.status_code, texts(shown, TURNS)[2]) == (409, "1 turn green")
    assert Area.objects.get().name == "Tanks"
    saved = as_supervisor.post(address, {**typed, "action": "save", "seen": seen(shown)}, headers=HX)
    assert saved["HX-Redirect"] == url("area", area.pk)
    assert Area.objects.get().name == "Tank farm"


def test_an_area_is_refused_where_it_cannot_lie(as_supervisor: Client) -> None:
    site = AreaFactory(name="Refinery")
    tanks = AreaFactory(name="Tanks", parent=site)
    form = as_supervisor.get(url("area_edit", site.pk)).context["form"]
    assert [pk for pk, _name in form.fields["parent"].choices] == [""]
    refused = as_supervisor.post(url("area_edit", site.pk), {"name": "Refinery", "parent": tanks.pk})
    assert (refused.status_code, "cannot be part of itself" in text_of(refused)) == (422, True)
    twin = as_supervisor.post(url("area_new"), {"name": "Tanks", "parent": site.pk})
    assert (twin.status_code, "There is an area of that name" in text_of(twin)) == (422, True)


def test_an_area_in_use_says_why_it_cannot_be_deleted(as_supervisor: Client) -> None:
    site = AreaFactory(name="Refinery")
    tanks = LearnerAreaFactory(area__name="Tanks", area__parent=site).area
    assert "Tanks is part of it" in text_of(as_supervisor.get(url("area_delete", site.pk)))
    refused = as_supervisor.post(url("area_delete", tanks.pk), headers=HX)
    assert (refused.status_code, "1 worker works there" in text_of(refused)) == (409, True)
    assert Area.objects.count() == 2
