"""Lists sorted by column: up, down, the usual order again; by address alone, with the filter, over all pages once."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.compliance import asked_of, judge
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.core.sorting import Sort, sort_of

pytestmark = pytest.mark.django_db

LISTS = (
    "/workers/",
    "/sessions/?show=all",
    "/classes/?show=all",
    "/library/trainers/",
    "/library/venues/",
    "/library/companies/",
    "/library/courses/",
    "/library/roles/",
)


def heads(page: str) -> dict[str, str]:
    """Return by what they say the addresses behind the heads of a list."""
    found = re.findall(r'<a class="sort" href="([^"]+)"[^>]*>([^<]+)', page)
    return {word: address.replace("&amp;", "&") for address, word in found}


def names_of_workers(client: Client, address: str) -> list[str]:
    return [row.learner.last_name for row in client.get(address).context["rows"]]


@pytest.fixture
def people(db: None) -> None:
    """Two workers who are cleared, and one who is not and comes first as usual."""
    for name, badge in (("Adams", "500"), ("Clark", "300")):
        LearnerFactory(first_name="", last_name=name, badge_id=badge)
    red = LearnerFactory(first_name="", last_name="Baker", badge_id="400")
    asked_of(red)
    judge(red, on=timezone.localdate())


def test_a_head_leads_up_then_down_then_to_the_usual_order():
    assert Sort().after("badge") == Sort("badge")
    assert Sort("badge").after("badge") == Sort("badge", is_down=True)
    assert Sort("badge", is_down=True).after("badge") == Sort()
    assert Sort("badge").after("role") == Sort("role")
    columns = {"badge": ("badge_id",)}
    assert sort_of("-badge", columns).text == "-badge"
    for nonsense in ("", "-", "phone", "--badge", "badge__x", "\0"):
        assert sort_of(nonsense, columns) == Sort(), nonsense


@pytest.mark.usefixtures("people")
def test_workers_are_worst_first_until_a_column_is_chosen(as_supervisor: Client):
    assert names_of_workers(as_supervisor, "/workers/") == ["Baker", "Adams", "Clark"]
    assert names_of_workers(as_supervisor, "/workers/?sort=worker") == ["Adams", "Baker", "Clark"]
    assert names_of_workers(as_supervisor, "/workers/?sort=-worker") == ["Clark", "Baker", "Adams"]
    assert names_of_workers(as_supervisor, "/workers/?sort=badge") == ["Clark", "Baker", "Adams"]
    assert names_of_workers(as_supervisor, "/workers/?sort=nonsense") == ["Baker", "Adams", "Clark"]


@pytest.mark.usefixtures("people")
def test_a_sorted_head_says_so_and_its_link_keeps_the_filter(as_supervisor: Client):
    page = as_supervisor.get("/workers/?q=a&sort=badge&page=1").content.decode()

    assert page.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page
    assert heads(page)["Badge"] == "?q=a&sort=-badge"
    assert heads(page)["Role"] == "?q=a&sort=role"
    assert '<input type="hidden" name="sort" value="badge">' in page
    assert 'aria-sort="descending"' in as_supervisor.get("/workers/?sort=-badge").content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_every_head_of_every_list_sorts_both_ways(as_supervisor: Client, address: str):
    for _number in range(2):
        LearnerFactory(role=RoleFactory())
        session = scheduled_session(trainer=TrainerFactory(), venue=VenueFactory())
        active_class(client=CompanyFactory(), agent=session.trainer)
        CourseVersionFactory()
    usual = as_supervisor.get(address).content.decode()
    columns = heads(usual)
    assert len(columns) >= 2

    for word, link in columns.items():
        up = as_supervisor.get(f"{address.split('?', maxsplit=1)[0]}{link}").content.decode()
        assert 'aria-sort="ascending"' in up, word
        down = as_supervisor.get(f"{address.split('?', maxsplit=1)[0]}{heads(up)[word]}").content.decode()
        assert 'aria-sort="descending"' in down, word
        assert (
            "aria-sort"
            not in as_supervisor.get(f"{address.split('?', maxsplit=1)[0]}{heads(down)[word]}").content.decode()
        )


def test_pages_of_a_sorted_list_hold_everybody_once(as_supervisor: Client):
    role = RoleFactory()
    LearnerFactory.create_batch(70, role=role, company=CompanyFactory(), last_name="Same", first_name="Name")

    shown = [
        row.learner.pk
        for number in (1, 2)
        for row in as_supervisor.get(f"/workers/?sort=-employer&page={number}").context["rows"]
    ]

    assert len(shown) == len(set(shown)) == 70


@pytest.mark.usefixtures("people")
def test_the_matrix_is_worst_first_or_by_name(as_supervisor: Client):
    def names(address: str) -> list[str]:
        return [row.learner.last_name for row in as_supervisor.get(address).context["matrix"].rows]

    assert names("/matrix/") == ["Baker", "Adams", "Clark"]
    assert names("/matrix/?sort=worker") == ["Adams", "Baker", "Clark"]
    assert 'aria-sort="ascending"' in as_supervisor.get("/matrix/?sort=worker").content.decode()
    assert "sort=worker" in heads(as_supervisor.get("/matrix/").content.decode())["Worker"]
