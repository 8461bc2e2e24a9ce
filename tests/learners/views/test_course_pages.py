"""Who asks for a course stands on its page; it is deleted there, unless somebody still needs it."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from learners.pages.course_askers import askers_of
from tests.factories.learners import AreaFactory, AreaRequirementFactory, RoleRequirementFactory
from tests.factories.training import CourseFactory, SessionFactory
from training.models import Course

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def test_the_page_of_a_course_leads_to_its_deletion_which_asks_first(as_supervisor: Client):
    course = CourseFactory()
    address = reverse("learners:course_delete", args=[course.pk])
    assert address in as_supervisor.get(reverse("training:course", args=[course.pk])).content.decode()
    assert b"<dialog" in as_supervisor.get(address, headers=HTMX).content
    assert as_supervisor.get(address).status_code == 200
    assert Course.objects.get().deleted_at is None
    assert as_supervisor.post(address)["Location"] == reverse("training:courses")
    assert Course.objects.get().deleted_at is not None


def test_who_needs_a_course_is_said_at_once_and_on_the_second_try(as_supervisor: Client):
    required, booked = RoleRequirementFactory(role__title="Welder").course, SessionFactory()
    for course_id, who in ((required.pk, "Welder"), (booked.course_id, booked.reference)):
        address = reverse("learners:course_delete", args=[course_id])
        for answer in (as_supervisor.get(address, headers=HTMX), as_supervisor.post(address, headers=HTMX)):
            assert (answer.status_code, who in answer.content.decode()) == (409, True)
    assert not Course.objects.filter(deleted_at__isnull=False).exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_course_tells_who_asks_for_it(
    as_auditor: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
):
    course = CourseFactory()
    for _each in range(rows):
        RoleRequirementFactory(course=course)
        AreaRequirementFactory(course=course, area__name="Tank farm", area__parent=AreaFactory())
    with django_assert_num_queries(2):
        roles, areas = askers_of(course)
        names = [*(str(each.role) for each in roles), *(str(each.area) for each in areas)]
    assert names[rows:] == ["Tank farm"] * rows
    address = reverse("learners:course_askers", args=[course.pk])
    assert address in as_auditor.get(reverse("training:course", args=[course.pk])).content.decode()
    part = as_auditor.get(address, headers=HTMX).content.decode()
    assert part.count("Tank farm") == rows
    assert part.strip() in as_auditor.get(address).content.decode()
