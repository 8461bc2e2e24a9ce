"""Numbers that stand in two places are the same number: each is taken from the pages and compared with the other.

A site is made that has some of everything, also what is easily counted in one place and forgotten in the other: people
who are not active, blocked or merged, sign-offs of theirs, several for one worker, deleted courses, qualifications that
have lapsed, sessions that are over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from learners.models import Area, Learner, Role
from learners.policies.standing import Group
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    LearnerProgressionFactory,
)
from tests.factories.training import (
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from tests.html import HEALTH, text_of, texts
from training.core.groups import SUPERVISORS
from training.models import Company, Course, Trainer, Venue

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Site:
    """What the pages are opened with."""

    role: Role
    area: Area
    company: Company
    trainer: Trainer
    venue: Venue
    course: Course


@pytest.fixture
def site(as_supervisor: Client) -> Site:
    today, now = timezone.localdate(), timezone.now()
    workers = one_of_each(today)
    area = AreaFactory(parent=AreaFactory())
    for name in ("cleared", "expired", "to verify", "blocked", "not active"):
        LearnerAreaFactory(learner=workers[name], area=area)
    role, company = workers["to verify"].role, workers["to verify"].company
    for name in ("due", "missing", "blocked", "not active"):
        Learner.objects.filter(pk=workers[name].pk).update(role=role, company=company)
    gone = LearnerFactory(role=role, company=company, merged_into=workers["cleared"], status=Learner.Status.INACTIVE)
    # Sign-offs are not workers: one worker waits for two, one under a merged badge, and one is not active.
    for owing in (workers["to verify"], workers["not active"], gone):
        owes_sign_off(owing, CourseVersionFactory())
    asked_of(workers["to verify"])
    judge(*(worker for name, worker in workers.items() if name != "stale"), on=today)

    trainer, venue = TrainerFactory(company=company, kind="EXTERNAL"), VenueFactory()
    course = CourseVersionFactory().course
    TrainerFactory(company=company, kind="EXTERNAL", is_active=False)
    for days in (-3, 1, 2):
        session = scheduled_session(
            trainer=trainer,
            venue=venue,
            course_version=course.versions.get(),
            start_time=now + timedelta(days=days),
        )
        SessionAttendeeFactory.create_batch(2, session=session)
    TrainerQualificationFactory(trainer=trainer, course__deleted_at=now)
    TrainerQualificationFactory(trainer=trainer, valid_until=today - timedelta(days=1))
    SessionFactory(trainer=None)
    active_class(client=company, agent=trainer)
    training_class = active_class(client=company)
    LearnerProgressionFactory(training_class=training_class)
    return Site(role, area, company, trainer, venue, course)


def words(client: Client, address: str, **headers: str) -> str:
    """Return a page as it is read."""
    response = client.get(address, headers=headers)
    assert response.status_code == 200, address
    return text_of(response)


def number(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return int(found[1])


def strip(client: Client, address: str) -> dict[str, tuple[int, str]]:
    """Return by word the numbers of the strip above a list, with the addresses that they lead to."""
    page = client.get(address).content.decode()
    (nav,) = re.findall(r'<nav class="sev" id="[\w-]+-counts".*?</nav>', page, flags=re.S)
    found = re.findall(r'<a href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?<b>(\d+)</b> ([^<]+)</a>', nav, flags=re.S)
    return {word: (int(count), address.replace("&amp;", "&")) for address, count, word in found}


def rows(client: Client, address: str) -> int:
    """Return how many rows a list has in all."""
    context: Any = client.get(address).context
    return int(context["matrix"].total if "matrix" in context else context["page"].paginator.count)


# Workers and matrix


@pytest.mark.parametrize("url", ["/workers/", "/matrix/"])
@pytest.mark.parametrize(
    "narrowed",
    [
        lambda site: "",
        lambda site: f"?role={site.role.pk}",
        lambda site: f"?company={site.company.pk}&q=worker",
        lambda site: f"?area={site.area.parent_id}",
        lambda site: "?status=not-cleared&page=1",
        lambda site: f"?status=cleared&role={site.role.pk}",
    ],
    ids=["everybody", "role", "employer and name", "area around", "group", "group and role"],
)
def test_the_strip_counts_what_the_filter_leaves_and_its_links_keep_the_filter(
    as_supervisor: Client, site: Site, url: str, narrowed: Callable[[Site], str]
):
    counted = strip(as_supervisor, url + narrowed(site))

    assert set(counted) == {str(group.label) for group in Group}
    for word, (count, address) in counted.items():
        assert rows(as_supervisor, address) == count, (word, address)


@pytest.mark.parametrize("url", ["/workers/", "/matrix/"])
def test_the_strip_says_whom_it_counts(as_supervisor: Client, site: Site, url: str):
    assert "active workers of this filter" not in words(as_supervisor, url)
    assert "active workers of this filter" in words(as_supervisor, f"{url}?role={site.role.pk}")


@pytest.mark.parametrize(("url", "target"), [("/workers/", "workers"), ("/matrix/", "matrix")])
def test_narrowing_by_htmx_brings_the_strip_along(as_supervisor: Client, site: Site, url: str, target: str):
    address = f"{url}?role={site.role.pk}"
    swapped = as_supervisor.get(address, headers={**HTMX, "HX-Target": target}).content.decode()

    assert 'id="verdict-counts"' in swapped
    assert re.findall(r"<b>(\d+)</b>", swapped) == [str(count) for count, _ in strip(as_supervisor, address).values()]


def test_active_workers_are_as_many_on_today_in_the_list_in_the_matrix_and_in_the_api(
    as_supervisor: Client, site: Site
):
    today = words(as_supervisor, "/")
    stats = as_supervisor.get("/api/v1/compliance/stats").json()
    by_word = strip(as_supervisor, "/workers/")

    active = number(today, r"of (\d+) active workers cleared")
    assert active == rows(as_supervisor, "/workers/?person=ACTIVE") == rows(as_supervisor, "/matrix/")
    assert active == as_supervisor.get("/api/v1/learners?status=ACTIVE").json()["count"]
    assert active == stats["compliant"] + stats["pending"] + stats["nonCompliant"]
    assert number(today, r"(\d+) of \d+ active workers cleared") == by_word["Cleared"][0]
    assert number(today, r"(\d+) Not cleared") == by_word["Not cleared"][0] == stats["nonCompliant"]
    assert number(today, r"(\d+) Expire in") == by_word["Expiring"][0] == stats["expiring"]
    assert by_word["Due"][0] == stats["pending"]
    assert by_word["Sign-off owed"][0] == stats["workersAwaitingVerification"]


def test_what_waits_for_verification_is_one_number(as_supervisor: Client, site: Site):
    """The bar, Today, the queue and both paths of the API; it counts sign-offs, and the strips count workers."""
    today = words(as_supervisor, "/")
    queue = words(as_supervisor, "/verify/")
    owed = {
        number(today, r"Verify (\d+)"),
        number(today, r"(\d+) Sign-offs to verify"),
        number(queue, r"(\d+) waiting, oldest first"),
        as_supervisor.get("/api/v1/compliance/stats").json()["awaitingVerification"],
        as_supervisor.get("/api/v1/competency/pending").json()["count"],
    }

    assert owed == {4}
    assert strip(as_supervisor, "/workers/")["Sign-off owed"][0] == 2


def test_the_sign_offs_of_a_profile_are_those_of_the_queue(as_supervisor: Client, site: Site):
    """Also where the course is not required any more."""
    owing = Learner.objects.get(first_name="to verify")

    counts = as_supervisor.get(f"/workers/{owing.pk}/").context["profile"].counts

    assert counts["wait"] == rows_of_queue(as_supervisor, owing.badge_id) == 2


def rows_of_queue(client: Client, badge: str) -> int:
    return number(words(client, f"/verify/?q={badge}"), r"(\d+) waiting, oldest first")


# Rules


@pytest.mark.parametrize("asker", ["role", "area"])
def test_a_preview_concerns_as_many_as_the_page_of_the_role_or_area_counts(
    as_supervisor: Client, site: Site, asker: str
):
    thing = getattr(site, asker)
    page = f"/library/{asker}s/{thing.pk}/"
    counted = number(words(as_supervisor, page), r"Workers (\d+) active,")

    response = as_supervisor.post(
        f"{page}requirements/new/",
        {"course": site.course.pk, "requirement_type": "PRE_MOB", "starts_on": date(2026, 1, 1), "action": "preview"},
    )

    told = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", response.content.decode()))
    assert number(told, r"concerns (\d+) active workers") == counted
    assert number(told, r"and (\d+) who are not active or blocked") == thing_others(thing)
    assert counted == rows(as_supervisor, f"/workers/?{asker}={thing.pk}&person=ACTIVE")
    assert counted == number(words(as_supervisor, f"/library/{asker}s/?q={thing}"), rf"{thing} (?:ROLE-\d+ )?(\d+) ")


def thing_others(thing: Role | Area) -> int:
    others = Learner.objects.exclude(status=Learner.Status.ACTIVE).filter(merged_into__isnull=True)
    return others.filter(role=thing).count() if isinstance(thing, Role) else others.filter(areas=thing).count()


def test_the_requirements_of_an_area_are_as_many_in_the_tree_as_on_its_page(as_supervisor: Client, site: Site):
    AreaRequirementFactory.create_batch(2, area=site.area)

    on_page = number(words(as_supervisor, f"/library/areas/{site.area.pk}/"), r"Required courses (\d+) ")

    assert on_page == number(words(as_supervisor, "/library/areas/"), rf"{site.area} \d+ (\d+) ") == 2


# Sessions and library


def test_sessions_are_as_many_on_today_as_in_the_list_and_in_the_library(as_supervisor: Client, site: Site):
    today = words(as_supervisor, "/")
    by_word = strip(as_supervisor, "/sessions/")

    assert number(today, r"(\d+) Draft sessions") == by_word["Drafts"][0] == rows(as_supervisor, by_word["Drafts"][1])
    assert number(today, r"Sessions to finalize (\d+)") == by_word["To finalize"][0]
    for name in ("trainer", "venue", "course"):
        key = getattr(site, name).pk
        coming = strip(as_supervisor, f"/sessions/?{name}={key}")["Coming"][0]
        assert coming == 2
        assert words(as_supervisor, f"/library/{name}s/{key}/").count("Working at height Pierre") == coming
    assert number(words(as_supervisor, "/library/venues/"), rf"{site.venue} – \d+ (\d+) ") == 2


def test_a_trainer_may_teach_as_many_courses_in_the_list_as_on_the_page(as_supervisor: Client, site: Site):
    """Without those that were deleted, and with those whose qualification has lapsed apart."""
    taught = r"(\d+) courses? \+ 1 not valid"
    page = words(as_supervisor, f"/library/trainers/{site.trainer.pk}/")

    assert number(page, taught) == number(words(as_supervisor, "/library/trainers/"), taught) == 1
    load = r"((?:\d+ h)|–) "
    assert "Booked this week" in page
    assert re.search(load, page)


def test_a_company_has_as_many_trainers_and_classes_in_the_list_as_on_its_page(as_supervisor: Client, site: Site):
    page = words(as_supervisor, f"/library/companies/{site.company.pk}/")
    line = re.search(r"[A-Z]{3} (\d+) (\d+) ", words(as_supervisor, f"/library/companies/?q={site.company}"))

    assert line is not None
    assert number(page, r"Trainers (\d+) in use") == int(line[1]) == 1
    assert number(page, r"Classes (\d+) active") == int(line[2]) == 2


def test_things_of_the_library_are_as_many_at_the_entrance_as_in_their_lists(as_supervisor: Client, site: Site):
    entrance = words(as_supervisor, "/library/")

    for name in ("trainers", "venues", "companies"):
        assert number(entrance, rf"{name.capitalize()} (\d+) in use") == rows(as_supervisor, f"/library/{name}/"), name
    everything = strip(as_supervisor, "/library/courses/?show=all")
    assert number(entrance, r"Courses (\d+) in use") == everything["All"][0]


def test_captures_that_are_missing_are_one_number(as_supervisor: Client, site: Site):
    today = number(words(as_supervisor, "/"), r"Hours not recorded yet (\d+)")
    lines = as_supervisor.get("/classes/?show=all").context["lines"]

    assert today == number(words(as_supervisor, "/classes/"), r"(\d+) meetings without hours")
    assert today == rows(as_supervisor, "/classes/captures/") == sum(line.missing for line in lines)
    for line in lines:
        board = as_supervisor.get(f"/classes/{line.training_class.pk}/").context["board"]
        assert (board.summary.captured, board.summary.missing, board.in_progress) == (
            line.captured,
            line.missing,
            line.learners,
        )


def test_nobody_has_no_share():
    client = Client()
    client.force_login(UserFactory(groups=[SUPERVISORS]))
    LearnerFactory(status=Learner.Status.INACTIVE)

    share, *_counts = texts(client.get("/"), HEALTH)

    assert share == "Site health – No active workers"
