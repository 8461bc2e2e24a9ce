"""An empty site: five steps, each done once its data are there, for those who set it up; it goes away by itself."""

import pytest
from django.test import Client
from django.urls import reverse

from attendance.pages.first_steps import first_steps, is_empty_site
from learners.models import Learner
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db

LISTS = ("/workers/", "/matrix/", "/sessions/", "/classes/")


def done() -> list[bool]:
    return [step.is_done for step in first_steps()]


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(response.content.decode().split())


def test_each_step_is_done_by_its_data_and_has_one_button_until_then_and_after():
    assert done() == [False] * 5
    CompanyFactory()
    assert done() == [True, False, False, False, False]
    version = CourseVersionFactory(status="DRAFT")
    assert done()[1] is False
    assert first_steps()[1].url == reverse("training:courses") + "?show=draft"
    type(version).objects.update(status="PUBLISHED")
    assert done() == [True, True, False, False, False]
    TrainerFactory()
    assert (done()[2], first_steps()[2].url) == (False, reverse("training:venue_new"))
    VenueFactory()
    assert done()[2] is True
    role = RoleFactory()
    assert (done()[3], first_steps()[3].url) == (False, reverse("learners:roles"))
    RoleRequirementFactory(role=role, course=version.course)
    assert done() == [True, True, True, True, False]
    LearnerFactory()
    assert done() == [True] * 5


def test_today_shows_the_steps_until_there_is_a_worker(as_supervisor: Client):
    page = page_of(as_supervisor, "/")
    assert "First steps" in page
    assert page.count("To do") == 5
    for name in ("training:company_new", "training:course_new", "training:trainer_new", "learners:role_new"):
        assert f'href="{reverse(name)}"' in page
    assert "Site health" not in page

    CompanyFactory()
    assert page_of(as_supervisor, "/").count("To do") == 4

    LearnerFactory(status=Learner.Status.INACTIVE)
    assert "Site health" in page_of(as_supervisor, "/")


def test_a_session_ends_the_first_day_as_well():
    assert is_empty_site()
    SessionFactory()
    assert not is_empty_site()


@pytest.mark.parametrize("address", LISTS)
def test_empty_lists_of_an_empty_site_lead_there(as_supervisor: Client, address: str):
    assert 'href="/">First steps</a>' in page_of(as_supervisor, address)


@pytest.mark.parametrize("address", LISTS)
def test_a_list_that_is_merely_narrowed_or_empty_does_not(as_supervisor: Client, address: str):
    assert "First steps" not in page_of(as_supervisor, f"{address}?q=nobody")
    LearnerFactory(status=Learner.Status.INACTIVE)
    assert "First steps" not in page_of(as_supervisor, address)


def test_others_are_told_who_sets_the_site_up(as_auditor: Client, as_trainer: Client):
    for client in (as_auditor, as_trainer):
        page = page_of(client, "/")
        assert "An HSE supervisor sets it up" in page
        assert "To do" not in page
        assert "/new/" not in page
    assert 'href="/">First steps' not in page_of(as_auditor, "/workers/")
    assert "This site is still empty." in page_of(as_auditor, "/workers/")
