"""The pages of assessment methods."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from learners.models import AssessmentMethod
from tests.factories.learners import AssessmentMethodFactory, CompetencyRecordFactory
from tests.html import texts

pytestmark = pytest.mark.django_db

LIST = "/library/methods/"


def test_the_list_says_what_is_offered_and_how_often_it_was_used(as_supervisor: Client) -> None:
    used = AssessmentMethodFactory(name="Simulation", is_active=False)
    CompetencyRecordFactory(method=used)
    AssessmentMethodFactory(name="Written test")

    page = as_supervisor.get(LIST).text

    assert texts(page, "//tbody/tr") == ["Written test – 0 In use", "Simulation – 1 Not in use"]
    assert f'href="{reverse("learners:method_edit", args=[used.pk])}"' in page


def test_an_empty_list_offers_a_first_method(as_supervisor: Client) -> None:
    page = as_supervisor.get(LIST).text

    assert "No assessment methods yet." in page
    assert reverse("learners:method_new") in page


def test_a_method_is_added_and_taken_off_offer(as_supervisor: Client) -> None:
    response = as_supervisor.post(f"{LIST}new/", {"name": "Simulation", "description": "", "is_active": "on"})
    assert response["Location"] == LIST
    method = AssessmentMethod.objects.get()

    as_supervisor.post(f"{LIST}{method.pk}/", {"name": "Simulation", "description": ""})

    method.refresh_from_db()
    assert not method.is_active


def test_what_is_refused_stands_on_the_form_and_what_was_typed_stays(as_supervisor: Client) -> None:
    AssessmentMethodFactory(name="Simulation")

    response = as_supervisor.post(
        f"{LIST}new/", {"name": "Simulation", "description": "On the crane", "is_active": "on"}
    )

    assert response.status_code == 422
    assert 'id="id_name_error"' in response.text
    assert texts(response, '//*[@name="description"]') == ["On the crane"]


def test_an_auditor_reads_and_is_offered_no_change(as_auditor: Client) -> None:
    method = AssessmentMethodFactory()

    page = as_auditor.get(LIST).text

    assert method.name in page
    assert reverse("learners:method_new") not in page
    assert reverse("learners:method_edit", args=[method.pk]) not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(
    as_supervisor: Client, number: int, django_assert_num_queries: Any
) -> None:
    AssessmentMethodFactory.create_batch(number)

    with django_assert_num_queries(5):
        as_supervisor.get(LIST)
