"""Of workers a trainer is told name, badge, company and how they stand with the course, at every address (1-domain)."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api import test_access as api
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CourseFactory, scheduled_session
from tests.fixtures import client_of
from tests.test_access import ACCESS, Site, new_site  # noqa: F401  # a fixture
from training.models import CoursePrerequisite, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

ELSEWHERE = datetime(2031, 7, 19, 3, 17, tzinfo=UTC)
CLIENT_ADDRESS = "203.0.113.77"
# What a trainer must not meet, as it would stand in an answer; for each, that a supervisor does meet it.
CANARIES = {
    "role": "Canary of a role",
    "e-mail": "canary@example.com",
    "phone": "+49 30 5550177",
    "another course": "ZZZ-987",
    "where somebody sat": CLIENT_ADDRESS,
    "a session elsewhere, in the API": "2031-07-19T",
    "a session elsewhere, on a page": "19 Jul 2031",
}

COURSE_FILTER = re.compile(r'<select name="course".*?</select>', re.DOTALL)  # names courses of the library, and nobody
QUERIES = ("", "?q=walkin", "?format=csv&columns=badge&columns=worker&columns=employer")


@pytest.fixture
def site(new_site: Callable[[], Site], supervisor: User) -> Site:  # noqa: F811  # the fixture above
    """A site where a worker on the trainer's list, and one who may be added, have all that trainers are not told."""
    site = new_site()
    role = RoleFactory(title=CANARIES["role"])
    facts = {"role": role, "email": CANARIES["e-mail"], "phone": CANARIES["phone"]}
    type(site.learner).objects.filter(pk=site.learner.pk).update(**facts)
    walk_in = LearnerFactory(first_name="Walkin", last_name="Ashby", **facts)
    other_course = CourseFactory(code=CANARIES["another course"])
    RoleRequirementFactory(role=role, course=other_course)
    assert site.session.course_version is not None
    CoursePrerequisite.objects.create(course_version=site.session.course_version, course=other_course)
    elsewhere = scheduled_session(
        course_version=site.session.course_version, start_time=ELSEWHERE, end_time=ELSEWHERE + timedelta(hours=2)
    )
    for learner in (site.learner, walk_in):
        SessionAttendeeFactory(session=elsewhere, learner=learner)
    marks = {"attendees": [{"learnerId": site.learner.pk, "isPresent": True, "hasPassed": True, "remarks": "On time"}]}
    saved = client_of(supervisor).patch(
        f"/api/v1/training/sessions/{site.session.pk}/attendance",
        marks,
        "application/json",
        REMOTE_ADDR=CLIENT_ADDRESS,
    )
    assert saved.status_code == 200, saved.content
    return site


def text_of(response: Any) -> str:
    """Return what a person reads of an answer, the text of a PDF included."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"%PDF"):
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return COURSE_FILTER.sub("", content.decode(errors="replace"))


def answers(client: Client, site: Site) -> Iterator[tuple[str, str]]:
    """Ask every address of pages and API that the trainer of the session may read, about its things."""
    for name, methods in ACCESS.items():
        if "its trainer" in methods.get("GET", ()) and name not in {"login", "password_change"}:
            address = site.address_of(name)
            for query in QUERIES:
                for headers in ({}, {"HX-Request": "true"}):
                    yield f"{name}{query}", text_of(client.get(f"{address}{query}", headers=headers))
    things = {
        "session_id": site.session.pk,
        "learner_id": site.learner.pk,
        "class_id": site.progression.training_class_id,
    }
    for (method, path), people in api.ACCESS.items():
        if method == "GET" and "its trainer" in people:
            for query in ("", "?search=walkin"):
                yield f"{path}{query}", text_of(client.get(path.format(**things) + query))


def test_a_trainer_is_told_of_workers_what_the_table_says_and_no_more(
    site: Site, trainer: Trainer, trainer_user: User, supervisor: User
):
    told_to_supervisors = "\n".join(text for _where, text in answers(client_of(supervisor), site))
    told_to_supervisors += text_of(client_of(supervisor).get(f"/workers/{site.learner.pk}/edit/"))

    found = {
        what: where
        for where, text in answers(client_of(trainer_user), site)
        for what, canary in CANARIES.items()
        if canary in text
    }

    assert not found
    assert {what for what, canary in CANARIES.items() if canary not in told_to_supervisors} == set()


def test_a_trainer_finds_who_came_in_and_lists_nobody_else(site: Site, trainer_user: User):
    address = f"/api/v1/training/sessions/{site.session.pk}/attendee-suggestions"
    LearnerFactory.create_batch(60, first_name="Walkin")
    client = client_of(trainer_user)

    found = client.get(f"{address}?search=walkin&limit=500").json()

    assert (len(found["items"]), found["count"]) == (50, 50)
    ashby = client.get(address, {"search": "walkin ashby"}).json()["items"][0]
    assert (ashby["roleTitle"], ashby["clash"], ashby["alreadyBooked"]) == (None, None, None)
    assert ashby["missingPrerequisites"] == []
    for query in ("", "?search=w", "?search=walkin&offset=50"):
        assert client.get(f"{address}{query}").json() == {"items": [], "count": 0}


def test_what_a_trainer_writes_is_answered_as_sparingly(site: Site, trainer_user: User):
    client, address = client_of(trainer_user), f"/api/v1/training/sessions/{site.session.pk}"
    walk_in = LearnerFactory._meta.model.objects.get(first_name="Walkin")
    mark = {"learnerId": walk_in.pk, "isPresent": True, "hasPassed": True}

    added = client.post(f"{address}/attendees", {"learnerIds": [walk_in.pk]}, "application/json")
    marked = client.patch(f"{address}/attendance", {"attendees": [mark]}, "application/json")
    stale = client.patch(
        f"{address}/attendance", {"attendees": [{**mark, "isPresent": False, "version": 99}]}, "application/json"
    )

    assert [each.status_code for each in (added, marked, stale)] == [200, 200, 409]
    for answer in (added, marked, stale):
        assert not [what for what, canary in CANARIES.items() if canary in text_of(answer)]
