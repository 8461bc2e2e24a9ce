"""Roles, areas and what they require, from an import (I1, I5, I6)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import (
    Area,
    AreaRequirement,
    ComplianceItem,
    RequirementPeriod,
    Role,
    RoleRequirement,
)
from learners.services.compliance import recalculate_everyone
from learners.services.imports.areas import AREA_ROWS
from learners.services.imports.requirements import REQUIREMENT_ROWS
from learners.services.imports.roles import ROLE_ROWS, code_of
from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CourseFactory
from training.core.imports.declaration import Thing
from training.core.permissions import Permission, may
from training.core.refusals import Invalid, NotPermitted
from training.services.imports.contract import LEAVE_OUT, NewThing, service_of

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def events(model: str) -> int:
    return int(apps.get_model("learners", f"{model}Event").objects.count())


# Roles


def test_roles_are_known_by_code_else_by_title(supervisor: User):
    there, other = (
        RoleFactory(code="RIG-1", title="Rigger"),
        RoleFactory(code="WELD", title="Welder", description="Old"),
    )
    rows = rows_of(
        {"code": "rig-1", "title": "Senior rigger"},
        {"title": "WELDER", "description": "Welds pipes"},
        {"code": "FIT", "title": "Rigger"},
        {"title": "Safety officer (day & night shift)"},
        {"title": "Safety officer (day and so on)"},
        {"title": "لحام"},
    )
    checked = bring_in(ROLE_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["changed", "changed", "new", "new", "new", "new"]
    assert [row.key for row in checked[:2]] == [there.pk, other.pk]
    assert (checked[0].before, checked[0].after) == ({"title": "Rigger"}, {"title": "Senior rigger"})
    assert "code" not in checked[3].after
    assert dict(Role.objects.values_list("code", "title")) == {
        "RIG-1": "Senior rigger",
        "WELD": "Welder",
        "FIT": "Rigger",
        "SAFETY-OFFICER-DAY-N": "Safety officer (day & night shift)",
        "SAFETY-OFFICER-DAY-A": "Safety officer (day and so on)",
        "ROLE": "لحام",
    }
    other.refresh_from_db()
    assert (other.description, other.updated_by) == ("Welds pipes", supervisor)
    before = events("Role")
    assert outcomes(bring_in(ROLE_ROWS, rows, terms_of(supervisor))) == ["same"] * 6
    assert events("Role") == before


def test_a_code_of_a_title_is_never_one_that_is_taken():
    taken: set[str | None] = {"RIGGER", "RIGGER-2"}
    assert code_of("Rigger", taken) == "RIGGER-3"
    assert code_of("Öl & Gas", set()) == "OL-GAS"
    assert code_of("HR", {"ROLE-HR"}) == "ROLE-HR-2"
    assert code_of("A" * 30, {"A" * 20}) == "A" * 18 + "-2"


def test_c6_a_new_title_stands_in_the_answers_of_its_workers(supervisor: User):
    role = RoleRequirementFactory(role__code="RIG-1", role__title="Rigger").role
    LearnerFactory(role=role)
    for _progress in recalculate_everyone(today=TODAY, now=NOW):
        pass
    bring_in(ROLE_ROWS, rows_of({"code": "RIG-1", "title": "Senior rigger"}), terms_of(supervisor))
    assert ComplianceItem.objects.get().rules[0]["label"] == "Senior rigger"


def test_what_a_role_may_not_be_is_refused_all_at_once(supervisor: User):
    RoleFactory(code="RIG-1", title="Twin"), RoleFactory(code="RIG-2", title="twin")
    rows = rows_of(
        {"code": "R!", "title": "Rigger"},
        {"code": "NEW-1", "title": ""},
        {"title": "TWIN"},
        {"title": "x" * 101},
        {"code": "DOUBLE", "title": "One"},
        {"code": "DOUBLE", "title": "Other"},
    )
    said = sentences(bring_in(ROLE_ROWS, rows, terms_of(supervisor)))
    assert said == [
        ["code: Use 3 to 20 capital letters, digits and dashes."],
        ["title: This field cannot be blank."],
        ["title: Several have this name. Give them different names first."],
        ["title: Ensure this value has at most 100 characters (it has 101)."],
        [],
        ["code: Role with this Code already exists."],
    ]
    assert Role.objects.count() == 3


# Areas


def test_areas_lie_in_areas_that_are_there_or_stand_in_other_rows(supervisor: User):
    site = AreaFactory(name="Site")
    AreaFactory(name="Jetty", parent=site)
    rows = rows_of(
        {"name": "Pump house", "parent": "Tank farm"},
        {"name": "Tank farm", "parent": "site"},
        {"name": "jetty", "parent": "Site"},
        {"name": "Jetty"},
        {"name": "Store", "parent": "Site / Jetty"},
        {"name": "Office"},
        {"name": "Office"},
    )
    checked = bring_in(AREA_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new", "same", "same", "new", "new", "left out"]
    parents = dict(Area.objects.values_list("name", "parent__name"))
    assert parents == {
        "Site": None, "Jetty": "Site", "Tank farm": "Site", "Pump house": "Tank farm", "Store": "Jetty", "Office": None,
    }  # fmt: skip
    assert Area.objects.get(name="Office").created_by == supervisor
    before = events("Area")
    assert set(outcomes(bring_in(AREA_ROWS, rows, terms_of(supervisor)))) == {"same", "left out"}
    assert events("Area") == before


@pytest.mark.parametrize("part", [1, 10], ids=["in parts", "in one part"])
def test_areas_that_nobody_could_place_are_refused(supervisor: User, part: int):
    rows = rows_of(
        {"name": "A", "parent": "B"},
        {"name": "B", "parent": "C"},
        {"name": "C", "parent": "A"},
        {"name": "Nowhere", "parent": "Atlantis"},
        {"name": "Below nowhere", "parent": "Nowhere"},
        {"name": "Store"},
        {"name": "Yard"},
        {"name": "Store", "parent": "Yard"},
        {"name": "Rack", "parent": "Store"},
        {"name": ""},
        {"name": "Out", "parent": "Skip"},
    )
    terms = terms_of(supervisor, things={Thing.AREA: {"Skip": LEAVE_OUT}})
    checked = check(AREA_ROWS, rows, terms, part=part)
    circle = ["parent: An area cannot be part of itself. Choose another one, or none."]
    unknown = ["parent: Nothing is known by this name."]
    assert sentences(checked) == [
        *[circle] * 3,
        *[unknown] * 2,
        *[[]] * 3,
        ["parent: Several have this name. Give them different names first."],
        ["name: This field cannot be blank."],
        ["parent: Left out, as was answered."],
    ]
    assert outcomes(checked)[5:8] == ["new"] * 3


def test_an_area_whose_place_is_left_behind_stops_the_others(supervisor: User):
    checked = check(AREA_ROWS, rows_of({"name": "B", "parent": "A"}, {"name": "A"}), terms_of(supervisor))
    with pytest.raises(Invalid, match="“A” is in no row that is brought in"):
        AREA_ROWS.write(checked[:1], terms_of(supervisor), tell=lambda done: None)


# Requirements


def test_requirements_are_added_and_changed_and_the_answers_follow(supervisor: User):
    role, site = RoleFactory(code="RIG-1", title="Rigger"), AreaFactory(name="Site")
    farm = AreaFactory(name="Tank farm", parent=site)
    CourseFactory(code="HSE-001"), CourseFactory(code="HSE-002")
    changed = RoleRequirementFactory(role=role, course__code="HSE-003")
    kept = AreaRequirementFactory(area=site, course__code="HSE-004")
    LearnerAreaFactory(learner=LearnerFactory(badge_id="10001"), area=farm)
    LearnerFactory(badge_id="10002", role=role)
    rows = rows_of(
        {"role": "RIG-1", "course": "HSE-001", "requirement_type": "PRE_MOB"},
        {"area": "Site", "course": "HSE-002", "requirement_type": "POST_MOB", "grace_period_days": 30,
         "starts_on": date(2026, 1, 1)},
        {"role": "Rigger", "course": "HSE-003", "requirement_type": "POST_MOB", "grace_period_days": 14},
    )  # fmt: skip
    checked = bring_in(REQUIREMENT_ROWS, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new", "changed"]
    assert [row.identity for row in checked] == ["Rigger: HSE-001", "Site: HSE-002", "Rigger: HSE-003"]
    assert checked[0].after == {"requirement_type": "PRE_MOB", "starts_on": TODAY}
    assert checked[2].before == {"requirement_type": "PRE_MOB", "grace_period_days": None}
    assert checked[2].after == {"requirement_type": "POST_MOB", "grace_period_days": 14}
    facts = ("course__code", "requirement_type", "grace_period_days", "starts_on")
    assert set(RoleRequirement.objects.values_list(*facts)) == {
        ("HSE-001", "PRE_MOB", None, TODAY),
        ("HSE-003", "POST_MOB", 14, changed.starts_on),
    }
    assert set(AreaRequirement.objects.values_list(*facts)) == {
        ("HSE-002", "POST_MOB", 30, date(2026, 1, 1)),
        ("HSE-004", "PRE_MOB", None, kept.starts_on),
    }
    items = set(ComplianceItem.objects.values_list("learner__badge_id", "course__code", "status"))
    assert items == {
        ("10001", "HSE-002", "NON_COMPLIANT"), ("10001", "HSE-004", "NON_COMPLIANT"),
        ("10002", "HSE-001", "NON_COMPLIANT"), ("10002", "HSE-003", "NON_COMPLIANT"),
    }  # fmt: skip
    counts = events("RoleRequirement"), events("AreaRequirement"), RequirementPeriod.objects.count()
    later = terms_of(supervisor, now=NOW.replace(month=5))
    assert outcomes(bring_in(REQUIREMENT_ROWS, rows, later)) == ["same"] * 3
    assert (events("RoleRequirement"), events("AreaRequirement"), RequirementPeriod.objects.count()) == counts


def test_a_rule_that_becomes_one_of_before_access_loses_its_days(supervisor: User):
    rule = RoleRequirementFactory(
        role__code="RIG-1", course__code="HSE-001", requirement_type="POST_MOB", grace_period_days=30
    )
    bring_in(
        REQUIREMENT_ROWS,
        rows_of({"role": "RIG-1", "course": "HSE-001", "requirement_type": "PRE_MOB"}),
        terms_of(supervisor),
    )
    rule.refresh_from_db()
    assert (rule.requirement_type, rule.grace_period_days) == ("PRE_MOB", None)


def test_what_a_rule_may_not_be_is_refused_all_at_once(supervisor: User):
    RoleFactory(code="RIG-1"), AreaFactory(name="Site"), CourseFactory(code="HSE-001"), CourseFactory(code="HSE-002")
    always = {"requirement_type": "PRE_MOB"}
    rows = rows_of(
        {"course": "HSE-001", **always},
        {"role": "RIG-1", "area": "Site", "course": "HSE-001", **always},
        {"role": "RIG-1", **always},
        {"role": "Nobody", "course": "HSE-001", **always},
        {"role": "RIG-1", "course": "HSE-001"},
        {"area": "Site", "course": "HSE-001", "requirement_type": "POST_MOB"},
        {"area": "Site", "course": "HSE-002", "requirement_type": "POST_MOB", "grace_period_days": 366},
        {"role": "RIG-1", "course": "HSE-002", "requirement_type": "PRE_MOB", "grace_period_days": 30},
        {"role": "Skip", "course": "HSE-002", **always},
    )
    terms = terms_of(supervisor, things={Thing.ROLE: {"Skip": LEAVE_OUT}})
    checked = bring_in(REQUIREMENT_ROWS, rows, terms)
    days = "A requirement within a grace period needs 1 to 365 days; one before site access has none."
    assert sentences(checked) == [
        ["role: Name a role or an area."],
        ["role: Name a role or an area, not both."],
        ["course: Choose a course."],
        ["role: Nothing is known by this name."],
        ["requirement_type: This field cannot be blank."],
        [f"requirement_type: {days}"],
        ["grace_period_days: Ensure this value is less than or equal to 365."],
        [f"grace_period_days: {days}"],
        ["role: Left out, as was answered."],
    ]
    assert not RoleRequirement.objects.exists()
    assert not AreaRequirement.objects.exists()


def test_two_cells_of_a_grid_that_say_different_things_of_one_rule_are_both_refused(supervisor: User):
    RoleFactory(code="RIG-1", title="Rigger"), CourseFactory(code="HSE-001")
    rows = rows_of(
        {"role": "RIG-1", "course": "HSE-001", "requirement_type": "PRE_MOB"},
        {"role": "Rigger", "course": "HSE-001", "requirement_type": "POST_MOB", "grace_period_days": 3},
    )
    assert outcomes(check(REQUIREMENT_ROWS, rows, terms_of(supervisor))) == ["refused"] * 2


def test_a_role_that_comes_with_the_import_can_have_rules(supervisor: User):
    CourseFactory(code="HSE-001")
    rows = rows_of({"role": "Diver", "course": "HSE-001", "requirement_type": "PRE_MOB"})
    things: Any = {Thing.ROLE: {"Diver": NewThing(Thing.ROLE, "Diver")}}
    shown = check(REQUIREMENT_ROWS, rows, terms_of(supervisor, things=things))
    bring_in(ROLE_ROWS, rows_of({"title": "Diver"}), terms_of(supervisor))
    done = bring_in(REQUIREMENT_ROWS, rows, terms_of(supervisor))
    assert (shown[0].outcome, shown[0].identity, shown[0].after) == (done[0].outcome, done[0].identity, done[0].after)
    assert RoleRequirement.objects.get().role.code == "DIVER"


# All of them

MANY: dict[str, tuple[Any, Callable[[int], dict[str, Any]], dict[str, Any]]] = {
    "roles": (ROLE_ROWS, lambda n: {"code": f"ROLE-{n:05}", "title": f"Role {n}"}, {"title": "Another"}),
    "areas": (AREA_ROWS, lambda n: {"name": f"Area {n}", "parent": "Site"}, {}),
    "requirements": (
        REQUIREMENT_ROWS,
        lambda n: {"area": "Site", "course": f"AA{chr(65 + n // 900)}-{n % 900:03}", "requirement_type": "PRE_MOB"},
        {"requirement_type": "POST_MOB", "grace_period_days": 30},
    ),
}


@pytest.mark.parametrize("kind", MANY)
def test_i1_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User, kind: str):
    LearnerAreaFactory(area__name="Site")
    service, row, change = MANY[kind]
    assert service_of(kind) is service
    assert may(supervisor, Permission.KEEP_LIBRARY)  # asked once
    counts, done = [], 0
    for many in (1, 30, 3_000):
        numbers = range(done, done + many)
        if kind == "requirements":
            CourseFactory._meta.model.objects.bulk_create(
                CourseFactory.build(code=row(each)["course"]) for each in numbers
            )
        new = rows_of(*[row(each) for each in numbers])
        changed = rows_of(*[{**row(each), **change} for each in numbers])
        done += many
        for rows, expected in ((new, "new"), (changed, "changed" if change else "same")):
            terms = terms_of(supervisor)
            with CaptureQueriesContext(connection) as queries:
                checked = bring_in(service, rows, terms)
            assert set(outcomes(checked)) == {expected}
            counts.append(len(queries))
    assert counts == counts[:2] * 3
    assert max(counts) <= 40


@pytest.mark.parametrize("kind", MANY)
def test_whoever_may_not_keep_it_writes_nothing(supervisor: User, auditor: User, kind: str):
    AreaFactory(name="Site"), CourseFactory(code="AAA-001")
    service, row, _change = MANY[kind]
    checked = check(service, rows_of(row(1)), terms_of(supervisor))
    with pytest.raises(NotPermitted):
        service.write(checked, terms_of(auditor), tell=lambda done: None)


def test_what_a_grid_has_no_room_for_is_said_once(superuser: User) -> None:
    RoleFactory(code="RIG", title="Rigger")
    for code in ("HSE-001", "HSE-002", "HSE-003"):
        CourseFactory(code=code)
    rows = rows_of(
        {"role": "Rigger", "course": "HSE-001", "requirement_type": "PRE_MOB"},
        {"role": "Rigger", "course": "HSE-002", "requirement_type": "POST_MOB"},
        {
            "role": "Rigger",
            "course": "HSE-003",
            "requirement_type": "POST_MOB",
            "grace_period_days": 90,
            "starts_on": date(2025, 1, 1),
        },
    )
    terms = terms_of(superuser, grace_period_days=30, starts_on=date(2021, 6, 1))

    assert outcomes(bring_in(REQUIREMENT_ROWS, rows, terms)) == ["new", "new", "new"]
    assert list(RoleRequirement.objects.order_by("course__code").values_list("grace_period_days", "starts_on")) == [
        (None, date(2021, 6, 1)),
        (30, date(2021, 6, 1)),
        (90, date(2025, 1, 1)),
    ]
    assert outcomes(check(REQUIREMENT_ROWS, rows, terms_of(superuser, grace_period_days=30))) == ["same"] * 3
