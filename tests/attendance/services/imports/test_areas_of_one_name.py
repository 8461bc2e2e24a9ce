"""Areas of one name in different places: the way to an area names it, and only the bare name is asked about (I4)."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.staging import stage_import
from learners.models import Area, AreaRequirement
from tests.factories.imports import HEAD, agreed, checked, read, workbook
from tests.factories.learners import AreaFactory, RoleFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.html import texts
from training.models import Import

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind")
    RoleFactory(title="Rigger", code="RIG")
    for around in ("North", "South"):
        farm = AreaFactory(name="Tank farm", parent=AreaFactory(name=around))
        AreaFactory(name="Pump house", parent=farm)
    AreaFactory(name="Jetty")


def worker(badge: str, areas: str) -> tuple[Any, ...]:
    return (badge, f"F{badge}", f"L{badge}", "Nordwind", "Rigger", START, areas)


def done(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())


def ways_of(badge: str) -> list[str]:
    areas = Area.objects.filter(learner_links__learner__badge_id=badge).select_related("parent")
    return sorted(f"{each.parent} / {each.name}" if each.parent else each.name for each in areas)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("North / Tank farm", ["North / Tank farm"]),
        ("south/tank farm", ["South / Tank farm"]),
        ("South > Tank farm", ["South / Tank farm"]),
        ("North / Tank farm; Jetty", ["Jetty", "North / Tank farm"]),
        ("Jetty, South / Tank farm", ["Jetty", "South / Tank farm"]),
        ("North / Tank farm / Pump house", ["Tank farm / Pump house"]),
        ("North / Jetty", ["Jetty", "North"]),  # no area of this way: two areas, with a sign between them
    ],
)
def test_i4_the_way_to_an_area_names_it(supervisor: User, cell: str, meant: list[str]) -> None:
    done(checked(workbook((*HEAD, "Areas"), worker("00417", cell)), "workers", by=supervisor), by=supervisor)
    assert ways_of("00417") == meant


def test_i4_only_the_bare_name_is_asked_about_and_the_question_shows_the_places(
    supervisor: User, client: Client
) -> None:
    rows = (worker("00417", "Tank farm"), worker("00418", "North / Tank farm"), worker("00419", "Jetty"))
    one = agreed(read(workbook((*HEAD, "Areas"), *rows), by=supervisor), "workers", by=supervisor)
    assert not stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()

    assert [each["written"] for each in one.questions["things"]["area"] if each["key"] is None] == ["Tank farm"]
    client.force_login(supervisor)
    page = client.get(f"{reverse('attendance:import', args=[one.pk])}?step=questions")
    options = texts(page, "//select[starts-with(@name, 'thing-area')]//option")
    assert {"North / Tank farm", "South / Tank farm", "Jetty"} <= set(options)
    assert "Tank farm" not in options


def test_i4_areas_lie_in_the_one_that_their_row_names_with_its_own_place(supervisor: User) -> None:
    head = ("Area", "Part of")
    rows = [
        ("Tank farm", "North"),
        ("Rack", "South / Tank farm"),
        ("East", ""),
        ("Tank farm", "East"),
        ("Rack", "East / Tank farm"),
    ]
    one = checked(workbook(head, *rows, name="Areas"), "areas", by=supervisor)
    assert (one.counts.get("same"), one.counts.get("new")) == (1, 4), one.report
    done(one, by=supervisor)
    racks = Area.objects.filter(name="Rack").values_list("parent__parent__name", flat=True)
    assert set(racks) == {"South", "East"}

    again = checked(workbook(head, *rows, name="Areas"), "areas", by=supervisor)
    assert again.counts == {"rows": 5, "same": 5}


def test_i4_a_way_that_leads_round_is_refused(supervisor: User) -> None:
    one = agreed(
        read(workbook(("Area", "Part of"), ("A", "A / B"), ("B", "A"), name="Areas"), by=supervisor),
        "areas",
        by=supervisor,
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())
    assert one.counts["refused"] == 2
    assert {group["code"] for group in one.report["groups"]} == {"circle"}


def test_i4_what_an_area_requires_names_it_by_its_way(supervisor: User) -> None:
    code = CourseVersionFactory().course.code
    rows = [("South / Tank farm", code, "Before site access", START)]
    one = checked(workbook(("Area", "Course", "When required", "Required from"), *rows), "requirements", by=supervisor)
    done(one, by=supervisor)
    assert AreaRequirement.objects.get().area.parent.name == "South"  # type: ignore[union-attr]  # it has one
