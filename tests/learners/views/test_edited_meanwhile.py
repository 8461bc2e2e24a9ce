"""Pages of the library on which two people edit one thing: the slower one overwrites nothing, and loses nothing."""

import html
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import RoleRequirement
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    AssessmentMethodFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
)
from tests.html import group

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SYLLABUS = {
    "category": "Height",
    "duration_minutes": 240,
    "validity_months": 24,
    "minimum_score": 80,
    "delivery_method": "PRACTICAL",
    "provider_type": "INTERNAL",
}


class Edit(NamedTuple):
    """A stored thing, the page that edits it, the field on which two people differ, and what else is typed."""

    thing: Any
    page: str
    field: str
    others: dict[str, Any]
    values: tuple[Any, Any] = ("Of the first one", "Of the second one")


def page(name: str, *args: int) -> str:
    return reverse(name, args=args)


def role() -> Edit:
    thing = RoleFactory(code="RIG-1")
    return Edit(thing, page("learners:role_edit", thing.pk), "title", {"code": "RIG-1"})


def area() -> Edit:
    thing = AreaFactory()
    return Edit(thing, page("learners:area_edit", thing.pk), "name", {})


def role_requirement() -> Edit:
    thing = RoleRequirementFactory(requirement_type="POST_MOB", grace_period_days=7)
    others = {"requirement_type": "POST_MOB", "starts_on": thing.starts_on.isoformat()}
    address = page("learners:role_requirement", thing.role_id, thing.course_id)
    return Edit(thing, address, "grace_period_days", others, (30, 60))


def area_requirement() -> Edit:
    thing = AreaRequirementFactory(requirement_type="POST_MOB", grace_period_days=7)
    others = {"requirement_type": "POST_MOB", "starts_on": thing.starts_on.isoformat()}
    address = page("learners:area_requirement", thing.area_id, thing.course_id)
    return Edit(thing, address, "grace_period_days", others, (30, 60))


def draft() -> Edit:
    thing = CourseVersionFactory(status="DRAFT")
    return Edit(thing, page("training:version_edit", thing.pk), "title", SYLLABUS)


def method() -> Edit:
    thing = AssessmentMethodFactory()
    return Edit(thing, page("learners:method_edit", thing.pk), "name", {"is_active": "on"})


def company() -> Edit:
    thing = CompanyFactory()
    return Edit(thing, page("training:company_edit", thing.pk), "name", {"class_code_prefix": "ABC"})


def venue() -> Edit:
    thing = VenueFactory()
    return Edit(thing, page("training:venue_edit", thing.pk), "location", {"name": thing.name, "capacity": 20})


def trainer() -> Edit:
    thing = TrainerFactory()
    others = {"first_name": "Ann", "last_name": "Lee", "kind": "INTERNAL"}
    return Edit(thing, page("training:trainer_edit", thing.pk), "phone", others)


def qualification() -> Edit:
    thing = TrainerQualificationFactory()
    return Edit(thing, page("training:qualification_edit", thing.pk), "certificate_number", {})


KINDS = [role, area, role_requirement, area_requirement, draft, method, company, venue, trainer, qualification]


def stored(edit: Edit) -> Any:
    found: Model = type(edit.thing)._default_manager.get(pk=edit.thing.pk)
    return getattr(found, edit.field)


def loaded(answer: Any) -> str:
    return group(r'name="loaded" value="([^"]+)"', answer.content.decode())


def save(client: Client, edit: Edit, value: Any, version: str) -> Any:
    """Send the form, and where it shows who turns first, agree to that."""
    typed = {edit.field: value, "loaded": version, **edit.others}
    answer = client.post(edit.page, typed, headers=HTMX)
    if 'name="seen"' in answer.content.decode():
        assert loaded(answer) == version
        seen = group(r'name="seen" value="(\w+)"', answer.content.decode())
        answer = client.post(edit.page, {**typed, "seen": seen, "action": "save"}, headers=HTMX)
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_s3_who_is_slower_is_told_by_whom_and_what_and_can_save_then(
    as_supervisor: Client, as_superuser: Client, supervisor: User, kind: Callable[[], Edit]
) -> None:
    edit = kind()
    first, second = edit.values
    before_both = loaded(as_supervisor.get(edit.page))
    assert save(as_supervisor, edit, first, before_both)["HX-Redirect"]

    refused = save(as_superuser, edit, second, before_both)

    told = html.unescape(refused.content.decode())
    assert (refused.status_code, stored(edit)) == (409, first)
    assert f"{supervisor.get_full_name() or supervisor.get_username()} changed this on" in told
    assert f"Now stored: {first}" in told
    assert f'value="{second}"' in told
    assert save(as_superuser, edit, second, loaded(refused))["HX-Redirect"]
    assert stored(edit) == second


def test_s3_a_preview_is_not_saved_over_what_somebody_changed_after_it(
    as_supervisor: Client, as_superuser: Client
) -> None:
    edit = role_requirement()
    typed = {"loaded": loaded(as_supervisor.get(edit.page)), "grace_period_days": 60, **edit.others}
    preview = as_superuser.post(edit.page, typed, headers=HTMX)
    seen = group(r'name="seen" value="(\w+)"', preview.content.decode())
    RoleRequirement.objects.filter(pk=edit.thing.pk).update(grace_period_days=30, updated_at=timezone.now())

    refused = as_superuser.post(edit.page, {**typed, "seen": seen, "action": "save"}, headers=HTMX)

    assert (refused.status_code, stored(edit)) == (409, 30)
    assert "Somebody changed this on" in refused.content.decode()


def test_the_choice_and_the_day_of_the_other_one_are_told_in_words(as_supervisor: Client, as_superuser: Client) -> None:
    edit = role_requirement()
    before_both = loaded(as_supervisor.get(edit.page))
    others = {"requirement_type": "PRE_MOB", "starts_on": "2026-01-31"}
    save(as_supervisor, edit._replace(others=others), "", before_both)

    told = html.unescape(save(as_superuser, edit, 60, before_both).content.decode())

    assert "Now stored: Before site access" in told
    assert "Now stored: 31 Jan 2026" in told
    assert "Now stored: –" in told
