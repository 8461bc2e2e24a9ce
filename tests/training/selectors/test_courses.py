"""How a course is called wherever a row names it."""

import pytest

from tests.factories.training import CourseFactory, CourseVersionFactory
from training.models import Course
from training.selectors.courses import course_title

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("versions", "title"),
    [
        ([], None),
        ([("DRAFT", "First try")], "First try"),
        ([("ARCHIVED", "Old"), ("ARCHIVED", "Last"), ("DRAFT", "Next")], "Last"),
        ([("ARCHIVED", "Old"), ("PUBLISHED", "Taught"), ("DRAFT", "Next")], "Taught"),
    ],
)
def test_a_course_is_called_as_it_is_taught_else_as_it_was_else_as_it_is_drafted(
    versions: list[tuple[str, str]], title: str | None
) -> None:
    course = CourseFactory()
    for number, (status, words) in enumerate(versions, start=1):
        CourseVersionFactory(course=course, number=number, status=status, title=words)
    CourseVersionFactory(title="Another course")

    assert Course.objects.annotate(title=course_title("pk")).get(pk=course.pk).title == title
