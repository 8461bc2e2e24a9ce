"""Django Admin in a browser, under the site's content policy (tests/journeys/conftest.py fails on any violation)."""

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from learners.models import Learner, Revocation
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import (
    AreaRequirementFactory,
    LearnerFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(page: Page, superuser: User, sign_in: Callable[[User], None]) -> Page:
    sign_in(superuser)
    return page


def test_every_list_and_form_works_under_the_content_policy(office: Page, live_server: LiveServer):
    SessionAttendeeFactory()
    office.goto(f"{live_server.url}/admin/")
    expect(office.get_by_role("heading", name="Everything that SiteProof stores")).to_be_visible()
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        office.goto(live_server.url + reverse(f"{name}_changelist"))
        if type(model_admin).has_add_permission is admin.ModelAdmin.has_add_permission:
            office.goto(live_server.url + reverse(f"{name}_add"))


def test_a_worker_gets_a_role_and_an_area_by_typing_and_choosing(office: Page, live_server: LiveServer):
    learner = LearnerFactory()
    asked = RoleRequirementFactory(role__title="Crane operator")
    by_area = AreaRequirementFactory(area__name="Tank farm")
    office.goto(live_server.url + reverse("admin:learners_learner_change", args=[learner.pk]))

    office.locator(".field-role .select2-selection").first.click()
    office.locator(".select2-search__field").fill("crane")
    office.get_by_role("option", name="Crane operator").click()
    office.get_by_text("Add another Area of a worker").click()
    office.locator("#area_links-0 .select2-selection").click()
    office.locator(".select2-search__field").fill("tank")
    office.get_by_role("option", name="Tank farm").click()
    office.locator("#id_area_links-0-assigned_at").fill("2026-01-05")
    office.get_by_role("button", name="Save", exact=True).click()

    expect(office.locator(".messagelist")).to_contain_text("was changed successfully")
    changed = Learner.objects.get(pk=learner.pk)
    assert changed.role == asked.role
    assert set(changed.items.values_list("course", flat=True)) == {asked.course_id, by_area.course_id}


def test_f6_a_record_is_revoked_with_a_reason(office: Page, live_server: LiveServer):
    record = TrainingRecordFactory(course_version=CourseVersionFactory(), expiry_date=date(2999, 1, 1))
    office.goto(live_server.url + reverse("admin:learners_trainingrecord_change", args=[record.pk]))

    office.get_by_role("link", name="Revoke").click()
    office.get_by_role("button", name="Revoke").click()
    expect(office.get_by_text("Enter the reason.")).to_be_visible()
    office.get_by_label("Reason").fill("Wrong person")
    office.get_by_role("button", name="Revoke").click()

    expect(office.locator(".messagelist")).to_contain_text("The record is revoked.")
    expect(office.get_by_text("Wrong person")).to_be_visible()
    assert Revocation.objects.get().record == record
    office.get_by_role("link", name="History").click()
    expect(office.get_by_text("Revocation added")).to_be_visible()
